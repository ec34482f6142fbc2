"""Power and size of the difference in restricted mean survival time and in survival at a milestone.

Royston & Parmar 2013, doi:10.1186/1471-2288-13-152; variance by the delta method on the Kaplan-Meier curve, Pepe & Fleming
1989 (Biometrics 45:497). For an arm with y at risk and hazard l: Var(RMST) = int_0^tau (int_t^tau S)^2 l / y, and
Var(S(tau)) = S(tau)^2 int_0^tau l / y (Greenwood).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from protorun.errors import UsageError
from protorun.statistics.design.survival.two_arms import AtRisk, TwoArms, at_risk
from protorun.statistics.design.survival.weighted_power import size_of


@dataclass(frozen=True)
class Difference:
    """What is expected of an estimate: value in control and experimental arm, standard error of their difference."""

    control: float
    experimental: float
    se: float

    @property
    def z(self) -> float:
        """Mean of the test on the Z scale; positive when the experimental arm does better."""
        return (self.experimental - self.control) / self.se


def rmst(trial: TwoArms, calendar: float, tau: float) -> Difference:
    """Restricted mean survival time up to `tau` by arm, as estimated at a calendar time. Raises UsageError when nobody is
    expected at risk at tau by then."""
    seen = _until(trial, calendar, tau)
    means = seen.survival @ seen.weight
    left = means[:, None] - seen.integral(seen.survival)
    variance = (left**2 * seen.hazard / seen.number) @ seen.weight
    return Difference(float(means[0]), float(means[1]), float(np.sqrt(variance.sum())))


def milestone(trial: TwoArms, calendar: float, tau: float) -> Difference:
    """Survival at `tau` by arm, as estimated at a calendar time; the test is of the plain difference. Raises UsageError as
    `rmst` does."""
    seen = _until(trial, calendar, tau)
    at = np.exp([-float(rate.until(tau)) for rate in trial.event])
    variance = at**2 * ((seen.hazard / seen.number) @ seen.weight)
    return Difference(float(at[0]), float(at[1]), float(np.sqrt(variance.sum())))


def difference_power(expected: Difference, *, alpha: float = 0.025) -> float:
    """Power of the test of a difference, `alpha` one-sided."""
    return float(ndtr(expected.z + ndtri(alpha)))


def difference_size(
    expected: Difference, trial: TwoArms, *, alpha: float = 0.025, beta: float = 0.1
) -> float:
    """Patients (both arms) at which that test has its power; `expected` was found with the trial's own patients."""
    return size_of(expected.z, trial, alpha=alpha, beta=beta)


def _until(trial: TwoArms, calendar: float, tau: float) -> AtRisk:
    if not 0 < tau < calendar:
        raise UsageError(
            f"tau must lie between 0 and the analysis at {calendar:g}, not {tau:g}: nobody is at risk there"
        )
    seen = at_risk(trial, calendar, until=tau)
    if np.any(seen.number <= 0):
        raise UsageError(
            f"nobody is expected at risk for all of the time up to {tau:g} by the analysis at {calendar:g}"
        )
    return seen
