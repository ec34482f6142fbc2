"""Rows in order of patient and day, and the first or last row of each patient that a condition picks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from protorun.trial.facts import NO_DAY, DayArray

Index = NDArray[np.int64]
Bools = NDArray[np.bool_]
Whole = TypeVar("Whole", bound=np.integer[Any])
NO_ROW = -1
_BITS = 63


def order_of(patient: NDArray[np.integer], day: NDArray[np.integer]) -> Index:
    """Row numbers in order of (patient, day, row): a stable sort. One 64-bit key where it fits, which sorts fastest."""
    count = len(patient)
    if count < 2 or _sorted(patient, day):
        return np.arange(count)
    who, when = patient.astype(np.int64) - patient.min(), day.astype(np.int64) - day.min()
    rows, days = int(count - 1).bit_length(), int(when.max()).bit_length()
    if int(who.max()).bit_length() + days + rows > _BITS:
        return np.lexsort((day, patient))
    key = (((who << days) | when) << rows) | np.arange(count)
    key.sort()
    found: Index = key & ((1 << rows) - 1)
    return found


def _sorted(patient: NDArray[np.integer], day: NDArray[np.integer]) -> bool:
    above, same = patient[1:] > patient[:-1], patient[1:] == patient[:-1]
    return bool(np.all(above | (same & (day[1:] >= day[:-1]))))


def first_row(picked: Bools, patient: NDArray[np.integer], count: int) -> Index:
    """The first picked row of each patient, -1 = none; rows are sorted by patient."""
    rows = np.flatnonzero(picked)
    who = patient[rows]
    starts = np.ones(len(rows), np.bool_)
    starts[1:] = who[1:] != who[:-1]
    found = np.full(count, NO_ROW, np.int64)
    found[who[starts]] = rows[starts]
    return found


def last_row(picked: Bools, patient: NDArray[np.integer], count: int) -> Index:
    """The last picked row of each patient, -1 = none; rows are sorted by patient."""
    rows = np.flatnonzero(picked)
    who = patient[rows]
    ends = np.ones(len(rows), np.bool_)
    ends[:-1] = who[1:] != who[:-1]
    found = np.full(count, NO_ROW, np.int64)
    found[who[ends]] = rows[ends]
    return found


def starts_of(patient: NDArray[np.integer]) -> Index:
    """The first row of every patient who has rows; rows are sorted by patient."""
    if not len(patient):
        return np.zeros(0, np.int64)
    return np.append(0, np.flatnonzero(patient[1:] != patient[:-1]) + 1)


def up_to(end: Index, starts: Index, patient: NDArray[np.integer]) -> Bools:
    """Rows up to and including the row `end` of their patient, all of them where `end` is -1; `starts` as of `starts_of`."""
    step = np.zeros(len(patient) + 1, np.int8)
    last = end[patient[starts]] if len(starts) else end[:0]
    cut = last != NO_ROW
    nexts = np.append(starts[1:], len(patient))[cut]
    np.add.at(step, last[cut] + 1, np.int8(1))
    np.subtract.at(step, nexts, np.int8(1))
    return np.asarray(np.cumsum(step[:-1], dtype=np.int8) == 0)


def best_row(
    rank: NDArray[np.int8], patient: NDArray[np.integer], starts: Index, count: int
) -> tuple[NDArray[np.int8], Index]:
    """The smallest rank of each patient and the first row that has it; rank -1 and row -1 for a patient without rows."""
    best, row = np.full(count, NO_ROW, np.int8), np.full(count, NO_ROW, np.int64)
    if not len(rank):
        return best, row
    key = np.minimum.reduceat((rank.astype(np.int64) << 40) | np.arange(len(rank)), starts)
    who = patient[starts]
    best[who], row[who] = key >> 40, key & ((1 << 40) - 1)
    return best, row


def at_row(row: Index, values: NDArray[Whole], none: int) -> NDArray[Whole]:
    """The value of a row of each patient, `none` where the row is -1."""
    if not len(values):
        return np.full(len(row), none, values.dtype)
    found = values[row]
    found[row == NO_ROW] = none
    return found


@dataclass(frozen=True)
class Rows:
    """Rows that count, sorted by patient and day; `row` is the number each had when it came in, `starts` the first row of
    each patient who has any, `count` how many patients there are."""

    patient: NDArray[np.integer]
    day: NDArray[np.integer]
    code: NDArray[np.int8]
    row: Index
    starts: Index
    count: int

    def first(self, picked: Bools) -> Index:
        """The first picked row of each patient."""
        return first_row(picked, self.patient, self.count)

    def chosen(self, row: Index) -> tuple[DayArray, Index]:
        """Day and incoming number of a row per patient."""
        return at_row(row, self.day, int(NO_DAY)).astype(np.int32), at_row(row, self.row, NO_ROW)
