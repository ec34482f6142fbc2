"""Numbers in, numbers out: plain functions on arrays with a leading batch axis."""

from protorun.statistics.binomial import at_least, clopper_pearson, wilson
from protorun.statistics.cox import Cox, cox
from protorun.statistics.cox_regression import cox_regression
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
from protorun.statistics.max_combo import MaxCombo, max_combo
from protorun.statistics.two_curves import Contrast, milestone, rmst, rmst_ratio
from protorun.statistics.weighted_logrank import (
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
