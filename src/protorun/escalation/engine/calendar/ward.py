"""A batch of trials under way: who was treated when and where, and what is known by the clock of each trial."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._slots import Needs
from protorun.escalation.engine.calendar.draws import Course
from protorun.escalation.engine.calendar.timing import FloatArray
from protorun.trial.outcomes import Outcomes, Patients

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Small = NDArray[np.int16]

_ROOM = 16  # patients there is room for at first


@dataclass
class Ward:
    """One row per trial; patients are shaped (trial, place), counts (trial, level), times are days from its beginning.

    `given` is a patient's level (-1 = nobody, or left unevaluated), `watched` marks those under observation until `until`.
    `cohort` is the place of the first patient of the cohort treated last, `last` its known patients and DLTs; `since` is
    when accrual was suspended (NaN = open), `learned` the day of the last outcome."""

    trial: Ints
    clock: FloatArray
    arrival: FloatArray
    candidate: Ints
    level: Small
    treated: Ints
    left: Ints
    cohort: Ints
    since: FloatArray
    suspended: FloatArray
    learned: FloatArray
    given: Small
    start: FloatArray
    until: FloatArray
    dlts: Bools
    leaves: Bools
    watched: Bools
    n: Small
    dlt: Small
    pending: Small
    closed: Bools
    last: Small

    def __len__(self) -> int:
        return len(self.trial)

    def where(self, keep: Bools) -> Ward:
        """The trials for which `keep` holds."""
        return Ward(**{field.name: getattr(self, field.name)[keep] for field in fields(self)})

    def learn(self) -> None:
        """What has become known by now is counted."""
        row, place = np.nonzero(self.watched & (self.until <= self.clock[:, None]))
        if not len(row):
            return
        self.watched[row, place] = False
        dlt, left = self.dlts[row, place], self.leaves[row, place]
        level, of_last = self.given[row, place], place >= self.cohort[row]
        np.subtract.at(self.pending, (row, level), np.int16(1))
        np.add.at(self.n, (row, level), (~left).astype(np.int16))
        np.add.at(self.dlt, (row, level), dlt.astype(np.int16))
        np.add.at(self.last[:, 0], row, (of_last & ~left).astype(np.int16))
        np.add.at(self.last[:, 1], row, (of_last & dlt).astype(np.int16))
        np.add.at(self.left, row, left.astype(np.int64))
        np.maximum.at(self.learned, row, self.until[row, place])
        self.given[row[left], place[left]] = -1

    def seen(self, needs: Needs, window_days: float, *, last: bool) -> Outcomes:
        """What a design may see; the cohort treated last where `last` asks for it."""
        followed = patients = None
        if needs >= Needs.PENDING:
            share = (self.clock[:, None] - self.start) / window_days
            followed = self._followed(share)
        if needs >= Needs.PATIENTS:
            patients = self._patients(share, window_days)
        return Outcomes(
            self.level,
            self.n,
            self.dlt,
            self.pending,
            self.last[:, 0] if last else None,
            self.last[:, 1] if last else None,
            followed,
            self.closed if needs >= Needs.PENDING else None,
            patients,
        )

    def _followed(self, share: FloatArray) -> FloatArray:
        row, place = np.nonzero(self.watched)
        at = row * self.n.shape[1] + self.given[row, place]
        total = np.bincount(at, weights=share[row, place], minlength=self.n.size).astype(np.float64)
        return total.reshape(self.n.shape)

    def _patients(self, share: FloatArray, window_days: float) -> Patients:
        most = int(self.treated.max(initial=0))
        known = self.dlts[:, :most] & ~self.watched[:, :most]
        at = np.where(known, (self.until[:, :most] - self.start[:, :most]) / window_days, np.nan)
        return Patients(
            self.given[:, :most], known, np.where(self.watched[:, :most], share[:, :most], 1.0), at
        )

    def admit(self, row: Ints, level: Small, course: Course, *, same_cohort: Bools) -> None:
        """The candidates of these trials are treated now."""
        if int(self.treated.max(initial=0)) >= self.given.shape[1]:
            self._widen()
        place = self.treated[row]
        self.level[row] = level
        self.given[row, place] = level
        self.start[row, place] = self.clock[row]
        self.until[row, place] = self.clock[row] + course.days
        self.dlts[row, place], self.leaves[row, place] = course.dlt, course.left
        self.watched[row, place] = True
        self.pending[row, level] += 1
        self.treated[row] += 1
        new = row[~same_cohort]
        self.cohort[new] = place[~same_cohort]
        self.last[new] = 0

    def _widen(self) -> None:
        """Room for twice as many patients."""
        for name, fill in (
            ("given", -1),
            ("start", 0),
            ("until", 0),
            ("dlts", 0),
            ("leaves", 0),
            ("watched", 0),
        ):
            array = getattr(self, name)
            setattr(self, name, np.concatenate([array, np.full_like(array, fill)], axis=1))

    def next_outcome(self, rows: Ints, *, full: Bools) -> FloatArray:
        """When the next outcome of these trials is known; infinite without any. Where `full` holds, nothing changes until
        somebody has a DLT or leaves, or all outcomes are known."""
        watched, until = self.watched[rows], self.until[rows]
        changes = watched & (self.dlts[rows] | self.leaves[rows] | ~full[:, None])
        soonest = np.where(changes, until, np.inf).min(axis=1)
        latest = np.where(watched.any(axis=1), np.where(watched, until, -np.inf).max(axis=1), np.inf)
        found: FloatArray = np.minimum(soonest, latest)
        return found


def open_ward(trial: Ints, first_level: int, levels: int, arrival: FloatArray) -> Ward:
    """Trials before their first patient, whose first candidate comes at `arrival`."""
    rows = len(trial)
    places, counts = (rows, _ROOM), (rows, levels)
    return Ward(
        trial=trial,
        clock=arrival.copy(),
        arrival=arrival,
        candidate=np.zeros(rows, np.int64),
        level=np.full(rows, first_level, np.int16),
        treated=np.zeros(rows, np.int64),
        left=np.zeros(rows, np.int64),
        cohort=np.zeros(rows, np.int64),
        since=np.full(rows, np.nan),
        suspended=np.zeros(rows),
        learned=np.zeros(rows),
        given=np.full(places, -1, np.int16),
        start=np.zeros(places),
        until=np.zeros(places),
        dlts=np.zeros(places, np.bool_),
        leaves=np.zeros(places, np.bool_),
        watched=np.zeros(places, np.bool_),
        n=np.zeros(counts, np.int16),
        dlt=np.zeros(counts, np.int16),
        pending=np.zeros(counts, np.int16),
        closed=np.zeros(counts, np.bool_),
        last=np.zeros((rows, 2), np.int16),
    )
