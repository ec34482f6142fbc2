"""Cleaned text that remembers where each of its characters stood in the original."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Replacement = str | Callable[[re.Match[str]], str]


@dataclass(frozen=True)
class Mapped:
    """`text` plus, for each character, the first (`starts`) and one-past-last (`ends`) original offset it came from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def __hash__(self) -> int:
        return hash((self.text, len(self.starts), self.origin))

    @cached_property
    def origin(self) -> int:
        """Original offset where this text begins."""
        return self.starts[0] if self.starts else 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original range of `text[start:end]`; an empty range maps to an empty range."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def cut(self, start: int, end: int) -> Mapped:
        """The part `text[start:end]`, still mapped to the original."""
        return Mapped(self.text[start:end], self.starts[start:end], self.ends[start:end])

    def translate(self, table: Mapping[int, str]) -> Mapped:
        """Signs exchanged one for one; the map stays as it is, so `table` must hold single characters."""
        text = self.text.translate(table)
        return self if text == self.text else Mapped(text, self.starts, self.ends)

    def replace(
        self, pattern: re.Pattern[str], by: Replacement, begins: re.Pattern[str] | None = None
    ) -> Mapped:
        """Every match rewritten; each character of a rewriting maps to the whole match it replaced. `begins` is a
        class of characters one of which begins every match: with it, a text that has few of them is passed over fast."""
        pieces: list[str] = []
        starts, ends = array("i"), array("i")
        at = 0
        for match in pattern.finditer(self.text) if begins is None else _matches(pattern, begins, self.text):
            new = by(match) if callable(by) else match.expand(by)
            if new == match[0] or match.start() == match.end():
                continue
            first, behind = match.span()
            pieces += (self.text[at:first], new)
            starts.extend(self.starts[at:first])
            starts.extend((self.starts[first],) * len(new))
            ends.extend(self.ends[at:first])
            ends.extend((self.ends[behind - 1],) * len(new))
            at = behind
        if not at:
            return self
        pieces.append(self.text[at:])
        starts.extend(self.starts[at:])
        ends.extend(self.ends[at:])
        return Mapped("".join(pieces), starts, ends)


def _matches(pattern: re.Pattern[str], begins: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What `pattern.finditer` finds, looked for only where `begins` matches."""
    behind = 0
    for first in begins.finditer(text):
        if first.start() >= behind and (match := pattern.match(text, first.start())):
            yield match
            behind = max(match.end(), first.end())


def identity(text: str, offset: int = 0) -> Mapped:
    """The text as it stands, its first character at `offset` of the original."""
    behind = offset + len(text)
    if behind >= len(_NUMBERS):
        return Mapped(text, array("i", range(offset, behind)), array("i", range(offset + 1, behind + 1)))
    return Mapped(text, _NUMBERS[offset:behind], _NUMBERS[offset + 1 : behind + 1])


_NUMBERS = array("i", range(1 << 16))
"""Offsets in a row: cut out of here they need not be counted again for each text."""
