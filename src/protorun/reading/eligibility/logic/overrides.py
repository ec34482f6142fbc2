"""A line that takes others back for some: `patients with C need not meet the above hematologic limits, but must have L`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.logic.classed.classes import classify
from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.lists import has_atom, trim
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk, holds, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Criterion, Expr, Flag, If, Not, Number

_RELEASED = re.compile(
    r"\b(?:(?:is|are|will be) not required|(?:do|does|will) not (?:need|have)|need not(?: to)?) (?:to )?(?:meet|fulfill?|satisfy|have)"
    r" (?:the |these |all )*(?:above(?:[- ]mentioned)? |previous |preceding |listed ){0,2}(?P<which>[a-z]{4,16}) (?:function )?"
    r"(?:parameters?|criteri(?:a|on)|requirements?|limits?|values?|thresholds?)(?: above| listed above)?"
)
_CODE = "OVERRIDE"


def released(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """What the line still asks of those it releases from other lines."""
    if line.polarity != "inclusion" or "not" not in line.text:
        return None
    match = _RELEASED.search(line.text, chunks[0].start, chunks[-1].end)
    if match is None or _group(match["which"]) is None:
        return None
    who = trim([c for c in chunks if c.end <= match.start() and c.kind not in "C:" and c.value != "note"])
    instead = trim([c for c in chunks if c.start >= match.end() and c.value != "but"])
    if not has_atom(who) or holds(who, "gei"):
        return None
    flags = [c.value for c in who if c.kind == "A" and isinstance(c.value, Flag)]
    condition = (
        All(parts=tuple(flags))
        if len(flags) == len(who) > 1
        else context.assemble(who, line, context.opened())
    )
    if instead and has_atom(instead):
        then = context.assemble([c for c in instead if c.kind != "M"], line, context.asking())
    else:
        then = context.unparsed(line, instead or chunks)
    line.doubt(_CODE, f"the {match['which']} limits above are not asked of those this line is about")
    return If(condition=condition, then=then)


def _group(which: str) -> frozenset[str] | None:
    return next(
        (frozenset(names) for group, names in words()["organs"].items() if which.startswith(group)), None
    )


def overridden(listed: list[Criterion]) -> list[Criterion]:
    """The criteria, those a later line takes back for some asked of the others only."""
    for index, criterion in enumerate(listed):
        said = next((d for d in criterion.doubts if d.startswith(_CODE)), None)
        if said is None or not isinstance(criterion.expr, If):
            continue
        group = _group(said.split(" the ", 1)[1].split(" ", 1)[0]) or frozenset()
        for earlier in range(index):
            listed[earlier] = _without(listed[earlier], criterion, group)
    return listed


def _without(criterion: Criterion, override: Criterion, group: frozenset[str]) -> Criterion:
    limits = leaves(criterion.expr)
    about = all(isinstance(x, Number) and x.variable in group for x in limits)
    if not about or (criterion.polarity, criterion.scope) != (override.polarity, override.scope):
        return criterion
    condition = override.expr.condition  # type: ignore[union-attr]
    expr = If(condition=Not(part=condition), then=criterion.expr)
    return criterion.model_copy(
        update={
            "expr": expr,
            "klass": classify(expr, [(0, 0)] if criterion.klass == "partial" else []),
            "doubts": (*criterion.doubts, f"OVERRIDDEN: {override.id} takes it back for some"),
        }
    )
