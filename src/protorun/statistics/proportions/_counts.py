"""Successes out of patients, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray


def counts(x: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Counts of one shape as numbers. Raises UsageError unless 0 <= x <= n."""
    hits, size = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(n, np.float64))
    if not np.all((hits >= 0) & (hits <= size)):
        raise UsageError("a count of successes must lie between 0 and the number of patients")
    return hits, size


def z_of(level: float) -> float:
    """Normal quantile of a two-sided level. Raises UsageError unless it lies between 0 and 1."""
    if not 0 < level < 1:
        raise UsageError(f"a confidence level lies between 0 and 1; {level:g} does not")
    return float(ndtri(0.5 + level / 2))


@dataclass(frozen=True)
class TwoByTwo:
    """Successes and patients of group 1 and group 0, of one shape."""

    x1: FloatArray
    n1: FloatArray
    x0: FloatArray
    n0: FloatArray

    @classmethod
    def of(cls, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> TwoByTwo:
        """Checked counts of both groups. Raises UsageError unless 0 <= x <= n in both."""
        given = [np.asarray(value, np.float64) for value in (x1, n1, x0, n0)]
        try:
            a, b, c, d = np.broadcast_arrays(*given)
        except ValueError:
            raise UsageError("the counts of two groups must be of one shape") from None
        counts(a, b)
        counts(c, d)
        return cls(a, b, c, d)

    @property
    def p1(self) -> FloatArray:
        """Share of group 1; NaN without patients."""
        return share(self.x1, self.n1)

    @property
    def p0(self) -> FloatArray:
        """Share of group 0; NaN without patients."""
        return share(self.x0, self.n0)


def share(x: FloatArray, n: FloatArray) -> FloatArray:
    """x / n, NaN for 0 of 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return x / n


@dataclass(frozen=True)
class Compared:
    """An estimate with its limits, in the shape of the counts."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
