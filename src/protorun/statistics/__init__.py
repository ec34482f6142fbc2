"""Numbers in, numbers out: plain functions on arrays with a leading batch axis."""

from protorun.statistics.binomial import at_least, clopper_pearson, wilson
from protorun.statistics.kaplan_meier import (
    Curve,
    Estimate,
    at_risk_at,
    kaplan_meier,
    limits,
    median_follow_up,
    quantile,
    survival_at,
)
from protorun.statistics.logrank import LogRank, logrank

__all__ = [
    "Curve",
    "Estimate",
    "LogRank",
    "at_least",
    "at_risk_at",
    "clopper_pearson",
    "kaplan_meier",
    "limits",
    "logrank",
    "median_follow_up",
    "quantile",
    "survival_at",
    "wilson",
]
