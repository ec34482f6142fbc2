"""What can be put beside any rule: cohorts, limits on the way up, stops, and how the MTD is chosen."""

from protorun.escalation.modifiers.cohorts import Cohorts, Start
from protorun.escalation.modifiers.limits import Coherent, Limit, MaxIncrement, NoSkip
from protorun.escalation.modifiers.mtd import IsotonicMtd, Mtd, RuleMtd
from protorun.escalation.modifiers.safety import Overdose, Safety
from protorun.escalation.modifiers.stops import Stop, StopAt, StopAtLevel
from protorun.escalation.modifiers.titration import Titration

__all__ = [
    "Coherent",
    "Cohorts",
    "IsotonicMtd",
    "Limit",
    "MaxIncrement",
    "Mtd",
    "NoSkip",
    "Overdose",
    "RuleMtd",
    "Safety",
    "Start",
    "Stop",
    "StopAt",
    "StopAtLevel",
    "Titration",
]
