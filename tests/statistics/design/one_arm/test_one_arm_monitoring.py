"""Boundaries for toxicity and response: against R's clinfun 1.1.5 and ph2bayes 0.0.2, and by enumeration."""

import json
from itertools import product

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from protorun.errors import UsageError
from protorun.statistics.design.one_arm.bayesian_monitoring import (
    at_looks,
    posterior_boundary,
    posterior_probability,
    predictive_boundary,
    predictive_probability,
)
from protorun.statistics.design.one_arm.monitoring import Boundary, monitoring_rates, toxicity_boundary


@pytest.fixture
def oracle(shared):
    return lambda name: json.loads((shared / f"data/dosefinding/{name}.json").read_text())


def test_toxicity_boundaries_and_their_characteristics_equal_toxbdry(oracle):
    cases = oracle("toxicity_monitoring_boundary")["cases"]
    assert cases
    for case in cases:
        found = toxicity_boundary(case["pLo"], case["pHi"], case["n"])
        assert list(found.allowed_lo) == case["lo_bdry"]
        assert list(found.allowed_hi) == case["hi_bdry"]
        truth = np.array(case["bdry_oc"])
        for boundary, column in ((found.lo, 1), (found.hi, 4)):
            rates = monitoring_rates(boundary, truth[:, 0])
            told = np.column_stack([rates.crosses_high, rates.early, rates.patients])
            np.testing.assert_allclose(told, truth[:, column : column + 3], rtol=0, atol=1e-9)


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


def test_posterior_and_predictive_boundaries_equal_ph2bayes(oracle):
    for case in oracle("bayes_monitoring")["boundaries"]:
        settings = {"prior": (case["alpha_e"], case["beta_e"])}
        if "p_s" in case:
            find, settings = predictive_boundary, settings | {k: case[k] for k in ("p_s", "theta_t")}
        else:
            find = posterior_boundary
            settings |= {"standard": (case["alpha_s"], case["beta_s"]), "delta": case["delta"]}
        found = find(case["nmax"], case["theta"], case["type"], **settings)
        bounds = [None if b < 0 or b > n else int(b) for n, b in enumerate(found, start=1)]
        changes = [i for i, b in enumerate(bounds) if i == 0 or b != bounds[i - 1]]
        assert [i + 1 for i in changes] == case["n"]
        assert [bounds[i] for i in changes] == case["bound"]


def test_the_example_of_lee_and_liu(oracle):
    # Lee & Liu 2008, page 97: 16 of 23, PP = 0.5656
    assert round(float(predictive_probability(16, 23, 40, (0.6, 0.4), p_s=0.6, theta_t=0.9)), 4) == 0.5656
    for case in oracle("bayes_monitoring")["predprob"]:
        prior = (case["alpha_e"], case["beta_e"])
        found = predictive_probability(
            case["y"], case["n"], case["nmax"], prior, p_s=case["p_s"], theta_t=case["theta_t"]
        )
        assert found == pytest.approx(case["predprob"], abs=1e-9)


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
