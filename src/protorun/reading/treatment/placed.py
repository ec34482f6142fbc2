"""Blocks with the arms that get them, and which of them take their dose from dose finding."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protorun.reading.treatment.drafts import Draft
from protorun.reading.treatment.statement import family
from protorun.reading.treatment.words import words
from protorun.study.arm import Arm
from protorun.study.source import Source
from protorun.study.study import Study
from protorun.study.treatment import Block

_ESCALATION = re.compile(r"dose[- ](?:escalat\w+|finding)", re.I)
_RESULT = re.compile(r"\bRP2D\b|recommended phase (?:2|II) dose", re.I)


@dataclass(frozen=True)
class Placed:
    """A block with the arms that get it, and the draft it came from (None when only its drug is known)."""

    block: Block
    arms: tuple[str, ...]
    draft: Draft | None = None


def escalation_arm(study: Study) -> Arm | None:
    """The one arm that finds the dose, by its label or description."""
    named = [a for a in study.arms if _ESCALATION.search(a.label.value or "")]
    told = [a for a in study.arms if _ESCALATION.search(a.description.value or "")]
    found = named or told
    return found[0] if len(found) == 1 else None


def under_rule(placed: Placed, study: Study) -> bool:
    """True when the dose of a block comes from dose finding: in the arm that escalates, by the route it escalates;
    or where the record says that the RP2D is given."""
    if placed.block.dose.known:
        return False
    if hands_on(placed) is not None:
        return True
    arm = escalation_arm(study)
    if arm is None or placed.arms != (arm.id,):
        return False
    ways = {family(w.value) for w in words(arm.label.value or "") if w.kind == "routes"}
    routes = {family(r) for r in placed.block.routes.value or ()}
    return not ways or bool(ways & routes)


def hands_on(placed: Placed) -> Source | None:
    """The words "RP2D" in what the record says of this block, when they mean the dose it gets."""
    for statement in placed.draft.statements if placed.draft else ():
        if found := _RESULT.search(statement.sentence.text, *statement.span):
            return statement.sentence.matched(found)
    return None
