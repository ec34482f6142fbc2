"""From an arm to dated doses, fractions and visits."""

from protorun.schedule.grid import schedule_of_activities
from protorun.schedule.ics import to_ics
from protorun.schedule.lay_out import lay_out

__all__ = ["lay_out", "schedule_of_activities", "to_ics"]
