"""Every fact of a study in one list, with its basis and the line of the record that states it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
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
        FactRow(path.replace("_", " "), plain(fact.value), fact.basis, fact.note, fact.sources)
        for path, fact in _walk(study, "")
    ]


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


@dataclass(frozen=True)
class Lines:
    """Line numbers of a record: of each text, where its lines start, counted through all texts from 1."""

    starts: Mapping[str, tuple[int, ...]]
    first: Mapping[str, int]

    def line(self, source: Source) -> int | None:
        """The line a source begins on, or None when the text is not part of the record at hand."""
        if source.locator not in self.starts:
            return None
        return self.first[source.locator] + bisect_right(self.starts[source.locator], source.start) - 1


def line_numbers(texts: Mapping[str, str]) -> Lines:
    """Line numbers for the texts of a record, in the order in which they are shown."""
    starts: dict[str, tuple[int, ...]] = {}
    first: dict[str, int] = {}
    at = 1
    for locator, text in texts.items():
        here = [0]
        for line in text.split("\n")[:-1]:
            here.append(here[-1] + len(line) + 1)
        starts[locator], first[locator] = tuple(here), at
        at += len(here)
    return Lines(starts, first)


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
