"""A line of criteria as a list of chunks: islands first, then phrases of the vocabulary, numbers, signs, and residue."""

from __future__ import annotations

import re
from collections.abc import Sequence

from protorun.reading.eligibility.words.lexicon import Chunk, Token, filler, longest, tokens, words
from protorun.reading.eligibility.words.quantities import TIME, Quantity, Span, span

_SIGNS = {
    ",": ",",
    ";": ";",
    "(": "(",
    ")": ")",
    "[": "(",
    "]": ")",
    "/": "/",
    ".": ".",
    ":": ":",
    "-": "-",
    "+": "+",
}
_NUMBER_WORD = re.compile(
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|eighteen|twenty|thirty)\b"
)
_ROMAN = {"i": 1.0, "ii": 2.0, "iii": 3.0, "iv": 4.0, "v": 5.0}
_SILENT = frozenset({'"', "'", "*", "•", "·", "`", "#", "“", "”", "_", "?", "!"})
_LISTS = re.compile(
    r"(?:one|two|any|all|either|both|each)\b (?:or more )?of\b|\bone\b(?! (?:or|measurable|lesion|line|prior|week|month|year|day|intra|previous|target))"
)


def lex(text: str, islands: Sequence[Chunk] = ()) -> list[Chunk]:
    """Chunks of a line (lower case, normalized), in order; words of no weight are left out. `islands` are finished
    pieces found before, which nothing else may touch."""
    found = tokens(text)
    waiting = sorted(islands, key=lambda c: c.start)
    chunks: list[Chunk] = []
    at = 0
    while at < len(found):
        token = found[at]
        if waiting and token.start >= waiting[0].start:
            chunks.append(waiting.pop(0))
            at = _behind(found, at, chunks[-1].end)
            continue
        at = _take(text, found, at, chunks)
    return chunks


def _behind(found: list[Token], at: int, end: int) -> int:
    while at < len(found) and found[at].start < end:
        at += 1
    return at


def _take(text: str, found: list[Token], at: int, chunks: list[Chunk]) -> int:
    token = found[at]
    phrase = longest(found, at)
    if phrase and not (phrase[0] == at + 1 and token.stem in _AMBIGUOUS and _skips(text, token)):
        behind, (kind, value) = phrase
        chunks.append(Chunk(kind, token.start, found[behind - 1].end, value))
        return behind
    if (text[token.start].isdigit() or _number_word(text, token)) and (read := span(text, token.start)):
        value, end = read
        chunks.append(Chunk(_kind(value), token.start, end, value))
        if isinstance(value, Quantity) and (years := _PLUS_YEARS.match(text, token.start)):  # "60+ years"
            end = years.end()
            chunks[-1] = Chunk("t", token.start, end, Quantity(value.value, "years"))
            chunks.append(Chunk("P", end, end, "≥"))
        return _behind(found, at, end)
    if token.stem in _SIGNS:
        chunks.append(Chunk(_SIGNS[token.stem], token.start, token.end))
    elif (
        token.stem in _ROMAN
        and chunks
        and (chunks[-1].kind in "cv-&|,R" or chunks[-1].value == "classification")
    ):
        chunks.append(Chunk("R", token.start, token.end, Quantity(_ROMAN[token.stem])))
    elif token.stem not in filler() and token.stem not in _SILENT:
        chunks.append(Chunk("z", token.start, token.end, token.stem))
    return at + 1


_PLUS_YEARS = re.compile(r"\d{1,3} ?\+ ?(?:years?|yrs?|y/?o)\b")
_AMBIGUOUS = frozenset({"lm", "pe", "mi", "ad", "pt", "rt", "got", "all"})


def _skips(text: str, token: Token) -> bool:
    """Short names that are also words of another meaning are left to the residue unless they stand in brackets."""
    return token.stem in {"all", "got"}


def _number_word(text: str, token: Token) -> bool:
    return bool(_NUMBER_WORD.match(text, token.start)) and not _LISTS.match(text, token.start)


def _kind(value: Quantity | Span) -> str:
    if isinstance(value, Span):
        return "r"
    return "t" if value.unit in TIME else "n"


def hard() -> frozenset[str]:
    """Words whose presence in a residue changes what is asked."""
    return frozenset(words()["filler"]["hard"].split())
