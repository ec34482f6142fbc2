"""The latent times of virtual patients, drawn from a scenario, and the events they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from protorun.patients.scenario import Course, Scenario
from protorun.patients.source import Entries
from protorun.statistics.philox import Purpose, uniforms
from protorun.trial.events import Events, Kind, joined, rows
from protorun.trial.response import Response

FloatArray = NDArray[np.float64]
CHANCE = ("death", "progression", "dropout")
_LONGEST_DAYS = 3650  # scans end after ten years even when a scenario gives no progression and no death
_CNS = 0


@dataclass(frozen=True)
class Truth:
    """A scenario as columns: DLT probability per level; courses and rates per arm, with a last one for no arm.

    Rates are per day, 0 = never.
    """

    scenario: Scenario
    seed: int
    dlt: FloatArray
    window_days: int
    courses: tuple[Course, ...]
    rates: Mapping[str, FloatArray]


def first_seen(course: Course) -> float:
    """The first scan on or after the day a response can be seen."""
    if not course.response or not course.scan_every_days:
        return np.inf
    every = course.scan_every_days.value
    return float(np.ceil(course.response.first_seen_days.value / every - 1e-9) * every)


class Drawn:
    """The latent times of some patients, in days after entry (infinite = never), and the events they make."""

    def __init__(self, source: Truth, entries: Entries) -> None:
        self.source, self.entries = source, entries
        self.arm = entries.arm.astype(np.int64)  # -1 picks the last column: no arm
        self.delay = source.scenario.timing.delay_days
        self.death, self.progression, self.dropout = (
            self._wait(name, purpose)
            for name, purpose in zip(
                CHANCE, (Purpose.DEATH, Purpose.PROGRESSION, Purpose.DROPOUT), strict=True
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
        first = self._of_arm([first_seen(c) for c in self.source.courses])
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
        total = sum(self.source.rates[name] for name in CHANCE)
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
