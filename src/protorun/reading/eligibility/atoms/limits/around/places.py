"""Where something nobody has in a table is measured: `eosinophilia ≥ 2 % in induced sputum`, `IgE ≥ 0.7 kU/L to peanut`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.phrases import refused
from protorun.reading.eligibility.words.lexicon import Chunk, modal, reversing
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag, Number
from protorun.terms.variables import variables

_WHERE = re.compile(r" (?P<where>in|on|to|of|against) (?:the |a |an |any )?")
_PLAIN = re.compile(r"[a-z][a-z0-9' -]{2,60}")
_BEHIND = frozenset(",;.)|&")
_OF_SUBSTANCES = frozenset({"specific_ige"})
_SCALE = re.compile(r"\b(?:rating |analog(?:ue)? )?scale$")
_TAILS = re.compile(
    r"\b(?:patients?|subjects?|participants?|who|least|most|any|all|each|study|screening|visit|day|both)\b"
)


def measured_there(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every limit of an open name under that name with the place behind it."""
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        chunk = chunks[at]
        found.append(chunk)
        at += 1
        end = _place(chunks, at) if chunk.kind == "A" and _open(chunk.value) else at
        where = _WHERE.match(line.text, chunk.end) if end > at else None
        if where is None or where.end() != chunks[at].start:
            continue
        text = " ".join(line.text[chunks[at].start : chunks[end - 1].end].split())
        if _PLAIN.fullmatch(text) and not refused(_SCALE.sub("", text)) and not _TAILS.search(text):
            found[-1] = _placed(chunk, where["where"], text, chunks[end - 1].end, line)
            at = end
    return found


def _open(value: object) -> bool:
    if not isinstance(value, Number) or value.window is not None:
        return False
    if value.variable.endswith("ing"):
        return False
    return value.variable not in variables() or value.variable in _OF_SUBSTANCES


def _place(chunks: list[Chunk], at: int) -> int:
    """Behind the last of the plain words that end a member."""
    end = at
    while end < len(chunks) and _word(chunks[end]):
        end += 1
    return end if end == len(chunks) or chunks[end].kind in _BEHIND else at


def _word(chunk: Chunk) -> bool:
    if chunk.kind == "A":
        return isinstance(chunk.value, Flag) and chunk.value.window is None and not chunk.value.qualifiers
    return chunk.kind in "zv" and chunk.value not in modal() and chunk.value not in reversing()


def _placed(chunk: Chunk, where: str, text: str, end: int, line: Line) -> Chunk:
    name = f"{chunk.value.variable}_{where}_{re.sub(r'[^a-z0-9]+', '_', text)}"
    update = {"variable": name, "source": line.cite(chunk.start, end)}
    return Chunk("A", chunk.start, end, chunk.value.model_copy(update=update))
