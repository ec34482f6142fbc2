"""Sizes, bounds and boundaries far from the usual: a right number or a sentence."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from protorun.errors import UsageError
from protorun.plan import plan
from protorun.plan.monitoring import Boundary, monitoring_rates, toxicity_boundary
from protorun.statistics.design import sizes
from protorun.statistics.design.one_arm.simon import TwoStage, two_stage_rates
from protorun.statistics.design.sequential.crossing import crossing
from protorun.statistics.design.sequential.exact_binomial import exact_binomial
from protorun.statistics.design.sequential.monitoring import monitor

NAN = float("nan")


def test_a_proportion_in_thousands_of_patients_has_chances():
    found = exact_binomial([2000], [-1], [900], [0.4, 0.45])
    assert found.upper[0] == pytest.approx(binom.sf(899, 2000, [0.4, 0.45]), rel=1e-9)


def test_lower_bounds_below_minus_one_stop_nobody_as_minus_one_does():
    usual = exact_binomial([10, 20], [-1, -1], [9, 15], 0.4)
    assert exact_binomial([10, 20], [-2, -5], [9, 15], 0.4).lower.max() == 0
    assert exact_binomial([10, 20], [-2, -5], [9, 15], 0.4).upper == pytest.approx(usual.upper)


def test_a_monitoring_boundary_is_that_of_every_sequence_of_patients():
    boundary, p, high, low = Boundary((3, 6, 9), (-3, 0, -2), (3, 5, 6)), 0.37, np.zeros(3), np.zeros(3)
    for patients in product((0, 1), repeat=9):
        for look, n in enumerate(boundary.looks):
            events = sum(patients[:n])
            if events <= boundary.low[look] or events >= boundary.high[look]:
                stopped = low if events <= boundary.low[look] else high
                stopped[look] += p ** sum(patients) * (1 - p) ** (9 - sum(patients))
                break
    found = monitoring_rates(boundary, p)
    assert found.high[0] == pytest.approx(high, abs=1e-12)
    assert found.low[0] == pytest.approx(low, abs=1e-12)


@pytest.mark.parametrize("rate", [NAN, -0.1, 1.1])
def test_a_rate_that_is_none_has_no_chances(rate):
    for asked in (
        lambda: monitoring_rates(Boundary((5,), (-1,), (3,)), rate),
        lambda: two_stage_rates(TwoStage(1, 10, 5, 29), rate),
        lambda: exact_binomial([10], [0], [5], rate),
    ):
        with pytest.raises(UsageError, match="between 0 and 1"):
            asked()


@pytest.mark.parametrize("looks", [[], [-5, 10], [20.5, 40], [NAN, 20], [40, 20], [10**9]], ids=str)
def test_looks_of_a_boundary_are_patients(looks):
    with pytest.raises(UsageError, match="patients"):
        toxicity_boundary(0.2, 0.35, looks)


@pytest.mark.parametrize("kind", ["simon", "single-stage"])
def test_tables_that_do_not_fit_in_memory_are_not_begun(kind):
    with pytest.raises(UsageError, match="nmax is at most"):
        plan(kind, p0=0.2, p1=0.201, nmax=10**6)


def test_a_power_below_alpha_needs_no_size():
    for size in (
        lambda: sizes.means_size(0.5, 1, alpha=0.025, beta=0.98),
        lambda: sizes.rates_size(0.3, 0.5, alpha=0.2, beta=0.8),
        lambda: sizes.schoenfeld_events(0.6, alpha=0.1, beta=0.95),
    ):
        with pytest.raises(UsageError, match="beta between 0 and 1 - alpha"):
            size()


def test_powers_of_impossible_trials_are_refused_and_of_certain_ones_certain():
    for power in (
        lambda: sizes.schoenfeld_power(-5, 0.6),
        lambda: sizes.schoenfeld_power(50, 0),
        lambda: sizes.rates_power(-5, 0.3, 0.5),
        lambda: sizes.rates_power(NAN, 0.3, 0.5),
    ):
        with pytest.raises(UsageError):
            power()
    assert sizes.rates_power(20, 0, 1) == 1
    assert sizes.rates_power(3, 0, 1) == 0


def test_bounds_and_drifts_that_are_no_numbers_are_refused():
    for wrong in (
        lambda: crossing([0.5, 1], [NAN, 2]),
        lambda: crossing([0.5, 1], [3, 2], [NAN, 2]),
        lambda: crossing([0.5, 1], [3, 2], theta=NAN),
    ):
        with pytest.raises(UsageError, match="NaN"):
            wrong()


@pytest.mark.parametrize(
    "wrong", [{"k": 2.5}, {"k": 10**6}, {"k": 0}, {"sfu": "WT", "sfupar": NAN, "test_type": 1}]
)
def test_designs_without_whole_looks_or_a_shape_are_refused(wrong):
    with pytest.raises(UsageError):
        plan.group_sequential(**wrong)


def test_the_look_that_reaches_the_planned_maximum_is_the_last():
    design = plan.group_sequential(n_fix=150)
    with pytest.raises(UsageError, match="look 2 has reached the planned maximum"):
        monitor(design, [61, 200, 300])
    assert monitor(design, [61, 200]).spent[-1] == pytest.approx(0.025)


def test_a_futility_bound_never_lies_above_the_efficacy_bound():
    found = monitor(plan.group_sequential(n_fix=150), [61, 100, 120, 140, 160.4])
    assert found.lower is not None
    assert all(a <= b for a, b in zip(found.lower, found.upper, strict=True))
