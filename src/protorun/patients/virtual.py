"""Virtual patients: drawn from a scenario, each number keyed by (seed, copy, patient), so any patient can be drawn alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.patients._drawn import Drawn, Truth, first_seen
from protorun.patients.scenario import DAYS_PER_MONTH, Course, Length, Scenario
from protorun.patients.source import Arrivals, Entries, IntArray
from protorun.statistics.philox import Purpose, uniforms
from protorun.trial.events import NEVER, Events, joined

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Virtual:
    """A patient source that draws. Build it with `virtual`, which checks that scenario and study fit."""

    truth: Truth
    arms: tuple[str, ...]
    endless: bool = True
    doses_recorded: bool = False
    day_one: date | None = None
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def arrive(self, copies: IntArray, count: int) -> Arrivals:
        """Candidates by exponential or fixed gaps; day 1 is the opening of the trial."""
        patients = np.arange(count)
        who = (self.truth.seed, copies[:, None], patients[None, :])
        accrual = self.truth.scenario.timing.accrual
        gap = np.full((len(copies), count), accrual.gap_days.value)
        if accrual.kind == "exponential":
            gap = -np.log(uniforms(*who, Purpose.ARRIVAL)) * gap
        if not accrual.first_gap:
            gap[:, 0] = 0
        at = 1 + np.floor(np.cumsum(gap, axis=1))
        shape = gap.shape
        eligible = np.full(shape, 2, np.uint8)
        if failing := self.truth.scenario.screen_failure:
            eligible[uniforms(*who, Purpose.FACTS) < failing.value] = 0
        return Arrivals(
            np.minimum(at, NEVER).astype(np.int32),
            eligible,
            np.full(shape, -1, np.int16),
            self._population(who, shape),
            np.zeros(shape, np.bool_),
        )

    def course(self, entries: Entries) -> Events:
        """DLT, progression, death, dropout, scans, visits and scores of the patients after their entry."""
        drawn = Drawn(self.truth, entries)
        parts = [drawn.visits(), drawn.dlts(), drawn.scans(), drawn.quality_of_life(), drawn.ends()]
        return joined([p for p in parts if len(p)])

    def _population(
        self, who: tuple[int, NDArray[np.int32], NDArray[np.int64]], shape: tuple[int, int]
    ) -> NDArray[np.int16]:
        if not self.truth.scenario.population:
            return np.full(shape, -1, np.int16)
        ids = np.array([self.arms.index(a) for a in self.truth.scenario.population], np.int16)
        edges = np.cumsum([s.value for s in self.truth.scenario.population.values()])
        drawn = uniforms(*who, Purpose.FACTS, 1)
        return ids[np.minimum(np.searchsorted(edges, drawn, side="right"), len(ids) - 1)]


def virtual(
    scenario: Scenario, *, seed: int, arms: Sequence[str], levels: Sequence[str] = (), window_days: int = 0
) -> Virtual:
    """The source for a study with these arm ids, dose levels (labels, lowest first) and DLT window.

    Raises UsageError when the scenario names arms or levels the study does not have, or gives too few of them.
    """
    if scenario.population and abs(sum(s.value for s in scenario.population.values()) - 1) > 1e-9:
        raise UsageError(f"scenario {scenario.name!r}: the shares of the population do not sum to 1")
    given = {_arm_id(key, scenario, arms): course for key, course in scenario.courses.items()}
    shares = {_arm_id(key, scenario, arms): share for key, share in scenario.population.items()}
    rest = given.get("any", Course())
    courses = (*(given.get(a, rest) for a in arms), rest)
    scenario = scenario.model_copy(update={"courses": given, "population": shares})
    truth = Truth(scenario, seed, _dlt(scenario, levels), window_days, courses, _rates(scenario, courses))
    return Virtual(truth, tuple(arms))


def _arm_id(key: str, scenario: Scenario, arms: Sequence[str]) -> str:
    """The arm a key names: its id, `arm 2` for the second as listed, or `any`."""
    numbered = {f"arm {i + 1}": arm for i, arm in enumerate(arms)}
    if key != "any" and key not in arms and key not in numbered:
        there_are = ", ".join((*arms, *numbered, "any"))
        raise UsageError(f"scenario {scenario.name!r} names the arm {key!r}; there are: {there_are}")
    return key if key in arms or key == "any" else numbered[key]


def _dlt(scenario: Scenario, levels: Sequence[str]) -> FloatArray:
    given = scenario.dlt
    if not levels:
        return np.zeros(1)
    if isinstance(given, dict):
        if lacking := [level for level in levels if level not in given]:
            raise UsageError(
                f"scenario {scenario.name!r} gives no DLT probability for the level {lacking[0]!r}; "
                f"the study's levels are: {', '.join(levels)}"
            )
        given = tuple(given[level] for level in levels)
    if len(given) != len(levels):
        raise UsageError(
            f"scenario {scenario.name!r} gives {len(given)} DLT probabilities for {len(levels)} levels: "
            + ", ".join(levels)
        )
    return np.array([p.value for p in given])


def _rates(scenario: Scenario, courses: Sequence[Course]) -> dict[str, FloatArray]:
    death = np.array([_rate(c.os_median_months) for c in courses])
    either = np.array([_rate(c.pfs_median_months) for c in courses])
    # Constant hazards: the time to the first of progression and death has the sum of both rates.
    rates = {
        "death": death,
        "progression": np.where(either > 0, either - death, 0.0),
        "dropout": np.array([_rate(c.dropout_median_months) for c in courses]),
    }
    total = sum(rates.values())
    for c, rate in zip(courses, np.atleast_1d(total), strict=True):
        if c.response and c.response.cr.value + c.response.pr.value > _on_study(c, rate):
            raise UsageError(
                f"scenario {scenario.name!r}: more patients respond than are free of progression "
                f"and on study at the first scan that can show it ({_on_study(c, rate):.3f})"
            )
    return rates


def _rate(median_months: Length | None) -> float:
    return float(np.log(2) / (median_months.value * DAYS_PER_MONTH)) if median_months else 0.0


def _on_study(course: Course, rate: float) -> float:
    return float(np.exp(-rate * first_seen(course)))
