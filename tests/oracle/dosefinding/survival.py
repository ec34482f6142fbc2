"""Survival trials: sizes, times and power against gsDesign, rpact and lrstat; tests of two curves against simtrial."""

from collections.abc import Iterator
from math import log
from typing import Any

import numpy as np

from oracle.dosefinding.measure import Measure, absolute, errors, relative
from protorun.statistics import (
    EarlyZero,
    FlemingHarrington,
    ModestlyWeighted,
    cox,
    logrank,
    max_combo,
    milestone,
    rmst,
    weighted_logrank,
)
from protorun.statistics.design.sequential.crossing import crossing
from protorun.statistics.design.sequential.group_sequential import group_sequential
from protorun.statistics.design.survival.logrank_size import (
    lachin_foulkes_size,
    looks_at,
    scaled,
    schoenfeld_size,
)
from protorun.statistics.design.survival.piecewise import (
    hazard_of_median,
    hazard_of_probability,
    piecewise,
    steady_accrual,
)
from protorun.statistics.design.survival.simulation import simulate_two_arms
from protorun.statistics.design.survival.two_arms import TwoArms, expected_events, time_of_events
from protorun.statistics.design.survival.weighted_power import power_with_looks

WEIGHTS = {
    "fh(0,0)": FlemingHarrington(0, 0),
    "fh(0,0.5)": FlemingHarrington(0, 0.5),
    "fh(0,1)": FlemingHarrington(0, 1),
    "fh(1,0)": FlemingHarrington(1, 0),
    "fh(1,1)": FlemingHarrington(1, 1),
    "fh(0.5,0.5)": FlemingHarrington(0.5, 0.5),
    "mb(4,2)": ModestlyWeighted(delay=4, most=2),
    "early_zero(3)": EarlyZero(until=3),
}


def trial(
    hazard: float, hr: Any, dropout: float, accrual: float, *, rate: float = 1, ratio: float = 1
) -> TwoArms:
    control, leaving = piecewise(hazard), piecewise(dropout)
    ratios = hr if isinstance(hr, (int, float)) else hr[0]
    factor = piecewise(ratios, () if isinstance(hr, (int, float)) else hr[1])
    return TwoArms((control, control.times(factor)), (leaving, leaving), steady_accrual(rate, accrual), ratio)


def gsdesign(file: Any) -> Iterator[Measure]:
    """The fixed size agrees to rounding; with looks gsSurv solves its bounds to 1e-4 only, hence 1e-3 for its sizes."""
    for case in file["cases"]:
        arms = trial(hazard_of_median(case["median_c"]), case["hr"], case["eta"], case["R"])
        wanted = {"alpha": case["alpha"], "beta": case["beta"]}
        fixed = lachin_foulkes_size(arms, case["hr"], case["T"] - case["R"], **wanted)
        sizes = [case["fixed"]["n"], case["fixed"]["d"]]
        yield relative("fixed size: patients, events", [fixed.patients, fixed.events], sizes, 1e-10)
        design = group_sequential(3, **wanted, sfu="LDOF", n_fix=fixed.events)
        looks = looks_at(scaled(arms, fixed.patients * design.inflation), design.information)
        ours = [[x.events for x in looks], [x.patients for x in looks], [x.time for x in looks]]
        yield relative(
            "events, patients and times of looks", ours, [case["gs"][k] for k in ("events", "n", "T")], 1e-3
        )
        yield absolute(
            "bounds", [design.upper, design.lower], [case["gs"]["upper"], case["gs"]["lower"]], 1e-4
        )


