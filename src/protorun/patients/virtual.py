"""Virtual patients: drawn from a scenario, each number keyed by (seed, copy, patient), so any patient can be drawn alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from protorun.errors import UsageError
from protorun.patients.scenario import DAYS_PER_MONTH, Course, Length, Scenario
from protorun.patients.source import Arrivals, Entries, IntArray
from protorun.statistics.philox import Purpose, uniforms
from protorun.trial.events import NEVER, Events, Kind, joined, rows
from protorun.trial.response import Response

FloatArray = NDArray[np.float64]
_LONGEST_DAYS = 3650  # scans end after ten years even when a scenario gives no progression and no death
_CNS = 0
_CHANCE = ["death", "progression", "dropout"]


@dataclass(frozen=True)
class Virtual:
    """A patient source that draws. Build it with `virtual`, which turns a scenario into these columns.

    Rates are per day, one per arm of the study plus a last one for patients without an arm; 0 = never.
    """

    scenario: Scenario
    seed: int
    dlt: FloatArray
    window_days: int
    arms: tuple[str, ...]
    courses: tuple[Course, ...]
    rates: Mapping[str, FloatArray]
    endless: bool = True
    doses_recorded: bool = False
    day_one: date | None = None
    names: tuple[str, ...] = ()

    def arrive(self, copies: IntArray, count: int) -> Arrivals:
        """Candidates by exponential or fixed gaps; day 1 is the opening of the trial."""
        patients = np.arange(count)
        who = (self.seed, copies[:, None], patients[None, :])
        accrual = self.scenario.timing.accrual
        gap = np.full((len(copies), count), accrual.gap_days.value)
        if accrual.kind == "exponential":
            gap = -np.log(uniforms(*who, Purpose.ARRIVAL)) * gap
        if not accrual.first_gap:
            gap[:, 0] = 0
        at = 1 + np.floor(np.cumsum(gap, axis=1))
        shape = gap.shape
        eligible = np.full(shape, 2, np.uint8)
        if failing := self.scenario.screen_failure:
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
        drawn = _Drawn(self, entries)
        parts = [drawn.visits(), drawn.dlts(), drawn.scans(), drawn.quality_of_life(), drawn.ends()]
        return joined([p for p in parts if len(p)])

    def _population(
        self, who: tuple[int, NDArray[np.int32], NDArray[np.int64]], shape: tuple[int, int]
    ) -> NDArray[np.int16]:
        if not self.scenario.population:
            return np.full(shape, -1, np.int16)
        ids = np.array([self.arms.index(a) for a in self.scenario.population], np.int16)
        edges = np.cumsum([s.value for s in self.scenario.population.values()])
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
    return Virtual(
        scenario, seed, _dlt(scenario, levels), window_days, tuple(arms), courses, _rates(scenario, courses)
    )


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


def _first_seen(course: Course) -> float:
    """The first scan on or after the day a response can be seen."""
    if not course.response or not course.scan_every_days:
        return np.inf
    every = course.scan_every_days.value
    return float(np.ceil(course.response.first_seen_days.value / every - 1e-9) * every)


def _on_study(course: Course, rate: float) -> float:
    return float(np.exp(-rate * _first_seen(course)))


class _Drawn:
    """The latent times of some patients, in days after entry (infinite = never), and the events they make."""

    def __init__(self, source: Virtual, entries: Entries) -> None:
        self.source, self.entries = source, entries
        self.arm = entries.arm.astype(np.int64)  # -1 picks the last column: no arm
        self.delay = source.scenario.timing.delay_days
        self.death, self.progression, self.dropout = (
            self._wait(name, purpose)
            for name, purpose in zip(
                _CHANCE, (Purpose.DEATH, Purpose.PROGRESSION, Purpose.DROPOUT), strict=True
            )
        )
        self.left = np.minimum(self.death, self.dropout)
        self.scan_every = self._of_arm(
            [c.scan_every_days.value if c.scan_every_days else 0.0 for c in source.courses]
        )

    def _of_arm(self, values: list[float]) -> FloatArray:
        return np.array(values)[self.arm]

    def _uniform(self, purpose: Purpose, rows: NDArray[np.bool_] | slice = slice(None)) -> FloatArray:
        return uniforms(self.source.seed, self.entries.copy[rows], self.entries.patient[rows], purpose)

    def _wait(self, name: str, purpose: Purpose) -> FloatArray:
        rate = self.source.rates[name]
        if not rate.any():
            return np.full(len(self.entries), np.inf)
        with np.errstate(divide="ignore"):
            drawn: FloatArray = -np.log(self._uniform(purpose)) / rate[self.arm]
        return drawn

    def _at(self, kind: Kind, rows_: NDArray[np.intp], after: FloatArray, **more: object) -> Events:
        day = self.entries.day[rows_] + np.floor(after).astype(np.int32)
        known = day + (int(self.delay.value) if self.delay else 0)
        return rows(kind, self.entries.copy[rows_], self.entries.patient[rows_], day, known_on=known, **more)  # type: ignore[arg-type]

    def visits(self) -> Events:
        """The planned visits at which the patient was still alive and on study."""
        seen = []
        for offset in self.entries.visits_days:
            there = np.flatnonzero(self.left >= offset)
            seen.append(self._at(Kind.VISIT, there, np.full(len(there), float(offset))))
        return joined(seen)

    def dlts(self) -> Events:
        """The first DLT, when the patient lives and stays to show it."""
        level, source = self.entries.level, self.source
        onset = source.scenario.timing.onset
        risk = np.where(level >= 0, source.dlt[np.maximum(level, 0)], 0.0)
        drawn = self._uniform(Purpose.TOXICITY)
        beyond = onset.beyond.value if onset.beyond else 0.0
        due = np.flatnonzero(drawn < risk + beyond * (level >= 0))
        if not len(due) or not source.window_days:
            return joined([])
        picked = np.zeros(len(drawn), np.bool_)
        picked[due] = True
        when = self._uniform(Purpose.TOXICITY_TIME, picked)
        inside = drawn[due] < risk[due]
        late = onset.late.value if onset.late else None
        after = np.where(inside, _onset(when, risk[due], late), 1 + when) * source.window_days
        shown = after < self.left[due]
        return self._at(Kind.DLT, due[shown], after[shown], level=level[due[shown]])

    def ends(self) -> Events:
        """Death and dropout, whichever is first, and the last contact."""
        dead = np.flatnonzero((self.death <= self.dropout) & (self.death < np.inf))
        gone = np.flatnonzero((self.dropout < self.death) & (self.dropout < np.inf))
        parts = [
            self._at(Kind.DEATH, dead, _bounded(self.death[dead])),
            self._at(Kind.DROPPED_OUT, gone, _bounded(self.dropout[gone])),
        ]
        return joined([p for p in parts if len(p)])

    def scans(self) -> Events:
        """Response at each scan until progression is seen, and the progression itself."""
        every = np.maximum(self.scan_every, 1)
        at_scan = np.ceil(self.progression / every) * every
        found = np.where(self.scan_every > 0, at_scan, self.progression)
        shown = np.flatnonzero((found < self.left) & (found < np.inf))
        parts = [self._assessments(found)] if any(c.response for c in self.source.courses) else []
        if len(shown):
            parts.append(self._at(Kind.PROGRESSION, shown, _bounded(found[shown])))
        return joined([p for p in parts if len(p)])

    def _assessments(self, found: FloatArray) -> Events:
        first = self._of_arm([_first_seen(c) for c in self.source.courses])
        last = np.minimum(np.minimum(self.left, found + 0.5), _LONGEST_DAYS)
        number = np.where(self.scan_every > 0, last // np.maximum(self.scan_every, 1), 0).astype(np.int64)
        who = np.repeat(np.arange(len(number)), number)
        nth = np.arange(len(who)) - np.repeat(np.cumsum(number) - number, number) + 1
        after = nth * self.scan_every[who]
        best = self._best(first)[who]
        code = np.where(after >= first[who], best, Response.SD)
        code = np.where(after >= found[who], Response.PD, code)
        return self._at(Kind.ASSESSMENT, who, after, level=_CNS, value=code.astype(np.float64))

    def _best(self, first: FloatArray) -> NDArray[np.int64]:
        """CR or PR with the scenario's shares of all patients, given to those still free of progression and on study."""
        total = sum(self.source.rates[name] for name in _CHANCE)
        with np.errstate(invalid="ignore"):
            still = np.exp(-np.nan_to_num(np.asarray(total)[self.arm] * first, nan=np.inf))
        cr = self._of_arm([c.response.cr.value if c.response else 0.0 for c in self.source.courses])
        pr = self._of_arm([c.response.pr.value if c.response else 0.0 for c in self.source.courses])
        drawn = self._uniform(Purpose.RESPONSE) * still
        return np.where(drawn < cr, Response.CR, np.where(drawn < cr + pr, Response.PR, Response.SD))

    def quality_of_life(self) -> Events:
        """The score at entry and at the planned visit."""
        arms = [c.quality_of_life for c in self.source.courses]
        if not any(arms):
            return joined([])
        mean, change, sd, on = (
            self._of_arm([getattr(q, name).value if q else np.nan for q in arms])
            for name in ("baseline", "change", "sd", "on_day")
        )
        asked = np.flatnonzero(~np.isnan(mean))
        later = np.flatnonzero(~np.isnan(mean) & (self.left >= np.nan_to_num(on)))
        score = np.clip(mean + change + sd * ndtri(self._uniform(Purpose.QUALITY_OF_LIFE)), 0, 100)
        return joined(
            [
                self._at(Kind.QUALITY_OF_LIFE, asked, np.zeros(len(asked)), value=mean[asked]),
                self._at(Kind.QUALITY_OF_LIFE, later, on[later], value=score[later]),
            ]
        )


def _onset(when: FloatArray, risk: FloatArray, late: float | None) -> FloatArray:
    """Time of a DLT inside the window as a share of it: uniform, or Weibull with F(1) = risk and F(1/2) = (1-late) risk."""
    if late is None:
        return when
    safe = np.clip(risk, 1e-12, 1 - 1e-12)
    shape = np.log2(np.log1p(-safe) / np.log1p(-safe * (1 - late)))
    share: FloatArray = (np.log1p(-when * safe) / np.log1p(-safe)) ** (1 / shape)
    return share


def _bounded(after: FloatArray) -> FloatArray:
    """Days that fit the calendar's integers; a death in a million years is a death that never comes."""
    return np.minimum(after, 1e6)
