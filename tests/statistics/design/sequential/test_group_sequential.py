"""Group-sequential bounds against published tables, and their laws. gsDesign and rpact: oracle/dosefinding."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from protorun.errors import UsageError
from protorun.statistics.design.sequential.crossing import crossing
from protorun.statistics.design.sequential.group_sequential import group_sequential
from protorun.statistics.design.sequential.spending import spent

BINDING = (3,)  # gsDesign's own tolerance for binding beta spending is 1e-4


def test_the_constants_of_jennison_and_turnbull():
    """Group Sequential Methods (2000), tables 2.1 and 2.3: two-sided alpha .05, five looks; 2.413 and 2.040."""
    pocock = group_sequential(5, test_type=2, sfu="Pocock")
    obrien = group_sequential(5, test_type=2, sfu="OF")
    assert pocock.upper[0] == pytest.approx(2.413, abs=5e-4)
    assert obrien.upper[-1] == pytest.approx(2.040, abs=5e-4)
    assert pocock.inflation == pytest.approx(1.207, abs=2e-3)  # table 2.2, power .9: 1.207 (two-sided)
    assert obrien.inflation == pytest.approx(1.026, abs=2e-3)


def test_one_look_is_the_fixed_design():
    for test_type in (1, 2, 3, 4):
        design = group_sequential(1, test_type=test_type)
        assert design.upper[0] == pytest.approx(norm.isf(0.025), abs=1e-10)
        assert design.inflation == pytest.approx(1, abs=1e-6)


timings = st.lists(st.floats(0.05, 0.95), min_size=1, max_size=3, unique=True).map(sorted)


@settings(max_examples=20, deadline=None)
@given(timings, st.floats(-1, 4))
def test_crossing_probabilities_are_those_of_the_multivariate_normal(timing, theta):
    """An independent road: Z at the looks is normal with correlation sqrt(I_i / I_j)."""
    times = np.array(
        [t for at, t in enumerate([*timing, 1.0]) if at == 0 or t - [*timing, 1.0][at - 1] > 0.01]
    )
    bounds = np.linspace(2.8, 2.0, len(times))
    found = crossing(times, bounds, [-0.5] * (len(times) - 1) + [1.0], theta)
    apart = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    low = np.array([-0.5] * (len(times) - 1) + [1.0])
    mean = theta * np.sqrt(times)
    inside = multivariate_normal.cdf(bounds, mean, apart, False, 400_000, 1e-7, 0, lower_limit=low, rng=1)
    assert 1 - found.upper.sum() - found.lower.sum() == pytest.approx(inside, abs=2e-6)


def test_many_looks_in_quick_succession_keep_their_error():
    """Steps of 0.2 % of the information need more nodes than 96; the error spent is exact whatever their number."""
    timing = [0.5, 0.502, 0.504, 0.7, 0.9, 1]
    design = group_sequential(6, test_type=1, timing=timing, sfu="LDOF")
    np.testing.assert_allclose(design.spent_upper, spent("LDOF", 0.025, timing), atol=1e-10)
    twenty = group_sequential(20, test_type=2, sfu="Pocock")
    assert twenty.upper[0] == pytest.approx(2.672, abs=5e-4)  # Jennison & Turnbull, table 2.1


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([1, 2, 3, 4, 5, 6]),
    st.sampled_from([("LDOF", None), ("LDPocock", None), ("HSD", -3.0), ("HSD", 0.0), ("Power", 2.0)]),
    st.floats(0.005, 0.1),
    st.floats(0.05, 0.4),
    st.integers(1, 5),
)
def test_a_design_has_the_errors_it_was_asked_for(test_type, function, alpha, beta, k):
    design = group_sequential(
        k, test_type=test_type, alpha=alpha, beta=beta, sfu=function[0], sfupar=function[1]
    )
    assert design.spent_upper[-1] == pytest.approx(alpha, abs=1e-8)
    assert design.upper_prob[:, 1].sum() == pytest.approx(1 - beta, abs=1e-7)
    assert design.expected[1] <= design.information[-1] + 1e-12
    if test_type > 2:
        assert design.lower[-1] == design.upper[-1]


def test_no_error_to_spend_is_a_bound_nobody_reaches():
    design = group_sequential(2, test_type=1, sfu="points", sfupar=[0, 1])
    assert design.upper[0] == inf
    assert design.upper[1] == pytest.approx(norm.isf(0.025), abs=1e-9)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"sfu": "bonn"}, "there are: OF"),
        ({"sfu": "OF", "test_type": 4}, "classical"),
        ({"sfu": "Power", "test_type": 1}, "needs a parameter"),
        ({"sfu": "WT", "test_type": 2}, "delta"),
        ({"timing": [0.5, 0.4, 1]}, "rise"),
        ({"timing": [0.5, 0.8]}, None),
        ({"alpha": 0.7}, "alpha"),
        ({"test_type": 7}, "test type"),
        ({"alpha": 1e-13}, "alpha"),
        ({"n_fix": float("inf")}, "n_fix"),
        ({"sfupar": -800.0}, "HSD"),
        ({"k": 0}, "look"),
        ({"sfu": "points", "sfupar": [0.5, 0.2, 1], "test_type": 1}, "rising"),
    ],
)
def test_what_does_not_fit_is_said(asked, says):
    if says is None:
        assert group_sequential(**asked).timing[-1] == 1
        return
    with pytest.raises(UsageError, match=says):
        group_sequential(**asked)
