"""Tables of binomial probabilities for every number of patients up to a largest one."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammaln, ndtri

from protorun.errors import UsageError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def mass(most: int, rates: ArrayLike) -> FloatArray:
    """P(x of n respond) as a table [rate, n, x] for n and x from 0 to `most`; 0 where x > n."""
    p = np.asarray(rates, np.float64)[:, None, None]
    n, x = np.arange(most + 1)[:, None], np.arange(most + 1)
    missed = np.maximum(n - x, 0)
    factorial = gammaln(np.arange(most + 1.0) + 1)
    log = factorial[:, None] - factorial - factorial[missed]
    found: FloatArray = np.exp(log + x * np.log(p) + missed * np.log1p(-p))
    return np.tril(found)


def above(table: FloatArray) -> FloatArray:
    """P(X > x of n) as a table [rate, n, x], from the table of `mass`."""
    tail = np.zeros_like(table)
    tail[..., :-1] = np.cumsum(table[..., :0:-1], axis=-1)[..., ::-1]
    return tail


def beyond(x: ArrayLike, n: ArrayLike, rate: ArrayLike) -> FloatArray:
    """P(X > x) among n patients with response probability `rate`, for any x, also below 0 and above n."""
    x, n, rate = np.broadcast_arrays(np.asarray(x, float), np.asarray(n, float), np.asarray(rate, float))
    some, size = np.clip(x, 0, np.maximum(n - 1, 0)), np.maximum(n, 1)
    inside = betainc(some + 1, size - some, rate)
    found: FloatArray = np.where(x < 0, 1.0, np.where(x >= n, 0.0, inside))
    return found


def checked(p0: float, p1: float, alpha: float, beta: float) -> None:
    """Raises UsageError unless 0 < p0 < p1 < 1 and both errors lie between 0 and 1."""
    if not 0 < p0 < p1 < 1:
        raise UsageError(f"0 < p0 < p1 < 1 is wanted, not p0 = {p0:g} and p1 = {p1:g}")
    for name, error in (("alpha", alpha), ("beta", beta)):
        if not 0 < error < 1:
            raise UsageError(f"{name} lies between 0 and 1; {error:g} does not")
    if alpha + beta >= 1:
        raise UsageError(f"alpha + beta = {alpha + beta:g}: errors that add up to less than 1 are wanted")


def limited(nmax: int | None, most: int) -> None:
    """Raises UsageError for a limit on the patients beyond which the tables do not fit in memory."""
    if nmax is not None and nmax > most:
        raise UsageError(
            f"nmax is at most {most:,} patients, not {nmax:,}: beyond that, plan by a normal approximation"
        )


def likely_patients(p0: float, p1: float, alpha: float, beta: float) -> float:
    """Patients of one stage by the normal approximation. Raises UsageError as `checked` does."""
    checked(p0, p1, alpha, beta)
    z = [float(-ndtri(error)) for error in (alpha, beta)]
    spread = [sqrt(p * (1 - p)) for p in (p0, p1)]
    return ((z[0] * spread[0] + z[1] * spread[1]) / (p1 - p0)) ** 2
