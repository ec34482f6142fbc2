"""Laws of the tests of two survival curves: plain transcriptions, rows of a batch, and what cannot be compared."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from protorun.errors import UsageError
from protorun.statistics import (
    EarlyZero,
    FlemingHarrington,
    ModestlyWeighted,
    cox,
    cox_regression,
    logrank,
    max_combo,
    milestone,
    rmst,
    rmst_ratio,
    weighted_logrank,
)
from protorun.statistics._order import by_time
from protorun.statistics.survival.max_combo import all_below

patients = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 1)), min_size=2, max_size=30)
WEIGHTS = [FlemingHarrington(0.5, 1), FlemingHarrington(1, 0), ModestlyWeighted(4, 2), EarlyZero(3)]


def harrington(trial, rho, gamma):
    """Weighted observed minus expected of group 1 and its variance, death day by death day."""
    gap = variance = 0.0
    survival = 1.0
    for day in sorted({t for t, e, _ in trial if e}):
        risk = [(t, e, g) for t, e, g in trial if t >= day]
        n, n1 = len(risk), sum(g for _, _, g in risk)
        d = sum(t == day and e for t, e, _ in risk)
        weight = survival**rho * (1 - survival) ** gamma
        gap += weight * (sum(t == day and e and g == 1 for t, e, g in risk) - d * n1 / n)
        if n > 1:
            variance += weight**2 * d * n1 * (n - n1) * (n - d) / (n * n * (n - 1))
        survival *= 1 - d / n
    return gap, variance


@given(patients)
def test_fleming_harrington_with_ties_is_the_plain_sum(trial):
    found = weighted_logrank(*map(np.array, zip(*trial, strict=True)), FlemingHarrington(1, 0.5))
    gap, variance = harrington(trial, 1, 0.5)
    assert found.score == pytest.approx(gap, abs=1e-12)
    assert found.variance == pytest.approx(variance, abs=1e-12)


@given(st.lists(patients, min_size=1, max_size=4))
def test_a_trial_of_a_batch_is_the_trial_alone(trials):
    trials = [[*t, (13, False, 0), (13, True, 1), (2, True, 0)] for t in trials]
    width = max(map(len, trials))
    time = np.full((len(trials), width), np.nan)
    event, group = np.zeros(time.shape, bool), np.zeros(time.shape, int)
    for row, trial in enumerate(trials):
        time[row, : len(trial)], event[row, : len(trial)], group[row, : len(trial)] = zip(*trial, strict=True)
    batches = {
        "z": [weighted_logrank(time, event, group, w).z for w in WEIGHTS],
        "p": [max_combo(time, event, group).p],
        "mean": [rmst(time, event, group, 6).value, rmst_ratio(time, event, group, 6).z],
        "milestone": [milestone(time, event, group, 5, "plain").value],
        "cox": [cox(time, event, group).coefficient, cox(time, event, group).standard_error],
    }
    for row, trial in enumerate(trials):
        one = tuple(np.array(column) for column in zip(*trial, strict=True))
        alone = {
            "z": [weighted_logrank(*one, w).z for w in WEIGHTS],
            "p": [max_combo(*one).p],
            "mean": [rmst(*one, 6).value, rmst_ratio(*one, 6).z],
            "milestone": [milestone(*one, 5, "plain").value],
            "cox": [cox(*one).coefficient, cox(*one).standard_error],
        }
        for name, values in alone.items():
            for batch, value in zip(batches[name], values, strict=True):
                np.testing.assert_allclose(batch[row], value, rtol=1e-7, atol=1e-9, err_msg=name)


@given(
    st.lists(st.floats(0, 1e6, allow_nan=False) | st.just(np.nan) | st.just(-0.0), min_size=1, max_size=20)
)
def test_times_keep_every_bit_when_sorted_with_their_labels(times):
    time = np.array([times])
    ordered, label = by_time(time, np.arange(len(times))[None, :] % 4)
    count = int((~np.isnan(time)).sum())
    np.testing.assert_array_equal(ordered[0, :count], np.sort(time[~np.isnan(time)]))
    pairs = sorted((t, i % 4) for i, t in enumerate(times) if not np.isnan(t))
    assert [(a, b) for a, b in zip(ordered[0, :count], label[0, :count], strict=True)] == pairs


def test_a_long_trial_in_whole_days_is_counted_to_the_same_result():
    draw = np.random.default_rng(4)
    time, event, group = draw.integers(0, 900, 40_000), draw.random(40_000) < 0.6, draw.integers(0, 2, 40_000)
    days = time.astype(float)
    days[:50] = np.nan
    counted, sorted_ = logrank(days, event, group), logrank(days / 7, event, group)
    np.testing.assert_allclose(counted.z, sorted_.z, rtol=1e-10)
    np.testing.assert_allclose(counted.expected, sorted_.expected, rtol=1e-12)
    assert counted.observed.sum() == event[50:].sum()


def test_strata_add_up_with_weights_of_their_own():
    draw = np.random.default_rng(5)
    time, event, group = draw.integers(1, 30, 200), draw.random(200) < 0.6, draw.integers(0, 2, 200)
    where = draw.integers(0, 3, 200)
    whole = weighted_logrank(time, event, group, FlemingHarrington(0, 1), where)
    parts = [
        harrington(list(zip(*(c[where == s] for c in (time, event, group)), strict=True)), 0, 1)
        for s in range(3)
    ]
    assert whole.score == pytest.approx(sum(gap for gap, _ in parts))
    assert whole.variance == pytest.approx(sum(variance for _, variance in parts))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_normal_chance_of_several_tests_is_that_of_scipys_integration(count):
    draw = np.random.default_rng(6)
    for _ in range(5):
        root = draw.normal(size=(count, count))
        spread = np.sqrt((root**2).sum(axis=1))
        correlation = root @ root.T / np.outer(spread, spread)
        limit = draw.normal(size=count)
        wanted = multivariate_normal(cov=correlation, seed=1).cdf(limit)
        assert all_below(limit, correlation) == pytest.approx(wanted, abs=5e-5)


def test_the_same_test_three_times_is_one_test():
    one = np.ones((3, 3))
    assert all_below([1.3, 1.3, 1.3], one) == pytest.approx(0.9031995154143897, abs=1e-5)  # Phi(1.3)
    assert all_below([0.0, 0.0], [[1, 0.5], [0.5, 1]]) == pytest.approx(1 / 3, abs=1e-12)
    assert all_below([0.0, 0.0], [[1, -1], [-1, 1]]) == pytest.approx(0, abs=1e-12)


def test_the_score_test_of_cox_without_ties_is_the_log_rank_test():
    draw = np.random.default_rng(7)
    time, event, group = draw.exponential(size=(5, 40)), draw.random((5, 40)) < 0.7, np.tile([0, 1], (5, 20))
    np.testing.assert_allclose(cox(time, event, group).score, logrank(time, event, group).chisq, rtol=1e-10)


def test_an_arm_in_which_everybody_dies_first_has_an_infinite_hazard_ratio():
    assert cox([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0]).coefficient == np.inf
    assert cox_regression([1, 2, 3, 4], [1, 1, 0, 0], [[1], [1], [0], [0]]).coefficient == np.inf


def test_a_covariate_that_follows_from_the_others_is_refused():
    x = np.arange(10.0)
    with pytest.raises(UsageError, match="follows from the others"):
        cox_regression(np.arange(1, 11), np.ones(10, bool), np.column_stack([x, 2 * x]))


def test_a_restricted_mean_does_not_exist_beyond_the_end_of_a_curve_with_survivors():
    found = rmst([2, 4, 6, 3, 5, 9], [1, 1, 0, 1, 1, 0], [0, 0, 0, 1, 1, 1], tau=7)
    assert np.isnan(found.value)
    assert rmst([2, 4, 6, 3, 5, 9], [1, 1, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1], tau=7).of[0] == pytest.approx(4)


def test_a_third_group_is_refused_by_tests_of_two():
    for test in (lambda *a: weighted_logrank(*a, EarlyZero(1)), cox, lambda *a: rmst(*a, 1)):
        with pytest.raises(UsageError, match=r"groups 0 and 1|numbered 0 and 1"):
            test([1, 2, 3], [1, 1, 1], [0, 1, 2])
