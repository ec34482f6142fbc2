"""Dose-transition pathways: the same `decide`, asked after every way the next cohorts can go."""

from __future__ import annotations

import numpy as np

from protorun.errors import UsageError
from protorun.escalation._design import Design
from protorun.escalation._for_study import Executable, Levels, as_design
from protorun.escalation.engine.boundaries import Row, describe
from protorun.escalation.engine.states import Rows, begin, enroll
from protorun.escalation.engine.walk import Firing, completes, keeps_last
from protorun.trial.decision import Action, Decision
from protorun.trial.outcomes import Outcomes

MOST_PATHS = 200_000

Branch = tuple[str, tuple[int, ...]]
"""The outcome string of a path, and its DLTs cohort by cohort, by which the tree is ordered."""


def paths(
    study_or_design: Executable,
    *,
    reading: str | None = None,
    levels: Levels | None = None,
    cohorts: int = 2,
    firing: Firing = "cohort",
    after: Outcomes | None = None,
) -> list[Row]:
    """Every way the first `cohorts` cohorts can go, with the decision after each; rows come in the order of the tree.

    `path` is an outcome string with the DLTs of a cohort written last; `ways` counts the orders of outcomes within the
    cohorts that it stands for. With `after`, the counts of one trial with nobody pending, the ways go on from there.
    Raises UsageError for less than one cohort, for pending patients, or beyond `MOST_PATHS` rows.
    """
    if cohorts < 1:
        raise UsageError(f"paths of one cohort or more can be shown, not of {cohorts}")
    design = as_design(study_or_design, reading, levels)
    found: list[tuple[tuple[int, ...], Row]] = []
    keep_last = keeps_last(design, firing)
    rows = begin(design.start()[0], design.levels, keep_last=keep_last)
    if after is not None:
        keep_last = keep_last or (design.fills_cohorts and after.last_n is not None)  # it may be incomplete
        rows = _from(after, keep_last)
    branches: list[Branch] = [("", ())]
    for depth in range(cohorts + 1):
        decision = design.decide(rows.outcomes())
        for i, (path, dlts) in enumerate(branches):
            row = {"path": path, "ways": int(rows.ways[i]), **describe(design, decision, i)}
            found.append((dlts, row))
        goes = np.flatnonzero(decision.action == Action.ENROLL)
        if depth == cohorts or not len(goes):
            break
        size = np.ones_like(decision.size) if firing == "immediate" else decision.size
        branches = [b for i in goes for b in _grown(design, decision, branches[i], int(i), int(size[i]))]
        goes_on = completes(design, decision)[goes]
        if len(found) + len(branches) > MOST_PATHS:
            raise UsageError(f"there are more than {MOST_PATHS} paths; ask for fewer cohorts")
        rows = enroll(rows.where(goes), decision.level[goes], size[goes], goes_on=goes_on)
    return [row for _, row in sorted(found, key=lambda item: item[0])]


def _from(seen: Outcomes, keep_last: bool) -> Rows:
    """The counts of a trial in progress as the root of a tree."""
    if len(seen) != 1 or seen.pending.any():
        raise UsageError("what can happen next is told for one trial with no outcome pending")
    last = None
    if keep_last:
        n = seen.n[[0], seen.level] if seen.last_n is None else seen.last_n
        dlt = seen.dlt[[0], seen.level] if seen.last_dlt is None else seen.last_dlt
        last = np.column_stack([n, dlt]).astype(np.int16)
    return Rows(seen.level, seen.n, seen.dlt, np.ones(1), last)


def _grown(design: Design, decision: Decision, branch: Branch, row: int, size: int) -> list[Branch]:
    path, dlts = branch
    number = design.order.index(int(decision.level[row])) + 1
    return [
        (f"{path} {number}{'N' * (size - dlt)}{'T' * dlt}".strip(), (*dlts, dlt)) for dlt in range(size + 1)
    ]
