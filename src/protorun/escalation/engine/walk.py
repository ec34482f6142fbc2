"""Every history a design can have, with equal ones merged: the road to tables and exact characteristics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated, UsageError
from protorun.escalation._design import Design
from protorun.escalation._slots import Needs
from protorun.escalation.engine.states import Rows, begin, enroll, merge
from protorun.trial.decision import Action, Decision

Firing = Literal["cohort", "immediate"]
"""`cohort`: all patients of a cohort are treated, then the rule decides. `immediate`: it decides after each patient."""

MOST_ROWS = 2_000_000


class TooManyStates(UsageError):
    """The design cannot be enumerated in the rows allowed; it can be simulated."""


@dataclass(frozen=True)
class Step:
    """The merged rows of one step with their decisions, ended rows included. `size` patients are treated next in the rows
    that go on; `leads` lists, row after row and for 0 .. size DLTs, the row of the next step they lead to."""

    rows: Rows
    decision: Decision
    size: NDArray[np.int16]
    leads: NDArray[np.intp]


def walk(design: Design, *, firing: Firing = "cohort", most_rows: int = MOST_ROWS) -> Iterator[Step]:
    """Steps of the trial, from its first patient until nothing goes on.

    Raises NotStated where the rule is silent about a row it reaches, UsageError beyond `most_rows` rows.
    """
    rows = begin(design.start()[0], design.levels, keep_last=keeps_last(design, firing))
    passed = 0
    while len(rows):
        decision = design.decide(rows.outcomes())
        _check_waits(decision)
        passed += len(rows)
        if passed > most_rows:
            raise TooManyStates(f"the design has more than {most_rows} different states; simulate it instead")
        goes = decision.action == Action.ENROLL
        size = np.ones_like(decision.size) if firing == "immediate" else decision.size
        if int(size[goes].sum(dtype=np.int64)) + int(goes.sum()) > 2 * most_rows:
            raise TooManyStates(f"the design has more than {most_rows} different states; simulate it instead")
        goes_on = completes(design, decision)[goes]
        grown = enroll(rows.where(goes), decision.level[goes], size[goes], goes_on=goes_on)
        after, leads = merge(grown)
        yield Step(rows, decision, np.where(goes, size, -1).astype(np.int16), leads)
        rows = after


def keeps_last(design: Design, firing: Firing) -> bool:
    """Whether the counts of the last cohort have to be kept apart: for rules that look at them, and within cohorts."""
    return design.needs >= Needs.LAST or (firing == "immediate" and design.fills_cohorts)


def completes(design: Design, decision: Decision) -> NDArray[np.bool_]:
    """Rows whose next patients belong to the cohort treated last."""
    code = design.reasons.index("fill_cohort") if "fill_cohort" in design.reasons else -1
    found: NDArray[np.bool_] = decision.reason == code
    return found


def _check_waits(decision: Decision) -> None:
    waits = np.flatnonzero(decision.action == Action.WAIT)
    if len(waits):
        raise NotStated(f"what follows: {decision.why(int(waits[0]))}", path="dose_rule.readings")
