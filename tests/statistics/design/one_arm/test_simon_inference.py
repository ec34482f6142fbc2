"""What is estimated after a two-stage trial, by enumeration. clinfun is compared in oracle/dosefinding."""

import numpy as np
import pytest
from scipy.stats import binom

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.simon_inference import tail, two_stage_inference


def outcomes(r1, n1, n, p):
    """Every end of the trial with its probability: (first stage, all responses)."""
    for first in range(n1 + 1):
        weight = binom.pmf(first, n1, p)
        if first <= r1:
            yield first, weight
            continue
        for second in range(n - n1 + 1):
            yield first + second, weight * binom.pmf(second, n - n1, p)


@pytest.mark.parametrize("p", [0.05, 0.3, 0.77])
def test_the_estimate_is_unbiased_and_the_p_value_is_a_probability(p):
    ends = list(outcomes(2, 9, 17, p))
    mean = sum(two_stage_inference(x, 2, 9, 17, 0.2).estimate * weight for x, weight in ends)
    assert mean == pytest.approx(p, abs=1e-12)
    for x in range(18):
        assert tail(2, 9, 17)(x, p) == pytest.approx(sum(w for y, w in ends if y >= x), abs=1e-12)


@pytest.mark.parametrize("p", np.linspace(0.05, 0.95, 13))
def test_the_limits_cover_the_truth(p):
    limits = {x: two_stage_inference(x, 2, 9, 17, 0.2, alpha=0.05) for x in range(18)}
    covered = sum(w for x, w in outcomes(2, 9, 17, p) if limits[x].lower <= p <= limits[x].upper)
    assert covered >= 0.9 - 1e-9


def test_limits_end_at_nothing_and_at_everything():
    assert two_stage_inference(0, 2, 9, 17, 0.2).lower == 0
    assert two_stage_inference(17, 2, 9, 17, 0.2).upper == 1


def test_a_result_the_design_cannot_give_is_refused():
    with pytest.raises(UsageError, match="18 responses of 17 patients cannot be"):
        two_stage_inference(18, 2, 9, 17, 0.2)
