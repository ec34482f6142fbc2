"""Scores over time: baseline, change from baseline, and time to deterioration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.quality_of_life.questionnaire import Better
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Status

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Death = Literal["event", "censor", "ignore"]
_LATE = np.int64(2**40)
REASONS = (
    "no score on or before the start",
    "no score after the start",
    "no deterioration by the last score",
    "deterioration",
    "death",
    "no deterioration by death",
    "the day of the start is not known",
    "the time had not begun by the cutoff",
)
_NO_BASELINE, _NOTHING_LATER, _STABLE, _WORSE, _DIED, _DIED_STABLE, _NO_START, _NOT_BEGUN = range(
    len(REASONS)
)


@dataclass(frozen=True)
class Course:
    """One scale over time: one entry per questionnaire, patients numbered from 0, days since 1970-01-01.

    Scores may be NaN; rows need no order. Nobody has two questionnaires on one day.
    """

    patient: IntArray
    day: IntArray
    score: FloatArray


@dataclass(frozen=True)
class Deterioration:
    """One row per patient: `days` counts the start as day 1 (0 = undetermined), `status` is a code of `Status`, `reason`
    indexes `REASONS`, `row` is the deciding questionnaire (-1 = none)."""

    days: IntArray
    status: NDArray[np.int8]
    reason: NDArray[np.int8]
    row: IntArray

    def why(self, patient: int) -> str:
        """What decided, in words."""
        return REASONS[int(self.reason[patient])]


def baseline_rows(course: Course, start_on: DayArray) -> IntArray:
    """Per patient the row of the last score on or before the start, -1 where there is none.

    A row without a score, or without a start day of its patient, is no baseline.
    """
    start = start_on.astype(np.int64)[course.patient]
    good = ~np.isnan(course.score) & (start != NO_DAY) & (course.day <= start) & (course.day != NO_DAY)
    return _extreme(course, good, len(start_on), last=True)


def change(course: Course, baseline: IntArray) -> FloatArray:
    """Score minus baseline for each row; NaN without either."""
    row = baseline[course.patient]
    return np.where(row >= 0, course.score - course.score[row], np.nan) if len(course.score) else course.score


def deterioration(
    course: Course,
    start_on: DayArray,
    died_on: DayArray,
    *,
    points: float,
    better: Better,
    definitive: bool,
    death: Death,
    cutoff: int | None = None,
) -> Deterioration:
    """Time from the start to a worsening of at least `points` against baseline.

    `definitive` wants every later score of the patient to be worse by `points` as well (none later will do); otherwise
    the first worsening counts. Death is an `event`, ends the time as censored at the last score (`censor`), or is passed
    over (`ignore`, the same censoring without a word about death). Without an event the time ends at the last score. It is
    undetermined without a start or a baseline, and where the start lies after the cutoff.
    Raises UsageError unless `points` is positive. Source: Anota 2015, 10.1016/j.ejca.2014.09.011 [recalled].
    """
    if not points > 0:
        raise UsageError(f"a deterioration is a positive number of points; {points:g} is not")
    seen = course if cutoff is None else _until(course, cutoff)
    start = start_on.astype(np.int64)
    base = baseline_rows(seen, start_on)
    after = (seen.day > start[seen.patient]) & ~np.isnan(seen.score) & (base[seen.patient] >= 0)
    worse = after & (change(seen, base) * (1 if better == "high" else -1) <= -points)
    counts = worse & ~_better_later(seen, after & ~worse, len(start)) if definitive else worse
    row, last = _extreme(seen, counts, len(start), last=False), _extreme(seen, after, len(start), last=True)
    died = died_on.astype(np.int64)
    died = np.where((died == NO_DAY) | (died > (_LATE if cutoff is None else cutoff)), _LATE, died)
    return _decided(seen, start, base, row, last=last, died=died, death=death, cutoff=cutoff)


def _until(course: Course, cutoff: int) -> Course:
    """The same rows; a score after the cutoff is not known."""
    return Course(course.patient, course.day, np.where(course.day > cutoff, np.nan, course.score))


def _better_later(course: Course, fine: NDArray[np.bool_], patients: int) -> NDArray[np.bool_]:
    """Rows after which the patient has a score that is not worse."""
    latest = np.full(patients, -_LATE)
    np.maximum.at(latest, course.patient[fine], course.day[fine])
    return np.asarray(latest[course.patient] > course.day)


def _extreme(course: Course, keep: NDArray[np.bool_], patients: int, *, last: bool) -> IntArray:
    """Per patient the first (or last) of the kept rows by day; -1 where none is kept."""
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(course.day[rows] * (1 if last else -1), kind="stable")]
    found = np.full(patients, -1)
    found[course.patient[rows]] = rows  # the one written last stays
    return found


def _decided(
    course: Course,
    start: IntArray,
    base: IntArray,
    row: IntArray,
    *,
    last: IntArray,
    died: IntArray,
    death: Death,
    cutoff: int | None,
) -> Deterioration:
    def day(rows: IntArray) -> IntArray:
        return np.where(rows >= 0, course.day[rows], _LATE) if len(course.day) else np.full(len(rows), _LATE)

    worse_on, ends = day(row), np.where(last >= 0, day(last), start)
    dead = (died != _LATE) & (death != "ignore")
    cases = [
        (start == NO_DAY, _NO_START, start),
        (start > (_LATE if cutoff is None else cutoff), _NOT_BEGUN, start),
        (base < 0, _NO_BASELINE, start),
        ((row >= 0) & (worse_on <= died), _WORSE, worse_on),
        (dead & (death == "event"), _DIED, np.maximum(died, start)),
        (dead, _DIED_STABLE, ends),
        (last < 0, _NOTHING_LATER, start),
    ]
    which = [rows & True for rows, _, _ in cases]
    reason = np.select(which, [r for _, r, _ in cases], _STABLE).astype(np.int8)
    end = np.select(which, [e for _, _, e in cases], ends)
    undetermined = np.isin(reason, (_NO_BASELINE, _NO_START, _NOT_BEGUN))
    status = np.select(
        [undetermined, (reason == _WORSE) | (reason == _DIED)],
        [Status.UNDETERMINED, Status.EVENT],
        Status.CENSORED,
    ).astype(np.int8)
    days = np.where(status == Status.UNDETERMINED, 0, end - start + 1)
    deciding = np.select([undetermined, reason == _WORSE, reason == _DIED], [-1, row, -1], last)
    return Deterioration(days, status, reason, deciding)
