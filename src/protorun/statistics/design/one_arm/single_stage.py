"""Exact single-stage designs of single-arm trials, and the exact binomial test behind them.

A'Hern 2001, doi:10.1002/sim.721; Fleming 1982, doi:10.2307/2530297."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.binomial_tables import (
    FloatArray,
    IntArray,
    above,
    beyond,
    checked,
    limited,
    mass,
)

MOST_PATIENTS = 5000
GUARD = 1e-12


@dataclass(frozen=True)
class OneStage:
    """The drug is rejected with at most `r` responses of `n`; `alpha` under p0 and `power` under p1 are exact."""

    r: int
    n: int
    alpha: float
    power: float


def single_stage(
    p0: float, p1: float, *, alpha: float = 0.05, beta: float = 0.2, nsoln: int = 5, nmax: int | None = None
) -> tuple[OneStage, ...]:
    """The `nsoln` smallest single-stage designs, by size: at each size the smallest r that keeps `alpha`.

    Power is not monotone in the size, so that a larger trial can fail; only sizes that keep both errors are listed. Raises
    UsageError for rates or errors that do not fit, and where no design has at most `nmax` patients."""
    checked(p0, p1, alpha, beta)
    if nsoln < 1:
        raise UsageError(f"at least one design is wanted, not {nsoln}")
    limited(nmax, MOST_PATIENTS)
    limit = MOST_PATIENTS if nmax is None else nmax
    z = ndtri(1 - np.array([alpha, beta])) * [sqrt(p0 * (1 - p0)), sqrt(p1 * (1 - p1))]
    most = min(limit, ceil(1.2 * (z.sum() / (p1 - p0)) ** 2) + 10 * (nsoln + 1))
    while True:
        found = _designs(most, (p0, p1), (alpha, beta))
        if len(found) >= nsoln or (most >= limit and found):
            return found[:nsoln]
        if most >= limit:
            raise UsageError(
                f"no single-stage design of at most {limit} patients keeps both errors; "
                f"{'allow more, or' if limit < MOST_PATIENTS else 'take'} rates further apart"
            )
        most = min(limit, 2 * most)


def critical_responses(n: ArrayLike, p0: float, alpha: float) -> IntArray:
    """For each size, the most responses with which the drug is still rejected at one-sided level `alpha`; n itself where no
    result would be enough."""
    size = np.asarray(n, np.int64)
    x = np.arange(int(size.max(initial=0)) + 1)
    found: IntArray = (beyond(x, size[..., None], p0) > alpha + GUARD).sum(axis=-1)
    return found


def exact_power(n: ArrayLike, p0: float, p1: ArrayLike, alpha: float) -> FloatArray:
    """Power of the exact one-sided binomial test of `p0` at level `alpha` when the true response rate is `p1`, for any
    shapes of n and p1 that fit together."""
    size, rate = np.broadcast_arrays(np.asarray(n, np.int64), np.asarray(p1, np.float64))
    return beyond(critical_responses(size, p0, alpha), size, rate)


def _designs(most: int, rates: tuple[float, float], errors: tuple[float, float]) -> tuple[OneStage, ...]:
    low, high = above(mass(most, rates))
    n = np.arange(1, most + 1)
    r = (low[1:] > errors[0] + GUARD).sum(axis=1)
    kept = (high[n, r] >= 1 - errors[1] - GUARD) & (r < n)
    return tuple(
        OneStage(int(b), int(a), float(low[a, b]), float(high[a, b]))
        for a, b in zip(n[kept], r[kept], strict=True)
    )
