"""Limits of a proportion: the edges and the laws; R's numbers are in tests/oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.errors import UsageError
from protorun.statistics import at_least, clopper_pearson, wilson


def test_no_response_in_twenty_is_compatible_with_up_to_17_percent():
    low, high = clopper_pearson(0, 20)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 20))


def test_nobody_treated_leaves_everything_possible():
    assert [float(v) for v in (*clopper_pearson(0, 0), *wilson(0, 0))] == [0, 1, 0, 1]


def test_more_responders_than_patients_is_refused():
    with pytest.raises(UsageError):
        wilson(5, 4)


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([0.8, 0.95, 0.99]))
def test_limits_hold_the_estimate_and_mirror_for_failures(x, more, level):
    n = x + more + 1
    for interval in (clopper_pearson, wilson):
        low, high = interval(x, n, level)
        assert 0 <= low <= x / n <= high <= 1
        np.testing.assert_allclose((1 - high, 1 - low), interval(n - x, n, level), atol=1e-9)


@given(st.integers(0, 12), st.integers(0, 12), st.floats(0.01, 0.99))
def test_the_exact_p_is_the_sum_of_the_binomial_tail(x, more, rate):
    from math import comb

    n = x + more
    tail = sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(x, n + 1))
    assert float(at_least(x, n, rate)) == pytest.approx(tail, rel=1e-9)
