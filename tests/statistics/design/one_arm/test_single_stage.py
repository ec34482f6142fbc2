"""Exact single-stage designs and the test behind them."""

import numpy as np
import pytest
from scipy.stats import binom

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.single_stage import critical_responses, exact_power, single_stage


def test_every_smaller_trial_fails_by_one_error_or_the_other():
    first = single_stage(0.15, 0.35, alpha=0.05, beta=0.1)[0]
    for n in range(1, first.n):
        assert not any(binom.sf(r, n, 0.15) <= 0.05 and binom.sf(r, n, 0.35) >= 0.9 for r in range(n))
    assert binom.sf(first.r, first.n, 0.15) == pytest.approx(first.alpha, abs=1e-12)
    assert binom.sf(first.r - 1, first.n, 0.15) > 0.05


def test_power_of_the_exact_test_is_that_of_its_critical_value():
    n, p1 = np.array([5, 20, 37]), np.array([0.3, 0.5])
    r = critical_responses(n, 0.2, 0.05)
    assert (binom.sf(r, n, 0.2) <= 0.05).all()
    assert (binom.sf(r - 1, n, 0.2) > 0.05).all()
    np.testing.assert_allclose(
        exact_power(n[:, None], 0.2, p1, 0.05), binom.sf(r[:, None], n[:, None], p1), atol=1e-12
    )


def test_a_trial_too_small_for_any_rejection_has_no_power():
    assert critical_responses(1, 0.2, 0.05) == 1
    assert exact_power(1, 0.2, 0.9, 0.05) == 0


def test_fewer_designs_than_asked_for_are_given_where_patients_run_out():
    assert [d.n for d in single_stage(0.1, 0.3, alpha=0.05, beta=0.1, nmax=34)] == [33, 34]
    with pytest.raises(UsageError, match="no single-stage design of at most 32 patients"):
        single_stage(0.1, 0.3, alpha=0.05, beta=0.1, nmax=32)
