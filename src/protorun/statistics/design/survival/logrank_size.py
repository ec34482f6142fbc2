"""Events and patients of a log-rank trial by Schoenfeld's and by Lachin and Foulkes' formula, with or without looks.

Schoenfeld 1981, doi:10.1093/biomet/68.1.316; Lachin & Foulkes 1986, doi:10.2307/2531201.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, log, sqrt

import numpy as np
from scipy.special import ndtri

from protorun.errors import UsageError
from protorun.statistics.design.sizes import checked_errors, schoenfeld_events
from protorun.statistics.design.survival.piecewise import Piecewise
from protorun.statistics.design.survival.two_arms import (
    TwoArms,
    enrolled,
    expected_events,
    time_of_events,
)


@dataclass(frozen=True)
class FixedSize:
    """A fixed design, nothing rounded: patients, events expected at the analysis, calendar time of the analysis."""

    patients: float
    events: float
    time: float


@dataclass(frozen=True)
class Look:
    """One look: events, patients enrolled by then, calendar time."""

    events: float
    patients: float
    time: float


def schoenfeld_size(
    trial: TwoArms, hr: float, followup: float, *, alpha: float = 0.025, beta: float = 0.1
) -> FixedSize:
    """Size by Schoenfeld's events and the mean chance of an event; only the shape of the accrual counts, not its level.

    `followup`: time from the last patient in to the analysis; `alpha` one-sided. Raises UsageError.
    """
    events = schoenfeld_events(hr, alpha=alpha, beta=beta, ratio=trial.ratio)
    return _of_events(trial, events, followup)


def lachin_foulkes_size(
    trial: TwoArms, hr: float, followup: float, *, alpha: float = 0.025, beta: float = 0.1
) -> FixedSize:
    """Size on the log scale with the variance of no effect (both arms at the mean hazard) for alpha and of the planned
    effect for beta, as gsDesign's nSurv has it; only the shape of the accrual counts. Raises UsageError."""
    if not hr > 0 or hr == 1:
        raise UsageError(f"the hazard ratio must be positive and not 1, not {hr}")
    checked_errors(alpha, beta)
    calendar = _analysis(trial, followup)
    equal, own = _spreads(trial, calendar)
    patients = ((float(-ndtri(alpha)) * equal - float(ndtri(beta)) * own) / log(hr)) ** 2
    return FixedSize(
        patients, patients * float(expected_events(trial, calendar).sum()) / trial.patients, calendar
    )


def lachin_foulkes_drift(trial: TwoArms, hr: float, followup: float, *, alpha: float = 0.025) -> float:
    """The mean of Z at the analysis for the trial's own patients, such that its power at one-sided `alpha` is that of Lachin
    and Foulkes' formula; positive for a hazard ratio below 1."""
    equal, own = _spreads(trial, _analysis(trial, followup))
    z = float(-ndtri(alpha))
    return z + (-log(hr) * sqrt(trial.patients) - z * equal) / own


def _spreads(trial: TwoArms, calendar: float) -> tuple[float, float]:
    """Standard deviation of the log hazard ratio times the root of the patients: under no effect, and as planned."""
    null = replace(trial, event=(_mean_hazard(trial),) * 2)
    equal, own = (expected_events(t, calendar) / trial.patients for t in (null, trial))
    return sqrt(float((1 / equal).sum())), sqrt(float((1 / own).sum()))


def scaled(trial: TwoArms, patients: float) -> TwoArms:
    """The same trial with its accrual made denser or thinner, so that this many patients come."""
    factor = patients / trial.patients
    return replace(
        trial, accrual=Piecewise(trial.accrual.starts, tuple(r * factor for r in trial.accrual.rates))
    )


def looks_at(trial: TwoArms, events: tuple[float, ...]) -> tuple[Look, ...]:
    """When each number of events is expected, and how many patients are enrolled by then."""
    times = [time_of_events(trial, d) for d in events]
    return tuple(Look(d, enrolled(trial, t), t) for d, t in zip(events, times, strict=True))


def _of_events(trial: TwoArms, events: float, followup: float) -> FixedSize:
    calendar = _analysis(trial, followup)
    chance = float(expected_events(trial, calendar).sum()) / trial.patients
    return FixedSize(events / chance, events, calendar)


def _analysis(trial: TwoArms, followup: float) -> float:
    if not 0 <= followup < inf:
        raise UsageError(f"follow-up must be a time of 0 or more, not {followup}")
    calendar = trial.accrual.starts[-1] + followup
    if not expected_events(trial, calendar).min() > 0:
        raise UsageError(f"no events are expected in one of the arms by the analysis at {calendar:g}")
    return calendar


def _mean_hazard(trial: TwoArms) -> Piecewise:
    """The hazard of both arms under no effect: the mean by the allocation."""
    starts = tuple(sorted({s for rate in trial.event for s in rate.starts}))
    rates = np.array(trial.shares) @ np.array([rate.at(starts) for rate in trial.event])
    return Piecewise(starts, tuple(float(r) for r in rates))
