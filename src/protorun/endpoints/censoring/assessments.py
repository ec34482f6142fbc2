"""Adequate assessments of all patients in one sorted array: which was the last one up to a day?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
NEVER = np.int64(2**40)
_SHIFT = np.int64(2**32)


@dataclass(frozen=True)
class Assessments:
    """`key` puts patient and day into one sorted number; `number` is the row of the table an assessment stands in."""

    key: Days
    number: Days

    def last(self, start: Days, until: Days) -> tuple[Days, Days]:
        """Day and row number of the last assessment of each patient up to and including a day.

        Without one after the start it is the start itself, and the row number is -1.
        """
        patient = np.arange(len(start), dtype=np.int64)
        if not len(self.key):
            return start, np.full(len(start), -1, np.int64)
        limit = np.clip(until, -_SHIFT // 2 + 1, _SHIFT // 2 - 1)
        place = np.searchsorted(self.key, patient * _SHIFT + limit, side="right") - 1
        day = self.key[np.maximum(place, 0)] - patient * _SHIFT
        mine = (place >= 0) & (day > -_SHIFT // 2) & (day > start)
        return np.where(mine, day, start), np.where(mine, self.number[np.maximum(place, 0)], -1)


def assessments(
    row: NDArray[np.integer], day: NDArray[np.integer], number: NDArray[np.integer]
) -> Assessments:
    """Sorts assessments (patient, day, row of their table) unless they come in order."""
    key = row.astype(np.int64) * _SHIFT + day
    if len(key) and not bool((key[1:] >= key[:-1]).all()):
        order = np.argsort(key, kind="stable")
        return Assessments(key[order], number[order].astype(np.int64))
    return Assessments(key, number.astype(np.int64))
