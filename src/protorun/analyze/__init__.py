"""Trial -> results: every endpoint derived, estimated, and explained row by row."""

from protorun.analyze.analyzing import analyze
from protorun.analyze.derivation import Derivation, DerivedEndpoint, Skipped
from protorun.analyze.deriving import derive
from protorun.analyze.gathering import tables_of
from protorun.analyze.results import (
    ArmResult,
    Comparison,
    CurvePoints,
    EndpointResult,
    Landmark,
    Results,
)

__all__ = [
    "ArmResult",
    "Comparison",
    "CurvePoints",
    "Derivation",
    "DerivedEndpoint",
    "EndpointResult",
    "Landmark",
    "Results",
    "Skipped",
    "analyze",
    "derive",
    "tables_of",
]
