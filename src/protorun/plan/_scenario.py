"""One scenario of a survival plan: the size it needs or the power it has, look by look."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, inf, log, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from protorun.errors import UsageError
from protorun.statistics.design.sequential.bounds import root_near
from protorun.statistics.design.sequential.crossing import Crossing, crossing
from protorun.statistics.design.sequential.group_sequential import GroupSequential, reached
from protorun.statistics.design.survival.logrank_size import (
    FixedSize,
    lachin_foulkes_drift,
    lachin_foulkes_size,
    looks_at,
    scaled,
    schoenfeld_size,
)
from protorun.statistics.design.survival.max_combo import max_combo, max_combo_size
from protorun.statistics.design.survival.piecewise import Piecewise, steady_accrual
from protorun.statistics.design.survival.restricted import (
    Difference,
    difference_power,
    difference_size,
    milestone,
    rmst,
)
from protorun.statistics.design.survival.two_arms import TwoArms, expected_events, time_of_events
from protorun.statistics.design.survival.weighted_power import power_with_looks

METHODS = {
    "schoenfeld": "Schoenfeld 1981",
    "lachin_foulkes": "Lachin & Foulkes 1986",
    "score": "mean and variance of the score, integrated over the time on study",
}
_NUMBER = r"\s*(\d+\.?\d*|\.\d+)\s*"
_FH = re.compile(rf"fh\({_NUMBER},{_NUMBER}\)")
_SHORTEST = 1e-3  # months of accrual; patients who come faster come at once


@dataclass(frozen=True)
class Test:
    """A test by name, with the parameters it has."""

    name: str
    kind: str
    weight: tuple[float, float] = (0.0, 0.0)
    tau: float = 0.0


@dataclass(frozen=True)
class Entry:
    """How patients come: for how many months (None: as long as the size takes at `pace`, patients a month), and how the
    rate changes on the way."""

    months: float | None
    rates: tuple[float, ...]
    starts: tuple[float, ...]
    pace: float | None = None

    @property
    def accrual(self) -> Piecewise:
        """Rates by calendar time. Raises UsageError when they go beyond the months."""
        return steady_accrual(self.rates, 1.0 if self.months is None else self.months, self.starts)


@dataclass(frozen=True)
class Asked:
    """One scenario; `size` None asks for the size, else the power is asked for."""

    control: Piecewise
    effect: Piecewise
    leaving: Piecewise
    entry: Entry
    ratio: float
    followup: float
    size: float | None
    looks: GroupSequential
    method: str
    test: Test

    @property
    def trial(self) -> TwoArms:
        """The trial with as many patients as the shape of its accrual has, or as `size` says."""
        arms = (self.control, self.control.times(self.effect))
        shape = TwoArms(arms, (self.leaving, self.leaving), self.entry.accrual, self.ratio)
        return scaled(shape, self.size or 100.0)

    @property
    def calendar(self) -> float:
        """Planned time of the analysis."""
        return (self.entry.months or 0.0) + self.followup

    @property
    def hr(self) -> float:
        """The hazard ratio, where there is one."""
        return self.effect.rates[0]


def test_named(name: str, tau: float | None) -> Test:
    """A test from its name: logrank, fh(0,1), rmst, milestone, max_combo. Raises UsageError, with what there is."""
    plain = name.strip().lower().replace("-", "_")
    if plain in ("logrank", "max_combo", "maxcombo"):
        return Test(plain.replace("maxcombo", "max_combo"), plain.replace("maxcombo", "max_combo"))
    if found := _FH.fullmatch(plain):
        return Test(plain, "fh", (float(found[1]), float(found[2])))
    if plain not in ("rmst", "milestone"):
        raise UsageError(f"no test {name!r}; there are: logrank, fh(rho,gamma), rmst, milestone, max_combo")
    if tau is None:
        raise UsageError(f"{plain} needs tau, the months up to which it looks")
    return Test(f"{plain}({tau:g})", plain, tau=float(tau))


def rows_of(asked: Asked) -> list[dict[str, Any]]:
    """One row for each look of the scenario. Raises UsageError for what cannot be combined."""
    asked = settled(asked)
    return [{**row, "accrual_months": asked.entry.months} for row in _rows_of(asked)]


def settled(asked: Asked) -> Asked:
    """The scenario with its months of accrual found, where they follow from the size."""
    if asked.entry.months is not None:
        return asked
    return replace(asked, entry=replace(asked.entry, months=_months_needed(asked)))


def _months_needed(asked: Asked) -> float:
    """Months of accrual after which as many patients have come as the trial needs; longer accrual needs fewer."""
    pace = asked.entry.pace or 1.0
    if len(asked.entry.rates) > 1:
        raise UsageError("patients_per_month is one steady number; give accrual for a rate that changes")

    def spare(months: float) -> float:
        rows = _rows_of(replace(asked, entry=replace(asked.entry, months=months)))
        return float(1 - rows[-1]["patients_needed"] / (pace * months))

    start = 12.0
    while spare(start) < -1:
        start *= 2
    while spare(start) > 0.5 and start > _SHORTEST:
        start /= 2
    if spare(start) > 0.5:
        raise UsageError(f"with {pace:g} patients a month nobody waits: give the months of accrual instead")
    return root_near(spare, start, start * 1.1)


def _rows_of(asked: Asked) -> list[dict[str, Any]]:
    if asked.test.kind == "logrank" and asked.method != "score":
        return _by_events(asked)
    if asked.test.kind in ("logrank", "fh"):
        return _by_score(asked)
    if len(asked.looks.upper) > 1:
        raise UsageError(f"{asked.test.name} is planned with one look; looks go with logrank and fh")
    return _at_the_end(asked)


def _by_events(asked: Asked) -> list[dict[str, Any]]:
    """Schoenfeld's or Lachin and Foulkes' formula: the fixed size, times the inflation of the looks."""
    looks, fixed = asked.looks, _fixed(asked)
    needed = None if fixed is None else fixed.patients * looks.inflation
    if asked.size is None and fixed is not None and needed is not None:
        events = tuple(fixed.events * i for i in looks.information)
        planned = Crossing(looks.upper_prob[:, 1:], looks.lower_prob[:, 1:], np.zeros(1))
        return _rows(asked, scaled(asked.trial, needed), events, found=planned, needed=needed)
    most = float(expected_events(asked.trial, asked.calendar).sum())
    found = crossing(looks.timing, looks.upper, looks.lower, _drift(asked, most))
    return _rows(asked, asked.trial, tuple(t * most for t in looks.timing), found=found, needed=needed)


def _fixed(asked: Asked) -> FixedSize | None:
    """The size of the fixed design; None for a hazard ratio that has none, when the power is asked for."""
    if asked.hr >= 1:
        if asked.size is None:
            raise UsageError(f"no size finds a hazard ratio of {asked.hr:g}: it must be below 1")
        return None
    formula = schoenfeld_size if asked.method == "schoenfeld" else lachin_foulkes_size
    return formula(asked.trial, asked.hr, asked.followup, alpha=asked.looks.alpha, beta=asked.looks.beta)


def _drift(asked: Asked, events: float) -> float:
    """Mean of Z at the last look with that many events."""
    if asked.method == "schoenfeld":
        return -log(asked.hr) * sqrt(events * asked.ratio) / (1 + asked.ratio)
    return lachin_foulkes_drift(asked.trial, asked.hr, asked.followup, alpha=asked.looks.alpha)


def _by_score(asked: Asked) -> list[dict[str, Any]]:
    """Mean and variance of the weighted score at looks placed by event fractions; both grow with the patients."""
    looks, trial = asked.looks, asked.trial
    most = float(expected_events(trial, asked.calendar).sum())
    times = [time_of_events(trial, t * most) for t in looks.timing]

    def power(patients: float) -> Crossing:
        sized = scaled(trial, patients)
        return power_with_looks(sized, times, looks.upper, looks.lower, asked.test.weight)

    needed = _size_with(lambda n: float(power(n).upper.sum()), trial.patients, looks.beta)
    patients = asked.size or needed
    if patients is None:
        raise UsageError(
            f"under these hazards {asked.test.name} does not favor the experimental arm: no size will do"
        )
    events = tuple(t * most * patients / trial.patients for t in looks.timing)
    return _rows(asked, scaled(trial, patients), events, found=power(patients), needed=needed)


def _size_with(power: Callable[[float], float], start: float, beta: float) -> float | None:
    """Patients at which a power that grows with them is reached; None when it never is."""
    goal = float(ndtri(1 - beta))

    def missing(patients: float) -> float:
        return float(ndtri(min(max(power(patients), 1e-300), 1 - 1e-16))) - goal

    if missing(start * 1e6) < 0:
        return None
    while missing(start) < -1:
        start *= 2
    while missing(start) > 1:
        start /= 2
    return root_near(missing, start, start * 1.05)


def _at_the_end(asked: Asked) -> list[dict[str, Any]]:
    """Tests with one analysis: RMST, milestone, MaxCombo."""
    alpha, beta = asked.looks.alpha, asked.looks.beta
    trial, kind, end = asked.trial, asked.test.kind, asked.calendar
    if kind == "max_combo":
        needed = _where_it_exists(asked, lambda: max_combo_size(trial, end, alpha=alpha, beta=beta))
        final = scaled(trial, asked.size or needed or trial.patients)
        combo = max_combo(final, end, alpha=alpha)
        power, critical = combo.power, combo.critical
    else:
        expected = _difference(asked, trial)
        needed = _where_it_exists(asked, lambda: difference_size(expected, trial, alpha=alpha, beta=beta))
        final = scaled(trial, asked.size or needed or trial.patients)
        power = difference_power(_difference(asked, final), alpha=alpha)
        critical = asked.looks.upper[0]
    events = float(expected_events(final, end).sum())
    return [
        {
            "look": 1,
            "information_fraction": 1.0,
            "events": events,
            "patients": final.patients,
            "months": end,
            "upper_z": critical,
            "nominal_p": float(ndtr(-critical)),
            "power": power,
            "patients_needed": needed,
        }
    ]


def _where_it_exists(asked: Asked, size: Callable[[], float]) -> float | None:
    """The size; None when there is none and the power is asked for."""
    try:
        return size()
    except UsageError:
        if asked.size is None:
            raise
        return None


def _difference(asked: Asked, trial: TwoArms) -> Difference:
    function = rmst if asked.test.kind == "rmst" else milestone
    return function(trial, asked.calendar, asked.test.tau)


def _rows(
    asked: Asked, trial: TwoArms, events: tuple[float, ...], *, found: Crossing, needed: float | None
) -> list[dict[str, Any]]:
    looks, up = asked.looks, found.upper[:, 0].cumsum()
    down = found.lower[:, 0].cumsum()
    return [
        {
            "look": at + 1,
            "information_fraction": looks.timing[at],
            "events": look.events,
            "patients": look.patients,
            "months": look.time,
            "upper_z": reached(looks.upper[at]),
            "nominal_p": looks.nominal[at],
            "hr_at_upper": _hr_at(looks.upper[at], asked, look.events),
            "lower_z": None if looks.lower is None else reached(looks.lower[at]),
            "hr_at_lower": None if looks.lower is None else _hr_at(looks.lower[at], asked, look.events),
            "power": float(up[at]),
            "stopped_for_futility": None if looks.lower is None else float(down[at]),
            "patients_needed": needed,
        }
        for at, look in enumerate(looks_at(trial, events))
    ]


def _hr_at(z: float, asked: Asked, events: float) -> float | None:
    """The hazard ratio that gives this Z with that many events, by Schoenfeld's variance; for the log-rank test."""
    if asked.test.kind != "logrank" or abs(z) == inf:
        return None
    ratio = asked.ratio
    return exp(-z * (1 + ratio) / sqrt(events * ratio))
