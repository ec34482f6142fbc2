"""Endpoints of simulated parts of fixed size, per copy: survival, progression, response and quality of life by arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from protorun.conduct.plan import Plan, Stage
from protorun.patients.scenario import Scenario
from protorun.statistics.survival.kaplan_meier import kaplan_meier, quantile
from protorun.statistics.survival.logrank import logrank
from protorun.trial.events import NEVER, Events, Kind
from protorun.trial.response import Response
from protorun.trial.trial import Trial

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class _Sheet:
    """The patients of one part as a sheet (copy, patient), padded with empty places to the planned size."""

    trial: Trial
    events: Events
    there: NDArray[np.bool_]
    entered: FloatArray
    group: NDArray[np.int64]
    closed: FloatArray
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    keys: NDArray[np.int64]

    def first(self, *kinds: Kind, least_value: float | None = None) -> FloatArray:
        """The first day of such an event per patient, infinite without one."""
        found = self.events.of(*kinds)
        if least_value is not None:
            found = found.where(found.value <= least_value)
        sheet = np.full(self.there.shape, np.inf)
        at = self._at(found)
        np.minimum.at(sheet, (self.row[at], self.column[at]), found.day)
        return sheet

    def last_value(self, kind: Kind) -> FloatArray:
        """The value of the last event of a kind that came after entry; NaN without one."""
        found = self.events.of(kind)
        at = self._at(found)
        later = found.day > self.entered[self.row[at], self.column[at]]
        sheet = np.full(self.there.shape, np.nan)
        sheet[self.row[at[later]], self.column[at[later]]] = found.value[later]
        return sheet

    def _at(self, events: Events) -> NDArray[np.intp]:
        return np.searchsorted(self.keys, events.copy.astype(np.int64) << 32 | events.patient)


def fixed_parts(trial: Trial, plan: Plan, scenario: Scenario) -> dict[str, NDArray[np.generic]]:
    """The endpoints of the part of fixed size, known on its last planned day; empty when the plan has none."""
    stage = next((s for s in plan.stages if s.kind == "fixed"), None)
    if stage is None or stage.size is None:
        return {}
    sheet = _sheet(trial, stage, stage.size)
    arms = len(stage.arms)
    courses = scenario.courses.values()
    closed = np.where(np.isnan(sheet.closed), float(NEVER), sheet.closed).astype(np.int32)
    found: dict[str, NDArray[np.generic]] = {"days_to_close": closed}
    if any(c.os_median_months for c in courses):
        found |= _survival("os", sheet, sheet.first(Kind.DEATH), arms)
    if any(c.pfs_median_months for c in courses):
        found |= _survival("pfs", sheet, sheet.first(Kind.PROGRESSION, Kind.DEATH), arms)
    if any(c.response for c in courses):
        found |= _responses(sheet, arms)
    if any(c.quality_of_life for c in courses):
        found |= _scores(sheet, arms)
    return found


def _sheet(trial: Trial, stage: Stage, size: int) -> _Sheet:
    closing = trial.events.of(Kind.CLOSED)
    closed = np.full(trial.copies, np.nan)
    closed[closing.copy - trial.first_copy] = closing.day
    events = trial.events.where(
        trial.events.known_on <= np.nan_to_num(closed, nan=-1)[trial.events.copy - trial.first_copy]
    )
    entries = events.of(Kind.ENROLLED)
    place = {arm: i for i, arm in enumerate(stage.arms)}
    after = events.of(Kind.FINISHED)
    begins = np.zeros(trial.copies)
    begins[after.copy - trial.first_copy] = after.day
    # The rule decides before the candidate of that day is seen: who enters on the day it ends is of this part.
    entries = entries.where(
        np.isin(entries.value, list(place)) & (entries.day >= begins[entries.copy - trial.first_copy])
    )
    entries = entries.take(np.lexsort((entries.patient, entries.copy)))
    keys = entries.copy.astype(np.int64) << 32 | entries.patient
    row = (entries.copy - trial.first_copy).astype(np.intp)
    column = np.arange(len(entries)) - np.searchsorted(entries.copy, entries.copy, side="left")
    there = np.zeros((trial.copies, size), np.bool_)
    there[row, column] = True
    entered, group = np.full(there.shape, np.nan), np.zeros(there.shape, np.int64)
    entered[row, column] = entries.day
    group[row, column] = [place[int(a)] for a in entries.value]
    mine = events.where(np.isin(events.copy.astype(np.int64) << 32 | events.patient, keys))
    return _Sheet(trial, mine, there, entered, group, closed, row, column, keys)


def _survival(name: str, sheet: _Sheet, event_on: FloatArray, arms: int) -> dict[str, NDArray[np.generic]]:
    """Time from entry to the event, censored at withdrawal or at the last planned day."""
    ends = np.minimum(sheet.first(Kind.DROPPED_OUT), sheet.closed[:, None])
    event = event_on <= ends
    time = np.where(sheet.there, np.minimum(event_on, ends) - sheet.entered, np.nan)
    event &= sheet.there
    found: dict[str, NDArray[np.generic]] = {f"{name}_events": event.sum(axis=1).astype(np.int32)}
    for arm in range(arms):
        mine = np.where(sheet.group == arm, time, np.nan)
        found[f"{name}_median_days_{arm}"] = quantile(kaplan_meier(mine, event)).value
    if arms == 2:
        test = logrank(time, event, sheet.group)
        found |= {f"{name}_logrank_p": test.p, f"{name}_logrank_z": test.z}
    return found


def _responses(sheet: _Sheet, arms: int) -> dict[str, NDArray[np.generic]]:
    """Share of patients with CR or PR at any scan; patients never assessed count in the denominator."""
    responded = np.isfinite(sheet.first(Kind.ASSESSMENT, least_value=float(Response.PR)))
    found: dict[str, NDArray[np.generic]] = {}
    for arm in range(arms):
        mine = sheet.there & (sheet.group == arm)
        found[f"responders_{arm}"] = (mine & responded).sum(axis=1).astype(np.int32)
        found[f"patients_{arm}"] = mine.sum(axis=1).astype(np.int32)
    return found


def _scores(sheet: _Sheet, arms: int) -> dict[str, NDArray[np.generic]]:
    """Mean score at the later visit per arm, and the two-sided p of the difference (normal, unequal variances)."""
    score = np.where(sheet.there, sheet.last_value(Kind.QUALITY_OF_LIFE), np.nan)
    found: dict[str, NDArray[np.generic]] = {}
    mean, error = [], []
    for arm in range(arms):
        mine = np.where(sheet.group == arm, score, np.nan)
        n = np.maximum((~np.isnan(mine)).sum(axis=1), 2)
        mean.append(np.nansum(mine, axis=1) / n)
        error.append(np.nansum((mine - mean[-1][:, None]) ** 2, axis=1) / (n - 1) / n)
        found[f"score_mean_{arm}"] = mean[-1]
    if arms == 2:
        z = (mean[1] - mean[0]) / np.sqrt(np.maximum(error[0] + error[1], 1e-300))
        found["score_p"] = 2 * ndtr(-np.abs(z))
    return found
