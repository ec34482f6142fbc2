"""One sort for every rank statistic: rows of (time, small integer label), ascending in time along the last axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError

FloatArray = NDArray[np.float64]
_LABEL_BITS = 12
_EXACT = 2.0**50


def rows(time: ArrayLike, event: ArrayLike) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Times and events as arrays of one shape; NaN times mark absent patients. Raises UsageError on unequal shapes."""
    times, events = np.asarray(time, np.float64), np.asarray(event, np.bool_)
    if times.shape != events.shape or times.ndim == 0:
        raise UsageError(f"time {times.shape} and event {events.shape} must be arrays of one shape")
    return times, events


def by_time(time: FloatArray, label: NDArray[np.integer]) -> tuple[FloatArray, NDArray[np.int64]]:
    """Times and labels in ascending order of time; absent patients (NaN) come last.

    Whole days are sorted together with their label inside one integer, which needs no index array.
    """
    finite = np.nan_to_num(time, nan=_EXACT)
    if time.size and np.all(np.abs(finite) <= _EXACT) and np.all(finite == np.floor(finite)):
        key = (finite.astype(np.int64) << _LABEL_BITS) | label
        key.sort(axis=-1)
        return (key >> _LABEL_BITS).astype(np.float64), key & ((1 << _LABEL_BITS) - 1)
    order = np.argsort(time, axis=-1, kind="stable")
    return np.take_along_axis(finite, order, -1), np.take_along_axis(label.astype(np.int64), order, -1)


def first_of_tie(time: FloatArray) -> NDArray[np.int64]:
    """For each sorted time the position of the first equal one."""
    place = np.arange(time.shape[-1])
    opens = np.ones(time.shape, np.bool_)
    opens[..., 1:] = time[..., 1:] != time[..., :-1]
    found: NDArray[np.int64] = np.maximum.accumulate(np.where(opens, place, 0), axis=-1)
    return found
