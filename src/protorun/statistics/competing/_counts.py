"""Who had which event when: times with one status each, counted over the distinct times of each trial."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray, by_time, first_of_tie, joined

IntArray = NDArray[np.int64]


def statuses(time: ArrayLike, status: ArrayLike) -> tuple[FloatArray, IntArray]:
    """Times and statuses of one shape: 0 censored, 1, 2 ... which event came first; NaN times are absent patients.

    Times that differ only by rounding are one. Raises UsageError on unequal shapes or another status.
    """
    times, said = np.asarray(time, np.float64), np.asarray(status)
    if times.shape != said.shape or times.ndim == 0:
        raise UsageError(f"time {times.shape} and status {said.shape} must be arrays of one shape")
    present = ~np.isnan(times)
    try:
        numbers = np.where(present, said.astype(np.float64), 0.0)
    except (TypeError, ValueError):
        raise UsageError("a status is 0 (censored) or the number of the event: 1, 2 ...") from None
    if not np.all((numbers >= 0) & (numbers == np.floor(numbers)) & (numbers < np.inf)):
        raise UsageError("a status is 0 (censored) or the number of the event: 1, 2 ...")
    return joined(times), numbers.astype(np.int64)


@dataclass(frozen=True)
class Counts:
    """Over the distinct times (last axis, padded with NaN times): at risk and counts by label, shaped (row, label, time)."""

    time: FloatArray
    of: FloatArray

    @property
    def at_risk(self) -> FloatArray:
        """All who are still there at each time, (row, time)."""
        return still_there(self.of.sum(axis=1))


def still_there(leaving: FloatArray) -> FloatArray:
    """Those who leave at each time or later, along the last axis."""
    found: FloatArray = np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]
    return found


def counted(time: FloatArray, label: IntArray, labels: int) -> Counts:
    """Patients of each label at each distinct time, along the last axis of (trial, patient)."""
    flat = (prod(time.shape[:-1]), time.shape[-1])
    present = ~np.isnan(time.reshape(flat))
    ordered, found = by_time(time.reshape(flat), np.where(present, label.reshape(flat) + 1, 0))
    here = found > 0
    trials, n = flat
    opens = here & (first_of_tie(ordered) == np.arange(n)) if n else here
    rank = np.cumsum(opens, axis=-1) - 1
    width = int(rank[:, -1].max(initial=-1)) + 1 if n else 0
    cell = (np.arange(trials)[:, None] * labels + found - 1) * width + rank
    counts = np.bincount(cell[here], minlength=trials * labels * width).reshape(trials, labels, width)
    distinct = np.full((trials, width), np.nan)
    row = np.broadcast_to(np.arange(trials)[:, None], flat)
    distinct[row[opens], rank[opens]] = ordered[opens]
    return Counts(distinct, counts.astype(np.float64))


def before(values: FloatArray, first: float) -> FloatArray:
    """The values just before each time: those of the time before, and `first` at the beginning."""
    start = np.full((*values.shape[:-1], 1), first)
    return np.concatenate([start, values[..., :-1]], axis=-1)


def divided(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """top / bottom, and 0 where the bottom is 0."""
    top, bottom = np.broadcast_arrays(top, bottom)
    found: FloatArray = np.divide(top, bottom, out=np.zeros(top.shape), where=bottom != 0)
    return found
