"""Two proportions: the published examples of Newcombe 1998, R, scipy, and what the limits must be by definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import contingency, fisher_exact

from protorun.errors import UsageError
from protorun.statistics import (
    conditional_odds_ratio,
    fisher,
    mantel_haenszel,
    mee,
    miettinen_nurminen,
    newcombe,
    newcombe_corrected,
    odds_ratio,
    odds_ratio_score,
    relative_risk,
    relative_risk_score,
    stratified_miettinen_nurminen,
    stratified_newcombe,
    wald_difference,
)

# Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, table II.
NEWCOMBE = {
    (56, 70, 48, 80): {wald_difference: (0.0575, 0.3425), mee: (0.0533, 0.3377), miettinen_nurminen: (0.0528, 0.3382),
                       newcombe: (0.0524, 0.3339), newcombe_corrected: (0.0428, 0.3422)},
    (9, 10, 3, 10): {wald_difference: (0.2605, 0.9395), mee: (0.1821, 0.8370), miettinen_nurminen: (0.1700, 0.8406),
                     newcombe: (0.1705, 0.8090), newcombe_corrected: (0.1013, 0.8387)},
    (5, 56, 0, 29): {mee: (-0.0313, 0.1926), miettinen_nurminen: (-0.0326, 0.1933), newcombe: (-0.0381, 0.1926),
                     newcombe_corrected: (-0.0667, 0.2037)},
}  # fmt: skip


@pytest.mark.parametrize("counts", NEWCOMBE)
def test_published_limits_of_differences(counts):
    for method, limits in NEWCOMBE[counts].items():
        found = method(*counts)
        np.testing.assert_allclose(
            (found.lower, found.upper), limits, rtol=0, atol=5e-5, err_msg=method.__name__
        )


tables = st.tuples(st.integers(1, 40), st.integers(1, 40), st.floats(0, 1), st.floats(0, 1)).map(
    lambda t: (round(t[0] * t[2]), t[0], round(t[1] * t[3]), t[1])
)


def likelihood_z(x1, n1, x0, n0, gap):
    """z of the score test, with the shares found by a search of the likelihood instead of a formula."""

    def minus(p0):
        p1 = p0 + gap
        terms = ((x1, p1), (n1 - x1, 1 - p1), (x0, p0), (n0 - x0, 1 - p0))
        return -sum(k * np.log(p) for k, p in terms if k)

    low, high = max(0.0, -gap), min(1.0, 1 - gap)
    p0 = minimize_scalar(
        minus, bounds=(low + 1e-12, high - 1e-12), method="bounded", options={"xatol": 1e-12}
    ).x
    p1, n = p0 + gap, n1 + n0
    variance = (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * n / (n - 1)
    return (x1 / n1 - x0 / n0 - gap) / np.sqrt(variance)


@pytest.mark.parametrize("counts", [(56, 70, 48, 80), (7, 21, 13, 34), (3, 11, 0, 9), (20, 25, 1, 30)])
def test_at_the_limits_of_miettinen_and_nurminen_the_score_test_is_just_not_significant(counts):
    found = miettinen_nurminen(*counts)
    for limit, z in ((found.lower, 1.959963984540054), (found.upper, -1.959963984540054)):
        np.testing.assert_allclose(likelihood_z(*counts, float(limit)), z, atol=1e-5)


@given(tables)
def test_every_interval_holds_the_estimate_and_turns_around_with_the_groups(counts):
    x1, n1, x0, n0 = counts
    for method in (mee, miettinen_nurminen, newcombe, newcombe_corrected):
        here, there = method(x1, n1, x0, n0), method(x0, n0, x1, n1)
        assert -1 <= here.lower <= here.value + 1e-9
        assert here.value - 1e-9 <= here.upper <= 1
        np.testing.assert_allclose((here.lower, here.upper), (-there.upper, -there.lower), atol=1e-8)


@given(tables)
def test_fisher_is_that_of_scipy(counts):
    x1, n1, x0, n0 = counts
    found = fisher(*counts)
    table = [[x1, n1 - x1], [x0, n0 - x0]]
    for ours, side in ((found.p, "two-sided"), (found.p_less, "less"), (found.p_greater, "greater")):
        np.testing.assert_allclose(ours, fisher_exact(table, alternative=side)[1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("counts", [(56, 70, 48, 80), (7, 21, 13, 34), (9, 10, 3, 10), (3, 11, 0, 9)])
def test_the_conditional_odds_ratio_is_that_of_scipy(counts):
    x1, n1, x0, n0 = counts
    found = conditional_odds_ratio(*counts)
    other = contingency.odds_ratio([[x1, n1 - x1], [x0, n0 - x0]], kind="conditional")
    np.testing.assert_allclose(found.value, other.statistic, rtol=1e-5)
    np.testing.assert_allclose((found.lower, found.upper), other.confidence_interval(), rtol=1e-5)


def test_odds_ratio_and_relative_risk_with_wald_limits():
    """log odds ratio: 1/56 + 1/14 + 1/48 + 1/32; log relative risk: 1/56 - 1/70 + 1/48 - 1/80."""
    odds, risk = odds_ratio(56, 70, 48, 80), relative_risk(56, 70, 48, 80)
    half = 1.959963984540054 * np.sqrt(1 / 56 + 1 / 14 + 1 / 48 + 1 / 32)
    np.testing.assert_allclose((odds.value, odds.lower), (8 / 3, 8 / 3 * np.exp(-half)), rtol=1e-12)
    half = 1.959963984540054 * np.sqrt(1 / 56 - 1 / 70 + 1 / 48 - 1 / 80)
    np.testing.assert_allclose((risk.value, risk.upper), (4 / 3, 4 / 3 * np.exp(half)), rtol=1e-12)


def test_an_empty_cell_has_no_wald_limits_but_score_limits():
    for wald, score in ((odds_ratio, odds_ratio_score), (relative_risk, relative_risk_score)):
        found = wald(5, 56, 0, 29)
        assert found.value == np.inf
        assert np.isnan(found.lower)
        other = score(5, 56, 0, 29)
        assert 0 < other.lower < 1
        assert other.upper == np.inf


@pytest.mark.parametrize("ratio", [relative_risk_score, odds_ratio_score])
def test_score_limits_of_ratios_leave_out_1_just_when_those_of_the_difference_leave_out_0(ratio):
    """At 1 and at 0 the restricted shares are the same pooled ones, and so is the test."""
    for x1 in range(1, 30):
        apart = miettinen_nurminen(x1, 30, 10, 25)
        found = ratio(x1, 30, 10, 25)
        assert (found.lower > 1) == (apart.lower > 0)
        assert (found.upper < 1) == (apart.upper < 0)


def test_one_stratum_is_no_stratum():
    for whole, one in ((newcombe, stratified_newcombe), (miettinen_nurminen, stratified_miettinen_nurminen)):
        found, alone = one([56], [70], [48], [80]), whole(56, 70, 48, 80)
        np.testing.assert_allclose((found.lower, found.upper), (alone.lower, alone.upper), atol=1e-12)


def test_mantel_haenszel_is_that_of_r():
    """UCBAdmissions of R: mantelhaen.test gives 1.4269 (p = 0.2323) corrected and 1.5246 without, odds ratio 0.9046968."""
    admitted_men, men = np.array([512, 353, 120, 138, 53, 22]), np.array([825, 560, 325, 417, 191, 373])
    admitted_women, women = np.array([89, 17, 202, 131, 94, 24]), np.array([108, 25, 593, 375, 393, 341])
    found = mantel_haenszel(admitted_men, men, admitted_women, women)
    np.testing.assert_allclose(found.chisq_corrected, 1.4269, atol=5e-5)
    np.testing.assert_allclose(found.p_corrected, 0.2323, atol=5e-5)
    np.testing.assert_allclose(found.chisq, 1.5246, atol=5e-5)
    np.testing.assert_allclose(found.odds_ratio.value, 0.9046968, atol=5e-8)
    np.testing.assert_allclose(found.odds_ratio.lower, 0.7719074, atol=5e-8)
    np.testing.assert_allclose(found.odds_ratio.upper, 1.0603298, atol=5e-8)


def test_equal_strata_have_the_common_estimates_of_one():
    found = mantel_haenszel([9, 9], [20, 20], [5, 5], [30, 30])
    np.testing.assert_allclose(found.odds_ratio.value, odds_ratio(9, 20, 5, 30).value)
    np.testing.assert_allclose(found.relative_risk.value, relative_risk(9, 20, 5, 30).value)
    difference = wald_difference([9], [20], [5], [30])
    np.testing.assert_allclose(found.difference.value, difference.value[0])
    half = (found.difference.upper - found.difference.lower) * np.sqrt(2)
    np.testing.assert_allclose(half, difference.upper[0] - difference.lower[0], rtol=1e-12)


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(UsageError, match="between 0 and the number of patients"):
        newcombe(5, 4, 1, 2)
    with pytest.raises(UsageError, match="one shape"):
        fisher([1, 2, 3], [4, 4, 4], [1, 2], [3, 3])
    with pytest.raises(UsageError, match="strata lie on the last axis"):
        stratified_newcombe(1, 2, 1, 2)
    with pytest.raises(UsageError, match="confidence level"):
        newcombe(1, 2, 1, 2, 95)
