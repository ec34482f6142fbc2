"""Boundaries for toxicity and response, by enumeration. clinfun and ph2bayes are compared in oracle/dosefinding."""

from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.bayesian_monitoring import (
    at_looks,
    posterior_probability,
    predictive_boundary,
    predictive_probability,
)
from protorun.statistics.design.one_arm.monitoring import Boundary, monitoring_rates, toxicity_boundary


@pytest.mark.parametrize("delta", [0.0, 0.25, 0.5])
def test_neighboring_boundaries_enclose_the_wanted_probability(delta):
    for priority, at, wanted in (("null", 0.15, 0.08), ("alt", 0.4, 0.85)):
        found = toxicity_boundary(
            0.15, 0.4, range(5, 36, 5), cP0=0.08, cP1=0.85, delta=delta, priority=priority
        )
        crossing = [monitoring_rates(b, at).crosses_high[0] for b in (found.lo, found.hi)]
        assert crossing[0] >= wanted > crossing[1]
        assert sum(found.allowed_hi) - sum(found.allowed_lo) == 1


def test_the_shape_of_obrien_and_fleming_stops_later():
    pocock, late = (toxicity_boundary(0.15, 0.4, range(5, 36, 5), delta=d).hi for d in (0.0, 0.5))
    assert late.high[0] > pocock.high[0]
    assert late.high[-1] <= pocock.high[-1]


def test_the_example_of_lee_and_liu():
    # Lee & Liu 2008, page 97: 16 of 23, PP = 0.5656
    assert round(float(predictive_probability(16, 23, 40, (0.6, 0.4), p_s=0.6, theta_t=0.9)), 4) == 0.5656


@pytest.mark.parametrize(
    ("y", "n", "standard", "delta"), [(3, 10, (15, 35), 0.0), (0, 5, (0.5, 1.5), 0.1), (9, 40, (1, 1), 0.05)]
)
def test_the_posterior_probability_equals_adaptive_quadrature(y, n, standard, delta):
    def density(s):
        return beta.pdf(s, *standard) * beta.sf(s + delta, 0.6 + y, 1.4 + n - y)

    truth = quad(density, 0, 1, epsabs=1e-12, epsrel=1e-12, limit=400)[0]
    assert posterior_probability(y, n, (0.6, 1.4), standard, delta) == pytest.approx(truth, abs=1e-9)
    fixed = posterior_probability(y, n, (0.6, 1.4), 0.3)
    assert fixed == pytest.approx(beta.sf(0.3, 0.6 + y, 1.4 + n - y), abs=1e-12)


def test_characteristics_equal_every_sequence_of_outcomes():
    boundary = Boundary((2, 4, 7), (-1, 0, 2), (2, 3, 8))
    for p in (0.0, 0.2, 0.65, 1.0):
        low, high, patients = np.zeros(3), np.zeros(3), 0.0
        for sequence in product((0, 1), repeat=7):
            weight = p ** sum(sequence) * (1 - p) ** (7 - sum(sequence))
            for k, n in enumerate(boundary.looks):
                x = sum(sequence[:n])
                low[k] += weight * (x <= boundary.low[k])
                high[k] += weight * (x >= boundary.high[k])
                if x <= boundary.low[k] or x >= boundary.high[k] or k == 2:
                    patients += weight * n
                    break
        found = monitoring_rates(boundary, p)
        np.testing.assert_allclose(found.low[0], low, atol=1e-12)
        np.testing.assert_allclose(found.high[0], high, atol=1e-12)
        np.testing.assert_allclose(found.patients, patients, atol=1e-12)


def test_bounds_for_every_number_of_patients_become_a_boundary_at_looks():
    futility = predictive_boundary(40, 0.05, "futility", prior=(0.6, 1.4), p_s=0.3, theta_t=0.85)
    stop = at_looks([10, 20, 30, 40], futility=futility)
    assert stop.low == (1, 5, 9, 15)
    assert stop.high == (11, 21, 31, 41)
    rates = monitoring_rates(stop, [0.3, 0.5])
    assert rates.crosses_low[0] > rates.crosses_low[1]
    with pytest.raises(UsageError, match="the bounds are for 1 to 40 patients"):
        at_looks([20, 50], futility=futility)


def test_what_cannot_be_is_refused():
    with pytest.raises(UsageError, match="looks are numbers of patients that rise"):
        Boundary((5, 5), (0, 0), (3, 3))
    with pytest.raises(UsageError, match="the lower bound lies below the upper one"):
        Boundary((5,), (3,), (3,))
    with pytest.raises(UsageError, match="0 < pLo < pHi < 1 is wanted"):
        toxicity_boundary(0.3, 0.2, [5, 10])
    with pytest.raises(UsageError, match="no boundary at these looks"):
        toxicity_boundary(0.01, 0.02, [1])
    with pytest.raises(UsageError, match="the events lie between 0 and the number of patients"):
        posterior_probability(3, 2, (1, 1), 0.2)
