"""Bounds recomputed for the information really seen."""

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.statistics.design.sequential.crossing import crossing
from protorun.statistics.design.sequential.group_sequential import group_sequential
from protorun.statistics.design.sequential.monitoring import conditional_power, monitor
from protorun.statistics.design.sequential.spending import spent


@pytest.mark.parametrize("test_type", [1, 2, 3, 4, 5, 6])
def test_the_planned_looks_give_the_planned_bounds(test_type):
    design = group_sequential(3, test_type=test_type, sfu="LDOF", timing=[0.5, 0.75, 1], n_fix=200)
    found = monitor(design, design.information)
    np.testing.assert_allclose(found.upper, design.upper, atol=1e-9)
    if design.lower is not None:
        np.testing.assert_allclose(found.lower, design.lower, atol=1e-6)
    assert found.power[-1] == pytest.approx(0.9, abs=1e-7)


def test_looks_at_other_times_spend_by_their_fraction_and_the_last_one_spends_the_rest():
    design = group_sequential(3, test_type=1, sfu="LDOF", n_fix=300)
    most = design.information[-1]
    found = monitor(design, [0.4 * most, 0.6 * most, 0.93 * most], last=True)
    expected = [*spent("LDOF", 0.025, [0.4, 0.6]), 0.025]
    np.testing.assert_allclose(found.spent, expected, atol=1e-10)
    assert found.power[-1] < 0.9  # fewer events than planned
    more = monitor(design, [0.4 * most, 1.1 * most])
    np.testing.assert_allclose(more.spent, [expected[0], 0.025], atol=1e-10)


def test_the_bounds_of_a_trial_under_way_do_not_depend_on_later_looks():
    design = group_sequential(4, test_type=4, sfu="LDOF", sfl="LDOF", n_fix=300)
    seen = [90.0, 140.0, 260.0]
    whole = monitor(design, seen)
    for looks in (1, 2):
        part = monitor(design, seen[:looks])
        assert part.upper == whole.upper[:looks]
        assert part.lower == whole.lower[:looks]


def test_conditional_power_makes_up_the_power():
    """The mean of conditional power over what the first look may show, with what it stops at once, is the power."""
    design = group_sequential(3, test_type=1, sfu="LDOF")
    first = design.information[0]
    z = np.linspace(-4, 8, 1201)
    density = np.exp(-((z - design.theta * first**0.5) ** 2) / 2) / np.sqrt(2 * np.pi)
    later = [conditional_power(design, 1, float(x)) if x < design.upper[0] else 1.0 for x in z]
    assert np.sum(density * later) * (z[1] - z[0]) == pytest.approx(0.9, abs=1e-4)
    trend = conditional_power(design, 2, 1.5, theta=1.5 / design.information[1] ** 0.5)
    step = design.information[2] - design.information[1]
    score = 1.5 * design.information[1] ** 0.5
    by_hand = crossing(
        [step],
        [(design.upper[2] * design.information[2] ** 0.5 - score) / step**0.5],
        None,
        1.5 / design.information[1] ** 0.5,
    )
    assert trend == pytest.approx(by_hand.upper[0, 0], abs=1e-12)


@pytest.mark.parametrize("sfu", ["OF", "Pocock"])
def test_classical_bounds_cannot_be_moved(sfu):
    design = group_sequential(3, test_type=2, sfu=sfu)
    with pytest.raises(UsageError, match="LDOF"):
        monitor(design, [0.4, 0.8])
