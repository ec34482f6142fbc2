"""Simon's two-stage plans of single-arm trials, their characteristics, and inference after them."""

from __future__ import annotations

from protorun.statistics.design.one_arm.simon import Simon, SimonDesign, TwoStage, simon, two_stage_rates
from protorun.statistics.design.one_arm.simon_inference import TwoStageInference, two_stage_inference

__all__ = [
    "Simon",
    "SimonDesign",
    "TwoStage",
    "TwoStageInference",
    "simon",
    "two_stage_inference",
    "two_stage_rates",
]