def rpact(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        leaving = hazard_of_probability(case["dropout_prob_at_time1"], 1)
        arms = trial(hazard_of_median(case["median2"]), case["hazard_ratio"], leaving, case["accrual"])
        wanted = {"alpha": case["alpha"], "beta": case["beta"]}
        fixed = schoenfeld_size(arms, case["hazard_ratio"], case["followup"], **wanted)
        sizes = [case["fixed_subjects"], case["fixed_events"]]
        yield relative("fixed size: patients, events", [fixed.patients, fixed.events], sizes, 1e-10)
        timing = case["information_rates"]
        design = group_sequential(3, test_type=1, timing=timing, sfu="LDOF", n_fix=fixed.events, **wanted)
        looks = looks_at(scaled(arms, fixed.patients * design.inflation), design.information)
        yield absolute("critical values", design.upper, case["critical_values"], 1e-6)
        yield relative("events of looks", [x.events for x in looks], case["gs_events_per_stage"], 1e-6)
        ours = [fixed.patients * design.inflation, looks[-1].events]
        most = [case["gs_max_subjects"], case["gs_max_events"]]
        yield relative("patients and events with looks", ours, most, 1e-6)
        yield absolute("times of looks", [x.time for x in looks], case["gs_analysis_time"], 1e-5)
        yield from _power(case["power_N300_E200"], design.upper)
    yield from _futility(file["beta_spending"])


def _power(given: Any, upper: Any) -> Iterator[Measure]:
    """200 events, looks at 100 and 150."""
    drift = [-log(hr) / 2 for hr in given["hazard_ratio"]]
    found = crossing([100, 150, 200], upper, None, drift)
    yield absolute("power", found.upper.sum(0), given["overall_reject"], 1e-6)
    yield absolute("P(early stop)", found.upper[:2].sum(0), given["early_stop"], 1e-6)
    yield relative("expected events", found.expected, given["expected_events"], 1e-6)


def _futility(given: Any) -> Iterator[Measure]:
    design = group_sequential(3, timing=given["information_rates"], sfu="LDOF", sfl="LDOF")
    yield absolute("beta spending: upper bounds", design.upper, given["critical_values"], 1e-6)
    yield absolute("beta spending: futility bounds", design.lower[:2], given["futility_bounds"], 1e-6)
    yield absolute("beta spending: beta spent", design.spent_lower, given["beta_spent"], 1e-6)
    yield absolute("beta spending: power", design.upper_prob[:, 1].cumsum(), given["power"], 1e-6)


def lrstat_power(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        effect, hazard = (case["hr"], case["piecewise_time"]), hazard_of_median(case["median2"])
        arms = trial(hazard, effect, case["hazard_dropout"], case["accrual"], rate=case["accrual_rate"])
        events = expected_events(arms, case["accrual"] + case["followup"]).sum()
        times = [time_of_events(arms, share * events) for share in (0.5, 0.75, 1)]
        design = group_sequential(3, test_type=1, timing=[0.5, 0.75, 1], sfu="LDOF", alpha=case["alpha"])
        found = power_with_looks(arms, times, design.upper).upper.sum()
        yield absolute("power of three looks", found, case["overall_reject"], 1e-4)


def lrstat_trials(file: Any) -> Iterator[Measure]:
    """20,000 trials of lrstat against 40,000 of ours; the standard error is that of both. Patients arrive there by chance
    and here evenly in the time stated, which puts lrstat's analysis about .02 months later."""
    p = file["params"]
    arms = trial(p["lambda2"], p["hr"], p["dropout_hazard"], p["accrual"], rate=p["accrual_rate"])
    found = simulate_two_arms(arms, p["planned_events"], upper=p["crit"], trials=40_000, seed=1)
    both = np.hypot(found.power.standard_error, file["se"])
    yield errors("power", found.power.value, file["overall_reject"], both)
    time = found.mean_duration
    both = time.standard_error * np.sqrt(1 + 40_000 / 20_000)
    yield errors("mean time of the analysis", time.value, file["analysis_time"], both)


def two_curves(file: Any, rows: list[dict[str, str]]) -> Iterator[Measure]:
    tests = file["tests"]
    arms = columns(rows)
    for name, weight in WEIGHTS.items():
        found, wanted = weighted_logrank(*arms, weight), [tests[name][k] for k in ("estimate", "se", "z")]
        ours = [
            found.score,
            np.sqrt(found.variance),
            -found.z,
        ]  # simtrial's z: positive when the new arm is better
        yield absolute("weighted log-rank: score, error, z", ours, wanted, 1e-9)
    for found, name in ((rmst(*arms, tau=10), "rmst(tau=10)"), (milestone(*arms, at=8), "milestone(8)")):
        wanted = [tests[name][k] for k in ("estimate", "se", "z")]
        yield absolute("RMST and milestone", [found.value, found.standard_error, found.z], wanted, 1e-9)
    combo, wanted = max_combo(*arms), tests["maxcombo fh(0,0),fh(0,1),fh(1,0)"]
    yield absolute("MaxCombo: z", combo.z, wanted["z"], 1e-9)
    yield absolute("MaxCombo: p", combo.p, wanted["p_value"], 1e-3)
    for ties in ("efron", "breslow"):
        found, wanted = cox(*arms, ties=ties), tests[f"coxph_{ties}"]
        ours = [found.coefficient, found.standard_error]
        yield absolute("Cox: coefficient and error", ours, [wanted["coef"], wanted["se"]], 1e-9)
        if "loglik" in wanted:
            yield absolute("Cox: log-likelihoods", [found.loglik_null, found.loglik], wanted["loglik"], 1e-6)
    tested, wanted = logrank(*arms), tests["survdiff"]
    yield absolute("log-rank: chi-squared", tested.chisq, wanted["chisq"], 1e-9)
    yield absolute("log-rank: expected events", tested.expected, wanted["exp"], 1e-9)


def columns(rows: list[dict[str, str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time, event and arm (1 = experimental) of each patient."""
    return (
        np.array([float(row["tte"]) for row in rows]),
        np.array([row["event"] == "1" for row in rows]),
        np.array([int(row["treatment"] == "experimental") for row in rows]),
    )


def data_of_two_curves(rows: list[dict[str, str]], results: Any) -> Iterator[Measure]:
    """The data themselves: events by arm as survival counted them."""
    found = logrank(*columns(rows)).observed
    yield absolute("events by arm", found, results["tests"]["survdiff"]["obs"], 0.0)
