"""Who had a dose-limiting toxicity: definition and window of the study, adverse events, and the trial's own calls, joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.course import rows_of
from protorun.errors import NothingRecorded, NotStated
from protorun.study.study import Study
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.toxicity import disagreements, dlt_window, judge
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.tables import AdverseEvents, Patients, Tables

_LATE = np.iinfo(np.int32).max


@dataclass(frozen=True)
class DltVerdicts:
    """One entry per row of the patient table. `dlt` is Kleene truth of a DLT inside the window and `on` its day; `event`
    the adverse event that decided (-1 = none), `why` indexes `says`. `completed` is Kleene truth of having completed the
    window (UNKNOWN = still under observation); `treated` picks the patients under the dose rule. `basis` says in words
    where DLTs are from, `doubts` name patients of whom the trial and the definition say different things."""

    dlt: TruthArray
    on: DayArray
    event: NDArray[np.int64]
    why: NDArray[np.int64]
    says: tuple[str, ...]
    start: DayArray
    completed: TruthArray
    treated: NDArray[np.bool_]
    basis: str
    by_definition: bool
    doubts: tuple[str, ...] = ()

    @property
    def evaluable(self) -> NDArray[np.bool_]:
        """Completed the window, or had a DLT."""
        done: NDArray[np.bool_] = (self.completed == TRUE) | (self.dlt == TRUE)
        return np.asarray(self.treated & done & (self.dlt != UNKNOWN), np.bool_)


@dataclass(frozen=True)
class _Window:
    start: DayArray
    end: NDArray[np.int64]
    completed: TruthArray


def dlt_verdicts(
    study: Study, tables: Tables, *, cutoff_day: int | None = None, calendar: bool = True
) -> DltVerdicts:
    """The verdicts as known at the cutoff. DLTs the trial called count; where it called none, those its adverse events
    make by the study's definition. With `calendar` (a recorded trial) the two are compared.

    The window begins with the first dose where doses are recorded, else with entry. Death, withdrawal, progression or
    the trial's own call inside it end it early; whoever is seen on its last day or later has completed it. Raises
    NotStated without a window (or a definition, where it is needed), NothingRecorded with neither calls nor events.
    """
    people, last = tables.patients, _LATE if cutoff_day is None else cutoff_day
    window = _observed(people, dlt_window(study), last)
    events = tables.adverse_events
    if events is not None:
        events = events.where((events.day == NO_DAY) | (events.day <= last))
    if people.dlt_on is not None and (events is None or bool((people.dlt_on != NO_DAY).any())):
        return _by_calls(study, people, events if calendar else None, window=window, last=last)
    if events is None:
        says = "there are no adverse events, and no DLT was called"
        raise NothingRecorded(says, hint="give adverse_events.csv, or dlt rows in events.csv")
    return _by_definition(study, people, events, window=window, last=last)


def _observed(people: Patients, days: int, last: int) -> _Window:
    dosed = bool((people.first_dose_on != NO_DAY).any())
    start = people.first_dose_on if dosed else people.enrolled_on
    end = np.where(start == NO_DAY, _LATE, start.astype(np.int64) + days)
    left, done = np.zeros(len(people), np.bool_), np.zeros(len(people), np.bool_)
    for day in (people.death_on, people.withdrawn_on, people.inevaluable_on):
        left |= _by(day, last) & (_days(day, len(people)) < end)
    for day in (people.death_on, people.withdrawn_on, people.last_alive_on):
        done |= (_days(day, len(people)) != NO_DAY) & (np.minimum(_days(day, len(people)), last) >= end - 1)
    done |= _by(people.completed_window_on, last)
    return _Window(start, end, np.select([left, done], [FALSE, TRUE], UNKNOWN).astype(np.uint8))


def _by(day: DayArray | None, last: int) -> NDArray[np.bool_]:
    """Days that are known by `last`."""
    if day is None:
        return np.zeros(1, np.bool_)
    return np.asarray((day != NO_DAY) & (day <= last), np.bool_)


def _days(day: DayArray | None, count: int) -> DayArray:
    return np.full(count, NO_DAY, np.int32) if day is None else day


def _by_calls(
    study: Study, people: Patients, events: AdverseEvents | None, *, window: _Window, last: int
) -> DltVerdicts:
    day = _days(people.dlt_on, len(people))
    inside = (day != NO_DAY) & (window.start != NO_DAY) & (day >= window.start) & (day < window.end)
    on = np.where(inside & (day <= last), day, NO_DAY).astype(np.int32)
    doubts: tuple[str, ...] = ()
    if events is not None:
        try:
            judged = judge(study, events, window_start=window.start[_rows(people, events)])
            doubts = disagreements(people, events, judged, called_on=on)
        except NotStated as lack:
            doubts = (f"DLTs as called cannot be held against the adverse events: {lack}",)
    count = len(people)
    return DltVerdicts(
        dlt=np.where(on != NO_DAY, TRUE, FALSE).astype(np.uint8),
        on=on,
        event=np.full(count, -1),
        why=np.zeros(count, np.int64),
        says=("a DLT in the window, as the trial called it",),
        start=window.start,
        completed=window.completed,
        treated=_treated(people, window, last),
        basis="DLTs are those the trial called inside the window of the dose rule",
        by_definition=False,
        doubts=doubts,
    )


def _by_definition(
    study: Study, people: Patients, events: AdverseEvents, *, window: _Window, last: int
) -> DltVerdicts:
    row = _rows(people, events)
    judged = judge(study, events, window_start=window.start[row])
    dlt, deciding = np.zeros(len(people), np.uint8), np.full(len(people), -1, np.int64)
    order = np.lexsort((-events.day.astype(np.int64), judged.dlt))
    order = order[judged.dlt[order] != FALSE]
    dlt[row[order]], deciding[row[order]] = (
        judged.dlt[order],
        order,
    )  # the surest and earliest is written last
    hit = deciding >= 0
    on, why = np.full(len(people), NO_DAY, np.int32), np.zeros(len(people), np.int64)
    on[hit], why[hit] = events.day[deciding[hit]], judged.reason[deciding[hit]]
    return DltVerdicts(
        dlt=dlt,
        on=on,
        event=deciding,
        why=why,
        says=judged.reasons,
        start=window.start,
        completed=window.completed,
        treated=_treated(people, window, last),
        basis="DLTs are the adverse events that the study's definition makes DLTs, inside the window of the dose rule",
        by_definition=True,
    )


def _treated(people: Patients, window: _Window, last: int) -> NDArray[np.bool_]:
    """Patients whose window had begun; where dose levels are known, only those who got one."""
    begun: NDArray[Any] = (window.start != NO_DAY) & (window.start <= last)
    if people.level is not None and bool((people.level >= 0).any()):
        begun = begun & (people.level >= 0)
    return np.asarray(begun, np.bool_)


def _rows(people: Patients, events: AdverseEvents) -> NDArray[np.intp]:
    return rows_of(people, events.copy, events.patient)
