"""TITE-CRM: its laws and what it asks for. dfcrm 0.2.2.1 is compared in oracle/dosefinding."""

import json

import numpy as np
import pytest

from oracle.dosefinding.model_fits import under_observation
from protorun.errors import NotStated, UsageError
from protorun.escalation import next_dose
from protorun.escalation._for_study import as_design
from protorun.escalation.crm import Crm
from protorun.escalation.models.one_parameter import OneParameter
from protorun.escalation.models.under_observation import Pending, moments, pending_of
from protorun.escalation.modifiers import Cohorts, StopAt
from protorun.escalation.tite_crm import TiteCrm
from protorun.trial.outcomes import Outcomes, Patients

SIX = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7)


@pytest.fixture
def fits(shared):
    return json.loads((shared / "data/dosefinding/titecrm_fits.json").read_text())["cases"]


def test_many_rows_are_fitted_as_each_alone(fits):
    for case in fits[:10]:
        seen = under_observation(case)
        rule = TiteCrm(case["target"], tuple(case["prior"]), case["scheme"], case["model"])
        many = seen.where(np.zeros(600, np.intp))
        assert rule.fit(many).estimate == pytest.approx(rule.fit(seen).estimate[0], abs=1e-12)


def test_without_pending_patients_it_is_the_crm():
    n, dlt = (
        np.array([[3, 3, 6, 0, 0, 0], [1, 0, 0, 0, 0, 0]]),
        np.array([[0, 1, 2, 0, 0, 0], [1, 0, 0, 0, 0, 0]]),
    )
    seen = Outcomes(np.array([2, 0]), n, dlt, 0 * n)
    known, tite = Crm(0.25, SIX).fit(seen), TiteCrm(0.25, SIX).fit(seen)
    np.testing.assert_allclose(tite.estimate, known.estimate, atol=1e-12)
    np.testing.assert_allclose(tite.sd, known.sd, atol=1e-9)


def test_posteriors_narrower_than_the_nodes_count_pending_patients_too():
    """4,000 patients at level 3 and 2,000 pending ones half way, which count as about half a patient each."""
    n, dlt = np.zeros((2, 1, 6), int)
    n[0, 2], dlt[0, 2] = 4000, 1100
    level = np.full((1, 2000), 2)
    people = Patients(level, np.zeros_like(level, bool), np.full(level.shape, 0.5))
    curve = OneParameter(SIX)
    found = moments(curve, n, dlt, pending_of(people))
    fine = np.linspace(-1, 1, 40_001)
    log_p, log_q = curve.log_rates(fine)
    height = 1100 * log_p[:, 2] + 2900 * log_q[:, 2] + 2000 * np.log1p(-0.5 * np.exp(log_p[:, 2]))
    weight = np.exp(height - height.max() - 0.5 * (fine / curve.scale) ** 2)
    assert found.sd[0] < 0.05
    assert found.mean[0] == pytest.approx((weight * fine).sum() / weight.sum(), abs=1e-7)


def test_it_wants_to_know_how_long_pending_patients_were_followed():
    design = TiteCrm(0.25, SIX) + Cohorts(1) + StopAt(30)
    with pytest.raises(UsageError, match="how long"):
        next_dose(design, "1P", levels=6)
    assert next_dose(design, "1N", levels=6).code() == "capped_no_skip"


def test_adaptive_weights_want_the_times_of_the_dlts():
    people = Patients(np.array([[0, 0]]), np.array([[True, False]]), np.array([[1.0, 0.5]]))
    with pytest.raises(NotStated, match="when the DLTs came"):
        pending_of(people, adaptive=True)


def test_with_all_patients_treated_it_waits_for_their_outcomes():
    design = TiteCrm(0.25, SIX) + StopAt(2)
    counts = np.array([[1, 0, 0, 0, 0, 0]], np.int16)
    people = Patients(np.array([[0, 0]]), np.zeros((1, 2), bool), np.array([[1.0, 0.5]]))
    seen = Outcomes(np.array([0]), counts, 0 * counts, counts, patients=people)
    assert as_design(design, levels=6).decide(seen).code() == "wait_full"


@pytest.mark.parametrize("model", ["empiric", "logistic"])
def test_moments_equal_a_sum_over_20001_nodes(model):
    """From few patients to hundreds, with up to five pending: posteriors of every width."""
    draw = np.random.default_rng(1)
    curve = OneParameter((0.05, 0.12, 0.25, 0.4, 0.55), model)
    size = np.concatenate([draw.integers(3, 60, 80), draw.integers(100, 400, 40)])
    n = np.array([draw.multinomial(k, draw.dirichlet(np.ones(5))) for k in size])
    dlt = draw.binomial(
        n, draw.choice([0.3, 1.0, 1.5], (len(n), 1)) * np.array([0.05, 0.12, 0.25, 0.4, 0.55])
    )
    row = np.repeat(np.arange(len(n)), draw.integers(0, 6, len(n)))
    pending = Pending(row, draw.integers(0, 5, len(row)), draw.random(len(row)))
    found = moments(curve, n, dlt, pending, below=float(curve.edges(0.25)[0]))
    fine = np.linspace(-10, 10, 20_001)
    log_p, log_q = curve.log_rates(fine)
    over = np.where(fine < curve.edges(0.25)[0], 1.0, 0.0)
    for i in range(len(n)):
        height = dlt[i] @ log_p.T + (n - dlt)[i] @ log_q.T - 0.5 * (fine / curve.scale) ** 2
        for level, weight in zip(pending.level[row == i], pending.weight[row == i], strict=True):
            height = height + np.log1p(-weight * np.exp(log_p[:, level]))
        share = np.exp(height - height.max())
        share /= share.sum()
        assert found.mean[i] == pytest.approx(share @ fine, abs=3e-8)
        assert found.sd[i] == pytest.approx(np.sqrt(share @ (fine - share @ fine) ** 2), abs=1e-7)
        assert found.below[i] == pytest.approx(share @ over, abs=0.02)  # the sum cuts at a node
