"""Rates that may not fall with the dose: weighted pool-adjacent-violators, for many rows at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def isotonic(values: FloatArray, weights: FloatArray) -> FloatArray:
    """The nondecreasing rows closest to `values` by weighted least squares; both are shaped (row, level).

    Weight 0 leaves a value out; what comes back there is between its neighbors. By the min-max formula (Barlow et al.
    1972), which needs no loop over rows."""
    levels = values.shape[1]
    edge = np.zeros((len(values), 1))
    mass = np.concatenate([edge, np.cumsum(weights, axis=1)], axis=1)
    known = np.where(weights > 0, values, 0.0)
    moment = np.concatenate([edge, np.cumsum(weights * known, axis=1)], axis=1)
    fitted = np.empty_like(values)
    for i in range(levels):
        best = np.full(len(values), -np.inf)
        for a in range(i + 1):
            width, total = mass[:, i + 1 :] - mass[:, a, None], moment[:, i + 1 :] - moment[:, a, None]
            average = np.divide(total, width, out=np.full_like(width, np.inf), where=width > 0)
            least = average.min(axis=1)
            best = np.maximum(best, np.where(np.isfinite(least), least, -np.inf))
        fitted[:, i] = best
    return fitted


def select(
    n: NDArray[np.integer],
    dlt: NDArray[np.integer],
    target: float,
    *,
    usable: NDArray[np.bool_],
    at_most: float | None = None,
) -> NDArray[np.int64]:
    """The level whose isotonic DLT rate is closest to `target`; -1 where no usable level was tried.

    `n`, `dlt` and `usable` are shaped (row, level). Rates are (dlt + .05) / (n + .1) with their inverse variances as
    weights; of equal rates below the target the highest level is taken, above it the lowest. `at_most` leaves out levels
    with a higher fitted rate. Liu & Yuan 2015, doi:10.1111/rssc.12089; equal to R's BOIN 2.7.2 `select.mtd`.
    """
    counts, fine, group = _unique(n, dlt, usable)
    n, dlt = counts
    rate = (dlt + 0.05) / (n + 0.1)
    variance = (dlt + 0.05) * (n - dlt + 0.05) / ((n + 0.1) ** 2 * (n + 1.1))
    tried = (n > 0) & fine
    fitted = isotonic(rate, np.where(tried, 1 / variance, 0.0))
    fitted = fitted + 1e-10 * np.cumsum(tried, axis=1)
    if at_most is not None:
        tried &= fitted <= at_most
    away = np.where(tried, np.abs(fitted - target), np.inf)
    found: NDArray[np.int64] = np.where(tried.any(axis=1), away.argmin(axis=1), -1)[group]
    return found


def _unique(
    n: NDArray[np.integer], dlt: NDArray[np.integer], usable: NDArray[np.bool_]
) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_], NDArray[np.intp]]:
    """Rows that differ, and which of them each row is."""
    both = np.concatenate([n, dlt, usable], axis=1).astype(np.int64)
    rows, group = np.unique(both, axis=0, return_inverse=True)
    levels = n.shape[1]
    counts = rows[:, :levels], rows[:, levels : 2 * levels]
    return counts, rows[:, 2 * levels :].astype(bool), group.ravel()
