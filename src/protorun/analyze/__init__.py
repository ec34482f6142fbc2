"""Trial -> results: every endpoint derived, estimated, and explained row by row."""

from protorun.analyze.analyzing import analyze
from protorun.analyze.gathering import tables_of
from protorun.analyze.results import (
    ArmResult,
    Comparison,
    CurvePoints,
    EndpointResult,
    Landmark,
    Results,
    Skipped,
)

__all__ = [
    "ArmResult",
    "Comparison",
    "CurvePoints",
    "EndpointResult",
    "Landmark",
    "Results",
    "Skipped",
    "analyze",
    "tables_of",
]
