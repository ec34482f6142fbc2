"""The record's own lines on a page, with the cited characters marked, and links that lead to them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from protorun.study.source import Source

_WHOLE = 400
"""A citation longer than this (a whole summary) is linked to and not marked: marking everything marks nothing."""
_LONGEST_LINE = 6000
"""A page must stay readable: longer lines are shown up to here and say so."""


@dataclass(frozen=True)
class Piece:
    """A run of characters of one line: marked or not, with the anchors that begin here."""

    text: str
    marked: bool
    anchors: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One line of the record."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Lines:
    """Where each line of each text of a record begins; lines are counted through all texts from 1."""

    texts: Mapping[str, str]
    starts: Mapping[str, tuple[int, ...]]
    first: Mapping[str, int]

    def line(self, source: Source) -> int | None:
        """The line a source begins on, or None when the text is not part of the record at hand."""
        if source.locator not in self.starts:
            return None
        return self.first[source.locator] + bisect_right(self.starts[source.locator], source.start) - 1

    def anchor(self, source: Source) -> str:
        """The id of the place a source begins at."""
        return f"c{self.first[source.locator]}-{source.start}"


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
    return Lines(texts, starts, first)


def marked_lines(numbers: Lines, cited: Iterable[Source]) -> list[Line]:
    """Every line of the record, cut where citations begin and end."""
    by_text: dict[str, list[Source]] = {}
    for source in cited:
        by_text.setdefault(source.locator, []).append(source)
    found: list[Line] = []
    for locator, text in numbers.texts.items():
        sources = by_text.get(locator, [])
        anchors: dict[int, list[str]] = {}
        for source in sources:
            anchors.setdefault(source.start, []).append(numbers.anchor(source))
        spans = _merged([(s.start, s.end) for s in sources if s.end - s.start <= _WHOLE])
        for i, start in enumerate(numbers.starts[locator]):
            end = text.find("\n", start)
            end = min(len(text) if end < 0 else end, start + _LONGEST_LINE)
            found.append(Line(numbers.first[locator] + i, _pieces(text, (start, end), spans, anchors)))
    return found


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _pieces(
    text: str, line: tuple[int, int], spans: list[tuple[int, int]], anchors: Mapping[int, list[str]]
) -> tuple[Piece, ...]:
    start, end = line
    here = [
        (max(a, start), min(b, end)) for a, b in spans[_first_after(spans, start) :] if a < end and b > start
    ]
    cuts = sorted(
        {start, end, *(x for span in here for x in span), *(a for a in anchors if start <= a < end)}
    )
    return tuple(
        Piece(
            text[a:b].rstrip("\r"),
            any(x <= a and b <= y for x, y in here),
            tuple(dict.fromkeys(anchors.get(a, ()))),
        )
        for a, b in pairwise(cuts)
    )


def _first_after(spans: list[tuple[int, int]], start: int) -> int:
    return max(0, bisect_right(spans, (start,)) - 1)
