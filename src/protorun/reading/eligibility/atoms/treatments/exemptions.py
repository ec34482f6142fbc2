"""What a treatment leaves out: `anticancer therapy except radiotherapy`, `(excluding inhaled steroids)`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Expr, Not, Treated, Washout
from protorun.terms.treatments import listed, wider

_STEROID = "corticosteroid"
_JOINTS = ",|/&"


@dataclass(frozen=True)
class Exempt:
    """Classes that do not count, the time that goes for them instead, and the chunk behind the words."""

    classes: tuple[str, ...]
    behind: int
    time: Chunk | None = None
    excluded: bool = False
    """Said with the word `excluded`, which on an exclusion list has two meanings."""


def exempt_classes(chunks: list[Chunk], at: int, names: list[str]) -> Exempt:
    """`except radiotherapy`, `(radiotherapy is excluded)`, `except hormonal therapy within 2 weeks` behind a treatment."""
    none = Exempt((), at)
    step = at
    bracket = step < len(chunks) and chunks[step].kind == "("
    step += step < len(chunks) and chunks[step].kind in "(,"
    excluded = bracket and "".join(c.kind for c in chunks[step : step + 3]) == "yG)"
    if step >= len(chunks) or not (excluded or chunks[step].kind == "e"):
        return none
    found, step = _classes(chunks, step + (not excluded))
    found = tuple(_of_head(name, names) for name in found)
    if not found or any(f in names for f in found) or not all(_narrower(f, names) for f in found):
        return none
    step += excluded
    time = (
        chunks[step]
        if step < len(chunks) and chunks[step].kind in "WHL" and (bracket or at != step)
        else None
    )
    if bracket:
        step += time is not None
        closed = step < len(chunks) and chunks[step].kind == ")"
        return Exempt(found, step + 1, time, excluded) if closed else none
    return _unbracketed(chunks, at, step, found)


_BARE = re.compile(r"(oral|intravenous|iv|topical|local|inhaled)_(?:drug|agent|medication|medicine)s?")


def _of_head(name: str, names: list[str]) -> str:
    """`chemotherapy, except for oral drugs`: only the oral ones of that kind."""
    bare = _BARE.fullmatch(name)
    return f"{bare[1]}_{names[0]}" if bare else name


def _unbracketed(chunks: list[Chunk], at: int, step: int, found: tuple[str, ...]) -> Exempt:
    """Behind the exception the sentence ends, or a time follows: the time of all, or of the exception where all have one."""
    dated = chunks[at - 1].kind in "WHL"
    comma = step < len(chunks) and chunks[step].kind == ","
    timed = step + comma < len(chunks) and chunks[step + comma].kind in "WHL"
    if timed and not dated:
        return Exempt(found, step)
    if timed and not comma:
        step += 1
        ends = step == len(chunks) or chunks[step].kind in ".;)"
        return Exempt(found, step, chunks[step - 1]) if ends else Exempt((), at)
    ends = step == len(chunks) or chunks[step].kind in ".;)"
    return Exempt(found, step) if ends else Exempt((), at)


def _classes(chunks: list[Chunk], at: int) -> tuple[tuple[str, ...], int]:
    found: list[str] = []
    behind = at
    while at < len(chunks) and chunks[at].kind == "y":
        found.append(str(chunks[at].value))
        behind = at = at + 1
        while at < len(chunks) and chunks[at].kind in _JOINTS:
            at += 1
    return tuple(dict.fromkeys(found)), behind


def _narrower(name: str, names: list[str]) -> bool:
    """It is a kind of what stands before: only then it can be left out of it. Of names in no table nobody knows."""
    return bool(set(names) & wider(name)) or not listed(name) or not all(listed(n) for n in names)


def spared(expr: Expr, exempt: Exempt, own: Expr, line: Line) -> Expr:
    """The treatment without what is exempt; what has a time of its own counts in that time."""
    if not exempt.classes:
        return expr
    left = without(expr, exempt.classes)
    if exempt.excluded:
        line.doubt(
            "EXCLUDED_IS_EXEMPT", "what is `excluded` in brackets is read as not meant by the words before"
        )
        line.readings.append(("what is `excluded` in brackets counts as well", left, expr))
    if exempt.time is None:
        return left
    firing = isinstance(expr, Treated) or (isinstance(expr, Not) and isinstance(expr.part, Washout))
    both: Expr = (Any if firing else All)(parts=(left, own))
    line.doubt("EXCEPTION_TIME", "the time behind the exception is read as the time that goes for it instead")
    line.readings.append(("what is excepted is free in that time", both, left))
    return both


def without(expr: Expr, classes: tuple[str, ...]) -> Expr:
    """Every treatment of a tree with these classes exempt."""
    if isinstance(expr, (Treated, Washout)):
        return expr.model_copy(update={"exempt_classes": (*expr.exempt_classes, *classes)})
    if isinstance(expr, Not):
        return Not(part=without(expr.part, classes))
    if isinstance(expr, (Any, All)):
        return type(expr)(parts=tuple(without(p, classes) for p in expr.parts))
    return expr


def exempt_routes(chunks: list[Chunk], at: int, names: list[str]) -> tuple[tuple[str, ...], int]:
    """`(excluding intranasal/inhaled corticosteroids)` behind a steroid."""
    step = at
    bracket = step < len(chunks) and chunks[step].kind in "(,"
    step += bracket
    if step >= len(chunks) or chunks[step].kind != "e" or not any(_STEROID in wider(n) for n in names):
        return (), at
    routes: list[str] = []
    step += 1
    while step < len(chunks) and chunks[step].kind in "oy,|/&":
        if chunks[step].kind == "o":
            routes.append(str(chunks[step].value))
        if chunks[step].kind == "y":
            routes += [
                r for r in ("intranasal", "inhaled", "topical") if str(chunks[step].value).startswith(r)
            ]
        step += 1
    if not routes:
        return (), at
    if chunks[at].kind == "(":
        if step >= len(chunks) or chunks[step].kind != ")":
            return (), at
        step += 1
    return tuple(dict.fromkeys(routes)), step
