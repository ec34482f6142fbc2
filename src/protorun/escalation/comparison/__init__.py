"""Designs compared over scenarios of true DLT rates, on the same virtual patients."""

from protorun.escalation.comparison.comparing import Comparison, compare
from protorun.escalation.comparison.narrating import narrate
from protorun.escalation.comparison.truths import Truth, truths

__all__ = ["Comparison", "Truth", "compare", "narrate", "truths"]
