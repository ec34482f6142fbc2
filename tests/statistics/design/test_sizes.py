"""Fixed sizes for means, rates and hazards, against the formulas' other form. R is compared in oracle/dosefinding."""

import pytest
from scipy.stats import norm

from protorun.errors import UsageError
from protorun.statistics.design.sizes import (
    means_size,
    rates_power,
    rates_size,
    schoenfeld_events,
    schoenfeld_power,
)


def test_power_and_size_are_one_formula():
    for ratio in (0.5, 1, 2):
        n = rates_size(0.3, 0.5, beta=0.15, ratio=ratio)
        assert rates_power(n, 0.3, 0.5, ratio=ratio) == pytest.approx(0.85)
        d = schoenfeld_events(0.7, beta=0.15, ratio=ratio)
        assert schoenfeld_power(d, 0.7, ratio=ratio) == pytest.approx(0.85)


def test_a_difference_of_half_a_standard_deviation():
    """2 (1.95996 + 1.28155)^2 / 0.25 = 84.06 in each arm."""
    each = 2 * (norm.isf(0.025) + norm.isf(0.1)) ** 2 / 0.25
    assert means_size(0.5, 1) == pytest.approx(2 * each)
    assert each == pytest.approx(84.06, abs=0.01)


@pytest.mark.parametrize(
    "call",
    [
        lambda: rates_size(0.3, 0.3),
        lambda: means_size(0, 1),
        lambda: schoenfeld_events(1),
        lambda: schoenfeld_events(float("inf")),
        lambda: means_size(float("nan"), 1),
    ],
)
def test_no_difference_has_no_size(call):
    with pytest.raises(UsageError):
        call()
