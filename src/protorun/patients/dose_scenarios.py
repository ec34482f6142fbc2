"""Scenario files for dose rules alone: true DLT rates by level, and what keeps patients from being evaluable."""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from protorun.errors import UsageError
from protorun.escalation import Truth
from protorun.patients.scenario import DAYS_PER_MONTH
from protorun.patients.scenario_file import load_each
from protorun.study.source import Frozen

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


class Late(Frozen):
    """DLT times by a Weibull law with this share of the DLTs in the second half of the window."""

    weibull_late: float = Field(gt=0, lt=1)


class Gaps(Frozen):
    """Days between two candidates; a rule that waits for every outcome decides the same at any pace."""

    gap_days: float = Field(gt=0)
    kind: Literal["exponential", "fixed"] = "exponential"


class Times(Frozen):
    """The DLT window, when DLTs show in it, and the accrual."""

    window_days: float | None = Field(default=None, gt=0)
    onset: Late | Literal["uniform"] = "uniform"
    accrual: Gaps | None = None


class Evaluability(Frozen):
    """Patients who die within the window before a DLT are not evaluable; `replace` puts another in their place."""

    death_median_months: float = Field(gt=0)
    replace: bool


class DoseScenario(Frozen):
    """One scenario: `dlt` lists the true DLT rate of each level, lowest dose first, or names the levels."""

    name: str = Field(min_length=1)
    dlt: tuple[float, ...] | dict[str, float]
    timing: Times = Times()
    evaluability: Evaluability | None = None


def load_dose_scenarios(path: Path) -> tuple[DoseScenario, ...]:
    """The scenarios of a file: one, or a list under `scenarios:` over settings they share.

    Raises UsageError when there is no such file and StudyFileError, with file and line, when it is not valid."""
    return load_each(path, DoseScenario)


def truth_of(scenario: DoseScenario, labels: tuple[str, ...]) -> Truth:
    """The scenario as DLT rates among evaluable patients. Raises UsageError for levels that do not fit, or for patients
    who are not replaced: then cohorts shrink, and only a simulation of the whole study tells what follows."""
    rates = scenario.dlt
    if isinstance(rates, dict):
        if set(rates) != set(labels):
            raise UsageError(f"{scenario.name}: DLT rates are wanted for {', '.join(labels)}")
        rates = tuple(rates[label] for label in labels)
    if scenario.evaluability is None:
        return Truth(scenario.name, rates)
    if not scenario.evaluability.replace:
        raise UsageError(f"{scenario.name}: without replacement simulate the whole study with --scenario")
    return Truth(scenario.name, tuple(seen_rate(p, scenario) for p in rates))


def seen_rate(p: float, scenario: DoseScenario) -> float:
    """The DLT rate among evaluable patients when those who die first are replaced: p a / (p a + (1 - p) b), where a =
    P(a DLT is seen before death | DLT) and b = P(the window is completed | no DLT). Replacement raises the rate.

    Death is exponential. Raises UsageError without a window. Derived in the design notes of this project, not published."""
    if scenario.evaluability is None or p in (0, 1):
        return p
    window = scenario.timing.window_days
    if window is None:
        raise UsageError(f"{scenario.name}: evaluability needs timing: {{window_days: ...}}")
    hazard = log(2) / (scenario.evaluability.death_median_months * DAYS_PER_MONTH)
    seen = float(_WEIGHTS / 2 @ np.exp(-hazard * _onset((_NODES + 1) / 2, p, window, scenario.timing.onset)))
    done = exp(-hazard * window)
    return p * seen / (p * seen + (1 - p) * done)


def _onset(share: NDArray[np.float64], p: float, window: float, onset: Late | str) -> NDArray[np.float64]:
    """The day by which this share of the DLTs has shown."""
    if not isinstance(onset, Late):
        return window * share
    k = np.log2(log(1 - p) / log(1 - p * (1 - onset.weibull_late)))
    scale = window / (-log(1 - p)) ** (1 / k)
    days: NDArray[np.float64] = scale * (-np.log1p(-share * p)) ** (1 / k)
    return days


def effects(scenario: DoseScenario) -> list[str]:
    """What the settings of a scenario do to a dose rule alone, in words."""
    found = []
    if scenario.evaluability is not None:
        months = scenario.evaluability.death_median_months
        found.append(
            f"{scenario.name}: patients who die within the window (median survival {months:g} months) are replaced, "
            "which raises the DLT rate among evaluable patients; the rates shown are those"
        )
    if scenario.timing.accrual is not None:
        found.append(
            f"{scenario.name}: the accrual is not used; every outcome is known before the next patients"
        )
    return found
