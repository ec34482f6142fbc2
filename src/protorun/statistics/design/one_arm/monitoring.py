"""Watching responses or toxicity at several looks: exact characteristics, and a boundary by repeated tests.

Exact binomial recursion over the looks; boundary family of Wang & Tsiatis 1987, doi:10.2307/2531959."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.binomial_tables import FloatArray, IntArray, beyond

MOST_PATIENTS = 5000  # beyond them the exact search takes minutes


@dataclass(frozen=True)
class Boundary:
    """Stop at look k, with `looks[k]` patients, when at most `low[k]` or at least `high[k]` of them have the event; -1 and
    looks[k] + 1 stand for no bound."""

    looks: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes = np.array([0, *self.looks])
        if len(sizes) < 2 or (np.diff(sizes) < 1).any():
            raise UsageError(f"looks are numbers of patients that rise, not {self.looks}")
        if not len(self.looks) == len(self.low) == len(self.high):
            raise UsageError("every look wants its bounds")
        if any(low >= high for low, high in zip(self.low, self.high, strict=True)):
            raise UsageError("the lower bound lies below the upper one at every look")


@dataclass(frozen=True)
class MonitoringRates:
    """For each true rate (first axis): the chance to stop at each look at the lower and at the upper bound, and the mean
    number of patients."""

    p: FloatArray
    low: FloatArray
    high: FloatArray
    patients: FloatArray

    @property
    def crosses_low(self) -> FloatArray:
        """Chance to stop at the lower bound at any look."""
        total: FloatArray = self.low.sum(axis=1)
        return total

    @property
    def crosses_high(self) -> FloatArray:
        """Chance to stop at the upper bound at any look."""
        total: FloatArray = self.high.sum(axis=1)
        return total

    @property
    def early(self) -> FloatArray:
        """Chance to stop at either bound before the last look."""
        total: FloatArray = (self.low + self.high)[:, :-1].sum(axis=1)
        return total


def monitoring_rates(boundary: Boundary, p: ArrayLike) -> MonitoringRates:
    """Exact operating characteristics of a boundary for event rates `p` (one or several). Raises UsageError for rates that
    are none."""
    rate = np.atleast_1d(np.asarray(p, np.float64))
    if not np.all((rate >= 0) & (rate <= 1)):
        raise UsageError("a rate lies between 0 and 1")
    alive = np.ones((len(rate), 1))
    low, high = np.zeros((2, len(rate), len(boundary.looks)))
    patients, before = np.zeros(len(rate)), 0
    for k, n in enumerate(boundary.looks):
        patients += alive.sum(axis=1) * (n - before)
        alive = _grown(alive, n - before, rate)
        below, above = min(max(boundary.low[k] + 1, 0), n + 1), min(max(boundary.high[k], 0), n + 1)
        low[:, k], high[:, k] = alive[:, :below].sum(axis=1), alive[:, above:].sum(axis=1)
        alive[:, :below] = alive[:, above:] = 0
        before = n
    return MonitoringRates(rate, low, high, patients)


def _grown(alive: FloatArray, more: int, rate: FloatArray) -> FloatArray:
    """The distribution of events after so many further patients."""
    x = np.arange(more + 1)
    step = beyond(x - 1, more, rate[:, None]) - beyond(x, more, rate[:, None])
    grown = np.zeros((len(rate), alive.shape[1] + more))
    for events in x:
        grown[:, events : events + alive.shape[1]] += step[:, events, None] * alive
    return grown


@dataclass(frozen=True)
class ToxicityBoundary:
    """Two neighboring boundaries: `lo` crosses with at least the wanted probability, `hi`, which allows one more event at
    one look, with less. Each stops with more events than it allows; `allowed_lo`, `allowed_hi` say how many at each look."""

    lo: Boundary
    hi: Boundary

    @property
    def allowed_lo(self) -> tuple[int, ...]:
        """The most events at each look with which the trial goes on under `lo`."""
        return tuple(high - 1 for high in self.lo.high)

    @property
    def allowed_hi(self) -> tuple[int, ...]:
        """The most events at each look with which the trial goes on under `hi`."""
        return tuple(high - 1 for high in self.hi.high)


def toxicity_boundary(
    pLo: float,
    pHi: float,
    n: Sequence[int],
    *,
    cP0: float = 0.1,
    cP1: float = 0.9,
    delta: float = 0.0,
    priority: Literal["null", "alt"] = "null",
) -> ToxicityBoundary:
    """Stopping for toxicity at looks after `n` patients, by repeated one-sided tests of the acceptable rate `pLo`.

    The nominal z value at look k is C (n_k / n_K)^-delta: `delta` 0 is Pocock's shape, 0.5 O'Brien and Fleming's. C is
    chosen so that the boundary is crossed with probability `cP0` under pLo (`priority` "null"), or `cP1` under the too high
    rate `pHi` ("alt"). Names as in R's clinfun 1.1.5, `toxbdry`; shapes other than delta 0 were not compared with it.
    Raises UsageError for rates that do not fit, and where no boundary comes so far."""
    if not 0 < pLo < pHi < 1:
        raise UsageError(f"0 < pLo < pHi < 1 is wanted, not pLo = {pLo:g} and pHi = {pHi:g}")
    if not 0 <= delta <= 0.5:
        raise UsageError(f"delta lies between 0 and 0.5; {delta:g} does not")
    at, wanted = (pLo, cP0) if priority == "null" else (pHi, cP1)
    if not 0 < wanted < 1:
        raise UsageError(f"a crossing probability lies between 0 and 1; {wanted:g} does not")
    looks = _sizes(n)
    steps = _steps(looks, pLo, delta)
    strict, lax = 0, len(steps)
    if _crossing(looks, steps, lax, at) < wanted:
        raise UsageError(f"no boundary at these looks is crossed with probability {wanted:g}")
    while lax - strict > 1:
        middle = (strict + lax) // 2
        low_enough = _crossing(looks, steps, middle, at) < wanted
        strict, lax = (middle, lax) if low_enough else (strict, middle)
    return ToxicityBoundary(_allowing(looks, steps, lax), _allowing(looks, steps, strict))


def _sizes(n: Sequence[int]) -> IntArray:
    """The patients at the looks. Raises UsageError unless they are whole numbers that rise, the last one not too large."""
    given = np.asarray(n, np.float64)
    rising = given.ndim == 1 and given.size and np.all(np.diff(given, prepend=0.0) >= 1)
    if not rising or np.any(given != np.floor(given)):
        raise UsageError(f"looks are whole numbers of patients that rise, not {tuple(n)}")
    if given[-1] > MOST_PATIENTS:
        raise UsageError(f"a boundary is found for at most {MOST_PATIENTS:,} patients, not {given[-1]:,.0f}")
    return given.astype(np.int64)


def _steps(looks: IntArray, rate: float, delta: float) -> IntArray:
    """The looks in the order in which each allows one event less while C falls: one entry for every event."""
    look = np.repeat(np.arange(len(looks)), looks)
    events = np.concatenate([np.arange(size) for size in looks])
    level = beyond(events, looks[look], rate)
    z = ndtri(level) * (looks[look] / looks[-1]) ** delta
    order: IntArray = look[np.lexsort((-events, look, z))]
    return order


def _allowing(looks: IntArray, steps: IntArray, taken: int) -> Boundary:
    """The boundary after so many steps from the one that is never crossed."""
    high = looks + 1 - np.bincount(steps[:taken], minlength=len(looks))
    sizes = tuple(int(size) for size in looks)
    return Boundary(sizes, (-1,) * len(sizes), tuple(int(x) for x in high))


def _crossing(looks: IntArray, steps: IntArray, taken: int, rate: float) -> float:
    return float(monitoring_rates(_allowing(looks, steps, taken), rate).crosses_high[0])
