"""Every history a design can have, with equal ones merged: the road to tables and exact characteristics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from protorun.errors import NotStated, UsageError
from protorun.escalation._design import Design
from protorun.escalation.engine.states import Rows, begin, enroll, merge
from protorun.trial.decision import Action, Decision

Firing = Literal["cohort", "immediate"]
"""`cohort`: all patients of a cohort are treated, then the rule decides. `immediate`: it decides after each patient."""

MOST_ROWS = 2_000_000


def walk(
    design: Design, *, firing: Firing = "cohort", most_rows: int = MOST_ROWS
) -> Iterator[tuple[Rows, Decision]]:
    """Steps of the trial: the merged rows of each step with their decisions, ended rows included.

    Raises NotStated where the rule is silent about a row it reaches, UsageError beyond `most_rows` rows.
    """
    rows, passed = begin(design.start()[0], design.levels), 0
    while len(rows):
        decision = design.decide(rows.outcomes())
        _check_waits(decision)
        yield rows, decision
        passed += len(rows)
        if passed > most_rows:
            raise UsageError(f"the design has more than {most_rows} different states; simulate it instead")
        goes = decision.action == Action.ENROLL
        size = np.ones_like(decision.size) if firing == "immediate" else decision.size
        rows = merge(enroll(rows.where(goes), decision.level[goes], size[goes]))


def _check_waits(decision: Decision) -> None:
    waits = np.flatnonzero(decision.action == Action.WAIT)
    if len(waits):
        raise NotStated(f"what follows: {decision.why(int(waits[0]))}", path="dose_rule.readings")
