"""A line of criteria as a list of chunks: islands first, then phrases of the vocabulary, numbers, signs, and residue."""

from __future__ import annotations

import re
from collections.abc import Sequence

from protorun.reading.eligibility.words.lexicon import (
    ALSO_WORDS,
    NUMBER_WORD,
    Chunk,
    Token,
    Word,
    longest,
    tokens,
    words,
)
from protorun.reading.eligibility.words.quantities import TIME, Quantity, Span, span

_LISTS = re.compile(
    r"(?:one|two|any|all|either|both|each)\b (?:or more )?of\b|\bone\b(?! (?:or|measurable|lesion|line|prior|week|month|year|day|intra|previous|target))"
)


def lex(text: str, islands: Sequence[Chunk] = ()) -> list[Chunk]:
    """Chunks of a line (lower case, normalized), in order; words of no weight are left out. `islands` are finished
    pieces found before, which nothing else may touch."""
    found = tokens(text)
    waiting = sorted(islands, key=lambda c: c.start)
    chunks: list[Chunk] = []
    at, behind = 0, len(found)
    while at < behind:
        word, start, end = found[at]
        if waiting and start >= waiting[0].start:
            chunks.append(waiting.pop(0))
            at = _behind(found, at, chunks[-1].end)
        elif word.dropped:
            at += 1
        elif word.plain:
            chunks.append(Chunk("z", start, end, word.stem))
            at += 1
        elif word.begins and (at + 1 == behind or found[at + 1][0].stem not in word.trie):  # type: ignore[operator]
            if word.alone is not None:
                chunks.append(Chunk(word.alone[0], start, end, word.alone[1]))
            elif not word.silent:
                chunks.append(Chunk("z", start, end, word.stem))
            at += 1
        elif word.trie is not None or word.number:
            at = _take(text, found, at, chunks)
        else:
            _single(text, word, start, end, chunks)
            at += 1
    return chunks


def _behind(found: list[Token], at: int, end: int) -> int:
    while at < len(found) and found[at][1] < end:
        at += 1
    return at


def _take(text: str, found: list[Token], at: int, chunks: list[Chunk]) -> int:
    word, start, stop = found[at]
    phrase = longest(found, at)
    if phrase and not (phrase[0] == at + 1 and word.stem in ALSO_WORDS):
        behind, (kind, value) = phrase
        if kind == "P" and behind == at + 2 and _goes_on(text, found, at):
            chunks.append(Chunk("&" if word.stem == "and" else "|", start, stop))
            return at + 1  # "younger than 14 or older than 25 years": a joint and a comparator
        chunks.append(Chunk(kind, start, found[behind - 1][2], value))
        return behind
    if word.number and (text[start].isdigit() or _number_word(text, start)) and (read := span(text, start)):
        value, end = read
        chunks.append(Chunk(_kind(value), start, end, value))
        if isinstance(value, Quantity) and (years := _PLUS_YEARS.match(text, start)):  # "60+ years"
            end = years.end()
            chunks[-1] = Chunk("t", start, end, Quantity(value.value, "years"))
            chunks.append(Chunk("P", end, end, "≥"))
        return _behind(found, at, end)
    _single(text, word, start, stop, chunks)
    return at + 1


def _single(text: str, word: Word, start: int, end: int, chunks: list[Chunk]) -> None:
    """A sign, a Roman numeral behind something that counts in them, or a word nobody knows."""
    if word.sign == "-" and text[start - 1 : start].isdigit() and _HANGING.match(text, end):
        return  # "between 18- and 65 years"
    if word.sign:
        chunks.append(Chunk(word.sign, start, end))
    elif word.roman and _counts(text, start, chunks):
        chunks.append(Chunk("R", start, end, Quantity(word.roman)))
    elif not word.silent:
        chunks.append(Chunk("z", start, end, word.stem))


def _counts(text: str, start: int, before: list[Chunk]) -> bool:
    """`NYHA III`, `(ASA) class III`: behind a scale, a comparator or another numeral."""
    return (
        any(c.kind in "cv-&|,R" or c.value == "classification" for c in before[-1:])
        or _SCALE_WORD.search(text, max(0, start - 12), start) is not None
    )


def _goes_on(text: str, found: list[Token], at: int) -> bool:
    """`or older than 25`, `and above 45`: what stands behind the joint is a comparator of its own."""
    if at + 2 >= len(found):
        return False
    after, start, _ = found[at + 2]
    if after.stem == "than":
        return True
    second = longest(found, at + 1)
    return text[start].isdigit() and second is not None and second[1][0] == "c"


_HANGING = re.compile(r" (?:and|or|to)\b")
_SCALE_WORD = re.compile(r"(?:class|grade|levels?)(?: of)? $")


_PLUS_YEARS = re.compile(r"\d{1,3} ?\+ ?(?:years?|yrs?|y/?o)\b")


def _number_word(text: str, at: int) -> bool:
    return bool(NUMBER_WORD.match(text, at)) and not _LISTS.match(text, at)


def _kind(value: Quantity | Span) -> str:
    if isinstance(value, Span):
        return "r"
    return "t" if value.unit in TIME else "n"


def hard() -> frozenset[str]:
    """Words whose presence in a residue changes what is asked."""
    return frozenset(words()["filler"]["hard"].split())
