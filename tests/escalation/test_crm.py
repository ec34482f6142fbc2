"""CRM against dfcrm 0.2.2.1 and against an exact enumeration."""

import json

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss

from protorun.errors import UsageError
from protorun.escalation import exact, next_dose
from protorun.escalation.crm import Crm, make
from protorun.escalation.models.one_parameter import OneParameter
from protorun.escalation.models.skeleton import least_informative_scale, skeleton
from protorun.escalation.modifiers import Cohorts, StopAt
from protorun.trial.outcomes import Outcomes

FIVE = (0.05, 0.12, 0.25, 0.40, 0.55)


@pytest.fixture
def oracle(shared):
    return lambda name: json.loads((shared / f"data/dosefinding/{name}.json").read_text())


def counts(case):
    """One row of patients and DLTs by level."""
    levels = len(case["prior"])
    at = np.array(case["level"]) - 1
    n = np.bincount(at, minlength=levels)[None, :]
    dlt = np.bincount(at, weights=case["tox"], minlength=levels)[None, :].astype(int)
    return n, dlt


def test_bayes_fits_equal_dfcrm(oracle):
    for case in (c for c in oracle("crm_fits")["cases"] if c["method"] == "bayes"):
        model = OneParameter(tuple(case["prior"]), case["model"], case["scale"], case["intcpt"])
        fit = model.fit(*counts(case))
        low, high = model.limits(fit, case["conf_level"])
        assert fit.estimate[0] == pytest.approx(case["estimate"], abs=2e-6)
        np.testing.assert_allclose(fit.ptox[0], case["ptox"], atol=1e-6)
        np.testing.assert_allclose(low[0], case["ptoxL"], atol=5e-6)
        np.testing.assert_allclose(high[0], case["ptoxU"], atol=5e-6)
        assert fit.sd[0] ** 2 == pytest.approx(case["post_var"], abs=2e-6)
        assert int(np.abs(fit.ptox[0] - case["target"]).argmin()) + 1 == case["mtd"]


def test_maximum_likelihood_equals_dfcrm(oracle):
    for case in (c for c in oracle("crm_fits")["cases"] if c["method"] == "mle"):
        model = OneParameter(tuple(case["prior"]), case["model"], case["scale"], case["intcpt"])
        fit = model.maximum(*counts(case))
        np.testing.assert_allclose(fit.ptox[0], case["ptox"], atol=2e-3)
        assert int(np.abs(fit.ptox[0] - case["target"]).argmin()) + 1 == case["mtd"]


def test_skeletons_equal_getprior(oracle):
    for case in oracle("crm_getprior")["cases"]:
        found = skeleton(**{k: case[k] for k in ("halfwidth", "target", "nu", "nlevel", "model", "intcpt")})
        np.testing.assert_allclose(found, case["prior"], atol=1e-10)


def test_all_84_pathways_equal_dfcrm(oracle):
    for case in oracle("crm_dtp")["cases"]:
        design = Crm(case["target"], tuple(case["prior"])) + Cohorts(3)
        for path in case["paths"]:
            steps = zip(path["path"][::2], path["path"][1::2], strict=True)
            text = " ".join(f"{level}{'T' * dlt}{'N' * (3 - dlt)}" for level, dlt in steps)
            assert int(next_dose(design, text, levels=5).level[0]) + 1 == path["next_dose"], text


def test_characteristics_equal_the_enumeration(oracle):
    for case in oracle("crm_oc_exact")["cases"]:
        rule = Crm(case["target"], tuple(case["prior"])) + Cohorts(case["mcohort"]) + StopAt(case["n"])
        found = exact(rule, case["p_true"])
        np.testing.assert_allclose(found.selected[0], case["prob_select_1_D"], atol=1e-9)
        np.testing.assert_allclose(found.n[0], case["exp_n"], atol=1e-8)
        np.testing.assert_allclose(found.dlt[0], case["exp_tox"], atol=1e-8)


def test_3000_trials_of_dfcrm_agree(oracle):
    for case in oracle("crm_oc_mc")["cases"]:
        rule = Crm(case["target"], tuple(case["prior"])) + Cohorts(case["mcohort"]) + StopAt(case["n"])
        p = exact(rule, case["p_true"]).selected[0]
        assert (np.abs(case["mtd"] - p) < 4 * np.sqrt(p * (1 - p) / case["nsim"]) + 1e-9).all()


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


def test_maximum_likelihood_in_a_trial_equals_dfcrm_after_the_first_dlt(oracle):
    """The same cases, asked of the design: the level closest to the target, without limits."""
    for case in (c for c in oracle("crm_fits")["cases"] if c["method"] == "mle"):
        n, dlt = counts(case)
        rule = Crm(
            case["target"],
            tuple(case["prior"]),
            case["model"],
            case["scale"],
            case["intcpt"],
            method="mle",
            initial=(1,),
        )
        seen = Outcomes(
            np.zeros(1, np.int16), n.astype(np.int16), dlt.astype(np.int16), 0 * n.astype(np.int16)
        )
        assert int(rule.propose(seen, np.zeros(n.shape, bool)).level[0]) + 1 == case["mtd"]


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
