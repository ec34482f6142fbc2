"""mTPI-2, mTPI, TPI, Keyboard, i3+3 and BOIN as tables of decisions, against R packages."""

import json

import numpy as np
import pytest

from protorun.escalation import exact
from protorun.escalation.boin import Boin
from protorun.escalation.i3plus3 import I3plus3
from protorun.escalation.keyboard import Keyboard, make
from protorun.escalation.mtpi import Mtpi
from protorun.escalation.mtpi2 import Mtpi2
from protorun.escalation.tpi import Tpi
from protorun.trial.outcomes import Outcomes


@pytest.fixture
def oracle(shared):
    return lambda name: json.loads((shared / f"data/dosefinding/{name}.json").read_text())


def at_one_level(n, dlt) -> Outcomes:
    n, dlt = (np.array(x, np.int16)[:, None] for x in (n, dlt))
    return Outcomes(np.zeros(len(n), np.int16), n, dlt, np.zeros_like(n))


def letters(rule, n, dlt) -> list[str]:
    """E, S, D or DU for every pair."""
    move = rule.verdict(np.array(n), np.array(dlt))
    closed = rule.closed(at_one_level(n, dlt))[:, 0]
    return ["DU" if c else "DSE"[m + 1] for c, m in zip(closed, move, strict=True)]


def test_mtpi2_equals_lrstat(oracle):
    for case in oracle("mtpi2_tables_lrstat")["cases"]:
        rule = Mtpi2(case["pT"], case["eps1"], case["eps2"], case["p_excess"])
        found = letters(rule, case["n"], case["y"])
        differ = [i for i, (a, b) in enumerate(zip(found, case["decision"], strict=True)) if a != b]
        assert all(case["n"][i] == 1 for i in differ)  # lrstat closes a level after one patient with a DLT


def test_boin_equals_lrstat(oracle):
    for case in oracle("boin_tables_lrstat")["cases"]:
        rule = Boin(case["pT"], case["phi1"], case["phi2"], case["p_excess"])
        for n, dlt, ours, theirs in zip(
            case["n"], case["y"], letters(rule, case["n"], case["y"]), case["decision"], strict=True
        ):
            assert ours == theirs or (n < 3 and {ours, theirs} == {"D", "DU"}), (n, dlt)


def test_keyboard_equals_get_boundary_kb(oracle):
    for case in oracle("keyboard_boundaries")["cases"]:
        rule = Keyboard(case["target"], case["marginL"], case["marginR"], case["cutoff_eli"])
        for i, n in enumerate(case["n"]):
            found = letters(rule, [n] * (n + 1), list(range(n + 1)))
            up = [y for y, letter in enumerate(found) if letter == "E"]
            down = [y for y, letter in enumerate(found) if letter in ("D", "DU")]
            out = [y for y, letter in enumerate(found) if letter == "DU"]
            assert max(up, default=None) == case["escalate_if_dlt_le"][i]
            assert min(down, default=None) == case["deescalate_if_dlt_ge"][i]
            assert min(out, default=None) == case["eliminate_if_dlt_ge"][i]


def test_i3plus3_equals_phidesign(oracle):
    for case in oracle("i3plus3_tables")["cases"]:
        rule = I3plus3(case["target"], *case["EI"])
        move = rule.verdict(np.array(case["n"]), np.array(case["x"]))
        assert ["DRE"[m + 1] for m in move] == case["decision"]


@pytest.mark.parametrize(("key", "rule"), [("mtpi2", Mtpi2), ("mtpi", Mtpi), ("tpi", Tpi)])
def test_the_family_equals_escalation(oracle, key, rule):
    compared = 0
    for case in oracle("tpi_family_escalation")["cases"]:
        if key not in case:
            continue
        table = case[key]
        margins = () if key == "tpi" else (case["eps1"], case["eps2"])
        made = rule(case["pT"], *margins, cutoff_eli=case["exclusion_certainty"])
        found = letters(made, table["n"], table["y"])
        for ours, theirs, usable in zip(found, table["dec"], table["adm"], strict=True):
            assert (ours == "DU") == (not usable)
            assert ours in ("DU", theirs)
            compared += 1
    assert compared > 100


def test_keyboard_characteristics_equal_the_enumeration(oracle):
    file = oracle("keyboard_oc_exact")
    found = exact(make(tuple("12345"), target=0.25), [s["p_true"] for s in file["scenarios"]])
    for i, truth in enumerate(file["scenarios"]):
        np.testing.assert_allclose(
            [found.stopped[i], *found.selected[i]], truth["prob_select_none_1_D"], atol=1e-9, rtol=0
        )
        np.testing.assert_allclose(found.n[i], truth["exp_n"], atol=1e-9, rtol=0)
