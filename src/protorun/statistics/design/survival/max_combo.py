"""MaxCombo: the best of several Fleming-Harrington tests, its critical value, power and size.

Karrison 2016, doi:10.1177/1536867X1601600308; Roychoudhury et al. 2021 [unverified]. The tests are jointly normal with the
covariance of their scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from protorun.statistics._order import FloatArray
from protorun.statistics.design.sequential.bounds import root_near
from protorun.statistics.design.survival.two_arms import TwoArms
from protorun.statistics.design.survival.weighted_power import Scores, Weight, scores, size_of
from protorun.statistics.normal_box import all_below

WEIGHTS: tuple[Weight, ...] = ((0, 0), (0, 1), (1, 0))


@dataclass(frozen=True)
class MaxCombo:
    """Critical value of the largest Z, power, and the power each test would have alone at level alpha."""

    critical: float
    power: float
    alone: tuple[float, ...]


def max_combo(
    trial: TwoArms, calendar: float, weights: Sequence[Weight] = WEIGHTS, *, alpha: float = 0.025
) -> MaxCombo:
    """Power of MaxCombo (one-sided alpha) at a calendar time; the critical value is that of the covariance under the
    planned hazards, which the trial's own estimate takes the place of."""
    found = scores(trial, calendar, weights)
    correlation = _correlation(found)
    critical = critical_value(correlation, alpha)
    alone = tuple(float(p) for p in ndtr(found.z + ndtri(alpha)))
    return MaxCombo(critical, 1 - all_below(critical - found.z, correlation), alone)


def max_combo_size(
    trial: TwoArms,
    calendar: float,
    weights: Sequence[Weight] = WEIGHTS,
    *,
    alpha: float = 0.025,
    beta: float = 0.1,
) -> float:
    """Patients (both arms) at which MaxCombo has its power, with the shape of the trial's accrual. Raises UsageError when
    no test favors the experimental arm."""
    found = scores(trial, calendar, weights)
    correlation = _correlation(found)
    critical = critical_value(correlation, alpha)
    start = size_of(float(found.z.max()), trial, alpha=alpha, beta=beta) / trial.patients

    def surplus(size: float) -> float:
        return beta - all_below(critical - found.z * np.sqrt(size), correlation)

    return trial.patients * root_near(surplus, start, start * 1.1)


def critical_value(correlation: FloatArray, alpha: float) -> float:
    """What the largest of correlated standard normal tests exceeds with probability `alpha`."""
    first = float(-ndtri(alpha))
    return root_near(
        lambda c: all_below(np.full(len(correlation), c), correlation) - (1 - alpha), first, first + 0.1
    )


def _correlation(found: Scores) -> FloatArray:
    spread = np.sqrt(np.diag(found.covariance))
    return np.asarray(found.covariance / np.outer(spread, spread))
