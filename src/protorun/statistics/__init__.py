"""Numbers in, numbers out: plain functions on arrays with a leading batch axis."""

from protorun.statistics.hazards.cox import Cox, cox
from protorun.statistics.hazards.cox_regression import cox_regression
from protorun.statistics.proportions.intervals import at_least, clopper_pearson, wilson
from protorun.statistics.survival.kaplan_meier import (
    Curve,
    Estimate,
    at_risk_at,
    kaplan_meier,
    limits,
    median_follow_up,
    quantile,
    survival_at,
)
from protorun.statistics.survival.logrank import LogRank, logrank
from protorun.statistics.survival.max_combo import MaxCombo, max_combo
from protorun.statistics.survival.two_curves import Contrast, milestone, rmst, rmst_ratio
from protorun.statistics.survival.weighted_logrank import (
    EarlyZero,
    FlemingHarrington,
    ModestlyWeighted,
    WeightedLogRank,
    weighted_logrank,
)

__all__ = [
    "Contrast",
    "Cox",
    "Curve",
    "EarlyZero",
    "Estimate",
    "FlemingHarrington",
    "LogRank",
    "MaxCombo",
    "ModestlyWeighted",
    "WeightedLogRank",
    "at_least",
    "at_risk_at",
    "clopper_pearson",
    "cox",
    "cox_regression",
    "kaplan_meier",
    "limits",
    "logrank",
    "max_combo",
    "median_follow_up",
    "milestone",
    "quantile",
    "rmst",
    "rmst_ratio",
    "survival_at",
    "weighted_logrank",
    "wilson",
]
