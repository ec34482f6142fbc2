"""Laws of survival trials. gsDesign, rpact and lrstat are compared in oracle/dosefinding."""

from math import exp

import numpy as np
import pytest

from oracle.dosefinding.survival import trial
from protorun.errors import UsageError
from protorun.statistics.design.survival.piecewise import (
    piecewise,
    steady_accrual,
)
from protorun.statistics.design.survival.two_arms import TwoArms, expected_events, time_of_events
from protorun.statistics.design.survival.weighted_power import weighted_power


def test_the_chance_of_an_event_has_its_closed_form():
    """P = l / h (1 - (exp(-h (T - R)) - exp(-h T)) / (h R)), h = l + eta, for uniform accrual on [0, R]."""
    hazard, leaving, accrual, calendar = 0.11, 0.02, 12.0, 20.0
    arms = trial(hazard, 1.0, leaving, accrual)
    h = hazard + leaving
    chance = hazard / h * (1 - (exp(-h * (calendar - accrual)) - exp(-h * calendar)) / (h * accrual))
    assert expected_events(arms, calendar).sum() / arms.patients == pytest.approx(chance, rel=1e-12)


@pytest.mark.parametrize("hazard", [1e-6, 0.05, 1.0, 7.0, 500.0, 1e8])
def test_events_are_expected_right_for_any_hazard(hazard):
    """From one in a million to everybody at once, against the closed form."""
    arms = trial(hazard, 1.0, 0.0, 12.0)
    calendar = 60.0
    chance = 1 - (exp(-hazard * (calendar - 12)) - exp(-hazard * calendar)) / (hazard * 12.0)
    tolerance = 1e-9 if hazard < 1e-3 else 1e-12  # the closed form itself cancels for tiny hazards
    assert expected_events(arms, calendar).sum() / arms.patients == pytest.approx(chance, rel=tolerance)


def test_pieces_of_one_rate_are_one_rate():
    whole = trial(0.1, 0.7, 0.01, 18.0, rate=10.0)
    cut = TwoArms(
        (piecewise([0.1, 0.1], [0, 3]), piecewise([0.07] * 3, [0, 2, 9])),
        (piecewise([0.01, 0.01], [0, 7]), piecewise(0.01)),
        steady_accrual([10, 10, 10], 18, [0, 1, 5]),
    )
    for calendar in (1.0, 6.0, 18.0, 40.0):
        np.testing.assert_allclose(
            expected_events(cut, calendar), expected_events(whole, calendar), rtol=1e-11
        )
        assert weighted_power(cut, calendar, (0, 1)) == pytest.approx(weighted_power(whole, calendar, (0, 1)))


@pytest.mark.parametrize("ratio", [0.5, 1, 2])
def test_time_and_number_of_events_are_each_others_inverse(ratio):
    arms = trial(0.1, ([1.0, 0.5], [0, 4]), 0.02, 10, rate=30, ratio=ratio)
    for calendar in (2.0, 9.0, 15.0):
        assert time_of_events(arms, expected_events(arms, calendar).sum()) == pytest.approx(
            calendar, abs=1e-9
        )


def test_events_that_never_come_are_said_so():
    with pytest.raises(UsageError, match="never come"):
        time_of_events(trial(0.1, 0.7, 0.1, 10, rate=10), 90)
