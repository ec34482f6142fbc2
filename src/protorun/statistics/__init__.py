"""Numbers in, numbers out: plain functions on arrays with a leading batch axis."""

from protorun.statistics.competing.aalen_johansen import Incidence, aalen_johansen, incidence_at
from protorun.statistics.competing.fine_gray import FineGray, fine_gray
from protorun.statistics.competing.gray import Gray, gray
from protorun.statistics.hazards.baseline import Baseline, baseline_hazard
from protorun.statistics.hazards.concordance import Concordance, concordance
from protorun.statistics.hazards.cox import Cox, cox
from protorun.statistics.hazards.cox_regression import cox_regression
from protorun.statistics.hazards.proportionality import Proportionality, proportionality
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
from protorun.statistics.survival.logrank import LogRank, grho_logrank, logrank
from protorun.statistics.survival.max_combo import MaxCombo, max_combo
from protorun.statistics.survival.nelson_aalen import CumulativeHazard, fleming_harrington, nelson_aalen
from protorun.statistics.survival.two_curves import Contrast, milestone, restricted_mean, rmst, rmst_ratio
from protorun.statistics.survival.weighted_logrank import (
    EarlyZero,
    FlemingHarrington,
    ModestlyWeighted,
    WeightedLogRank,
    weighted_logrank,
)

__all__ = [
    "Baseline",
    "Concordance",
    "Contrast",
    "Cox",
    "CumulativeHazard",
    "Curve",
    "EarlyZero",
    "Estimate",
    "FineGray",
    "FlemingHarrington",
    "Gray",
    "Incidence",
    "LogRank",
    "MaxCombo",
    "ModestlyWeighted",
    "Proportionality",
    "WeightedLogRank",
    "aalen_johansen",
    "at_least",
    "at_risk_at",
    "baseline_hazard",
    "clopper_pearson",
    "concordance",
    "cox",
    "cox_regression",
    "fine_gray",
    "fleming_harrington",
    "gray",
    "grho_logrank",
    "incidence_at",
    "kaplan_meier",
    "limits",
    "logrank",
    "max_combo",
    "median_follow_up",
    "milestone",
    "nelson_aalen",
    "proportionality",
    "quantile",
    "restricted_mean",
    "rmst",
    "rmst_ratio",
    "survival_at",
    "weighted_logrank",
    "wilson",
]
