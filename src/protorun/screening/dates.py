"""Time windows over columns of dates: edges before an anchor, in days or calendar months, and where a date falls."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from protorun.study.criterion import Window
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.facts import NO_DAY, DayArray, Facts

EPOCH = date(1970, 1, 1)
DAYS = {"days": 1.0, "weeks": 7.0, "hours": 1 / 24}
DAYS_A_MONTH = 30.436875  # the Gregorian mean; only a part of a month is counted so
FIRST, LAST = np.int32(-(2**31) + 1), np.int32(2**31 - 1)
AHEAD = frozenset({"screening", "enrollment", "randomization", "first_dose"})
"""Dates that come with or after screening: the screening date stands in for one that is not known yet. A date in the
past (the diagnosis, the last dose) has no such stand-in."""


def anchor_days(facts: Facts, anchor: str) -> DayArray:
    """The date a window counts from, `NO_DAY` where a past one is not recorded."""
    given = facts.anchors.get(anchor)
    if anchor not in AHEAD:
        return np.full(len(facts), NO_DAY, np.int32) if given is None else given
    if given is None:
        return facts.screened_on
    return np.where(given == NO_DAY, facts.screened_on, given).astype(np.int32)


def stands_in(facts: Facts, anchor: str) -> NDArray[np.bool_]:
    """Where the screening date stands in for a later date that is not known yet."""
    given = facts.anchors.get(anchor)
    if anchor not in AHEAD or anchor == "screening":
        return np.zeros(len(facts), bool)
    return np.ones(len(facts), bool) if given is None else given == NO_DAY


def whole_months(window: Window) -> int | None:
    """The calendar months of a window; None for one in days, or with a part of a month."""
    months = window.amount * {"years": 12, "months": 1}.get(window.unit, math.nan)
    return round(months) if not math.isnan(months) and abs(months - round(months)) < 1e-9 else None


def _whole_days(window: Window) -> int:
    by = DAYS.get(window.unit) or DAYS_A_MONTH * (12 if window.unit == "years" else 1)
    return math.ceil(window.amount * by - 1e-9)


def edge(window: Window, anchor: DayArray) -> DayArray:
    """The first day inside the window. Calendar units count calendar months, clamped to the end of a short month."""
    months = whole_months(window)
    if months is None:
        moved = np.maximum(anchor.astype(np.int64) - _whole_days(window), FIRST)
        return np.where(anchor == NO_DAY, NO_DAY, moved).astype(np.int32)
    return _each_day(anchor, lambda on: months_before(on, months))


def birth_edge(window: Window, on: DayArray) -> DayArray:
    """The last birth date of someone who is that old. Born on 29 February, one is a year older on 28 February."""
    months = whole_months(window)
    return edge(window, on) if months is None else _each_day(on, lambda day: _born_before(day, months))


def _each_day(days: DayArray, move: Callable[[date], int]) -> DayArray:
    each, places = np.unique(days, return_inverse=True)
    moved = [int(NO_DAY) if day == NO_DAY else move(EPOCH + timedelta(days=int(day))) for day in each]
    return np.array(moved, np.int32)[places].astype(np.int32)


def months_before(on: date, months: int) -> int:
    """The same day of the month that many months earlier, clamped to the end of a short month, as days from 1970."""
    whole = on.year * 12 + on.month - 1 - months
    if whole < 12:
        return int(FIRST)
    year, month = divmod(whole, 12)
    return (date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1])) - EPOCH).days


def _born_before(on: date, months: int) -> int:
    born = months_before(on, months)
    last_of_february = (on.month, on.day) == (2, 28) and not calendar.isleap(on.year)
    there = EPOCH + timedelta(days=born) if born != FIRST else on
    return born + 1 if last_of_february and there.month == 2 and calendar.isleap(there.year) else born


def inside(first: DayArray, last: DayArray, window: Window, facts: Facts) -> TruthArray:
    """Whether something that happened in `first..last`, and not after screening, falls into the closed window.

    What is dated after a past anchor says nothing about the time before it: unknown. So is all when the anchor is.
    """
    anchor = anchor_days(facts, window.anchor)
    low = edge(window, anchor)
    until = np.minimum(np.where(last == NO_DAY, facts.screened_on, last), facts.screened_on)
    sure = (first != NO_DAY) & (first >= low) & (until <= anchor)
    found = np.where(until < low, FALSE, np.where(sure, TRUE, UNKNOWN))
    return np.where(anchor == NO_DAY, UNKNOWN, found).astype(np.uint8)
