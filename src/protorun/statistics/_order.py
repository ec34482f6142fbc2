"""One sort for every rank statistic: rows of (time, small integer label), ascending in time along the last axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError

FloatArray = NDArray[np.float64]
_KEY_BITS = 63
_NO_SIGN = (1 << 63) - 1
_CLOSE = 2.0**-26  # R: two times closer than this, or than this share of their mean, are one
_SHORT_KEYS = 1 << 16  # sorted by counting


def rows(time: ArrayLike, event: ArrayLike) -> tuple[FloatArray, NDArray[np.bool_]]:
    """`as_given`, with times that differ only by rounding made one (`joined`)."""
    times, events = as_given(time, event)
    return joined(times), events


def as_given(time: ArrayLike, event: ArrayLike) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Times and events as arrays of one shape; NaN times mark absent patients. Raises UsageError on unequal shapes, and
    for events of present patients that are neither 0 nor 1: a code such as 1 and 2 would make everybody have the event."""
    times, said = np.asarray(time, np.float64), np.asarray(event)
    if times.shape != said.shape or times.ndim == 0:
        raise UsageError(f"time {times.shape} and event {said.shape} must be arrays of one shape")
    if said.dtype == np.bool_:
        return times, said
    events: NDArray[np.bool_] = said == 1
    odd = ~(events | (said == 0) | np.isnan(times))
    if odd.any():
        raise UsageError(f"an event is 1 (it happened) or 0 (censored), not {said[odd].flat[0]}")
    return times, events


def joined(time: FloatArray) -> FloatArray:
    """Times along the last axis with nearly equal ones made one, the earliest, as R survival 3.5 does (`timefix`).

    Durations that were computed (months from days) differ by rounding where the days were equal. Two neighbors are one
    when they differ by at most 2^-26, or by that share of the mean of all distinct times of the trial.
    """
    if _whole(time):
        return time
    ordered = np.sort(time, axis=-1)
    with np.errstate(invalid="ignore"):
        gap = np.diff(ordered, axis=-1)
        most = np.fmax.reduce(np.abs(time), axis=None, initial=1.0)
        near = ((gap > 0) & (gap <= _CLOSE * most)).any(axis=-1)
    if not near.any():
        return time
    found, rank = time.reshape(-1, time.shape[-1]).copy(), ordered.reshape(-1, time.shape[-1])
    for row in np.flatnonzero(near.ravel()):
        _join(found[row], rank[row])
    return found.reshape(time.shape)


def _whole(time: FloatArray) -> bool:
    """Are all times whole numbers? Those are never joined."""
    sample = time.ravel()[:1000]
    return all(bool(np.all((part == np.floor(part)) | np.isnan(part))) for part in (sample, time))


def _limit(ordered: FloatArray, gap: FloatArray) -> float:
    """How far apart two times of one trial may lie to be one; `ordered` are all of them, `gap` their differences."""
    again = np.abs(ordered[1:][gap == 0])
    mean = (np.abs(ordered).sum() - again.sum()) / (len(ordered) - len(again))
    return float(_CLOSE * max(1.0, mean))


def _join(time: FloatArray, ordered: FloatArray) -> None:
    """Times of one trial, joined in place; `ordered` are the same in ascending order."""
    ordered = ordered[: np.searchsorted(ordered, np.inf)]
    gap = np.diff(ordered)
    close = np.flatnonzero(gap <= _limit(ordered, gap)) + 1
    opens = np.diff(close, prepend=-1) != 1
    base = (close[opens] - 1)[np.cumsum(opens) - 1]
    moved = ordered[close] != ordered[base]
    lost, instead = ordered[close[moved]], ordered[base[moved]]
    if not len(lost):
        return
    some = _near(time, lost)
    place = np.minimum(np.searchsorted(lost, time[some]), len(lost) - 1)
    hit = time[some] == lost[place]
    time[some[hit]] = instead[place[hit]]


