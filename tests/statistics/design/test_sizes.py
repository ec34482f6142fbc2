"""Fixed sizes for means, rates and hazards against gsDesign, rpact and the formulas' other form."""

import json

import pytest
from scipy.stats import norm

from protorun.errors import UsageError
from protorun.statistics.design.sequential.group_sequential import group_sequential
from protorun.statistics.design.sizes import (
    means_size,
    rates_power,
    rates_size,
    schoenfeld_events,
    schoenfeld_power,
)


def read(shared, file):
    return json.loads((shared / "data" / "dosefinding" / f"{file}.json").read_text())


def test_sizes_for_two_rates_are_gsdesigns(shared):
    for case in read(shared, "binomial_gsDesign")["nBinomial"]:
        found = rates_size(case["p1"], case["p2"], alpha=case["alpha"], beta=case["beta"])
        assert found == pytest.approx(case["n_total"], rel=1e-9)


def test_sizes_for_two_rates_are_rpacts_also_with_looks(shared):
    design = group_sequential(3, test_type=1, beta=0.2, timing=[0.5, 0.75, 1], sfu="LDOF")
    for case in read(shared, "rates_rpact")["cases"]:
        fixed = rates_size(case["pi1"], case["pi2"], alpha=case["alpha"], beta=case["beta_fixed"])
        assert fixed == pytest.approx(case["fixed_n"], rel=1e-9)
        assert fixed * design.inflation == pytest.approx(case["gs_max_n"], rel=1e-6)


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
