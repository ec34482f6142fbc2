"""Marks on the chunks of a line, in a fixed order, each with what it cannot do without: most lines hold little of it, so
most marks pass them over."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from protorun.reading.eligibility.words.guards import guard, woken
from protorun.reading.eligibility.words.lexicon import Chunk, kinds_of
from protorun.reading.eligibility.words.line import Line

_ANY_KIND = frozenset(map(chr, range(33, 127)))
_ANY_WORDS = guard(())
Marking = Callable[[list[Chunk], Line], list[Chunk]]


class Mark(NamedTuple):
    """What is done to the chunks where one of the kinds, if any, is among them, and one of the words, if any, in the line."""

    kinds: frozenset[str]
    words: int
    make: Marking


def where(kinds: str, make: Marking, *words: str) -> Mark:
    """A mark for lines with one of these kinds of chunks and one of these pieces of words, if any are named."""
    return Mark(frozenset(kinds) or _ANY_KIND, guard(words) if words else _ANY_WORDS, make)


def of_chunks(make: Callable[[list[Chunk]], list[Chunk]]) -> Marking:
    """A mark that looks at nothing but the chunks."""
    return lambda chunks, line: make(chunks)


def marked(chunks: list[Chunk], line: Line, marks: tuple[Mark, ...]) -> list[Chunk]:
    """The chunks after all marks that have something to look at."""
    words = woken(line.text) | _ANY_WORDS
    kinds = kinds_of(chunks)
    for needed, cue, make in marks:
        if words & cue and not kinds.isdisjoint(needed):
            chunks = make(chunks, line)
            kinds = kinds_of(chunks)
    return chunks
