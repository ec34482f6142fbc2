"""One simulated trial, one row of numbers: what each copy came to, as arrays with one entry per copy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from protorun.conduct.plan import Plan
from protorun.trial.events import NEVER, Events, Kind
from protorun.trial.trial import Trial

Arrays = Mapping[str, NDArray[np.generic]]

NO_RESULT = -2
STOPPED = -1


def dose_finding(trial: Trial, plan: Plan) -> dict[str, NDArray[np.generic]]:
    """The result of the dose rule and the patients it took, per copy.

    `result` is the level handed on, -1 = stopped without a dose, -2 = no result. Patients are counted as known on the
    day the rule ended; those still under observation then are `pending`.
    """
    count = _Count(trial)
    if plan.design is None:
        return {}
    finished, stopped = trial.events.of(Kind.FINISHED), trial.events.of(Kind.STOPPED)
    result = np.full(trial.copies, NO_RESULT, np.int16)
    result[count.row(finished)] = finished.level
    result[count.row(stopped)] = STOPPED
    ended = np.full(trial.copies, NEVER, np.int32)
    for ends in (finished, stopped):
        ended[count.row(ends)] = ends.day
    by_then = trial.events.where(trial.events.known_on <= ended[count.row(trial.events)])
    # Who enters on the day the rule ends enters the next part: the rule decides before candidates are seen.
    earlier = by_then.day < ended[count.row(by_then)]
    entered = by_then.where((by_then.kind == Kind.ENROLLED) & (by_then.level >= 0) & earlier)
    completed = by_then.of(Kind.COMPLETED_WINDOW)
    dlt = by_then.of(Kind.DLT_COUNTED)
    found: dict[str, NDArray[np.generic]] = {"result": result, "days_to_result": ended}
    found |= {"enrolled": count(entered), "dlt": count(dlt), "not_evaluable": _left(count, by_then)}
    found["evaluable"] = _evaluable(count, dlt, completed)
    found["pending"] = found["enrolled"] - found["evaluable"] - found["not_evaluable"]  # type: ignore[operator]
    found["lost"] = count(by_then.of(Kind.NOT_ENROLLED))
    for level in range(plan.design.levels):
        found[f"enrolled_at_{level}"] = count(entered.where(entered.level == level))
        found[f"dlt_at_{level}"] = count(dlt.where(dlt.level == level))
    return found


def _evaluable(count: _Count, dlt: Events, completed: Events) -> NDArray[np.int32]:
    """Patients with a DLT or a completed window; one whose DLT was reported after completion counts once."""
    both = np.isin(_key(completed), _key(dlt))
    return count(dlt) + count(completed.where(~both))


def _left(count: _Count, events: Events) -> NDArray[np.int32]:
    left, dlt = events.of(Kind.INEVALUABLE), events.of(Kind.DLT_COUNTED)
    return count(left.where(~np.isin(_key(left), _key(dlt))))


def _key(events: Events) -> NDArray[np.int64]:
    return events.copy.astype(np.int64) << 32 | events.patient


def whole(trial: Trial) -> dict[str, NDArray[np.generic]]:
    """Patients of the whole trial, whatever its parts."""
    count = _Count(trial)
    events = trial.events
    return {
        "enrolled_in_all": count(events.of(Kind.ENROLLED)),
        "screened_out": count(events.of(Kind.SCREENED)),
    }


class _Count:
    """Events per copy."""

    def __init__(self, trial: Trial) -> None:
        self.first, self.copies = trial.first_copy, trial.copies

    def row(self, events: Events) -> NDArray[np.int32]:
        """The row of each event's copy."""
        row: NDArray[np.int32] = events.copy - self.first
        return row

    def __call__(self, events: Events) -> NDArray[np.int32]:
        return np.bincount(self.row(events), minlength=self.copies).astype(np.int32)
