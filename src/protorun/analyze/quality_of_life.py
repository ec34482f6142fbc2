"""Change of quality of life from baseline: per scale and arm a mean with a t interval, and the difference of two arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from protorun.endpoints.course import rows_of
from protorun.quality_of_life import Course, baseline_rows, change
from protorun.trial.facts import NO_DAY
from protorun.trial.tables import Patients, Scores, Tables

FloatArray = NDArray[np.float64]
_LEVEL = 0.975


@dataclass(frozen=True)
class Mean:
    """A mean with its standard deviation (or standard error of a difference) and 95 % limits; NaN where there is none."""

    n: int
    value: float
    sd: float
    lower: float
    upper: float


@dataclass(frozen=True)
class ScaleChange:
    """One scale: per arm, how many patients have a baseline, the mean baseline of those with a later score, and the mean
    change to their last score; `difference` is that of the second arm minus the first, None unless there are two."""

    scale: str
    arms: tuple[str, ...]
    with_baseline: tuple[int, ...]
    baseline: tuple[Mean, ...]
    change: tuple[Mean, ...]
    difference: Mean | None


def changes_from_baseline(tables: Tables, *, cutoff_day: int | None = None) -> tuple[ScaleChange, ...]:
    """Every scale that was scored, by the cutoff; empty without scores.

    Baseline is the last score on or before the day of randomization (else of enrollment), the change is that of each
    patient's last score after it; who has no later score is counted and in no mean. Limits are those of Student's t; for
    the difference with the degrees of freedom of Welch 1947, doi:10.1093/biomet/34.1-2.28.
    """
    scores, people = tables.scores, tables.patients
    if scores is None:
        return ()
    if cutoff_day is not None:
        scores = scores.where(scores.day <= cutoff_day)
    arms = people.arms if len(people.arms) > 1 else ("all",)
    return tuple(
        _scale(name, scores.where(scores.scale == number), people, arms)
        for number, name in enumerate(scores.scales)
    )


def mean_of(values: FloatArray) -> Mean:
    """The mean of some values with its t interval."""
    n = len(values)
    if n < 2:
        value = float(values[0]) if n else np.nan
        return Mean(n, value, np.nan, np.nan, np.nan)
    sd = float(values.std(ddof=1))
    half = float(stdtrit(n - 1, _LEVEL)) * sd / np.sqrt(n)
    value = float(values.mean())
    return Mean(n, value, sd, value - half, value + half)


def welch(first: FloatArray, second: FloatArray) -> Mean:
    """The mean of the second minus that of the first, `sd` its standard error."""
    n = len(first) + len(second)
    if min(len(first), len(second)) < 2:
        return Mean(n, np.nan, np.nan, np.nan, np.nan)
    value = float(second.mean() - first.mean())
    parts = np.array([v.var(ddof=1) / len(v) for v in (first, second)])
    error = float(np.sqrt(parts.sum()))
    if error == 0:
        return Mean(n, value, error, value, value)
    df = parts.sum() ** 2 / (parts**2 / np.array([len(first) - 1, len(second) - 1])).sum()
    half = float(stdtrit(df, _LEVEL)) * error
    return Mean(n, value, error, value - half, value + half)


def _scale(name: str, scores: Scores, people: Patients, arms: tuple[str, ...]) -> ScaleChange:
    row = rows_of(people, scores.copy, scores.patient)
    start = np.where(people.randomized_on == NO_DAY, people.enrolled_on, people.randomized_on)
    course = Course(row.astype(np.int64), scores.day.astype(np.int64), scores.score)
    base = baseline_rows(course, start.astype(np.int32))
    moved = change(course, base)
    later = np.flatnonzero(~np.isnan(moved) & (scores.day > start[row]))
    later = later[np.lexsort((scores.day[later], row[later]))]
    last = np.full(len(people), -1)
    last[row[later]] = later  # the latest is written last
    arm = people.arm if len(arms) > 1 else np.zeros(len(people), np.int64)
    each = [np.flatnonzero((last >= 0) & (arm == number)) for number in range(len(arms))]
    moves = [moved[last[mine]] for mine in each]
    return ScaleChange(
        name,
        arms,
        tuple(int(((base >= 0) & (arm == number)).sum()) for number in range(len(arms))),
        tuple(mean_of(scores.score[base[mine]]) for mine in each),
        tuple(mean_of(values) for values in moves),
        welch(*moves) if len(arms) == 2 else None,
    )
