"""Boundaries for one arm: toxicity by repeated tests, response or toxicity by Bayesian probabilities."""

from __future__ import annotations

from protorun.statistics.design.one_arm.bayesian_monitoring import (
    at_looks,
    posterior_boundary,
    posterior_probability,
    predictive_boundary,
    predictive_probability,
)
from protorun.statistics.design.one_arm.monitoring import (
    Boundary,
    MonitoringRates,
    ToxicityBoundary,
    monitoring_rates,
    toxicity_boundary,
)

__all__ = [
    "Boundary",
    "MonitoringRates",
    "ToxicityBoundary",
    "at_looks",
    "monitoring",
    "monitoring_rates",
    "posterior_boundary",
    "posterior_probability",
    "predictive_boundary",
    "predictive_probability",
    "toxicity_boundary",
]

monitoring = toxicity_boundary
