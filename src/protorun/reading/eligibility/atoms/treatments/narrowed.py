"""Words before a treatment that make another one of it: `chronic use of steroids`, `other immunosuppressants`. The treatment
gets a name of its own, so that nobody counts as treated who only had the wider one."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.line import Line

_GAP = re.compile(
    r" (?:(?:use|administration|intake) (?:of )?|(?:therapy|treatment) (?:with|by) )?(?:(?:an?|the|any) )?"
)
_THERAPY = frozenset({"therapy", "treatment", "first_dose"})
_PLAIN_LIST = frozenset("y,|&/")
_LEAD = (
    r"\W*(?:(?:patients?|subjects?|participants?|who|any|an|a|the|are|is|have|has|having|been|receiving|received|receipt of|treated with|treatment with|use of|taking|on|under|"
    r"undergoing|current|currently|prior|previous|previously|current use of|concurrent|history of|therapy with|administration of|treatment by) )*$"
)
_CUES = re.compile(rf"(?:^|[.;:,]|\b(?:or|and) ){_LEAD}")
_FIRST = re.compile(rf"(?:^|[.;:]){_LEAD}")
_OTHER = frozenset({"other", "another"})
"""Behind another treatment they tell the two apart and narrow neither."""


@cache
def _narrowing() -> frozenset[str]:
    return frozenset(words()["treatments"]["narrowing"].split())


def mark_narrowed(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every such word as a part of the name of the treatment behind it."""
    found: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        found.append(chunk)
        back = 3 if len(found) > 2 and found[-2].value in _THERAPY else 2
        if chunk.kind != "y" or len(found) < back or not _narrows(found[-back], chunk, line):
            continue
        if _qualified(chunks, at):
            continue
        word = found[-back]
        del found[-back:-1]
        for member in _members(chunks, at, line) if word.value == "chronic" else (chunk,):
            member.value = f"{word.value}_{member.value}"
        chunk.start = word.start
    return found


def _narrows(word: Chunk, treatment: Chunk, line: Line) -> bool:
    return (
        word.kind in "zq"
        and word.value in _narrowing()
        and _GAP.fullmatch(line.text, word.end, treatment.start) is not None
        and (_FIRST if word.value in _OTHER else _CUES).search(
            line.text, max(0, word.start - 120), word.start
        )
        is not None
    )


def _members(chunks: list[Chunk], at: int, line: Line) -> list[Chunk]:
    """The treatments of a plain list that begins here."""
    last, end = chunks[at], at + 1
    while end < len(chunks) and chunks[end].kind in _PLAIN_LIST:
        if chunks[end].kind == "y" and not _JOINED.fullmatch(line.text, last.end, chunks[end].start):
            break
        last = chunks[end] if chunks[end].kind == "y" else last
        end += 1
    return [c for c in chunks[at:end] if c.kind == "y"]


_JOINED = re.compile(r",? ?(?:and/or|and|or)? ?| ?/ ?")


def _qualified(chunks: list[Chunk], at: int) -> bool:
    """A dose, a purpose or an exemption behind it is said of the treatment of the tables."""
    for chunk in chunks[at:]:
        if chunk.kind in ".;":
            return False
        if chunk.kind in "ZUe":
            return True
    return False
