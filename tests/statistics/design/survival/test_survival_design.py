"""Sizes and power of survival trials against gsDesign 3.6.0, rpact 4.3.0 and lrstat 0.2.15."""

import json
from math import exp, log

import numpy as np
import pytest

from protorun.errors import UsageError
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
from protorun.statistics.design.survival.two_arms import TwoArms, expected_events, time_of_events
from protorun.statistics.design.survival.weighted_power import power_with_looks, weighted_power


def read(shared, file):
    return json.loads((shared / "data" / "dosefinding" / f"{file}.json").read_text())


def trial(hazard, hr, dropout, accrual, rate=1.0, ratio=1.0):
    control, leaving = piecewise(hazard), piecewise(dropout)
    ratios = hr if isinstance(hr, (int, float)) else hr[0]
    factor = piecewise(ratios, () if isinstance(hr, (int, float)) else hr[1])
    return TwoArms((control, control.times(factor)), (leaving, leaving), steady_accrual(rate, accrual), ratio)


def test_lachin_foulkes_sizes_are_gsdesigns(shared):
    """The fixed size agrees to rounding; with looks gsSurv solves its bounds to 1e-4 only, hence 1e-3 for sizes."""
    for case in read(shared, "gs_survival_gsDesign")["cases"]:
        arms = trial(hazard_of_median(case["median_c"]), case["hr"], case["eta"], case["R"])
        errors = {"alpha": case["alpha"], "beta": case["beta"]}
        fixed = lachin_foulkes_size(arms, case["hr"], case["T"] - case["R"], **errors)
        assert fixed.patients == pytest.approx(case["fixed"]["n"], rel=1e-10)
        assert fixed.events == pytest.approx(case["fixed"]["d"], rel=1e-10)
        design = group_sequential(3, **errors, sfu="LDOF", n_fix=fixed.events)
        looks = looks_at(scaled(arms, fixed.patients * design.inflation), design.information)
        for name, field in (("events", "events"), ("n", "patients"), ("T", "time")):
            np.testing.assert_allclose([getattr(x, field) for x in looks], case["gs"][name], rtol=1e-4)
        np.testing.assert_allclose(design.upper, case["gs"]["upper"], atol=1e-4)
        np.testing.assert_allclose(design.lower, case["gs"]["lower"], atol=1e-4)


def test_schoenfeld_sizes_times_and_power_are_rpacts(shared):
    for case in read(shared, "gs_survival_rpact")["cases"]:
        leaving = hazard_of_probability(case["dropout_prob_at_time1"], 1)
        arms = trial(hazard_of_median(case["median2"]), case["hazard_ratio"], leaving, case["accrual"])
        errors = {"alpha": case["alpha"], "beta": case["beta"]}
        fixed = schoenfeld_size(arms, case["hazard_ratio"], case["followup"], **errors)
        assert fixed.events == pytest.approx(case["fixed_events"], rel=1e-10)
        assert fixed.patients == pytest.approx(case["fixed_subjects"], rel=1e-10)
        timing = case["information_rates"]
        design = group_sequential(3, test_type=1, timing=timing, sfu="LDOF", n_fix=fixed.events, **errors)
        looks = looks_at(scaled(arms, fixed.patients * design.inflation), design.information)
        assert looks[-1].events == pytest.approx(case["gs_max_events"], rel=1e-7)
        assert fixed.patients * design.inflation == pytest.approx(case["gs_max_subjects"], rel=1e-7)
        np.testing.assert_allclose([x.time for x in looks], case["gs_analysis_time"], atol=1e-6)
        given = case["power_N300_E200"]
        drift = [-log(hr) / 2 for hr in given["hazard_ratio"]]
        found = crossing([100, 150, 200], design.upper, None, drift)
        np.testing.assert_allclose(found.upper.sum(0), given["overall_reject"], atol=1e-7)
        np.testing.assert_allclose(found.expected, given["expected_events"], rtol=1e-7)
        np.testing.assert_allclose(found.upper[:2].sum(0), given["early_stop"], atol=1e-7)


