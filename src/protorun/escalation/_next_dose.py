"""The decision for the next patients, from the trial so far."""

from __future__ import annotations

from collections.abc import Sequence

from protorun.escalation._for_study import Executable, Levels, as_design
from protorun.escalation.follow_up import FollowedPatient, outcomes_from
from protorun.escalation.notation import outcomes_of
from protorun.trial.decision import Decision


def next_dose(
    study_or_design: Executable,
    outcomes: str | Sequence[FollowedPatient],
    *,
    reading: str | None = None,
    levels: Levels | None = None,
    allow_deviation: bool = False,
) -> Decision:
    """What the dose rule decides after outcomes such as "1NNT", or after a list of patients with their follow-up, with its
    reason: one row.

    `levels` names the levels of a recipe (or says how many). Letters: N no DLT, T DLT, P pending, X not evaluable (not counted). Numbers count levels as `notation.numbering` says.
    A list of patients is counted as it stands. Raises NotationError with the column for a string that cannot be, NotStated
    for a rule with an open choice, and for a design that wants the follow-up of pending patients and got letters.
    """
    design = as_design(study_or_design, reading, levels)
    if not isinstance(outcomes, str):
        return design.decide(outcomes_from(outcomes, design))
    return design.decide(outcomes_of(outcomes, design, allow_deviation=allow_deviation))
