"""Limits that differ by sex: `hemoglobin ≥ 13 g/dL (men), ≥ 12 g/dL (women)`; and who a line is about."""

from __future__ import annotations

from typing import Any as Anything

from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Attestation, Code, Expr, Flag, If, Number
from protorun.terms.concepts import concepts

_OWN = frozenset({"childbearing_potential", "reproductive_potential", "pregnancy_test", "sex"})


def mark_sexes(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every sex that stands in or behind a limit (`(males)`, `for females`) as part of that limit."""
    if not holds(chunks, "X"):
        return chunks
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        inside = _bracket(chunks, at)
        sexed = inside if inside is not None else _direct(chunks, at, found)
        if sexed and found and found[-1].kind == "A" and _limit(found[-1].value):
            last = found[-1]
            expr = of_sex(last.value, chunks[sexed[0]], line)
            found[-1] = Chunk("A", last.start, chunks[sexed[1] - 1].end, expr)
            at = sexed[1]
        else:
            found.append(chunks[at])
            at += 1
    return found


def of_sex(limit: Expr, chunk: Chunk, line: Line) -> Expr:
    """The limit for one sex: nobody else has to meet it, nobody else is excluded by it."""
    who = sex(chunk, line)
    if line.polarity == "exclusion":
        return All(parts=(who, limit))
    return If(condition=who, then=limit)


def sex(chunk: Chunk, line: Line) -> Code:
    """The patient is of this sex."""
    return Code.model_construct(
        variable="sex", values=(str(chunk.value),), source=line.cite(chunk.start, chunk.end)
    )


def _bracket(chunks: list[Chunk], at: int) -> tuple[int, int] | None:
    inside = chunks[at].kind == "(" and [c.kind for c in chunks[at + 1 : at + 3]] == ["X", ")"]
    return (at + 1, at + 3) if inside else None


def _direct(chunks: list[Chunk], at: int, found: list[Chunk]) -> tuple[int, int] | None:
    """`≥ 12 g/dL for women`: a sex between a limit and the end of its member of the list."""
    if chunks[at].kind != "X" or not found or found[-1].kind != "A":
        return None
    ends = at + 1 == len(chunks) or chunks[at + 1].kind in ",;.|&)"
    return (at, at + 1) if ends else None


def _limit(expr: Anything) -> bool:
    if isinstance(expr, (All, Any)):
        return all(_limit(p) for p in expr.parts)
    return isinstance(expr, Number) and expr.variable != "age"


def has_own_sex(expr: Anything) -> bool:
    """True where every atom speaks of one sex by itself (pregnancy), or asks for a statement."""
    if isinstance(expr, (All, Any)):
        return all(has_own_sex(p) for p in expr.parts)
    if isinstance(expr, If):
        return has_own_sex(expr.condition)
    if hasattr(expr, "part"):
        return has_own_sex(expr.part)
    if isinstance(expr, Attestation):
        return True
    if isinstance(expr, (Flag, Code)):
        known = concepts().get(expr.variable)
        return expr.variable in _OWN or bool(known and known.applies)
    return False
