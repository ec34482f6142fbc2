"""Proportional hazards regression: one binary covariate for many trials at once, several covariates for one data set."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray, groups_of, rows
from protorun.statistics.hazards.ratios import LogHazardRatios
from protorun.statistics.survival._risk import CHUNK, RiskTable, risk_table

Ties = Literal["efron", "breslow"]
_STEPS = 30
_SMALL = 1e-9
_FARTHEST = 20.0  # a log hazard ratio beyond this is no estimate: the likelihood has no maximum


@dataclass(frozen=True)
class Cox(LogHazardRatios):
    """Log hazard ratios with the batch shape (one covariate) or shaped (covariate,), and their standard errors.

    `score` is the score test statistic at 0. Where no finite estimate exists, `coefficient` is infinite with its sign
    and `standard_error` NaN; all is NaN when nothing can be compared. `model_covariance` is there when `covariance` is
    a sandwich.
    """

    score: FloatArray
    model_covariance: FloatArray | None = None

    @property
    def likelihood_ratio(self) -> FloatArray:
        """Likelihood ratio statistic against no effect."""
        return 2 * (self.loglik - self.loglik_null)

    @property
    def wald(self) -> FloatArray:
        """Wald statistic of one coefficient against no effect; of several, each on its own."""
        return (self.coefficient / self.standard_error) ** 2


def cox(time: ArrayLike, event: ArrayLike, group: ArrayLike, ties: Ties = "efron") -> Cox:
    """Cox model of group 1 against group 0 along the last axis, for many trials at once; NaN times are absent patients.

    Cox 1972, ties by Efron 1977, doi:10.1080/01621459.1977.10480613, or Breslow 1974. Raises UsageError on unequal
    shapes or another group.
    """
    checked_ties(ties)
    times, events = rows(time, event)
    groups = groups_of(group, times)
    if groups.size and not 0 <= groups.min() <= groups.max() <= 1:
        raise UsageError(
            "this Cox model compares two groups, numbered 0 and 1; covariates go to `cox_regression`"
        )
    batch, shape = times.shape[:-1], (prod(times.shape[:-1]), times.shape[-1])
    flat = (times.reshape(shape), events.reshape(shape), groups.reshape(shape))
    step = max(1, CHUNK // max(1, shape[1]))
    parts = []
    for at in range(0, shape[0], step):
        here = slice(at, at + step)
        parts.append(_newton(_lines(risk_table(flat[0][here], flat[1][here], flat[2][here]), ties)))
    columns = [np.concatenate(column).reshape(batch) for column in zip(*parts, strict=True)]
    coefficient, information, null, best, score = columns
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(np.isfinite(coefficient), 1 / information, np.nan)
    return Cox(coefficient, np.sqrt(variance), variance[..., None, None], null, best, score)


def checked_ties(ties: str) -> None:
    """Raises UsageError for a way to handle ties that there is not."""
    if ties not in get_args(Ties):
        raise UsageError(f"no way to handle ties called {ties!r}; there are: {', '.join(get_args(Ties))}")


@dataclass(frozen=True)
class _Lines:
    """Each factor of the partial likelihood: `deaths` of those at risk, weighed 1 (group 0) and exp(b) (group 1)."""

    table: RiskTable
    deaths: FloatArray
    at_risk_0: FloatArray
    at_risk_1: FloatArray
    deaths_1: FloatArray  # of each trial

    def at(self, b: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Log likelihood, score and information of each trial at its own coefficient."""
        each = b[0] if self.table.row is None else b[self.table.row]
        second = self.at_risk_1 * np.exp(each)
        whole = self.at_risk_0 + second
        share = second / whole
        add = self.table.sum
        loglik = b * self.deaths_1 - add(self.deaths * np.log(whole))
        return loglik, self.deaths_1 - add(self.deaths * share), add(self.deaths * share * (1 - share))


def _lines(table: RiskTable, ties: Ties) -> _Lines:
    deaths_1 = table.sum(table.deaths_1)
    if ties == "breslow" or table.deaths.max(initial=0) <= 1:
        return _Lines(table, table.deaths, table.at_risk - table.at_risk_1, table.at_risk_1, deaths_1)
    # Efron: the k-th of d tied deaths meets a risk set from which the share k / d of the tied has left.
    times = table.deaths.astype(np.int64)
    line = np.repeat(np.arange(len(times)), times)
    left = (np.arange(len(line)) - np.repeat(np.cumsum(times) - times, times)) / table.deaths[line]
    second = table.at_risk_1[line] - left * table.deaths_1[line]
    first = table.at_risk[line] - left * table.deaths[line] - second
    row = None if table.row is None else table.row[line]
    ones = np.ones(len(line))
    spread = RiskTable(table.trials, row, table.stamp[line], table.keys, ones, ones, ones, ones)
    return _Lines(spread, ones, first, second, deaths_1)


def _newton(lines: _Lines) -> tuple[FloatArray, ...]:
    """Coefficient, information, log likelihood at 0 and at the estimate, score test; one of each for each trial."""
    b = np.zeros(lines.table.trials)
    null, slope, information = lines.at(b)
    loglik = null
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(information > 0, slope**2 / information, np.nan)
        for _ in range(_STEPS):
            step = np.clip(np.nan_to_num(slope / information), -1, 1)
            b = np.clip(b + step, -_FARTHEST, _FARTHEST)
            loglik, slope, information = lines.at(b)
            if np.all(np.abs(step) < _SMALL):
                break
    b = np.where(np.isnan(score), np.nan, np.where(np.abs(b) >= _FARTHEST, np.copysign(np.inf, b), b))
    return b, information, null, loglik, score
