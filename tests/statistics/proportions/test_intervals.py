"""One proportion: limits of R and tern, and what they keep."""

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.statistics import (
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

SIMPLE = (
    agresti_coull,
    clopper_pearson,
    jeffreys,
    wald,
    wald_corrected,
    wilson,
    wilson_corrected,
)

# Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I: 81 of 263 and 15 of 148.
NEWCOMBE = {
    (81, 263): {wald: (0.2522, 0.3638), wald_corrected: (0.2503, 0.3657), wilson: (0.2553, 0.3662),
                wilson_corrected: (0.2535, 0.3682), clopper_pearson: (0.2527, 0.3676)},
    (15, 148): {wald: (0.0527, 0.1500), wald_corrected: (0.0494, 0.1534), wilson: (0.0624, 0.1605),
                wilson_corrected: (0.0598, 0.1644), clopper_pearson: (0.0578, 0.1617)},
}  # fmt: skip


@pytest.mark.parametrize("counts", NEWCOMBE)
def test_published_limits_of_one_proportion(counts):
    for method, limits in NEWCOMBE[counts].items():
        np.testing.assert_allclose(method(*counts), limits, rtol=0, atol=6e-5, err_msg=method.__name__)


def test_wilson_with_correction_at_a_half_has_none_as_prop_test_of_r():
    np.testing.assert_allclose(wilson_corrected(5, 10), wilson(5, 10), rtol=1e-12)
    assert wilson_corrected(5, 11)[0] < wilson(5, 11)[0]


def test_agresti_coull_adds_two_successes_and_two_failures_nearly():
    """With z^2 = 4 exactly that: 7 of 20 becomes 9 of 24."""
    low, high = agresti_coull(7, 20, 0.9544997361036416)
    half = 2 * np.sqrt(9 / 24 * 15 / 24 / 24)
    np.testing.assert_allclose((low, high), (9 / 24 - half, 9 / 24 + half), rtol=1e-9)


def test_jeffreys_is_one_sided_at_the_ends():
    low, high = jeffreys([0, 10], 10)
    assert low[0] == 0
    assert high[1] == 1
    np.testing.assert_allclose(high[0], 1 - low[1], rtol=1e-12)


@pytest.mark.parametrize("method", SIMPLE)
def test_limits_turn_around_with_the_counting_of_failures(method):
    x = np.arange(12)
    low, high = method(x, 11)
    _other_low, other_high = method(11 - x, 11)
    np.testing.assert_allclose(low, 1 - other_high, atol=1e-12)
    assert np.all((low <= x / 11 + 1e-12) & (x / 11 - 1e-12 <= high))


def test_strata_with_stated_weights_are_those_of_tern():
    """Example of tern's `prop_strat_wilson`: 6 strata of R's sample after set.seed(1), equal weights, level 0.9."""
    x, n = [12, 7, 5, 9, 8, 8], [22, 18, 17, 17, 14, 12]
    np.testing.assert_allclose(
        stratified_wilson(x, n, np.full(6, 1 / 6), 0.9), (0.4190436, 0.5789733), atol=5e-8
    )
    free = stratified_wilson(x, n, level=0.9)
    assert free[1] - free[0] < 0.5789733 - 0.4190436
    wider = stratified_wilson_corrected(x, n, level=0.9)
    assert wider[0] < free[0]
    assert free[1] < wider[1]


def test_one_stratum_is_no_stratum():
    np.testing.assert_allclose(stratified_wilson([7], [20]), wilson(7, 20), rtol=1e-12)
    np.testing.assert_allclose(stratified_wilson([0], [20]), wilson(0, 20), rtol=1e-12)


def test_both_exact_tails_hold_what_was_seen():
    x = np.arange(8)
    seen = at_least(x, 7, 0.3) + at_most(x, 7, 0.3) - 1
    np.testing.assert_allclose(seen.sum(), 1, rtol=1e-12)
    np.testing.assert_allclose(at_most(0, 7, 0.3), 0.7**7, rtol=1e-12)


def test_weights_that_do_not_add_up_are_refused():
    with pytest.raises(UsageError, match="add up to 1"):
        stratified_wilson([1, 2], [3, 4], [0.5, 0.6])
    with pytest.raises(UsageError, match="each has patients"):
        stratified_wilson([0, 2], [0, 4])
