"""Every fact of a study in one list, with its basis and the line of the record that states it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from protorun.study.source import Source, Sourced
from protorun.study.study import Study

# Chapters with a table of their own in the report; the record's facts are listed without them.
_ELSEWHERE = frozenset(
    {
        "eligibility",
        "blocks",
        "dose_rule",
        "endpoints",
        "activities",
        "open_questions",
        "conflicts",
        "ambiguities",
        "unread",
        "assumptions",
        "related",
    }
)


@dataclass(frozen=True)
class FactRow:
    """One fact as the report prints it."""

    path: str
    value: str
    basis: str
    note: str
    sources: tuple[Source, ...]


def fact_rows(study: Study) -> list[FactRow]:
    """The facts of a study outside the chapters that have their own table; absent ones are listed with their reason."""
    return [
        FactRow(_label(path), plain(fact.value), fact.basis, fact.note, fact.sources)
        for path, fact in _walk(study, "")
    ]


def _label(path: str) -> str:
    """`identifiers[nct].value` as `identifiers nct`."""
    return (
        path.removesuffix(".value")
        .replace("[", " ")
        .replace("].", ", ")
        .replace("]", "")
        .replace("_", " ")
        .replace(".", ", ")
    )


def plain(value: Any) -> str:
    """A value in words: tuples joined, doses with their unit, yes and no, an em dash for nothing."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return ", ".join(plain(v) for v in value)
    if isinstance(value, BaseModel):
        return " ".join(plain(v) for v in value.__dict__.values())
    return str(value)


def _walk(node: Any, path: str) -> Iterator[tuple[str, Sourced[Any]]]:
    if isinstance(node, Sourced):
        yield path, node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            if path or name not in _ELSEWHERE:
                yield from _walk(getattr(node, name), f"{path}.{name}" if path else name)
    elif isinstance(node, tuple):
        for i, item in enumerate(node):
            key = getattr(item, "id", None) or getattr(item, "kind", None) or i + 1
            yield from _walk(item, f"{path}[{key}]")
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from _walk(item, f"{path}[{key}]")


def cited_sources(study: Study) -> list[Source]:
    """Every place of the record that anything in the study points at."""
    found: list[Source] = []
    _collect(study, found)
    return found


def _collect(node: Any, found: list[Source]) -> None:
    if isinstance(node, Source):
        found.append(node)
    elif isinstance(node, BaseModel):
        for value in node.__dict__.values():
            _collect(value, found)
    elif isinstance(node, tuple):
        for item in node:
            _collect(item, found)
    elif isinstance(node, dict):
        for item in node.values():
            _collect(item, found)
