"""Days on which a site treats: weekends and holidays."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Literal

Weekends = Literal["keep", "next_weekday", "previous_weekday", "nearest_weekday"]
_SATURDAY = 5
_DAY = timedelta(days=1)


def is_workday(on: date, holidays: Collection[date]) -> bool:
    """Monday to Friday and no holiday."""
    return on.weekday() < _SATURDAY and on not in holidays


def workdays(first: date, closed: Collection[date]) -> Iterator[date]:
    """The working days from `first` on, without end."""
    while True:
        if is_workday(first, closed):
            yield first
        first += _DAY


def moved(planned: date, after: date | None, rule: Weekends, holidays: Collection[date]) -> date:
    """Where a dose planned on a closed day goes by the rule; always later than `after`, the dose before it."""
    if rule == "keep":
        return planned
    if is_workday(planned, holidays) and (after is None or planned > after):
        return planned
    forward = next(workdays(max(planned, after + _DAY) if after else planned, holidays))
    back = planned
    while not is_workday(back, holidays):
        back -= _DAY
    if rule == "next_weekday" or (after is not None and back <= after):
        return forward
    if rule == "previous_weekday" or planned - back <= forward - planned:
        return back
    return forward
