"""Designs on a calendar: patients arrive, are observed for a while, may leave, and the rule decides at each arrival."""

from protorun.escalation.engine.calendar.replacement import with_replacement
from protorun.escalation.engine.calendar.summary import CalendarTimes
from protorun.escalation.engine.calendar.timing import (
    Accrual,
    Leaving,
    Onset,
    Piecewise,
    Timing,
    Uniform,
    WeibullLate,
    as_dfcrm,
)
from protorun.escalation.engine.calendar.trials import by_calendar

__all__ = [
    "Accrual",
    "CalendarTimes",
    "Leaving",
    "Onset",
    "Piecewise",
    "Timing",
    "Uniform",
    "WeibullLate",
    "as_dfcrm",
    "by_calendar",
    "with_replacement",
]
