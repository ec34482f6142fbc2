"""BOIN against R's BOIN 2.7.2."""

import json

import numpy as np
import pytest

from protorun.escalation import exact, next_dose, paths
from protorun.escalation.boin import Boin, make
from protorun.escalation.modifiers import Cohorts, NoSkip, StopAt
from protorun.trial.outcomes import Outcomes


@pytest.fixture
def oracle(shared):
    return lambda name: json.loads((shared / f"data/dosefinding/{name}.json").read_text())


def one_level(n: int) -> Outcomes:
    dlt = np.arange(n + 1, dtype=np.int16)[:, None]
    return Outcomes(np.zeros(n + 1, np.int16), np.full_like(dlt, n), dlt, np.zeros_like(dlt))


def smallest(found) -> int | None:
    places = np.flatnonzero(found)
    return int(places[0]) if len(places) else None


def test_boundaries_equal_get_boundary(oracle):
    for case in oracle("boin_boundaries")["cases"]:
        p = case["params"]
        rule = Boin(p["target"], p["p_saf"], p["p_tox"], p["cutoff_eli"])
        strict = Boin(p["target"], p["p_saf"], p["p_tox"], p["cutoff_eli"], True, p["offset"])
        assert rule.lambda_e == pytest.approx(case["lambda_e"], abs=1e-12)
        assert rule.lambda_d == pytest.approx(case["lambda_d"], abs=1e-12)
        for i, n in enumerate(case["n"]):
            seen = one_level(n)
            move = rule.verdict(np.full(n + 1, n), np.arange(n + 1))
            closed = rule.closed(seen)[:, 0]
            assert int((move == 1).sum()) - 1 == case["escalate_if_dlt_le"][i]
            assert smallest((move == -1) | closed) == case["deescalate_if_dlt_ge"][i]
            assert smallest(closed) == case["eliminate_if_dlt_ge"][i]
            if case["extrasafe_stop"]:
                assert smallest(strict.closed(seen)[:, 0]) == case["extrasafe_stop"][1][i]


def test_the_mtd_equals_select_mtd(oracle):
    for case in oracle("boin_select_mtd")["cases"]:
        rule = Boin(
            case["target"],
            cutoff_eli=case["cutoff_eli"],
            extra_safe=case["extrasafe"],
            bound_mtd=case["boundMTD"],
        )
        n, dlt = (np.array([case[k]], np.int16) for k in ("n", "y"))
        seen = Outcomes(np.zeros(1, np.int16), n, dlt, np.zeros_like(n))
        closed = rule.closed(seen)
        found = -1 if closed[0, 0] else int(rule.mtd(seen, closed)[0])
        assert (found + 1 if found >= 0 else -1) == case["mtd"], case


def test_exact_characteristics_equal_the_enumeration(oracle):
    file = oracle("boin_oc_exact")
    design = make(tuple("12345"), target=file["params"]["target"])
    found = exact(design, [s["p_true"] for s in file["scenarios"]])
    for i, truth in enumerate(file["scenarios"]):
        np.testing.assert_allclose(
            [found.stopped[i], *found.selected[i]], truth["prob_select_none_1_D"], atol=1e-9, rtol=0
        )
        np.testing.assert_allclose(found.n[i], truth["exp_n"], atol=1e-9, rtol=0)
        np.testing.assert_allclose(found.dlt[i], truth["exp_tox"], atol=1e-9, rtol=0)


def test_20000_trials_of_r_agree_with_the_exact_characteristics(oracle):
    file = oracle("boin_oc_mc")
    design = make(tuple("12345"), target=file["params"]["target"])
    found = exact(design, [s["p_true"] for s in file["scenarios"]])
    for i, simulated in enumerate(file["scenarios"]):
        p = np.array([found.stopped[i], *found.selected[i]])
        seen = np.array([simulated["percentstop"], *simulated["selpercent"]]) / 100
        assert (np.abs(seen - p) <= 4 * np.sqrt(p * (1 - p) / file["params"]["ntrial"]) + 1e-9).all()


def test_the_next_dose_says_why():
    design = Boin(target=0.25) + Cohorts(3) + NoSkip() + StopAt(n=30)
    found = next_dose(design, "1NNN 2NNT", levels=5)
    assert (found.code(), found.label()) == ("de_escalate_local", "level 1")
    assert next_dose(design, "1NNN 2NT", levels=5).code() == "fill_cohort"
    assert next_dose(design, "1NNN 2NTP", levels=5).code() == "wait_pending"
    assert next_dose(design, "1TTT", levels=5).code() == "stop_lowest_closed"


def test_paths_hold_every_outcome_of_two_cohorts():
    rows = paths(make(("1 mg", "2 mg", "3 mg"), target=0.3), cohorts=2)
    assert len([r for r in rows if r["path"].count(" ") == 1]) == 12
