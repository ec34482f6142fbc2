"""A joint between two prepositions of time joins no members of a list: `on or after`, `prior to and during`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line

_TIMES = "on|during|before|after|following|prior to|upon|since|while|at|until|through|throughout"
_BEFORE = re.compile(rf"\b(?:{_TIMES})[ ,]{{0,2}}$")
_MOMENT = re.compile(
    rf"\b(?:{_TIMES}) (?:the )?(?:screening|baseline|enrol?lment|randomi[sz]ation|treatment) ?$"
)
_BEHIND = re.compile(rf"[ ,]{{0,2}}+(?:{_TIMES})\b")


def without_joints_of_times(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every such joint as a word like others: `progression on or after X` is one thing, not two."""
    for chunk in chunks:
        if chunk.kind in "|&/" and (behind := _BEHIND.match(line.text, chunk.end)):
            before = line.text[max(0, chunk.start - 30) : chunk.start]
            if _BEFORE.search(before) or (chunk.kind == "/" and _MOMENT.search(before)):
                chunk.kind, chunk.value = "z", "joint"
                chunk.end += len(behind[0]) if line.text[chunk.start] == "/" else 0
    return chunks
