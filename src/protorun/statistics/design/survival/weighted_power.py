"""Power of log-rank and Fleming-Harrington tests under any two hazards, fixed or with looks.

With the expected numbers at risk y0 and y1 along the time on study: E[U] = int w y0 y1 / (y0 + y1) (l0 - l1) and
V = int w^2 y0 y1 / (y0 + y1)^2 (y0 l0 + y1 l1), w = S^rho (1 - S)^gamma with S the pooled survival.
Schoenfeld 1981, doi:10.1093/biomet/68.1.316; Fleming & Harrington 1991; Yung & Liu 2020, doi:10.1111/biom.13196.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.special import ndtr, ndtri

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.design.sequential.crossing import Crossing, crossing_of_means
from protorun.statistics.design.sizes import checked_errors
from protorun.statistics.design.survival.two_arms import AtRisk, TwoArms, at_risk

Weight = tuple[float, float]
"""rho and gamma of Fleming and Harrington; (0, 0) is the log-rank test."""


@dataclass(frozen=True)
class Scores:
    """Weighted log-rank scores at one calendar time, one entry for each weight: mean (positive when the experimental
    arm does better) and covariance."""

    mean: FloatArray
    covariance: FloatArray

    @property
    def z(self) -> FloatArray:
        """Mean of each test on the Z scale."""
        return np.asarray(self.mean / np.sqrt(np.diag(self.covariance)))


def scores(trial: TwoArms, calendar: float, weights: Sequence[Weight] = ((0, 0),)) -> Scores:
    """Means and covariance of weighted log-rank scores at a calendar time. Raises UsageError for a negative weight."""
    if not weights or any(rho < 0 or gamma < 0 for rho, gamma in weights):
        raise UsageError(f"rho and gamma of a weight must not be negative: {list(weights)}")
    seen = at_risk(trial, calendar)
    control, experimental = seen.number
    both = control + experimental
    share = np.divide(control * experimental, both, out=np.zeros_like(both), where=both > 0)
    dying = (seen.number * seen.hazard).sum(0)
    ratio = np.divide(share, both, out=np.zeros_like(both), where=both > 0)
    w = _weights(seen, weights)
    mean = w @ (share * (seen.hazard[0] - seen.hazard[1]) * seen.weight)
    covariance = (w * (ratio * dying * seen.weight)) @ w.T
    if not np.all(np.diag(covariance) > 0):
        raise UsageError(f"by {calendar:g} the test with weights {list(weights)} has no information at all")
    return Scores(mean, covariance)


def weighted_power(
    trial: TwoArms, calendar: float, weight: Weight = (0, 0), *, alpha: float = 0.025
) -> float:
    """Power of one weighted log-rank test at a calendar time, `alpha` one-sided."""
    return float(ndtr(scores(trial, calendar, (weight,)).z[0] + ndtri(alpha)))


def weighted_size(
    trial: TwoArms, calendar: float, weight: Weight = (0, 0), *, alpha: float = 0.025, beta: float = 0.1
) -> float:
    """Patients (both arms) for a weighted log-rank test at a calendar time, with the shape of the trial's accrual.

    Raises UsageError when the test looks the wrong way: the experimental arm does not do better.
    """
    return size_of(float(scores(trial, calendar, (weight,)).z[0]), trial, alpha=alpha, beta=beta)


def size_of(z: float, trial: TwoArms, *, alpha: float, beta: float) -> float:
    """Patients at which a test has its power, from its mean on the Z scale with the trial's own patients: Z grows with
    the square root of their number. Raises UsageError when the mean is not positive."""
    checked_errors(alpha, beta)
    if not z > 0:
        raise UsageError(
            "under these hazards the test does not favor the experimental arm: no size has this power"
        )
    return trial.patients * float(((ndtri(1 - alpha) + ndtri(1 - beta)) / z) ** 2)


def power_with_looks(
    trial: TwoArms,
    calendars: Sequence[float],
    upper: Sequence[float],
    lower: Sequence[float] | None = None,
    weight: Weight = (0, 0),
) -> Crossing:
    """Chances to cross bounds at looks of these calendar times; information is the variance of the score, so that a
    delayed effect has a mean that grows. Rows are looks, one column."""
    found = [scores(trial, t, (weight,)) for t in calendars]
    information = [float(s.covariance[0, 0]) for s in found]
    low = [-inf] * len(information) if lower is None else lower
    return crossing_of_means(information, upper, low, [float(s.z[0]) for s in found])


def _weights(seen: AtRisk, weights: Sequence[Weight]) -> FloatArray:
    """Weight functions (row) on the nodes; S is what the pooled Kaplan-Meier curve estimates."""
    if all(pair == (0, 0) for pair in weights):
        return np.ones((len(weights), len(seen.time)))
    s = pooled_survival(seen)
    return np.array([s**rho * (1 - s) ** gamma for rho, gamma in weights])


def pooled_survival(seen: AtRisk) -> FloatArray:
    """What the Kaplan-Meier curve of both arms together estimates, on the nodes; without a difference in dropout it is
    the mixture of the two curves."""
    both = seen.number.sum(0)
    hazard = np.divide((seen.number * seen.hazard).sum(0), both, out=np.zeros_like(both), where=both > 0)
    return np.asarray(np.exp(-seen.integral(hazard)))
