"""Narrative passages as sentences: signs in one spelling, each character still tied to the original record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from protorun.study.record import Passage, Record
from protorun.study.source import Source
from protorun.terms.normalize import normalize
from protorun.terms.offsets import Mapped, identity

NARRATIVE = (
    "summary.brief",
    "summary.detailed",
    "design.text",
    "arm.description",
    "intervention.description",
)
"""Fields of running text that the chapters read sentence by sentence."""

_BULLET = r"(?:[-*•⁃‣∙·▪o]\s|\(?\d{1,2}[.)]\s|\(?[a-z]\)\s)"
_BREAK = re.compile(
    r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9≥≤•*-])"  # a full stop, then a capital or a number
    rf"|\s*\n\s*\n\s*|\s*\n\s*(?={_BULLET})|(?<=[.:;!?])\s*\n\s*"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|al|approx|no|nos|dr|prof|mr|ms|fig|inc|ltd|co|st|resp|incl|max|min|ca|ver|[a-z]\.[a-z])"
    r")\.$",
    re.IGNORECASE,
)
_WHITE = re.compile(r"\s{2,}|[^\S ]")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a passage. `text` is the cleaned form; `source(start, end)` finds the original characters."""

    text: str
    mapped: Mapped
    passage: Passage

    @property
    def field(self) -> str:
        """Canonical field of the passage, such as `summary.detailed`."""
        return self.passage.field

    @property
    def group(self) -> str:
        """The repeated thing the passage belongs to, such as `arm/0`; empty for the whole record."""
        return self.passage.group

    def source(self, start: int = 0, end: int | None = None) -> Source:
        """The original stretch behind `text[start:end]`; its quote equals the slice of the record."""
        whole = self.passage.source
        low, high = self.mapped.span(start, len(self.text) if end is None else end)
        return Source(
            start=low,
            end=high,
            quote=whole.quote[low - whole.start : high - whole.start],
            locator=whole.locator,
        )

    def matched(self, match: re.Match[str], group: int | str = 0) -> Source:
        """The original stretch behind a match (or one of its groups) in `text`."""
        return self.source(*match.span(group))


def sentences(record: Record, *fields: str) -> Iterator[Sentence]:
    """Every sentence of the passages of those fields (all narrative ones when none is named), in record order."""
    wanted = fields or NARRATIVE
    for passage in record.passages:
        if passage.field in wanted:
            yield from split(passage)


@lru_cache(maxsize=4096)
def split(passage: Passage) -> tuple[Sentence, ...]:
    """The sentences of one passage; stretches without a letter or digit are left out."""
    text = normalize(identity(passage.text, passage.source.start))
    found: list[Sentence] = []
    for start, end in _stretches(text.text):
        piece = text.cut(start, end).replace(_WHITE, _one_space)
        if any(sign.isalnum() for sign in piece.text):
            found.append(Sentence(piece.text, piece, passage))
    return tuple(found)


def whole(passage: Passage) -> Sentence:
    """The passage as one stretch of cleaned text: for labels, measures and time frames."""
    text = normalize(identity(passage.text, passage.source.start)).replace(_WHITE, _one_space)
    return Sentence(text.text, text, passage)


def _one_space(_: re.Match[str]) -> str:
    return " "


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _BREAK.finditer(text):
        if "\n" not in gap[0] and _goes_on(text, start, gap.start()):
            continue
        yield _trimmed(text, start, gap.start())
        start = gap.end()
    yield _trimmed(text, start, len(text))


def _goes_on(text: str, start: int, end: int) -> bool:
    numbered = text[start:end].strip().rstrip(".").isdigit()
    return numbered or bool(_ABBREVIATION.search(text, max(start, end - 8), end))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
