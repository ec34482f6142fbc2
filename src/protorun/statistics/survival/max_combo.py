"""MaxCombo: the best of several weighted log-rank tests, with a p-value that pays for having looked at all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, owens_t

from protorun.statistics import normal_box
from protorun.statistics._order import FloatArray
from protorun.statistics.survival.weighted_logrank import FlemingHarrington, Weight, scores

_NODES, _PANELS = 16, 20
_ROWS = 256  # batch rows handled together
_FAR = 8.5  # standard deviations: beyond them lies less than 1e-16
_THIN = 1e-12  # least conditional variance, for two tests that are one
_NOTHING = 1e-100
USUAL = (FlemingHarrington(0, 0), FlemingHarrington(0, 1), FlemingHarrington(1, 0))


@dataclass(frozen=True)
class MaxCombo:
    """`z` (batch, test) with the sign of `logrank`, `correlation` (batch, test, test), one-sided `p` (batch).

    `p` is the chance, were the curves equal, that any z is as low as the lowest one: few events in group 1.
    """

    z: FloatArray
    correlation: FloatArray
    p: FloatArray


def max_combo(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weights: Sequence[Weight] = USUAL,
    strata: ArrayLike | None = None,
) -> MaxCombo:
    """MaxCombo test of groups 0 and 1 along the last axis; group 1 is the one expected to do better.

    Karrison 2016, doi:10.1177/1536867X1601600308. The arguments are those of `weighted_logrank`.
    """
    found = scores(time, event, group, weights, strata)
    spread = np.sqrt(np.einsum("...ii->...i", found.covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, found.score / spread, np.nan)
        correlation = found.covariance / (spread[..., :, None] * spread[..., None, :])
    lowest = z.min(axis=-1)
    p = 1 - all_below(np.broadcast_to(-lowest[..., None], z.shape), correlation)
    return MaxCombo(z, correlation, p)


def all_below(limit: ArrayLike, correlation: ArrayLike) -> FloatArray:
    """P(every Z_i <= limit_i) for standard normal Z with these correlations; leading axes are a batch, NaN stays NaN.

    Two variables by Owen's T (Owen 1956, doi:10.1214/aoms/1177728074), three by nodes on the first one, also where a
    test is a sum of others: with rho and gamma (0, 0) = (0, 1) + (1, 0). More by a lattice rule (1e-6).
    """
    limits, correlations = np.asarray(limit, np.float64), np.asarray(correlation, np.float64)
    count = limits.shape[-1]
    flat, matrices = limits.reshape(-1, count), correlations.reshape(-1, count, count)
    known = np.flatnonzero(~(np.isnan(flat).any(-1) | np.isnan(matrices).any((-1, -2))))
    found = np.full(len(flat), np.nan)
    work = _WAYS.get(count, _many)
    for at in range(0, len(known), _ROWS):
        some = known[at : at + _ROWS]
        found[some] = work(flat[some], matrices[some])
    return found.reshape(limits.shape[:-1])


def _one(limit: FloatArray, correlation: FloatArray) -> FloatArray:
    chance: FloatArray = ndtr(limit[:, 0])
    return chance


def _two(limit: FloatArray, correlation: FloatArray) -> FloatArray:
    return _both_below(limit[:, 0], limit[:, 1], correlation[:, 0, 1])


def _three(limit: FloatArray, correlation: FloatArray) -> FloatArray:
    """Given the first variable the other two are normal again; the first runs over nodes in panels."""
    place, weight = np.polynomial.legendre.leggauss(_NODES)
    edges = (np.arange(_PANELS)[:, None] + (place + 1) / 2).ravel() / _PANELS
    reach = np.clip(limit[:, :1], -_FAR, _FAR) + _FAR
    first = reach * edges - _FAR
    chance = (
        reach / (2 * _PANELS) * np.tile(weight, _PANELS) * np.exp(-first * first / 2) / np.sqrt(2 * np.pi)
    )
    to_first = correlation[:, 0, 1:]
    spread = np.sqrt(np.maximum(1 - to_first**2, _THIN))
    between = (correlation[:, 1, 2] - to_first[:, 0] * to_first[:, 1]) / (spread[:, 0] * spread[:, 1])
    second, third = (
        (limit[:, i + 1, None] - to_first[:, i, None] * first) / spread[:, i, None] for i in (0, 1)
    )
    total: FloatArray = (chance * _both_below(second, third, between[:, None])).sum(axis=-1)
    return total


def _both_below(h: FloatArray, k: FloatArray, correlation: FloatArray) -> FloatArray:
    """P(Z1 <= h and Z2 <= k)."""
    h, k = np.where(h == 0, _NOTHING, h), np.where(k == 0, _NOTHING, k)
    r = np.clip(correlation, -1, 1)
    s = np.sqrt(np.maximum((1 - r) * (1 + r), _NOTHING))
    with np.errstate(over="ignore"):
        turns = owens_t(h, (k / h - r) / s) + owens_t(k, (h / k - r) / s)
    half = np.where((h > 0) == (k > 0), 0.0, 0.5)
    chance: FloatArray = np.clip((ndtr(h) + ndtr(k)) / 2 - turns - half, 0, 1)
    return chance


def _many(limit: FloatArray, correlation: FloatArray) -> FloatArray:
    return np.array([normal_box.all_below(row, one) for row, one in zip(limit, correlation, strict=True)])


_WAYS = {1: _one, 2: _two, 3: _three}
