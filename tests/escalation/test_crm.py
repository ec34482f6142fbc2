"""CRM: traps of quadrature, stated beginnings, priors. dfcrm 0.2.2.1 is compared in oracle/dosefinding."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss

from protorun.errors import UsageError
from protorun.escalation import next_dose
from protorun.escalation.crm import make
from protorun.escalation.models.one_parameter import OneParameter
from protorun.escalation.models.skeleton import least_informative_scale

FIVE = (0.05, 0.12, 0.25, 0.40, 0.55)


def test_gauss_hermite_on_the_prior_is_wrong():
    """The trap of the design note: 21 nodes look fine and give another dose."""
    x, w = hermegauss(21)
    model = OneParameter(FIVE)
    n, dlt = np.array([[3, 3, 15, 6, 0]]), np.array([[0, 0, 4, 3, 0]])
    log_p, log_q = model.log_rates(x * model.scale)
    weight = np.exp((dlt @ log_p.T + (n - dlt) @ log_q.T)[0]) * w
    hermite = float((weight * x * model.scale).sum() / weight.sum())
    fine = np.linspace(-10, 10, 20_001)
    log_p, log_q = model.log_rates(fine)
    weight = np.exp((dlt @ log_p.T + (n - dlt) @ log_q.T)[0] - 0.5 * (fine / model.scale) ** 2)
    truth = float((weight * fine).sum() / weight.sum())
    assert abs(hermite - truth) > 1e-3
    assert model.fit(n, dlt).estimate[0] == pytest.approx(truth, abs=1e-7)


def test_posteriors_narrower_than_the_nodes_stay_right():
    model = OneParameter(FIVE)
    n, dlt = np.array([[0, 0, 4000, 0, 0]]), np.array([[0, 0, 1100, 0, 0]])
    fit = model.fit(n, dlt)
    assert fit.ptox[0, 2] == pytest.approx(0.275, abs=2e-4)
    assert fit.sd[0] < 0.05


def test_it_stops_when_the_lowest_level_is_too_toxic():
    design = make(tuple("12345"), target=0.25, prior=FIVE, stop_above=0.9)
    assert next_dose(design, "1TTT").code() == "stop_lowest_closed"


def by_a_fine_grid(model, n, dlt, rate):
    """P(rate of each level > `rate`) from 200,001 nodes whose cells are cut in proportion."""
    a = np.linspace(-10, 10, 200_001)
    log_p, log_q = model.log_rates(a)
    height = (dlt @ log_p.T + (n - dlt) @ log_q.T)[0] - 0.5 * (a / model.scale) ** 2
    weight = np.exp(height - height.max())
    share = np.clip((model.edges(rate)[:, None] - a) / (a[1] - a[0]) + 0.5, 0, 1)
    return share @ weight / weight.sum()


@pytest.mark.parametrize("model", ["empiric", "logistic"])
@pytest.mark.parametrize("patients", [3, 12, 60, 600])
def test_the_probability_of_too_high_a_rate_is_as_exact_as_the_nodes(model, patients):
    """Cells of the 201 nodes cut in proportion would be off by up to .02, which moves a stop at .95."""
    curve = OneParameter(FIVE, model)
    draw = np.random.default_rng(patients)
    for _ in range(10):
        n = draw.multinomial(patients, [0.3, 0.3, 0.2, 0.1, 0.1])[None, :]
        dlt = draw.binomial(n, FIVE)
        found = curve.above(n, dlt, 0.25)[0]
        np.testing.assert_allclose(found, by_a_fine_grid(curve, n, dlt, 0.25), atol=2e-5, rtol=0)


def test_the_edge_of_a_rate_is_where_the_level_has_it():
    for model in ("empiric", "logistic"):
        curve = OneParameter(FIVE, model)
        edges = curve.edges(0.25)
        np.testing.assert_allclose(np.diagonal(curve.rates(edges)), 0.25, atol=1e-12)


def test_a_stated_first_sequence_names_levels_and_begins_the_trial():
    with pytest.raises(UsageError, match="level 7 of 5"):
        make(tuple("12345"), target=0.25, prior=FIVE, method="mle", initial=(1, 1, 7))
    design = make(tuple("12345"), target=0.25, prior=FIVE, method="mle", initial=(2, 2, 2, 3, 3, 3))
    assert design.start() == (1, 3)
    assert next_dose(design, "2NNN").code() == "initial"
    assert next_dose(design, "2NNN").label() == "3"
    assert next_dose(design, "2NNT").code() != "initial"


@pytest.mark.parametrize("model", ["empiric", "logistic"])
def test_the_least_informative_prior_spreads_the_mtd_evenly(model):
    """Shares of the MTD counted directly: under each value of the parameter, the level closest to the target."""
    prior, target = np.array(FIVE), 0.25
    a = np.linspace(-12, 12, 240_001)
    closest = np.abs(OneParameter(FIVE, model).rates(a) - target).argmin(axis=1)

    def variance(sd):
        weight = np.exp(-0.5 * (a / sd) ** 2)
        return np.bincount(closest, weight, minlength=5).var() / weight.sum() ** 2

    sd = least_informative_scale(prior, target, model=model)
    assert variance(sd) < min(variance(sd * 1.01), variance(sd / 1.01))
    assert variance(sd) < min(variance(sd * 2), variance(sd / 2)) / 1.2


def test_the_least_informative_prior_of_two_equal_halves_is_any_wide_one():
    """By hand: with two levels one edge b parts the parameter; P(level 1) = Phi(b / sd), even only for large sd or b = 0."""
    far = least_informative_scale(np.array([0.1, 0.25]), 0.25)
    assert far > 10
