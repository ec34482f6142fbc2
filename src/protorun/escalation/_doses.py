"""The amounts of the dose levels, for designs that model them."""

from __future__ import annotations

import re

from protorun.study.dose_rule import DoseRule
from protorun.study.treatment import Dose

_LABEL = re.compile(Dose.form.pattern)


def doses_of(rule: DoseRule) -> tuple[float, ...] | None:
    """The amounts of the rule's levels, lowest first; None unless each is known, in one unit."""
    doses = [level.dose.value for level in rule.levels]
    known = [dose for dose in doses if dose is not None]
    if len(known) < len(doses) or len({dose.unit for dose in known}) != 1:
        return doses_named(tuple(level.label for level in rule.levels))
    return tuple(dose.amount for dose in known)


def doses_named(labels: tuple[str, ...]) -> tuple[float, ...] | None:
    """The amounts that the levels are named by ("10 mg"); None unless each name is one, in one unit."""
    found = [match for label in labels if (match := _LABEL.fullmatch(label.strip()))]
    if len(found) < len(labels) or len({match["unit"] for match in found}) != 1:
        return None
    return tuple(float(match["amount"]) for match in found)
