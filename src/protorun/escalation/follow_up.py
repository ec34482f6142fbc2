"""The trial so far as a list of patients, each with its own follow-up: what designs that decide early have to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._slots import Needs
from protorun.escalation.notation import numbering, outcomes_of
from protorun.trial.outcomes import Outcomes, Patients


@dataclass(frozen=True)
class FollowedPatient:
    """One patient. `level` is its number as outcome strings have it (1 = lowest, or as the record orders them).

    With a DLT, `follow_up_days` is the day it came; without one, the days under observation so far. `window_days` is the
    patient's DLT window. Not `evaluable`: died or withdrew before the end of it without a DLT; such patients are not
    counted."""

    level: int
    dlt: bool
    follow_up_days: float
    window_days: float
    evaluable: bool = True

    def __post_init__(self) -> None:
        if not self.window_days > 0:
            raise UsageError(f"the DLT window of a patient is longer than {self.window_days:g} days")
        if not self.follow_up_days >= 0:
            raise UsageError(f"a patient cannot have been followed for {self.follow_up_days:g} days")
        if self.dlt and self.follow_up_days > self.window_days:
            raise UsageError(
                f"a DLT on day {self.follow_up_days:g} is after the window of {self.window_days:g} days; "
                "such a patient completed the window without one"
            )
        if self.dlt and not self.evaluable:
            raise UsageError("a patient with a DLT is evaluable")

    @property
    def share(self) -> float:
        """The share of the window that has passed."""
        return min(self.follow_up_days / self.window_days, 1.0)

    @property
    def letter(self) -> str:
        """The patient's outcome as outcome strings write it: N, T, P or X."""
        if not self.evaluable:
            return "X"
        if self.dlt:
            return "T"
        return "P" if self.share < 1 else "N"


def outcomes_from(patients: Sequence[FollowedPatient], design: Design) -> Outcomes:
    """What the design may see of these patients, who come in the order of their entry: one row.

    Patients are counted as they stand, also where the design would have given another level. Raises UsageError for a level
    the design does not have."""
    for i, patient in enumerate(patients, start=1):
        if not 1 <= patient.level <= len(design.order):
            raise UsageError(f"patient {i}: there is no level {patient.level}; {numbering(design)}")
    text = " ".join(f"{patient.level}{patient.letter}" for patient in patients)
    if design.needs < Needs.PENDING:
        return outcomes_of(text, design, allow_deviation=True)
    return _in_detail(patients, design)


def _in_detail(patients: Sequence[FollowedPatient], design: Design) -> Outcomes:
    counted = [p for p in patients if p.evaluable]
    n, dlt, pending = np.zeros((3, 1, design.levels), np.int16)
    followed = np.zeros((1, design.levels))
    for p in counted:
        at = design.order[p.level - 1]
        n[0, at] += p.letter != "P"
        dlt[0, at] += p.dlt
        pending[0, at] += p.letter == "P"
        followed[0, at] += p.share if p.letter == "P" else 0.0
    level = design.order[counted[-1].level - 1] if counted else design.start()[0]
    seen = Outcomes(
        np.array([level], np.int16), n, dlt, pending, followed=followed, patients=_one_by_one(counted, design)
    )
    return _with_last(seen, counted, design)


def _one_by_one(counted: Sequence[FollowedPatient], design: Design) -> Patients:
    level = np.array([[design.order[p.level - 1] for p in counted]], np.int16).reshape(1, -1)
    dlt = _row([p.dlt for p in counted]) > 0
    share = _row([p.share for p in counted])
    return Patients(level, dlt, np.where(dlt, 1.0, share), np.where(dlt, share, np.nan))


def _row(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, np.float64).reshape(1, -1)


def _with_last(seen: Outcomes, counted: Sequence[FollowedPatient], design: Design) -> Outcomes:
    """The known outcomes of the cohort treated last, which begins after every full number of cohorts."""
    if not isinstance(design, Composed) or not counted:
        return seen
    last = counted[-((len(counted) - 1) % design.size + 1) :]
    known = [p for p in last if p.letter != "P"]
    return replace(
        seen,
        last_n=np.array([len(known)], np.int16),
        last_dlt=np.array([sum(p.dlt for p in known)], np.int16),
    )
