"""The chance that correlated normal scores stay below their limits all together, without chance in the computing.

Genz 1992, doi:10.1080/10618600.1992.10477010, on a lattice; a score that is a sum of others (MaxCombo's log-rank is the sum of
FH(1, 0) and FH(0, 1)) only narrows the limits of the last of them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import ndtr, ndtri

from protorun.statistics._order import FloatArray

_POINTS = 1 << 14
_ROOTS = np.sqrt([2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0])
_NO_SPREAD = 1e-9


def all_below(limits: FloatArray, covariance: FloatArray) -> float:
    """P(X_i < limit_i for every i) for centered normal X, whose covariance may be singular; to about 1e-6, up to 8
    scores. The same input gives the same number."""
    factor, owner = _factor(np.asarray(covariance, np.float64))
    rank = factor.shape[1]
    points = _lattice(max(rank - 1, 1))
    drawn = np.zeros((rank, points.shape[1]))
    chance = np.ones(points.shape[1])
    for step in range(rank):
        mine = [i for i in range(len(limits)) if owner[i] == step]
        low, high = _range(np.asarray(limits, np.float64)[mine], factor[mine], drawn, step)
        below, width = ndtr(low), np.maximum(ndtr(high) - ndtr(low), 0.0)
        chance = chance * width
        if step < rank - 1:
            drawn[step] = ndtri(np.clip(below + points[step] * width, 1e-300, 1 - 1e-16))
    return float(chance.mean())


def _range(
    limits: FloatArray, rows: FloatArray, drawn: FloatArray, step: int
) -> tuple[FloatArray, FloatArray]:
    """Between which limits the coordinate of this step must lie, for every point."""
    low = np.full(drawn.shape[1], -np.inf)
    high = np.full(drawn.shape[1], np.inf)
    for limit, row in zip(limits, rows, strict=True):
        bound = (limit - row[:step] @ drawn[:step]) / row[step]
        if row[step] > 0:
            high = np.minimum(high, bound)
        else:
            low = np.maximum(low, bound)
    return low, np.maximum(high, low)


def _factor(covariance: FloatArray) -> tuple[FloatArray, list[int]]:
    """X = factor @ independent normals, and for each X the last of them it uses; as many columns as the rank."""
    left, scale = covariance.copy(), float(np.trace(covariance))
    columns: list[FloatArray] = []
    while len(columns) < len(left) and np.diag(left).max() > _NO_SPREAD * scale:
        at = int(np.argmax(np.diag(left)))
        column = left[:, at] / np.sqrt(left[at, at])
        columns.append(column)
        left = left - np.outer(column, column)
    factor = np.stack(columns, axis=1)
    factor[np.abs(factor) < 1e-7 * np.sqrt(scale)] = 0.0
    return factor, [int(np.flatnonzero(row)[-1]) for row in factor]


@cache
def _lattice(dimensions: int) -> FloatArray:
    """Points of the unit cube: even steps in the first direction, Richtmyer's rule in the others, folded so that the sum
    converges as that of a periodic function."""
    count = np.arange(_POINTS) + 0.5
    others = np.outer(_ROOTS[: dimensions - 1], count) % 1.0
    return np.vstack([count / _POINTS, 1 - np.abs(2 * others - 1)])
