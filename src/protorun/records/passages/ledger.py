"""Who claimed which characters of a record: values, labels, help, chrome; whatever nobody claimed is left over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from protorun.errors import RecordError
from protorun.records.files.document import Document
from protorun.study.record import Leftover, Passage, Record
from protorun.study.source import Source
from protorun.terms.fields import kinds

KINDS = ("unclaimed", "chrome", "label", "help", "leftover", "value")
"""What a character can be; where claims overlap the later one in this list wins."""

_BLANKS = dict.fromkeys(code for code in range(0x3001) if chr(code).isspace())
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?![ \t\r]*(?:\n|\Z))[^\n]*)*")


class Ledger:
    """Collects what a format reads out of a document and closes the account as a `Record`.

    `texts` maps a locator to the original text at that place; a page has one text, under the empty locator.
    """

    def __init__(self, format: str, document: Document, texts: Mapping[str, str] | None = None) -> None:
        self.format, self.document = format, document
        self.texts = {"": document.text} if texts is None else dict(texts)
        self.passages: list[Passage] = []
        self.claims: list[tuple[int, str, int, int]] = []
        self.reasons: list[Leftover] = []
        self.warnings: list[str] = list(document.warnings)
        self.lacking: dict[str, str] = {}

    def value(
        self,
        field: str,
        start: int,
        end: int,
        *,
        group: str = "",
        label: str = "",
        at: str = "",
        sure: bool = True,
    ) -> bool:
        """Claim a stretch as the value of a field, outer blanks excluded; False when there is nothing in it."""
        if field not in kinds():
            raise KeyError(f"{field} is no canonical field")
        start, end = self._bare(start, end, at)
        if start >= end:
            return False
        source = Source(start=start, end=end, quote=self.texts[at][start:end], locator=at)
        self.passages.append(Passage(field, source, group, label, sure))
        self.claims.append((KINDS.index("value"), at, start, end))
        return True

    def next_number(self, kind: str) -> int:
        """The number with which the groups of a kind go on."""
        last = next((p.group for p in reversed(self.passages) if p.group.startswith(f"{kind}/")), "")
        return int(last.partition("/")[2]) + 1 if last else 0

    def mark(self, kind: str, start: int, end: int, *, at: str = "") -> None:
        """Account for a stretch that is no value: `label`, `help` or `chrome`."""
        self.claims.append((KINDS.index(kind), at, start, end))

    def leave(self, start: int, end: int, reason: str, *, at: str = "") -> None:
        """Leave a stretch over for a reason that is known already."""
        start, end = self._bare(start, end, at)
        if start < end:
            source = Source(start=start, end=end, quote=self.texts[at][start:end], locator=at)
            self.reasons.append(Leftover(source, reason))
            self.mark("leftover", start, end, at=at)

    def retract(self, field: str, reason: str) -> None:
        """Take the values of a field back and leave their stretches over."""
        sources = [p.source for p in self.passages if p.field == field]
        spans = {(KINDS.index("value"), s.locator, s.start, s.end) for s in sources}
        self.passages = [p for p in self.passages if p.field != field]
        self.claims = [claim for claim in self.claims if claim not in spans]
        for s in sources:
            self.leave(s.start, s.end, reason, at=s.locator)

    def empty(self, *fields: str, label: str = "") -> None:
        """A label is printed and nothing stands behind it."""
        for field in fields:
            self.lacking.setdefault(field, "empty label")

    def warn(self, text: str) -> None:
        """A doubt about the reading of this record."""
        if text not in self.warnings:
            self.warnings.append(text)

    def record(self, *, name: str = "", carries: Iterable[str] = (), digest: str = "") -> Record:
        """The record; a field the layout never carries (not in `carries`) and nothing was read for is absent by
        layout. With no `carries` the layout may hold any field."""
        paint = self._paint()
        given = {p.field for p in self.passages}
        layout = {field: "layout" for field in _never_carried(tuple(carries)) if field not in given}
        empty = {f: why for f, why in self.lacking.items() if f not in given}
        return Record(
            format=self.format,
            name=name or self.document.name,
            digest=digest or self.document.digest,
            texts=MappingProxyType(self.texts),
            passages=tuple(self.passages),
            leftovers=tuple(self._leftovers(paint)),
            warnings=tuple(self.warnings),
            absent=MappingProxyType(layout | empty),
            shares=MappingProxyType(self._shares(paint)),
        )

    def _bare(self, start: int, end: int, at: str) -> tuple[int, int]:
        text = self.texts[at][start:end]
        return start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())

    def _paint(self) -> dict[str, bytearray]:
        paint = {at: bytearray(len(text)) for at, text in self.texts.items()}
        for kind, at, start, end in sorted(self.claims, key=lambda c: c[0]):
            paint[at][start:end] = bytes((kind,)) * (end - start)
        return paint

    def _leftovers(self, paint: dict[str, bytearray]) -> Iterable[Leftover]:
        yield from self.reasons
        for at, colors in paint.items():
            yield from _unclaimed(self.texts[at], at, colors)

    def _shares(self, paint: dict[str, bytearray]) -> dict[str, float]:
        counts = dict.fromkeys(reversed(KINDS), 0)
        edges: dict[str, set[int]] = {at: {0, len(text)} for at, text in self.texts.items()}
        for _, at, start, end in self.claims:
            edges[at] |= {start, end}
        for at, colors in paint.items():
            for start, end in pairwise(sorted(edges[at])):
                counts[KINDS[colors[start]]] += len(self.texts[at][start:end].translate(_BLANKS))
        counts["leftover"] += counts.pop("unclaimed")
        total = sum(counts.values())
        if not total:
            raise RecordError("the study is empty", where=self.document.where(0))
        return {kind: count / total for kind, count in counts.items()}


@cache
def _never_carried(carries: tuple[str, ...]) -> tuple[str, ...]:
    """The fields a layout that carries these cannot hold; with none named it may hold any."""
    if not carries:
        return ()
    return tuple(f for f in kinds() if not any(f == name or f.startswith(f"{name}.") for name in carries))


def _unclaimed(text: str, at: str, colors: bytearray) -> Iterable[Leftover]:
    for run in re.finditer(rb"\x00+", bytes(colors)):
        for part in _PARAGRAPH.finditer(text, *run.span()):
            start, end = part.start(), part.start() + len(part[0].rstrip())
            yield Leftover(
                Source(start=start, end=end, quote=text[start:end], locator=at), "no rule claims it"
            )
