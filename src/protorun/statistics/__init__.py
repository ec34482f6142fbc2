"""Numbers in, numbers out: plain functions on arrays with a leading batch axis."""

from protorun.statistics.competing.aalen_johansen import Incidence, aalen_johansen, incidence_at
from protorun.statistics.competing.fine_gray import FineGray, fine_gray
from protorun.statistics.competing.gray import Gray, gray
from protorun.statistics.hazards.baseline import Baseline, baseline_hazard
from protorun.statistics.hazards.concordance import Concordance, concordance
from protorun.statistics.hazards.cox import Cox, cox
from protorun.statistics.hazards.cox_regression import cox_regression
from protorun.statistics.hazards.proportionality import Proportionality, proportionality
from protorun.statistics.proportions._counts import Compared
from protorun.statistics.proportions.differences import (
    mee,
    miettinen_nurminen,
    newcombe,
    newcombe_corrected,
    stratified_miettinen_nurminen,
    stratified_newcombe,
    wald_difference,
)
from protorun.statistics.proportions.intervals import (
    agresti_coull,
    at_least,
    at_most,
    clopper_pearson,
    jeffreys,
    stratified_wilson,
    stratified_wilson_corrected,
    wald,
    wald_corrected,
    wilson,
    wilson_corrected,
)
from protorun.statistics.proportions.ratios import (
    odds_ratio,
    odds_ratio_score,
    relative_risk,
    relative_risk_score,
)
from protorun.statistics.proportions.tables import (
    Fisher,
    MantelHaenszel,
    conditional_odds_ratio,
    fisher,
    mantel_haenszel,
)
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
    "Compared",
    "Concordance",
    "Contrast",
    "Cox",
    "CumulativeHazard",
    "Curve",
    "EarlyZero",
    "Estimate",
    "FineGray",
    "Fisher",
    "FlemingHarrington",
    "Gray",
    "Incidence",
    "LogRank",
    "MantelHaenszel",
    "MaxCombo",
    "ModestlyWeighted",
    "Proportionality",
    "WeightedLogRank",
    "aalen_johansen",
    "agresti_coull",
    "at_least",
    "at_most",
    "at_risk_at",
    "baseline_hazard",
    "clopper_pearson",
    "concordance",
    "conditional_odds_ratio",
    "cox",
    "cox_regression",
    "fine_gray",
    "fisher",
    "fleming_harrington",
    "gray",
    "grho_logrank",
    "incidence_at",
    "jeffreys",
    "kaplan_meier",
    "limits",
    "logrank",
    "mantel_haenszel",
    "max_combo",
    "median_follow_up",
    "mee",
    "miettinen_nurminen",
    "milestone",
    "nelson_aalen",
    "newcombe",
    "newcombe_corrected",
    "odds_ratio",
    "odds_ratio_score",
    "proportionality",
    "quantile",
    "relative_risk",
    "relative_risk_score",
    "restricted_mean",
    "rmst",
    "rmst_ratio",
    "stratified_miettinen_nurminen",
    "stratified_newcombe",
    "stratified_wilson",
    "stratified_wilson_corrected",
    "survival_at",
    "wald",
    "wald_corrected",
    "wald_difference",
    "weighted_logrank",
    "wilson",
    "wilson_corrected",
]
