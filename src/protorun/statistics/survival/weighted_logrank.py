"""Log-rank tests that weigh early or late events, for many trials at once, and the best of several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray, groups_of, rows, strata_of
from protorun.statistics.survival._risk import CHUNK, RiskTable, risk_table


class Weight(Protocol):
    """Weight of each event time, given its time and the pooled survival just before it."""

    def __call__(self, table: RiskTable) -> FloatArray: ...


@dataclass(frozen=True)
class FlemingHarrington:
    """S(t-)^rho (1 - S(t-))^gamma; (0, 0) is the log-rank test. Harrington & Fleming 1982, doi:10.1093/biomet/69.3.553."""

    rho: float = 0.0
    gamma: float = 0.0

    def __call__(self, table: RiskTable) -> FloatArray:
        if self.rho == self.gamma == 0:
            return np.ones_like(table.deaths)
        before = table.survival_before()
        weight: FloatArray = before**self.rho * (1 - before) ** self.gamma
        return weight


@dataclass(frozen=True)
class ModestlyWeighted:
    """1 / S(t-), growing until `delay` and at most `most`. Magirr & Burman 2019, doi:10.1002/sim.8186.

    After the delay the weight stays that of the last event time up to it, in each stratum its own."""

    delay: float
    most: float = np.inf

    def __call__(self, table: RiskTable) -> FloatArray:
        weight = 1 / table.survival_before()
        early = np.where(table.time <= self.delay, weight, 1.0)
        row = np.zeros(len(early), np.int64) if table.row is None else table.row
        ceiling = np.ones(table.trials)
        np.maximum.at(ceiling, row, early)
        return np.minimum(np.minimum(weight, ceiling[row]), self.most)


@dataclass(frozen=True)
class EarlyZero:
    """0 before `until`, 1 from then on, for a treatment that cannot act before. Xu et al. 2017, doi:10.1002/sim.7157."""

    until: float

    def __call__(self, table: RiskTable) -> FloatArray:
        return np.where(table.time < self.until, 0.0, 1.0)


@dataclass(frozen=True)
class WeightedLogRank:
    """Results with the batch shape. `score` is the weighted observed minus expected of group 1, `variance` its variance.

    `z` has the sign of `logrank`: positive = more events in group 1 than expected (simtrial's `wlr` has the other
    one). `p` is two-sided; both are NaN when nothing can be compared.
    """

    score: FloatArray
    variance: FloatArray
    z: FloatArray
    p: FloatArray


@dataclass(frozen=True)
class Scores:
    """Scores of several tests on the same patients: `score` (batch, test) and `covariance` (batch, test, test)."""

    score: FloatArray
    covariance: FloatArray


def weighted_logrank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weight: Weight,
    strata: ArrayLike | None = None,
) -> WeightedLogRank:
    """Weighted log-rank test of groups 0 and 1 along the last axis; NaN times are absent patients.

    Strata add up scores and variances, each with its own weights. Raises UsageError on unequal shapes or another group.
    """
    found = scores(time, event, group, [weight], strata)
    score, variance = found.score[..., 0], found.covariance[..., 0, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, score / np.sqrt(variance), np.nan)
    return WeightedLogRank(score, variance, z, 2 * ndtr(-np.abs(z)))


def scores(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weights: Sequence[Weight],
    strata: ArrayLike | None = None,
) -> Scores:
    """Scores of several weighted log-rank tests with their joint covariance; arguments as `weighted_logrank`."""
    times, events = rows(time, event)
    groups = groups_of(group, times)
    if groups.size and not 0 <= groups.min() <= groups.max() <= 1:
        raise UsageError("a weighted log-rank test compares two groups, numbered 0 and 1")
    batch, shape = times.shape[:-1], (prod(times.shape[:-1]), times.shape[-1])
    flat = (times.reshape(shape), events.reshape(shape), groups.reshape(shape))
    if strata is None:
        parts = [_scores(*flat, weights)]
    else:
        which = strata_of(strata, times).reshape(shape)
        parts = [_scores(np.where(which == s, flat[0], np.nan), *flat[1:], weights) for s in np.unique(which)]
    score, covariance = (np.sum(column, axis=0) for column in zip(*parts, strict=True))
    return Scores(score.reshape(*batch, -1), covariance.reshape(*batch, len(weights), len(weights)))


def _scores(
    time: FloatArray, event: NDArray[np.bool_], group: NDArray[np.int64], weights: Sequence[Weight]
) -> tuple[FloatArray, FloatArray]:
    step = max(1, CHUNK // max(1, time.shape[1]))
    score = np.zeros((len(time), len(weights)))
    covariance = np.zeros((len(time), len(weights), len(weights)))
    for at in range(0, len(time), step):
        here = slice(at, at + step)
        table = risk_table(time[here], event[here], group[here])
        share = table.at_risk_1 / table.at_risk
        gap, spread = table.deaths_1 - table.deaths * share, table.spread * share * (1 - share)
        weighed = [weight(table) for weight in weights]
        for i, one in enumerate(weighed):
            score[here, i] = table.sum(one * gap)
            for j in range(i + 1):
                covariance[here, i, j] = covariance[here, j, i] = table.sum(one * weighed[j] * spread)
    return score, covariance
