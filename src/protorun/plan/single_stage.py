"""Exact single-stage plans of single-arm trials."""

from __future__ import annotations

from protorun.statistics.design.one_arm.single_stage import OneStage, exact_power, single_stage

__all__ = ["OneStage", "exact_power", "single_stage"]
