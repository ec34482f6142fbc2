"""Odds ratios and relative risks of two groups, group 1 against group 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from protorun.statistics._order import FloatArray
from protorun.statistics.proportions._counts import Compared, TwoByTwo, share, z_of
from protorun.statistics.proportions._score import limits_of, restricted_odds, restricted_ratio

_FAR = 40.0  # logarithms beyond this are 0 or infinite

# Each function takes the successes x1 of n1 and x0 of n0, of any shape that fits, and raises UsageError unless 0 <= x <= n.


def odds_ratio(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95) -> Compared:
    """Odds ratio with Wald limits of its logarithm; 0 or infinite with NaN limits when a cell is empty. Woolf 1955."""
    t = TwoByTwo.of(x1, n1, x0, n0)
    y1, y0 = t.n1 - t.x1, t.n0 - t.x0
    with np.errstate(divide="ignore"):
        variance = 1 / t.x1 + 1 / y1 + 1 / t.x0 + 1 / y0
    return _wald(share(t.x1 * y0, t.x0 * y1), variance, level)


def relative_risk(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Relative risk with Wald limits of its logarithm; 0 or infinite with NaN limits when nobody of a group had it.

    Katz et al. 1978, doi:10.2307/2530610.
    """
    t = TwoByTwo.of(x1, n1, x0, n0)
    with np.errstate(divide="ignore"):
        variance = 1 / t.x1 - 1 / t.n1 + 1 / t.x0 - 1 / t.n0
    return _wald(share(t.p1, t.p0), variance, level)


def _wald(value: FloatArray, variance: FloatArray, level: float) -> Compared:
    with np.errstate(invalid="ignore"):
        half = np.exp(z_of(level) * np.sqrt(np.where(np.isfinite(variance), variance, np.nan)))
    return Compared(value, value / half, value * half)


def relative_risk_score(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Relative risk with score limits; 0 and infinity can be limits. Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211."""
    t = TwoByTwo.of(x1, n1, x0, n0)

    def z(log: FloatArray) -> FloatArray:
        ratio = np.exp(log)
        p1, p0 = restricted_ratio(t, ratio)
        variance = p1 * (1 - p1) / t.n1 + ratio**2 * p0 * (1 - p0) / t.n0
        with np.errstate(divide="ignore", invalid="ignore"):
            return (t.p1 - ratio * t.p0) / np.sqrt(np.maximum(variance * _small(t), 0))

    return _limits(z, share(t.p1, t.p0), level)


def odds_ratio_score(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Odds ratio with score limits; 0 and infinity can be limits. Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211."""
    t = TwoByTwo.of(x1, n1, x0, n0)

    def z(log: FloatArray) -> FloatArray:
        p1, p0 = restricted_odds(t, np.exp(log))
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = 1 / (t.n1 * p1 * (1 - p1)) + 1 / (t.n0 * p0 * (1 - p0))
            return t.n1 * (t.p1 - p1) * np.sqrt(spread / _small(t))

    return _limits(z, share(t.x1 * (t.n0 - t.x0), t.x0 * (t.n1 - t.x1)), level)


def _small(t: TwoByTwo) -> FloatArray:
    every = t.n1 + t.n0
    found: FloatArray = every / np.maximum(every - 1, 1)
    return found


def _limits(z: Callable[[FloatArray], FloatArray], value: FloatArray, level: float) -> Compared:
    with np.errstate(divide="ignore"):
        middle = np.clip(np.log(value), -_FAR, _FAR)
    low, high = limits_of(z, middle, (-_FAR, _FAR), z_of(level))
    lower = np.where(low < 1 - _FAR, 0.0, np.exp(low))
    return Compared(value, lower, np.where(high > _FAR - 1, np.inf, np.exp(high)))