def test_futility_by_beta_spending_is_rpacts(shared):
    given = read(shared, "gs_survival_rpact")["beta_spending"]
    design = group_sequential(3, timing=given["information_rates"], sfu="LDOF", sfl="LDOF")
    np.testing.assert_allclose(design.upper, given["critical_values"], atol=1e-6)
    np.testing.assert_allclose(design.lower[:2], given["futility_bounds"], atol=1e-6)
    np.testing.assert_allclose(design.spent_lower, given["beta_spent"], atol=1e-6)
    np.testing.assert_allclose(design.upper_prob[:, 1].cumsum(), given["power"], atol=1e-6)


def test_power_under_proportional_and_delayed_effects_is_lrstats(shared):
    for case in read(shared, "nph_power_lrstat")["cases"]:
        effect = (case["hr"], case["piecewise_time"])
        hazard = hazard_of_median(case["median2"])
        arms = trial(hazard, effect, case["hazard_dropout"], case["accrual"], case["accrual_rate"])
        events = expected_events(arms, case["accrual"] + case["followup"]).sum()
        times = [time_of_events(arms, share * events) for share in (0.5, 0.75, 1)]
        design = group_sequential(3, test_type=1, timing=[0.5, 0.75, 1], sfu="LDOF", alpha=case["alpha"])
        found = power_with_looks(arms, times, design.upper).upper.sum()
        assert found == pytest.approx(case["overall_reject"], abs=1e-6)


def test_the_chance_of_an_event_has_its_closed_form():
    """P = l / h (1 - (exp(-h (T - R)) - exp(-h T)) / (h R)), h = l + eta, for uniform accrual on [0, R]."""
    hazard, leaving, accrual, calendar = 0.11, 0.02, 12.0, 20.0
    arms = trial(hazard, 1.0, leaving, accrual)
    h = hazard + leaving
    chance = hazard / h * (1 - (exp(-h * (calendar - accrual)) - exp(-h * calendar)) / (h * accrual))
    assert expected_events(arms, calendar).sum() / arms.patients == pytest.approx(chance, rel=1e-12)


@pytest.mark.parametrize("hazard", [1e-6, 0.05, 1.0, 7.0, 500.0, 1e8])
def test_events_are_expected_right_for_any_hazard(hazard):
    """From one in a million to everybody at once, against the closed form."""
    arms = trial(hazard, 1.0, 0.0, 12.0)
    calendar = 60.0
    chance = 1 - (exp(-hazard * (calendar - 12)) - exp(-hazard * calendar)) / (hazard * 12.0)
    tolerance = 1e-9 if hazard < 1e-3 else 1e-12  # the closed form itself cancels for tiny hazards
    assert expected_events(arms, calendar).sum() / arms.patients == pytest.approx(chance, rel=tolerance)


def test_pieces_of_one_rate_are_one_rate():
    whole = trial(0.1, 0.7, 0.01, 18.0, rate=10.0)
    cut = TwoArms(
        (piecewise([0.1, 0.1], [0, 3]), piecewise([0.07] * 3, [0, 2, 9])),
        (piecewise([0.01, 0.01], [0, 7]), piecewise(0.01)),
        steady_accrual([10, 10, 10], 18, [0, 1, 5]),
    )
    for calendar in (1.0, 6.0, 18.0, 40.0):
        np.testing.assert_allclose(
            expected_events(cut, calendar), expected_events(whole, calendar), rtol=1e-11
        )
        assert weighted_power(cut, calendar, (0, 1)) == pytest.approx(weighted_power(whole, calendar, (0, 1)))


@pytest.mark.parametrize("ratio", [0.5, 1, 2])
def test_time_and_number_of_events_are_each_others_inverse(ratio):
    arms = trial(0.1, ([1.0, 0.5], [0, 4]), 0.02, 10, rate=30, ratio=ratio)
    for calendar in (2.0, 9.0, 15.0):
        assert time_of_events(arms, expected_events(arms, calendar).sum()) == pytest.approx(
            calendar, abs=1e-9
        )


def test_events_that_never_come_are_said_so():
    with pytest.raises(UsageError, match="never come"):
        time_of_events(trial(0.1, 0.7, 0.1, 10, rate=10), 90)
