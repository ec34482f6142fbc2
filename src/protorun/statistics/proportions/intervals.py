"""Intervals and exact tests for one proportion, and for one over strata. The names are those of R and of tern."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.proportions._counts import counts, share, z_of

Pair = tuple[FloatArray, FloatArray]
_ROUNDS = 200
_SETTLED = 1e-13


def clopper_pearson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Pair:
    """Exact limits for x of n, of any shape; 0 to 1 when n is 0. Clopper & Pearson 1934. Raises UsageError unless 0 <= x <= n."""
    hits, size = counts(x, n)
    tail = (1 - level) / 2
    inner_low, inner_high = (hits > 0), (hits < size)
    low = betaincinv(np.where(inner_low, hits, 1), size - hits + 1, tail)
    high = betaincinv(hits + 1, np.where(inner_high, size - hits, 1), 1 - tail)
    return np.where(inner_low, low, 0.0), np.where(inner_high, high, 1.0)


def wilson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Pair:
    """Score limits for x of n without continuity correction; 0 to 1 when n is 0. Wilson 1927, doi:10.1080/01621459.1927.10502953."""
    hits, size = counts(x, n)
    return _wilson(hits, size, z_of(level))


def wilson_corrected(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Pair:
    """Score limits with continuity correction (tern's `wilsonc`), as `prop.test` of R: no correction when x is n / 2.

    Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E.
    """
    hits, size = counts(x, n)
    return _wilson(hits, size, z_of(level), np.minimum(0.5, np.abs(hits - size / 2)))


def _wilson(x: FloatArray, n: FloatArray, z: FloatArray | float, shift: FloatArray | float = 0.0) -> Pair:
    held = np.maximum(n, 1)
    z2 = z * z

    def root(at: FloatArray, side: int) -> FloatArray:
        half = z * np.sqrt(at * (1 - at) / held + z2 / (4 * held * held))
        found: FloatArray = (at + z2 / (2 * held) + side * half) / (1 + z2 / held)
        return found

    below, above = np.maximum(x - shift, 0) / held, np.minimum(x + shift, n) / held
    low = np.where(x - shift <= 0, 0.0, root(below, -1))
    high = np.where(x + shift >= n, 1.0, root(above, 1))
    return low, high


def wald(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Pair:
    """Limits by the normal approximation, cut to 0 and 1; NaN when n is 0."""
    return _wald(x, n, level, 0.0)


def wald_corrected(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Pair:
    """Limits by the normal approximation, wider by 1 / (2 n) on each side (tern's `waldcc`)."""
    return _wald(x, n, level, 0.5)


def _wald(x: ArrayLike, n: ArrayLike, level: float, shift: float) -> Pair:
    hits, size = counts(x, n)
    p = share(hits, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z_of(level) * np.sqrt(p * (1 - p) / size) + shift / size
    return np.clip(p - half, 0, 1), np.clip(p + half, 0, 1)


def agresti_coull(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Pair:
    """Wald's limits after adding z^2 / 2 successes and as many failures. Agresti & Coull 1998, doi:10.1080/00031305.1998.10480550."""
    hits, size = counts(x, n)
    z = z_of(level)
    more = size + z * z
    p = (hits + z * z / 2) / more
    half = z * np.sqrt(p * (1 - p) / more)
    return np.clip(p - half, 0, 1), np.clip(p + half, 0, 1)


def jeffreys(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Pair:
    """Quantiles of the Beta(x + 1/2, n - x + 1/2) posterior; 0 at x = 0 and 1 at x = n. Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286."""
    hits, size = counts(x, n)
    z_of(level)
    tail = (1 - level) / 2
    low, high = (betaincinv(hits + 0.5, size - hits + 0.5, at) for at in (tail, 1 - tail))
    return np.where(hits == 0, 0.0, low), np.where(hits == size, 1.0, high)


def at_least(x: ArrayLike, n: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Exact one-sided p: the chance of x or more of n when the true rate is `rate`."""
    hits, size = counts(x, n)
    found: FloatArray = np.where(hits == 0, 1.0, betainc(np.maximum(hits, 1), size - hits + 1, rate))
    return found


def at_most(x: ArrayLike, n: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Exact one-sided p: the chance of x or fewer of n when the true rate is `rate`."""
    hits, size = counts(x, n)
    return at_least(size - hits, size, 1 - np.asarray(rate, np.float64))


def stratified_wilson(
    x: ArrayLike, n: ArrayLike, weights: ArrayLike | None = None, level: float = 0.95
) -> Pair:
    """Limits of a proportion over strata (last axis): the weighted sum of Wilson's limits at a narrower level in each.

    `weights` add up to 1; without them they make the interval short, as found by repetition. Yan & Su 2010,
    doi:10.1198/sbr.2009.0049 [formulas from memory, equal to tern's `strat_wilson`]. Raises UsageError on an
    empty stratum, or weights that do not fit.
    """
    hits, size, z, weight = _strata(x, n, weights, level)
    low, high = _wilson(hits, size, z)
    return (weight * low).sum(axis=-1), (weight * high).sum(axis=-1)


def stratified_wilson_corrected(
    x: ArrayLike, n: ArrayLike, weights: ArrayLike | None = None, level: float = 0.95
) -> Pair:
    """The same with the continuity correction in each stratum (tern's `strat_wilsonc`)."""
    hits, size, z, weight = _strata(x, n, weights, level)
    low, high = _wilson(hits, size, z, np.minimum(0.5, np.abs(hits - size / 2)))
    return (weight * low).sum(axis=-1), (weight * high).sum(axis=-1)


def _strata(
    x: ArrayLike, n: ArrayLike, weights: ArrayLike | None, level: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    hits, size = counts(x, n)
    z = z_of(level)
    if hits.ndim == 0 or not np.all(size > 0):
        raise UsageError("strata lie on the last axis, and each has patients")
    p = hits / size
    variance = p * (1 - p) / size
    if weights is not None:
        stated = np.asarray(weights, np.float64)
        if stated.shape[-1:] != hits.shape[-1:] or not np.allclose(stated.sum(axis=-1), 1):
            raise UsageError("there is one weight for each stratum, and they add up to 1")
        return hits, size, _narrowed(variance, stated, z), np.broadcast_to(stated, hits.shape)
    weight = np.full(hits.shape, 1 / hits.shape[-1])
    for _ in range(_ROUNDS):
        q2 = _narrowed(variance, weight, z) ** 2
        new = (1 + q2 / size) ** 2 / (variance + q2 / (4 * size**2))
        new /= new.sum(axis=-1, keepdims=True)
        moved, weight = np.abs(new - weight).max(initial=0), new
        if moved < _SETTLED:
            break
    return hits, size, _narrowed(variance, weight, z), weight


def _narrowed(variance: FloatArray, weight: FloatArray, z: float) -> FloatArray:
    """The quantile for each stratum that gives the sum of the strata its level; without any variance that of one stratum
    of equal parts."""
    parts = weight**2 * variance
    apart = np.sqrt(parts).sum(axis=-1, keepdims=True)
    alike = np.sqrt((weight**2).sum(axis=-1, keepdims=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = z * np.where(apart > 0, np.sqrt(parts.sum(axis=-1, keepdims=True)) / apart, alike)
    return found
