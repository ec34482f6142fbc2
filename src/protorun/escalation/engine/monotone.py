"""Where one more DLT raises the dose, and what else a reader of a decision table should be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._design import Design
from protorun.escalation._for_study import Executable, Levels, as_design
from protorun.escalation.engine.boundaries import Row, describe
from protorun.escalation.engine.states import Rows
from protorun.escalation.engine.walk import Firing, walk
from protorun.trial.decision import Action, Decision
from protorun.trial.outcomes import Outcomes


def not_monotone(
    study_or_design: Executable,
    *,
    reading: str | None = None,
    levels: Levels | None = None,
    firing: Firing = "cohort",
) -> list[Row]:
    """The states of a trial in which one more DLT, at any level treated so far, would give a higher dose: the decision as
    it stands, `one_more_at` the level of that DLT, and `then` the dose it would lead to. Empty for a monotone design.

    `counts` are the DLTs of the patients by level. A trial that stops counts as lower than any dose."""
    design = as_design(study_or_design, reading, levels)
    found: list[Row] = []
    for step in walk(design, firing=firing):
        for level in range(design.levels):
            found += _raised(design, step.rows, step.decision, level)
    return found


def notes(
    study_or_design: Executable, *, reading: str | None = None, levels: Levels | None = None
) -> tuple[str, ...]:
    """What the reader of a decision table should know: settings taken by default, and states in which one more DLT would
    give a higher dose. Empty where there is nothing to say."""
    design = as_design(study_or_design, reading, levels)
    said: tuple[str, ...] = tuple(getattr(getattr(design, "rule", None), "notes", ()))
    if design.monotone:
        return said
    rows = not_monotone(design)
    if not rows:
        return (*said, "one more DLT never raises the dose in any state this trial can reach")
    first = rows[0]
    example = f"{first['counts']}: {first['next_level'] or 'stop'}; with one more at {first['one_more_at']}: {first['then']}"
    return (*said, f"one more DLT would raise the dose in {len(rows)} cases, such as {example}")


def _raised(design: Design, rows: Rows, decision: Decision, level: int) -> list[Row]:
    possible = np.flatnonzero(rows.dlt[:, level] < rows.n[:, level])
    if not len(possible):
        return []
    before = rows.where(possible)
    after = design.decide(_with_one_more(before, level))
    milder = decision.level[possible]
    known = (decision.action[possible] != Action.WAIT) & (after.action != Action.WAIT)
    return [
        {
            **describe(design, decision, int(possible[i])),
            "counts": _counts(design, before, i),
            "one_more_at": design.labels[level],
            "then": after.label(i),
        }
        for i in map(int, np.flatnonzero(known & (after.level > milder)))
    ]


def _with_one_more(rows: Rows, level: int) -> Outcomes:
    """One more DLT at a level; in the cohort treated last, where that level is its and it has a patient without."""
    dlt = rows.dlt.copy()
    dlt[:, level] += 1
    seen = replace(rows.outcomes(), dlt=dlt)
    if rows.last is None:
        return seen
    room: NDArray[np.bool_] = (rows.level == level) & (rows.last[:, 1] < rows.last[:, 0])
    return replace(seen, last_dlt=(rows.last[:, 1] + room).astype(np.int16))


def _counts(design: Design, rows: Rows, row: int) -> str:
    return ", ".join(
        f"{rows.dlt[row, i]}/{rows.n[row, i]} at {design.labels[i]}"
        for i in range(design.levels)
        if rows.n[row, i]
    )
