"""Kaplan-Meier: a hand-worked curve, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.errors import UsageError
from protorun.statistics import at_risk_at, kaplan_meier, limits, median_follow_up, quantile, survival_at

times = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=40)


def test_gehan_1965_drug_arm_of_21_patients():
    time = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = kaplan_meier(time, np.array(event, bool))
    assert survival_at(curve, 6).value == pytest.approx(18 / 21)
    assert survival_at(curve, 10).value == pytest.approx(0.7529411764705882)
    assert quantile(curve).value == 23


def test_a_patient_censored_on_a_day_is_at_risk_on_that_day():
    curve = kaplan_meier([5, 5], [True, False])
    assert curve.at_risk.tolist() == [2.0]
    assert curve.survival.tolist() == [0.5]


def test_median_between_two_events_when_the_curve_lies_on_one_half():
    assert quantile(kaplan_meier([1, 2, 3, 4], [True] * 4)).value == 2.5


def test_median_not_reached_is_missing_and_survival_past_the_last_day_is_unknown():
    curve = kaplan_meier([3, 8, 9], [True, False, False])
    assert np.isnan(quantile(curve).value)
    assert np.isnan(survival_at(curve, 10).value)
    assert survival_at(curve, 0).value == 1


def test_no_patients_give_an_empty_curve_and_no_median():
    curve = kaplan_meier([], [])
    assert curve.time.size == 0
    assert np.isnan(quantile(curve).value)


def test_unequal_columns_are_refused():
    with pytest.raises(UsageError, match="one shape"):
        kaplan_meier([1, 2], [True])


@given(st.lists(times, min_size=1, max_size=5))
def test_a_curve_of_a_batch_is_the_curve_alone(trials):
    width = max(map(len, trials))
    time = np.full((len(trials), width), np.nan)
    event = np.zeros((len(trials), width), bool)
    for row, trial in enumerate(trials):
        time[row, : len(trial)] = [t for t, _ in trial]
        event[row, : len(trial)] = [e for _, e in trial]
    batch, medians = kaplan_meier(time, event), quantile(kaplan_meier(time, event))
    for row, trial in enumerate(trials):
        alone = kaplan_meier([t for t, _ in trial], [e for _, e in trial])
        k = len(alone.time)
        np.testing.assert_array_equal(batch.survival[row, :k], alone.survival)
        np.testing.assert_array_equal(batch.at_risk[row, :k], alone.at_risk)
        np.testing.assert_array_equal(medians.upper[row], quantile(alone).upper)
        np.testing.assert_array_equal(medians.value[row], quantile(alone).value)


@given(times, st.integers(1, 7))
def test_whole_days_and_fractions_of_days_take_the_same_road(trial, scale):
    time, event = np.array([t for t, _ in trial], float), [e for _, e in trial]
    days, parts = kaplan_meier(time, event), kaplan_meier(time / 8 * scale, event)
    np.testing.assert_array_equal(days.survival, parts.survival)
    np.testing.assert_allclose(days.time / 8 * scale, parts.time)


@given(times)
def test_a_later_death_never_lowers_the_curve_and_nobody_is_lost(trial):
    time, event = np.array([t for t, _ in trial]), np.array([e for _, e in trial])
    curve = kaplan_meier(time, event)
    assert curve.events.sum() + curve.censored.sum() == len(trial)
    assert at_risk_at(curve, time.min()) == len(trial)
    longer = kaplan_meier(time + np.where(event, 40, 0), event)
    for day in np.unique(time):
        assert survival_at(longer, day).value >= survival_at(curve, day).value - 1e-12


def test_follow_up_of_patients_who_all_died_is_not_known():
    assert np.isnan(median_follow_up([4, 7], [True, True]).value)


def test_arcsine_limits_begin_with_the_first_event_as_in_r():
    """survfit(Surv(c(1, 2, 3, 4), c(0, 1, 0, 1)) ~ 1, conf.type = "arcsin"): NaN at 1, then 0.1442085 to 0.9975332."""
    low, high = limits(kaplan_meier([1, 2, 3, 4], [0, 1, 0, 1]), "arcsin")
    np.testing.assert_allclose(low, [np.nan, 0.1442085, 0.1442085, np.nan], atol=5e-8)
    np.testing.assert_allclose(high, [np.nan, 0.9975332, 0.9975332, np.nan], atol=5e-8)
