"""Group-sequential designs for one proportion, exact: counts, bounds on counts, chances by recursion.

Jennison & Turnbull 2000, chapter 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, xlog1py, xlogy

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray


@dataclass(frozen=True)
class BinomialCrossing:
    """Chance to stop at each look (row) by the upper and by the lower bound, for each true rate (column); `expected`
    patients for each rate, the last look's when nothing is crossed."""

    upper: FloatArray
    lower: FloatArray
    expected: FloatArray


def exact_binomial(
    n: Sequence[int], lower: Sequence[int], upper: Sequence[int], rates: ArrayLike
) -> BinomialCrossing:
    """Exact chances to stop: at a look with n patients so far, at or below `lower` responses or at or above `upper`.

    A lower bound of -1 and an upper one above n stop nobody. As gsDesign's gsBinomialExact. Raises UsageError for
    patients that do not rise, other numbers of bounds, bounds that cross before the last look, or rates outside 0 to 1.
    """
    p = np.atleast_1d(np.asarray(rates, np.float64))
    _check(n, lower, upper, p)
    going = np.ones((1, len(p)))  # responses so far, rate
    up, down = np.empty((len(n), len(p))), np.empty((len(n), len(p)))
    seen = 0
    for look, (size, a, b) in enumerate(zip(n, lower, upper, strict=True)):
        count = np.arange(size - seen + 1, dtype=np.float64)
        new = _chances(count, size - seen, p)
        whole = np.stack([np.convolve(going[:, j], new[:, j]) for j in range(len(p))], axis=1)
        below, beyond = max(a + 1, 0), max(b, a + 1, 0)  # a bound below -1 stops nobody, as -1 does
        down[look], up[look] = whole[:below].sum(0), whole[beyond:].sum(0)
        whole[:below] = whole[beyond:] = 0.0
        going, seen = whole, size
    stop = up + down
    return BinomialCrossing(up, down, np.asarray(n) @ stop + n[-1] * (1 - stop.sum(0)))


def _chances(count: FloatArray, size: int, p: FloatArray) -> FloatArray:
    """Binomial chances, count by rate."""
    ways = gammaln(size + 1) - gammaln(count + 1) - gammaln(size - count + 1)
    log = ways[:, None] + xlogy(count[:, None], p) + xlog1py((size - count)[:, None], -p)
    return np.asarray(np.exp(log))


def _check(n: Sequence[int], lower: Sequence[int], upper: Sequence[int], p: FloatArray) -> None:
    if not n or any(a >= b for a, b in zip((0, *n), n, strict=False)):
        raise UsageError(f"patients must be positive and rise from look to look, not {list(n)}")
    if len(lower) != len(n) or len(upper) != len(n):
        raise UsageError(f"{len(n)} looks need as many lower and upper bounds")
    if any(a >= b for a, b in zip(lower, upper, strict=True)):
        raise UsageError(f"each lower bound must be below the upper one: {list(lower)}, {list(upper)}")
    if not np.all((p >= 0) & (p <= 1)):
        raise UsageError("rates must lie between 0 and 1")
