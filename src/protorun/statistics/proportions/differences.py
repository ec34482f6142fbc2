"""Limits for the difference of two proportions, group 1 minus group 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.proportions._counts import Compared, TwoByTwo, z_of
from protorun.statistics.proportions._score import limits_of, restricted_difference
from protorun.statistics.proportions.intervals import Pair, stratified_wilson, wilson, wilson_corrected

# Each function takes the successes x1 of n1 and x0 of n0, of any shape that fits, and raises UsageError unless 0 <= x <= n.


def wald_difference(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Difference with limits by the normal approximation, cut to -1 and 1."""
    t = TwoByTwo.of(x1, n1, x0, n0)
    gap = t.p1 - t.p0
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z_of(level) * np.sqrt(t.p1 * (1 - t.p1) / t.n1 + t.p0 * (1 - t.p0) / t.n0)
    return Compared(gap, np.maximum(gap - half, -1), np.minimum(gap + half, 1))


def newcombe(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95) -> Compared:
    """Difference with hybrid score limits, squared and added from Wilson's of both groups: method 10 of Newcombe 1998.

    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    return _hybrid(TwoByTwo.of(x1, n1, x0, n0), wilson, level)


def newcombe_corrected(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Difference with hybrid score limits from Wilson's with continuity correction: method 11 of Newcombe 1998."""
    return _hybrid(TwoByTwo.of(x1, n1, x0, n0), wilson_corrected, level)


def _hybrid(t: TwoByTwo, interval: Callable[..., Pair], level: float) -> Compared:
    gap = t.p1 - t.p0
    (low1, high1), (low0, high0) = interval(t.x1, t.n1, level), interval(t.x0, t.n0, level)
    lower = gap - np.hypot(t.p1 - low1, high0 - t.p0)
    return Compared(gap, lower, gap + np.hypot(high1 - t.p1, t.p0 - low0))


def miettinen_nurminen(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Difference with score limits, the variance times N / (N - 1). Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211."""
    t = TwoByTwo.of(x1, n1, x0, n0)
    return _score(t, level, _small(t))


def mee(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95) -> Compared:
    """Difference with score limits without the factor N / (N - 1). Mee 1984, doi:10.2307/2531159."""
    t = TwoByTwo.of(x1, n1, x0, n0)
    return _score(t, level, np.ones_like(t.n1))


def _small(t: TwoByTwo) -> FloatArray:
    every = t.n1 + t.n0
    found: FloatArray = every / np.maximum(every - 1, 1)
    return found


def _score(t: TwoByTwo, level: float, factor: FloatArray) -> Compared:
    gap = t.p1 - t.p0

    def z(at: FloatArray) -> FloatArray:
        p1, p0 = restricted_difference(t, at)
        variance = (p1 * (1 - p1) / t.n1 + p0 * (1 - p0) / t.n0) * factor
        with np.errstate(divide="ignore", invalid="ignore"):
            found: FloatArray = (gap - at) / np.sqrt(np.maximum(variance, 0))
        return found

    return Compared(gap, *limits_of(z, gap, (-1.0, 1.0), z_of(level)))


def stratified_miettinen_nurminen(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Difference over strata (last axis), weighted by n1 n0 / N as Cochran-Mantel-Haenszel, with score limits."""
    t = TwoByTwo.of(x1, n1, x0, n0)
    weight = _mantel_haenszel(t)
    gap = (weight * (t.p1 - t.p0)).sum(axis=-1)

    def z(at: FloatArray) -> FloatArray:
        p1, p0 = restricted_difference(t, np.asarray(at)[..., None])
        variance = (p1 * (1 - p1) / t.n1 + p0 * (1 - p0) / t.n0) * _small(t)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: FloatArray = (gap - at) / np.sqrt(np.maximum((weight**2 * variance).sum(axis=-1), 0))
        return found

    return Compared(gap, *limits_of(z, gap, (-1.0, 1.0), z_of(level)))


def stratified_newcombe(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Difference over strata (last axis), weighted by n1 n0 / N, with hybrid score limits from stratified Wilson's.

    Yan & Su 2010, doi:10.1198/sbr.2009.0049 [formulas from memory; one stratum gives `newcombe`].
    """
    t = TwoByTwo.of(x1, n1, x0, n0)
    weight, z = _mantel_haenszel(t), z_of(level)
    gap = (weight * (t.p1 - t.p0)).sum(axis=-1)
    low1, high1 = stratified_wilson(t.x1, t.n1, weight, level)
    low0, high0 = stratified_wilson(t.x0, t.n0, weight, level)
    share1, share0 = ((weight**2 / n).sum(axis=-1) for n in (t.n1, t.n0))
    below = share1 * low1 * (1 - low1) + share0 * high0 * (1 - high0)
    above = share1 * high1 * (1 - high1) + share0 * low0 * (1 - low0)
    return Compared(gap, gap - z * np.sqrt(below), gap + z * np.sqrt(above))


def _mantel_haenszel(t: TwoByTwo) -> FloatArray:
    if t.n1.ndim == 0 or not np.all((t.n1 > 0) & (t.n0 > 0)):
        raise UsageError("strata lie on the last axis, and each has patients of both groups")
    weight = t.n1 * t.n0 / (t.n1 + t.n0)
    found: FloatArray = weight / weight.sum(axis=-1, keepdims=True)
    return found
