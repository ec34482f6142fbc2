"""Limits that have to be met unaided: `hemoglobin ≥ 9 g/dL without transfusion within 7 days`, `neutrophils ≥ 1.5
(no G-CSF)`. The value stands, and the support was not given in that time; without a time, it is not being given."""

from __future__ import annotations

from typing import Any as Anything

from protorun.reading.eligibility.trees.nodes import window
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Not, Number, Treated
from protorun.terms.treatments import classes
from protorun.terms.variables import variables

_SUPPORT = frozenset({"blood_transfusion", "growth_factor"})
_MARKS = frozenset({"unsupported", "need", "use", "aid", "any"})
_BEHIND = frozenset({"support", "dependence", "dependency", "product"})


def without_support(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every such limit and what it has to be met without as one atom."""
    if not holds(chunks, "g"):
        return chunks
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        made = _unaided(chunks, at, line) if chunks[at].kind == "A" else None
        found.append(made[0] if made else chunks[at])
        at = made[1] if made else at + 1
    return found


def _unaided(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    limit = chunks[at]
    if not _is_count(limit.value) or (
        at > 1 and chunks[at - 1].kind in ",&|/" and _is_count(chunks[at - 2].value)
    ):
        return None
    step = at + 1 + (chunks[at + 1 : at + 2] != [] and chunks[at + 1].kind == ",")
    opened = step < len(chunks) and chunks[step].kind == "("
    step += opened
    denied = False
    while step < len(chunks) and (chunks[step].kind in "gD," or chunks[step].value in _MARKS):
        denied = denied or chunks[step].kind == "g"
        step += 1
    if not denied or step >= len(chunks) or not _is_support(chunks[step].value):
        return None
    given = chunks[step].value
    step += 1
    while step < len(chunks) and chunks[step].value in _BEHIND:
        step += 1
    given, step = _timed(given, chunks, step, line)
    if opened:
        if step >= len(chunks) or chunks[step].kind != ")":
            return None
        step += 1
    if step < len(chunks) and chunks[step].kind not in ";.)":
        return None
    value = All.model_construct(parts=(limit.value, Not.model_construct(part=given)))
    return Chunk("A", limit.start, chunks[step - 1].end, value), step


def _timed(given: Treated, chunks: list[Chunk], at: int, line: Line) -> tuple[Treated, int]:
    """`without G-CSF for at least 7 days`: not within them; without any time, not now."""
    if given.window is not None:
        return given, at
    least = "".join([c.kind for c in chunks[at : at + 2]]) == "ct" and chunks[at].value == "≥"
    first = at + 1 if least else at
    lasts = first < len(chunks) and chunks[first].kind == "t"
    if lasts and line.text[: chunks[at].start].endswith(" for "):
        quantity = chunks[first].value
        when = window(quantity.value, quantity.unit)
        return given.model_copy(update={"window": when, "ongoing": False}), first + 1
    return given.model_copy(update={"ongoing": True}), at


def _is_count(value: Anything) -> bool:
    """A limit on a value of the blood, one or several of them."""
    parts = value.parts if isinstance(value, All) else (value,)
    return all(
        isinstance(p, Number) and p.variable in variables() and variables()[p.variable].kind == "lab"
        for p in parts
    )


def _is_support(value: Anything) -> bool:
    if not isinstance(value, Treated) or value.dose or value.exempt_classes:
        return False
    return all(
        name in _SUPPORT or (name in classes() and classes()[name].within in _SUPPORT)
        for name in value.classes
    )
