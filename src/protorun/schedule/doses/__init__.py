"""Doses as given: exposure, and the changes that toxicity asks for."""

from protorun.schedule.doses.exposure import Exposure, exposure
from protorun.schedule.doses.modified import LabValue, Modified, Toxicity, after_toxicity, modified
from protorun.schedule.doses.published_rules import agents, published

__all__ = [
    "Exposure",
    "LabValue",
    "Modified",
    "Toxicity",
    "after_toxicity",
    "agents",
    "exposure",
    "modified",
    "published",
]
