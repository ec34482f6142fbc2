"""Who was at risk when somebody had the event: the one table under every test of two survival curves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from protorun.statistics._order import FloatArray, Packed, by_time, join_sorted, packed

IntArray = NDArray[np.int64]
CHUNK = 1 << 15  # cells handled together, so that the columns in use stay in cache
_CENSORED = 2  # label bit above the group: within a tie events come first


@dataclass(frozen=True)
class RiskTable:
    """One line for each distinct event time of each row (trial), rows after one another and times ascending.

    `row` is None for a single trial. Counts are of both groups together (`at_risk`, `deaths`) and of group 1.
    """

    trials: int
    row: IntArray | None
    stamp: IntArray
    keys: Packed | None
    at_risk: FloatArray
    at_risk_1: FloatArray
    deaths: FloatArray
    deaths_1: FloatArray

    @cached_property
    def time(self) -> FloatArray:
        """The event times; `stamp` holds them as `keys` packed them, as bits, or (whole days) as numbers."""
        if self.keys is None:
            return self.stamp.view(np.float64)
        return self.keys.times(self.stamp << self.keys.bits)

    @cached_property
    def _rows(self) -> tuple[IntArray, IntArray]:
        """Trials that have a line, and where their lines begin."""
        first: IntArray = (
            np.flatnonzero(np.diff(self.row, prepend=-1)) if self.row is not None else np.zeros(1, np.int64)
        )
        return (first if self.row is None else self.row[first]), first

    def sum(self, values: FloatArray) -> FloatArray:
        """Sum of one value for each line over the lines of each trial."""
        total = np.zeros(self.trials)
        if len(values):
            which, first = self._rows
            total[which] = np.add.reduceat(values, first)
        return total

    @property
    def spread(self) -> FloatArray:
        """Deaths times the correction of the hypergeometric variance for ties."""
        if self.deaths.max(initial=0) <= 1:
            return self.deaths
        return self.deaths * (self.at_risk - self.deaths) / np.maximum(self.at_risk - 1, 1)

    def survival_before(self) -> FloatArray:
        """Pooled Kaplan-Meier survival just before each event time."""
        keep: FloatArray = np.float64(1) - self.deaths / self.at_risk
        if self.row is None:
            steps = np.concatenate([np.ones(1), keep])
            return np.cumprod(steps)[: len(keep)]
        opens = self._rows[1]
        counts: IntArray = np.diff(opens, append=len(keep))
        place = np.arange(len(keep)) - np.repeat(opens, counts)
        which = np.repeat(np.arange(len(opens)), counts)
        table = np.ones((len(opens), int(counts.max(initial=0)) + 1))
        table[which, place + 1] = keep
        before: FloatArray = np.cumprod(table, axis=-1, dtype=np.float64)[which, place]
        return before


def risk_table(
    time: FloatArray, event: NDArray[np.bool_], group: IntArray, *, join: bool = False
) -> RiskTable:
    """The table of trials shaped (trial, patient); groups are 0 and 1, NaN times are absent patients. `join` makes nearly
    equal times one (for times that were not `joined` before)."""
    days = whole_days(time)
    return _counted(time, event, group, days) if days else _sorted(time, event, group, join=join)


def whole_days(time: FloatArray) -> int:
    """Last day + 1 when one long trial is recorded in whole days, which can be counted instead of sorted; else 0."""
    if time.shape[0] != 1 or time.shape[1] < CHUNK:
        return 0
    last = np.fmax.reduce(time[0], initial=0.0)
    if not last < time.shape[1] or np.fmin.reduce(time[0], initial=0.0) < 0:
        return 0
    sample = time[0, :CHUNK]
    whole = all(np.all((part == np.floor(part)) | np.isnan(part)) for part in (sample, time[0]))
    return int(last) + 1 if whole else 0


def _counted(time: FloatArray, event: NDArray[np.bool_], group: IntArray, days: int) -> RiskTable:
    day = np.where(np.isnan(time[0]), days, time[0]).astype(np.int64)
    cell = (day << 2) | np.where(event[0], 0, _CENSORED) | group[0]
    counts = np.bincount(cell, minlength=4 * days + 4)[: 4 * days].reshape(days, 4).astype(np.float64)
    deaths, deaths_1 = counts[:, 0] + counts[:, 1], counts[:, 1]
    at_risk = np.cumsum(counts.sum(1)[::-1])[::-1]
    at_risk_1 = np.cumsum((counts[:, 1] + counts[:, 3])[::-1])[::-1]
    at = np.flatnonzero(deaths)
    return RiskTable(
        1,
        None,
        at.astype(np.float64).view(np.int64),
        None,
        at_risk[at],
        at_risk_1[at],
        deaths[at],
        deaths_1[at],
    )


def _sorted(time: FloatArray, event: NDArray[np.bool_], group: IntArray, *, join: bool) -> RiskTable:
    trials, patients = time.shape
    absent = np.isnan(time)
    label = group | ((event ^ True).view(np.int8) << 1)
    gone = absent.sum(axis=-1)
    if gone.any():
        label[absent] = _CENSORED
    keys = packed(time, label, 2)
    if keys is None:
        ordered, found = by_time(time, label, join=join)
        at = np.flatnonzero((found & _CENSORED) == 0)
        stamp = ordered.ravel()[at].view(np.int64)
    else:
        found = keys.key
        found.sort(axis=-1)
        if join:
            join_sorted(keys)
        at = np.flatnonzero((found & _CENSORED) == 0)
        stamp = found.ravel()[at]
        stamp >>= keys.bits
    row = None if trials == 1 else at // patients
    found &= 1
    here = found.ravel()[at].astype(np.float64)
    second = found.cumsum(axis=-1)
    left = (
        patients - gone + np.arange(trials) * patients,
        second[:, -1] if patients else absent,
    )
    which: IntArray | int = 0 if row is None else row
    at_risk = (left[0][which] - at).astype(np.float64)
    at_risk_1 = left[1][which] - second.ravel()[at] + here
    return _tied(
        RiskTable(trials, row, stamp, keys, at_risk, at_risk_1, np.ones(len(at)), here), _opens(stamp, row)
    )


def _opens(stamp: IntArray, row: IntArray | None) -> NDArray[np.bool_]:
    """Which events are the first of their tie."""
    opens = np.ones(len(stamp), np.bool_)
    np.not_equal(stamp[1:], stamp[:-1], out=opens[1:])
    if row is not None:
        opens[1:] |= row[1:] != row[:-1]
    return opens


def _tied(events: RiskTable, opens: NDArray[np.bool_]) -> RiskTable:
    """A table with a line for each event as one with a line for each event time."""
    if opens.all():
        return events
    first = np.flatnonzero(opens)
    return RiskTable(
        events.trials,
        None if events.row is None else events.row[first],
        events.stamp[first],
        events.keys,
        events.at_risk[first],
        events.at_risk_1[first],
        np.diff(first, append=len(opens)).astype(np.float64),
        np.add.reduceat(events.deaths_1, first),
    )
