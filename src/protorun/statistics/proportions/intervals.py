"""Intervals and an exact test for one proportion."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv, ndtri

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray


def clopper_pearson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Exact limits for x of n, of any shape; 0 to 1 when n is 0. Clopper & Pearson 1934. Raises UsageError unless 0 <= x <= n."""
    hits, size = _counts(x, n)
    tail = (1 - level) / 2
    inner_low, inner_high = (hits > 0), (hits < size)
    low = betaincinv(np.where(inner_low, hits, 1), size - hits + 1, tail)
    high = betaincinv(hits + 1, np.where(inner_high, size - hits, 1), 1 - tail)
    return np.where(inner_low, low, 0.0), np.where(inner_high, high, 1.0)


def wilson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Score limits for x of n without continuity correction; 0 to 1 when n is 0. Wilson 1927, doi:10.1080/01621459.1927.10502953."""
    hits, size = _counts(x, n)
    z2 = ndtri(0.5 + level / 2) ** 2
    held = np.maximum(size, 1)
    share = hits / held
    middle = share + z2 / (2 * held)
    half = np.sqrt(z2 * (share * (1 - share) / held + z2 / (4 * held * held)))
    scale = 1 + z2 / held
    low = np.where(hits == 0, 0.0, (middle - half) / scale)
    high = np.where(hits == size, 1.0, (middle + half) / scale)
    return low, high


def at_least(x: ArrayLike, n: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Exact one-sided p: the chance of x or more of n when the true rate is `rate`."""
    hits, size = _counts(x, n)
    found: FloatArray = np.where(hits == 0, 1.0, betainc(np.maximum(hits, 1), size - hits + 1, rate))
    return found


def _counts(x: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    hits, size = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(n, np.float64))
    if np.any((hits < 0) | (hits > size)):
        raise UsageError("a count of successes must lie between 0 and the number of patients")
    return hits, size
