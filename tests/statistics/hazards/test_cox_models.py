"""Laws that a Cox model and its relatives keep on drawn data, and what they refuse."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.errors import UsageError
from protorun.statistics import (
    baseline_hazard,
    concordance,
    cox,
    cox_regression,
    kaplan_meier,
    logrank,
    proportionality,
)
from protorun.statistics._order import joined

RNG = np.random.default_rng(11)
TIME = RNG.integers(1, 12, 60).astype(float)
EVENT = RNG.random(60) < 0.7
X = np.column_stack([np.arange(60) % 2, RNG.normal(size=60)])


def test_the_exact_likelihood_is_the_sum_over_all_subsets():
    time, event, x = TIME[:14], EVENT[:14], X[:14]
    b = np.array([0.4, -0.7])
    found = cox_regression(time, event, x, ties="exact")

    def loglik(b):
        risk, total = x @ b, 0.0
        for t in np.unique(time[event]):
            dead, at_risk = np.flatnonzero(event & (time == t)), np.flatnonzero(time >= t)
            subsets = [np.exp(risk[list(s)].sum()) for s in combinations(at_risk, len(dead))]
            total += risk[dead].sum() - np.log(sum(subsets))
        return total

    np.testing.assert_allclose(found.loglik_null, loglik(np.zeros(2)), rtol=1e-12)
    np.testing.assert_allclose(found.loglik, loglik(found.coefficient), rtol=1e-12)
    assert loglik(found.coefficient) > max(loglik(found.coefficient + d) for d in (b / 100, -b / 100))


def test_the_score_test_of_a_group_with_exact_ties_is_the_log_rank_test():
    found = cox_regression(TIME, EVENT, X[:, :1], ties="exact")
    np.testing.assert_allclose(found.score, logrank(TIME, EVENT, X[:, 0].astype(int)).chisq, rtol=1e-12)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_one_group_alone_is_the_batched_model(ties):
    one, other = cox(TIME, EVENT, X[:, 0].astype(int), ties), cox_regression(TIME, EVENT, X[:, :1], ties=ties)
    np.testing.assert_allclose(one.coefficient, other.coefficient[0], atol=1e-10)
    np.testing.assert_allclose(one.loglik, other.loglik, rtol=1e-12)


@given(st.permutations(range(60)))
def test_the_order_of_patients_changes_nothing(order):
    order = list(order)
    one = cox_regression(TIME[order], EVENT[order], X[order], robust=True)
    other = cox_regression(TIME, EVENT, X, robust=True)
    np.testing.assert_allclose(one.coefficient, other.coefficient, atol=1e-10)
    np.testing.assert_allclose(one.standard_error, other.standard_error, atol=1e-10)


def test_clusters_of_one_patient_are_no_clusters_and_doubled_patients_are_one_cluster():
    alone = cox_regression(TIME, EVENT, X, ties="breslow", robust=True)
    labeled = cox_regression(TIME, EVENT, X, ties="breslow", cluster=np.arange(60))
    np.testing.assert_allclose(labeled.covariance, alone.covariance, rtol=1e-12)
    twice = cox_regression(
        np.tile(TIME, 2),
        np.tile(EVENT, 2),
        np.tile(X, (2, 1)),
        ties="breslow",
        cluster=np.tile(np.arange(60), 2),
    )
    np.testing.assert_allclose(twice.covariance, alone.covariance, rtol=1e-8)


def test_covariates_in_other_units_change_only_their_units():
    one = cox_regression(TIME, EVENT, X, robust=True)
    other = cox_regression(TIME, EVENT, X * [1, 1000] + [0, 1e5], robust=True)
    np.testing.assert_allclose(other.coefficient * [1, 1000], one.coefficient, rtol=1e-8)
    np.testing.assert_allclose(other.standard_error * [1, 1000], one.standard_error, rtol=1e-8)
    tests = [
        proportionality(fit, TIME, EVENT, x).overall
        for fit, x in ((one, X), (other, X * [1, 1000] + [0, 1e5]))
    ]
    np.testing.assert_allclose(*tests, rtol=1e-8)


def test_without_an_effect_the_baseline_is_breslows_sum():
    """With a coefficient of 0 each step is deaths over those at risk."""
    balanced = np.tile([0.0, 1.0], 60)
    time, event = np.repeat(TIME, 2), np.repeat(EVENT, 2)
    fit = cox_regression(time, event, balanced[:, None], ties="breslow")
    np.testing.assert_allclose(fit.coefficient, 0, atol=1e-12)
    found = baseline_hazard(fit, time, event, balanced[:, None], [0.0], ties="breslow")
    curve = kaplan_meier(time, event)
    steps = (curve.events / curve.at_risk)[curve.events > 0]
    np.testing.assert_allclose(found.hazard, np.cumsum(steps), rtol=1e-10)


def test_concordance_counts_pairs_as_a_loop_does():
    risk = np.round(X[:, 1], 1)
    counts = {1: 0, -1: 0, 0: 0}
    for i in range(60):
        for j in range(60):
            later = TIME[j] > TIME[i] or (TIME[j] == TIME[i] and not EVENT[j])
            if i != j and EVENT[i] and later:
                counts[int(np.sign(risk[i] - risk[j]))] += 1
    found = concordance(TIME, EVENT, risk)
    assert (found.concordant, found.discordant, found.equal_risk) == (counts[1], counts[-1], counts[0])


def test_nobody_to_compare_has_no_concordance():
    assert np.isnan(concordance([1.0, 2.0], [False, False], [1.0, 2.0]).value)


def test_times_that_differ_by_rounding_are_one():
    """R: timefix. 0.3 and 0.1 + 0.2 are the same duration."""
    np.testing.assert_array_equal(joined(np.array([0.3, 0.1 + 0.2, 1.0])), [0.3, 0.3, 1.0])
    far = np.array([0.3, 0.3 + 1e-6, 1.0])
    np.testing.assert_array_equal(joined(far), far)
    months = np.array([30, 60, 61, 90, 30, 60]) / 30.4375
    rough = months * (1 + np.array([0, 1, 0, -1, 1, 0]) * 1e-13)
    event = np.array([1, 1, 0, 1, 1, 0])
    np.testing.assert_array_equal(kaplan_meier(rough, event).at_risk, kaplan_meier(months, event).at_risk)


def test_what_has_no_answer_is_refused():
    with pytest.raises(UsageError, match="no robust variance with exact ties"):
        cox_regression(TIME, EVENT, X, ties="exact", robust=True)
    fit = cox_regression(TIME, EVENT, X)
    with pytest.raises(UsageError, match="no clock called 'sun'"):
        proportionality(fit, TIME, EVENT, X, clock="sun")
    with pytest.raises(UsageError, match="2 covariates"):
        baseline_hazard(fit, TIME, EVENT, X, [1.0])
    with pytest.raises(UsageError, match="a risk is NaN"):
        concordance(TIME, EVENT, np.full(60, np.nan))


def test_events_that_cannot_tell_have_no_test_of_proportional_hazards():
    """All events on one day: R's cox.zph fails or gives rounding; here it is said why there is no test."""
    one_day = np.full(len(TIME), 5.0)
    for clock in ("km", "identity", "log", "rank"):
        with pytest.raises(UsageError, match="all events lie at one time"):
            proportionality(cox_regression(one_day, EVENT, X), one_day, EVENT, X, clock=clock)
    at_0 = np.where(np.arange(len(TIME)) == np.flatnonzero(EVENT)[0], 0.0, TIME)
    with pytest.raises(UsageError, match="no value at time 0"):
        proportionality(cox_regression(at_0, EVENT, X), at_0, EVENT, X, clock="log")


def test_one_day_that_compares_has_no_test_of_proportional_hazards():
    """On the second day with an event nobody else is left, so that only the first one tells of the covariates."""
    days, event = np.where(np.arange(60) == 0, 9.0, 5.0), np.where(np.arange(60) == 0, True, EVENT)
    fit = cox_regression(days, event, X)
    with pytest.raises(UsageError, match="too few to tell"):
        proportionality(fit, days, event, X, clock="identity")