def _near(time: FloatArray, wanted: FloatArray) -> NDArray[np.int64]:
    """Positions of the times that can be among the wanted ones, by a coarse table."""
    most = np.abs(wanted).max()
    scale = (_SHORT_KEYS << 4) / max(most, 1.0)

    def cell(values: FloatArray) -> NDArray[np.int64]:
        found: NDArray[np.int64] = (np.fmin(np.abs(values), most) * scale).astype(np.int64)
        return found

    table = np.zeros((_SHORT_KEYS << 4) + 1, np.bool_)
    table[cell(wanted)] = True
    return np.flatnonzero(table[cell(time)])


def groups_of(group: ArrayLike, times: FloatArray) -> NDArray[np.int64]:
    """The group of each time. Raises UsageError unless they are whole numbers, one for each time."""
    said = np.asarray(group)
    groups = _for_each(said, times, "group")
    if said.dtype.kind in "biu":
        return groups.astype(np.int64)
    try:
        numbers = groups.astype(np.float64)
    except (TypeError, ValueError):
        numbers = np.full(groups.shape, np.nan)
    if not np.all(np.isfinite(numbers) & (numbers == np.floor(numbers))):
        raise UsageError("groups are whole numbers: 0, 1, 2 ...; leave out a patient of an unknown group")
    return numbers.astype(np.int64)


def strata_of(strata: ArrayLike, times: FloatArray) -> NDArray[np.int64]:
    """The stratum of each time, numbered. Raises UsageError unless there is a known one for each time."""
    which = _for_each(np.asarray(strata), times, "stratum")
    unknown = np.array([one is None or one != one for one in which.flat], np.bool_).reshape(which.shape)
    if (unknown & ~np.isnan(times)).any():
        raise UsageError("the stratum of a patient is unknown: leave that patient out, or fill it in")
    names = which[~unknown]
    found = np.full(which.shape, -1, np.int64)
    found[~unknown] = np.unique(names, return_inverse=True)[1]
    return found


def _for_each(labels: NDArray[Any], times: FloatArray, what: str) -> NDArray[Any]:
    try:
        return np.broadcast_to(labels, times.shape)
    except ValueError:
        raise UsageError(f"times {times.shape} need a {what} each, not {labels.shape}") from None


