"""Toxicity so far -> next dose. One file per design; the folder is the registry, the file name the key."""

from protorun.escalation._design import Design
from protorun.escalation._for_study import design_for, readings_of
from protorun.escalation._from_rule import design_named
from protorun.escalation._next_dose import next_dose
from protorun.escalation.comparison import Comparison, Truth, compare, narrate
from protorun.escalation.engine.boundaries import boundaries
from protorun.escalation.engine.calendar import (
    Accrual,
    CalendarTimes,
    Leaving,
    Piecewise,
    Timing,
    Uniform,
    WeibullLate,
    as_dfcrm,
    by_calendar,
    with_replacement,
)
from protorun.escalation.engine.characteristics import OperatingCharacteristics
from protorun.escalation.engine.exact import exact
from protorun.escalation.engine.local_table import letters
from protorun.escalation.engine.monotone import not_monotone, notes
from protorun.escalation.engine.monte_carlo import monte_carlo
from protorun.escalation.engine.paths import paths
from protorun.escalation.engine.tabulate import tabulate
from protorun.escalation.follow_up import FollowedPatient, outcomes_from

NOT_PLUGINS = frozenset({"follow_up", "notation"})

__all__ = [
    "Accrual",
    "CalendarTimes",
    "Comparison",
    "Design",
    "FollowedPatient",
    "Leaving",
    "OperatingCharacteristics",
    "Piecewise",
    "Timing",
    "Truth",
    "Uniform",
    "WeibullLate",
    "as_dfcrm",
    "boundaries",
    "by_calendar",
    "compare",
    "design_for",
    "design_named",
    "exact",
    "letters",
    "monte_carlo",
    "narrate",
    "next_dose",
    "not_monotone",
    "notes",
    "outcomes_from",
    "paths",
    "readings_of",
    "tabulate",
    "with_replacement",
]
