"""What each copy of the trial knows and where it stands: arrays with one row per copy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protorun.conduct.window import Outcome
from protorun.patients.source import Arrivals, IntArray, Source
from protorun.trial.events import NEVER, Events
from protorun.trial.outcomes import Outcomes, Patients

Rows = NDArray[np.intp]
_DLT, _LEFT, _COMPLETED = range(3)


@dataclass
class Books:
    """Rows are copies. `known[what, copy, slot]` is the day the trial learns of a patient's DLT, early leave or
    completion; `slot_level` is the level that patient is treated at, -1 for an empty slot, and `slot_ends` the first day
    after that patient's DLT window. `cohort` is the slot at which the cohort under way began; `shut` marks the levels
    (copy, level) that were found too toxic."""

    source: Source
    copy: IntArray
    arrivals: Arrivals
    day: IntArray
    stage: NDArray[np.int16]
    level: NDArray[np.int16]
    next_candidate: NDArray[np.int32]
    entered: NDArray[np.int32]
    enrolled: NDArray[np.int32]
    not_before: IntArray
    closed: NDArray[np.bool_]
    decided: NDArray[np.int32]
    slots: NDArray[np.int32]
    slot_level: NDArray[np.int16]
    slot_ends: IntArray
    known: IntArray
    cohort: NDArray[np.int32]
    shut: NDArray[np.bool_]
    log: list[Events] = field(default_factory=list)
    said: dict[int, str] = field(default_factory=dict)
    """The last decision of each copy in words, where decisions are explained."""

    def arrives(self, rows: Rows) -> IntArray:
        """The day of the next candidate of each copy; more candidates are asked for when they run short."""
        while (self.next_candidate[rows] >= self.arrivals.day.shape[1]).any():
            self.arrivals = self.source.arrive(self.copy, 2 * self.arrivals.day.shape[1])
        return self.arrivals.day[rows, self.next_candidate[rows]]

    def learns(self, rows: Rows) -> IntArray:
        """The next day, after the present one, on which an outcome becomes known."""
        days = self.known[:, rows]
        later = np.where(days > self.day[rows][None, :, None], days, NEVER)
        return np.asarray(later.min(axis=(0, 2)), np.int32)

    def outcomes(self, rows: Rows, day: IntArray, levels: int) -> Outcomes:
        """Counts per level as known on the day. A patient who left early is counted nowhere: a replacement is enrolled."""
        dlt, left, completed = self.known[:, rows] <= day[None, :, None]
        evaluable = dlt | (completed & ~left)
        waiting = ~(dlt | left | completed)
        level = self.slot_level[rows]
        shape = (len(rows), levels)
        n, d, pending = (np.zeros(shape, np.int16) for _ in range(3))
        for at in range(levels):
            here = level == at
            n[:, at] = (here & evaluable).sum(axis=1)
            d[:, at] = (here & dlt).sum(axis=1)
            pending[:, at] = (here & waiting).sum(axis=1)
        return Outcomes(self.level[rows], n, d, pending)

    def last_cohort(self, rows: Rows, day: IntArray) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Known outcomes and DLTs among the patients of the cohort under way."""
        dlt, left, completed = self.known[:, rows] <= day[None, :, None]
        own = (np.arange(self.slot_level.shape[1]) >= self.cohort[rows, None]) & (self.slot_level[rows] >= 0)
        n, d = own & (dlt | (completed & ~left)), own & dlt
        return n.sum(axis=1).astype(np.int16), d.sum(axis=1).astype(np.int16)

    def patients(self, rows: Rows, day: IntArray, window_days: int) -> Patients:
        """Every patient who counts or may still count, with the share of the DLT window that has passed."""
        dlt, left, completed = self.known[:, rows] <= day[None, :, None]
        passed = 1 - (self.slot_ends[rows].astype(np.float64) - day[:, None]) / window_days
        share = np.where(completed | dlt, 1.0, np.clip(passed, 0.0, 1.0))
        level = np.where(left & ~dlt, -1, self.slot_level[rows]).astype(np.int16)
        came = 1 - (self.slot_ends[rows] - self.known[_DLT, rows].astype(np.float64)) / window_days
        return Patients(level, dlt, share, np.where(dlt, np.clip(came, 0.0, 1.0), np.nan))

    def watch(
        self, copies: Rows, under: NDArray[np.bool_], level: NDArray[np.int16], outcome: Outcome
    ) -> None:
        """Put one new patient of each copy that is `under` the rule under observation."""
        rows = copies[under]
        at = self.slots[rows]
        if at.max() >= self.slot_level.shape[1]:
            self._widen()
        self.slot_level[rows, at] = level[under]
        self.slot_ends[rows, at] = outcome.ends_on[under]
        for what, days in ((_DLT, outcome.dlt), (_LEFT, outcome.left), (_COMPLETED, outcome.completed)):
            self.known[what, rows, at] = days[under]
        self.slots[rows] += 1

    def _widen(self) -> None:
        self.slot_level = np.concatenate([self.slot_level, np.full_like(self.slot_level, -1)], axis=1)
        self.slot_ends = np.concatenate([self.slot_ends, np.full_like(self.slot_ends, NEVER)], axis=1)
        self.known = np.concatenate([self.known, np.full_like(self.known, NEVER)], axis=2)


def open_books(
    source: Source, copies: IntArray, *, level: int, levels: int = 1, candidates: int = 32, slots: int = 16
) -> Books:
    """Books of trials that have not seen a candidate yet."""
    n = len(copies)
    return Books(
        source=source,
        copy=copies,
        arrivals=source.arrive(copies, candidates),
        day=np.zeros(n, np.int32),
        stage=np.zeros(n, np.int16),
        level=np.full(n, level, np.int16),
        next_candidate=np.zeros(n, np.int32),
        entered=np.zeros(n, np.int32),
        enrolled=np.zeros(n, np.int32),
        not_before=np.ones(n, np.int32),
        closed=np.zeros(n, np.bool_),
        decided=np.full(n, -1, np.int32),
        slots=np.zeros(n, np.int32),
        slot_level=np.full((n, slots), -1, np.int16),
        slot_ends=np.full((n, slots), NEVER, np.int32),
        known=np.full((3, n, slots), NEVER, np.int32),
        cohort=np.zeros(n, np.int32),
        shut=np.zeros((n, levels), np.bool_),
    )
