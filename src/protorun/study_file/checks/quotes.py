"""Every quote of a study against the record it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from protorun.study.assume import keys_of
from protorun.study.record import Record
from protorun.study.source import Source
from protorun.study.study import Study
from protorun.study_file.checks.finding import Finding


def against_record(study: Study, record: Record) -> tuple[Finding, ...]:
    """Quotes that do not stand where the study says; one finding when it was read from another record."""
    if study.origin.digest != record.digest:
        says = (
            f"the study was read from {study.origin.digest[:12]}..., this record is {record.digest[:12]}..."
        )
        return (Finding("error", "OTHER_RECORD", "origin", says),)
    return tuple(_wrong(path, s, record) for path, s in sources(study) if not _stands(s, record))


def sources(node: Any, path: str = "") -> Iterator[tuple[str, Source]]:
    """Every source inside a noun, with the path of the fact or list it belongs to."""
    if isinstance(node, Source):
        yield path, node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            child = getattr(node, name)
            inside = path if name in ("sources", "source", "replaces") else f"{path}.{name}".lstrip(".")
            yield from sources(child, inside)
    elif isinstance(node, dict):
        for name, child in node.items():
            yield from sources(child, f"{path}[{name}]")
    elif isinstance(node, tuple):
        lone = all(isinstance(child, Source) for child in node)
        for key, child in zip(keys_of(node), node, strict=True):
            yield from sources(child, path if lone else f"{path}[{key}]")


def _stands(source: Source, record: Record) -> bool:
    return record.texts.get(source.locator, "")[source.start : source.end] == source.quote


def _wrong(path: str, source: Source, record: Record) -> Finding:
    place = f"{source.start}-{source.end}" + (f" of {source.locator}" if source.locator else "")
    found = record.texts.get(source.locator, "")[source.start : source.end][:60]
    return Finding("error", "QUOTE", path, f"at {place} stands {found!r}, not {source.quote[:60]!r}")
