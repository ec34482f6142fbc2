"""Time windows over columns of dates: edges before an anchor, in days or calendar months, and where a date falls."""

from __future__ import annotations

import calendar
import math
from datetime import date, timedelta

import numpy as np

from protorun.study.criterion import Window
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.facts import NO_DAY, DayArray, Facts

EPOCH = date(1970, 1, 1)
_DAYS = {"days": 1.0, "weeks": 7.0, "hours": 1 / 24}
FIRST, LAST = np.int32(-(2**31) + 1), np.int32(2**31 - 1)


def anchor_days(facts: Facts, anchor: str) -> DayArray:
    """The date a window counts from; the screening date stands in for one that is not known yet."""
    given = facts.anchors.get(anchor)
    if given is None:
        return facts.screened_on
    return np.where(given == NO_DAY, facts.screened_on, given).astype(np.int32)


def edge(window: Window, anchor: DayArray) -> DayArray:
    """The first day inside the window. Calendar units count calendar months, clamped to the end of a short month."""
    if window.unit in _DAYS:
        return (anchor - np.int32(math.ceil(window.amount * _DAYS[window.unit]))).astype(np.int32)
    months = round(window.amount * (12 if window.unit == "years" else 1))
    days, places = np.unique(anchor, return_inverse=True)
    edges = np.array([_months_before(int(day), months) for day in days], np.int32)
    return edges[places].astype(np.int32)


def _months_before(day: int, months: int) -> int:
    if day == int(NO_DAY):
        return day
    on = EPOCH + timedelta(days=day)
    whole = on.year * 12 + on.month - 1 - months
    if whole < 12:
        return int(FIRST)
    year, month = divmod(whole, 12)
    return (date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1])) - EPOCH).days


def inside(first: DayArray, last: DayArray, low: DayArray, high: DayArray) -> TruthArray:
    """Whether a date that lies somewhere in `first..last` falls into the closed window `low..high`."""
    low_open, high_open = first == NO_DAY, last == NO_DAY
    sure = ~low_open & ~high_open & (first >= low) & (last <= high)
    never = (~high_open & (last < low)) | (~low_open & (first > high))
    return np.where(never, FALSE, np.where(sure, TRUE, UNKNOWN)).astype(np.uint8)
