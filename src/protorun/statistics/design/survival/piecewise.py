"""Rates that are constant between cut points: hazards by time on study, accrual by calendar time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import ArrayLike

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray


@dataclass(frozen=True)
class Piecewise:
    """`rates[j]` from `starts[j]` until the next start; the last one goes on forever. The first start is 0."""

    starts: tuple[float, ...]
    rates: tuple[float, ...]

    def at(self, time: ArrayLike) -> FloatArray:
        """The rate at each time."""
        place = np.searchsorted(self.starts, np.asarray(time, np.float64), side="right") - 1
        return np.asarray(self.rates, np.float64)[np.maximum(place, 0)]

    def until(self, time: ArrayLike) -> FloatArray:
        """The integral of the rate from 0 to each time."""
        t = np.asarray(time, np.float64)[..., None]
        ends = np.append(self.starts[1:], np.inf)
        spent = np.clip(np.minimum(t, ends) - np.asarray(self.starts), 0.0, None)
        return np.asarray(spent @ np.asarray(self.rates), np.float64)

    def times(self, factor: Piecewise) -> Piecewise:
        """The product of two piecewise rates, such as a hazard and its hazard ratio."""
        starts = tuple(sorted({*self.starts, *factor.starts}))
        return Piecewise(starts, tuple(float(r) for r in self.at(starts) * factor.at(starts)))


def piecewise(rates: float | Sequence[float], starts: Sequence[float] = ()) -> Piecewise:
    """Rates by interval, from their starts (0, when there is one rate). Raises UsageError for negative rates, or starts
    that do not rise from 0 or are not as many as the rates."""
    values = tuple(float(r) for r in np.atleast_1d(np.asarray(rates, np.float64)))
    begins = tuple(float(s) for s in starts) or (0.0,)
    if len(begins) != len(values) or begins[0] != 0 or any(a >= b for a, b in pairwise(begins)):
        raise UsageError(f"{len(values)} rates need as many starts that rise from 0, not {list(begins)}")
    if not all(0 <= r < np.inf for r in values):
        raise UsageError(f"rates must be finite and not negative, not {list(values)}")
    return Piecewise(begins, values)


def hazard_of_median(median: float) -> float:
    """The constant hazard of an exponential time with that median. Raises UsageError unless it is positive."""
    if not 0 < median < np.inf:
        raise UsageError(f"a median must be positive and finite, not {median}")
    return log(2) / median


def hazard_of_probability(probability: float, time: float) -> float:
    """The constant hazard with which that share has left by `time`. Raises UsageError unless 0 <= share < 1."""
    if not 0 <= probability < 1 or not time > 0:
        raise UsageError(f"a share of {probability} by time {time} is no exponential time")
    return -log(1 - probability) / time


def steady_accrual(rate: float | Sequence[float], duration: float, starts: Sequence[float] = ()) -> Piecewise:
    """Patients for each unit of time, by interval, until `duration`; nobody comes later. Raises UsageError."""
    found = piecewise(rate, starts)
    if not found.starts[-1] < duration < np.inf:
        raise UsageError(f"accrual of {duration} ends before its last rate begins, at {found.starts[-1]}")
    if not any(found.rates):
        raise UsageError("accrual needs a rate above 0: nobody is enrolled")
    return Piecewise((*found.starts, float(duration)), (*found.rates, 0.0))
