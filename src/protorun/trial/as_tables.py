"""From the events of a trial to the tables an analysis reads: one row per enrolled patient, one per assessment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.trial.events import Events, Kind
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.tables import Patients, Tables, TimePoints, calls, patients
from protorun.trial.trial import Trial

_DAYS = {
    "first_dose_on": (Kind.DOSE_GIVEN,),
    "death_on": (Kind.DEATH,),
    "new_therapy_on": (Kind.NEW_THERAPY,),
    "withdrawn_on": (Kind.DROPPED_OUT,),
}
_COMPARTMENTS = ("cns", "whole_body")


def tables(trial: Trial, *, criteria: str = "", known_by: NDArray[np.integer] | None = None) -> Tables:
    """The trial as tables, each patient renumbered from 0 within the copy in order of entry.

    `criteria` names the response criteria the assessments were made by. `known_by` gives, per copy, the last day whose
    events count; without it all do. A patient was last known alive on the last day with any event but death.
    """
    events = trial.events
    if known_by is not None:
        events = events.where(events.known_on <= np.asarray(known_by)[events.copy - trial.first_copy])
    entries = events.of(Kind.ENROLLED)
    entries = entries.take(np.lexsort((entries.patient, entries.copy)))
    rank = _rank(entries.copy)
    who = _Who(entries)
    columns: dict[str, object] = {name: who.earliest(events.of(*kinds)) for name, kinds in _DAYS.items()}
    seen = events.where((events.patient >= 0) & (events.kind != Kind.DEATH) & (events.kind != Kind.SCREENED))
    columns |= {
        "enrolled_on": entries.day,
        "last_alive_on": who.latest(seen),
        "arm": entries.value.astype(np.int16),
        "arms": tuple(a.id for a in trial.study.arms),
    }
    if trial.study.randomization is not None:
        columns["randomized_on"] = entries.day
    table: Patients = patients(entries.copy, rank, **columns)
    return Tables(table, timepoints=_timepoints(events, who, rank, criteria))


def _timepoints(
    events: Events, who: _Who, rank: NDArray[np.int64], criteria: str
) -> dict[tuple[str, str], TimePoints]:
    seen = events.of(Kind.ASSESSMENT)
    found = {}
    for number, compartment in enumerate(_COMPARTMENTS):
        mine = seen.where(seen.level == number)
        if len(mine):
            found[criteria, compartment] = calls(
                mine.copy, rank[who.row(mine)], mine.day, mine.value.astype(np.int8)
            )
    return found


def _rank(copy: NDArray[np.int32]) -> NDArray[np.int64]:
    """Number of each row within its copy; rows are sorted by copy."""
    first = np.searchsorted(copy, copy, side="left")
    return np.arange(len(copy)) - first


class _Who:
    """Which enrolled patient an event belongs to."""

    def __init__(self, entries: Events) -> None:
        self.keys = entries.copy.astype(np.int64) << 32 | entries.patient

    def row(self, events: Events) -> NDArray[np.intp]:
        """The row of each event's patient."""
        return np.searchsorted(self.keys, events.copy.astype(np.int64) << 32 | events.patient)

    def _enrolled(self, events: Events) -> tuple[NDArray[np.intp], DayArray]:
        row = np.minimum(self.row(events), max(len(self.keys) - 1, 0))
        keys = events.copy.astype(np.int64) << 32 | events.patient
        mine = self.keys[row] == keys if len(self.keys) else np.zeros(len(events), np.bool_)
        return row[mine], events.day[mine]

    def earliest(self, events: Events) -> DayArray:
        """The first day of such an event per patient, NO_DAY without one."""
        row, day = self._enrolled(events)
        found = np.full(len(self.keys), np.iinfo(np.int32).max, np.int32)
        np.minimum.at(found, row, day)
        return np.where(found == np.iinfo(np.int32).max, NO_DAY, found).astype(np.int32)

    def latest(self, events: Events) -> DayArray:
        """The last day of such an event per patient, NO_DAY without one."""
        row, day = self._enrolled(events)
        found = np.full(len(self.keys), NO_DAY, np.int32)
        np.maximum.at(found, row, day)
        return found