def by_time(
    time: FloatArray, label: NDArray[np.integer], *, join: bool = False
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Times and labels in ascending order of time, then of label; absent patients (NaN) come last. `join` makes nearly
    equal times one (for times that were not `joined` before).

    A time and its label are sorted together inside one integer, which needs no index array.
    """
    bits = int(label.max(initial=0)).bit_length()
    keys = packed(time, label, bits)
    if keys is None:
        time = joined(time) if join else time
        finite = np.where(np.isnan(time), np.inf, time)
        order = np.lexsort((label, finite), axis=-1)
        return np.take_along_axis(finite, order, -1), np.take_along_axis(label.astype(np.int64), order, -1)
    keys.key.sort(axis=-1)
    if join:
        join_sorted(keys)
    return keys.times(keys.key), keys.key & ((1 << bits) - 1)


def join_sorted(keys: Packed) -> None:
    """Makes nearly equal times one among sorted keys, in place, as `joined` does, and puts the labels of each such time
    in order."""
    times = keys.times(keys.key)
    if _whole(times):
        return
    here = keys.key >> keys.bits != keys.absent
    gap = np.diff(times, axis=-1)
    most = np.fmax.reduce(times[here], axis=None, initial=1.0)
    near = ((gap > 0) & (gap <= _CLOSE * most) & here[..., 1:]).any(axis=-1)
    width = times.shape[-1]
    key, flat, count = keys.key.reshape(-1, width), times.reshape(-1, width), here.reshape(-1, width).sum(-1)
    for row in np.flatnonzero(near):
        _join_keys(key[row, : count[row]], flat[row, : count[row]], keys.bits)


def _join_keys(key: NDArray[np.int64], ordered: FloatArray, bits: int) -> None:
    """Keys of one trial, joined in place: every run of close times takes the first of them, and is sorted again."""
    gap = np.diff(ordered)
    close = np.flatnonzero(gap <= _limit(ordered, gap)) + 1
    opens = np.diff(close, prepend=-1) != 1
    first, run = close[opens] - 1, np.cumsum(opens) - 1
    hit = np.zeros(len(first), np.bool_)
    hit[run[gap[close - 1] > 0]] = True
    inside = hit[run]
    place = np.concatenate([first[hit], close[inside]])
    labels = (1 << bits) - 1
    later = (key[first[run[inside]]] & ~labels) | (key[close[inside]] & labels)
    key[np.sort(place)] = np.sort(np.concatenate([key[first[hit]], later]))


def time_order(
    time: FloatArray, label: NDArray[np.integer], stratum: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Positions of one data set without absent patients by stratum, time and label (0 or 1)."""
    order = _time_order(time, label)
    if stratum is None or not stratum.any():
        return order
    small = stratum.astype(np.uint16) if stratum.max() < _SHORT_KEYS else stratum
    return order[np.argsort(small[order], kind="stable")]


def _time_order(time: FloatArray, label: NDArray[np.integer]) -> NDArray[np.int64]:
    if not len(time):
        return np.zeros(0, np.int64)
    if time.min() >= 0 and time.max() < _SHORT_KEYS // 2 and np.all(time == np.floor(time)):
        key = (time.astype(np.uint16) << 1) | label.astype(np.uint16)
        return np.argsort(key, kind="stable")
    keys = packed(time, label, 1)
    return np.lexsort((label, time)) if keys is None else np.argsort(keys.key)


@dataclass(frozen=True)
class Packed:
    """Times with their labels in the low `bits` of one integer each; the order of the integers is that of the times."""

    key: NDArray[np.int64]
    bits: int
    lowest: int
    absent: int
    """What stands above the label bits of an absent patient."""

    def times(self, key: NDArray[np.int64]) -> FloatArray:
        """The times of some keys, exactly as they were given."""
        back = key >> self.bits
        back += self.lowest
        times = back.view(np.float64)
        return np.where(back == self.lowest, 0.0, times)


def packed(time: FloatArray, label: NDArray[np.integer], bits: int) -> Packed | None:
    """Times from 0 up with labels below 2^bits as sortable integers; None when the times span too much for that.

    The bit pattern of a positive number grows with the number. Counted from that of the smallest time it leaves the
    high bits empty, and the label takes their place: nothing is rounded. Absent patients get the largest key + 1.
    """
    pattern = np.ascontiguousarray(time).view(np.int64) & _NO_SIGN  # NaN and 0 may carry a sign
    with np.errstate(invalid="ignore"):
        high = np.fmax.reduce(time, axis=None, initial=0.0)
        low = np.fmin.reduce(time, axis=None, initial=np.inf)
        if low == 0:
            low = np.fmin.reduce(np.where(time > 0, time, np.inf), axis=None, initial=np.inf)
    if low < 0 or not np.isfinite(high):
        return None
    lowest = int(np.float64(abs(min(low, high))).view(np.int64)) - 1
    width = int(np.float64(abs(high)).view(np.int64)) - lowest
    if (width + 1).bit_length() + bits > _KEY_BITS:
        return None
    key = pattern
    key -= lowest
    np.maximum(key, 0, out=key)  # time 0 lies before the smallest positive one
    np.minimum(key, width + 1, out=key)  # NaN has a larger pattern than any number
    key <<= bits
    key |= label
    return Packed(key, bits, lowest, width + 1)


def first_of_tie(time: FloatArray) -> NDArray[np.int64]:
    """For each sorted time the position of the first equal one."""
    place = np.arange(time.shape[-1])
    opens = np.ones(time.shape, np.bool_)
    opens[..., 1:] = time[..., 1:] != time[..., :-1]
    found: NDArray[np.int64] = np.maximum.accumulate(np.where(opens, place, 0), axis=-1)
    return found
