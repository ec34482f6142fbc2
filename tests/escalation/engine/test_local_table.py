"""Decision tables by patients at one level, against the tables that R packages print."""

import json
from dataclasses import replace

import numpy as np
import pytest

from dose_rules import study_with, two_states
from protorun.errors import UsageError
from protorun.escalation import boundaries, design_for, design_named, letters, next_dose
from protorun.escalation._slots import Recipe
from protorun.escalation.boin import Boin
from protorun.escalation.modifiers import StopAt
from protorun.escalation.notation import numbering
from protorun.trial.outcomes import Outcomes

LEVELS = ("10 mg", "15 mg", "20 mg")


def named(text):
    return design_named(text, LEVELS)


def test_boin_for_25_percent_escalates_with_1_of_6_and_closes_with_4():
    row = boundaries(named("boin target=.25"), n=18)[5]
    assert row == {
        "n": 6,
        "escalate_if_le": 1,
        "stay": "",
        "deescalate_if_ge": 2,
        "eliminate_if_ge": 4,
        "stop_at_lowest_if_ge": 4,
        "letters": ("E", "E", "D", "D", "DU", "DU", "DU"),
    }


@pytest.mark.parametrize("file", ["boin_tables_lrstat", "mtpi2_tables_lrstat"])
def test_the_letters_of_lrstat(shared, file):
    for case in json.loads((shared / f"data/dosefinding/{file}.json").read_text())["cases"]:
        cut = case["p_excess"]
        text = (
            f"boin target={case['pT']} p_saf={case['phi1']} p_tox={case['phi2']} cutoff_eli={cut}"
            if "phi1" in case
            else f"mtpi2 target={case['pT']} epsilon1={case['eps1']} epsilon2={case['eps2']} cutoff_eli={cut}"
        )
        found = {(row["n"], row["dlt"]): row["letter"] for row in letters(named(text), max(case["n"]))}
        key = next(name for name in ("decision", "decisions", "dec") if name in case)
        for n, dlt, wanted in zip(case["n"], case["y"], case[key], strict=True):
            assert found[n, dlt] == wanted


def test_extra_safe_is_stricter_at_the_lowest_level_alone():
    rows = boundaries(named("boin target=.3 extrasafe=true"), n=6)
    assert [(r["eliminate_if_ge"], r["stop_at_lowest_if_ge"]) for r in rows[2:]] == [
        (3, 2),
        (3, 3),
        (4, 3),
        (4, 4),
    ]


@pytest.mark.parametrize(
    "text", ["boin target=.2", "keyboard target=.3", "i3plus3 target=.25", "tpi target=.3"]
)
def test_each_letter_is_what_decide_does_at_the_middle_level(text):
    design = named(f"{text} ncohort=10")
    moves = {"E": 2, "S": 1, "D": 0, "DU": 0}
    for row in letters(design, 9):
        n, dlt = np.zeros((2, 1, 3), np.int16)
        n[0, 1], dlt[0, 1] = row["n"], row["dlt"]
        decision = design.decide(Outcomes(np.array([1], np.int16), n, dlt, 0 * n))
        assert decision.level[0] == moves[row["letter"]]
        assert decision.code() == row["reason"]


def test_the_size_of_the_trial_and_its_levels_do_not_change_the_table():
    rule = Boin(0.25)
    assert boundaries(Recipe(rule) + StopAt(6), levels=1, n=12) == boundaries(rule, levels=7, n=12)


def test_an_uploaded_table_ends_where_it_says_nothing():
    text = "n,escalate_if_le,deescalate_if_ge,eliminate_if_ge\n3,0,2,3\n6,1,3,5\n"
    design = design_named("table target=.25 ncohort=2", LEVELS, {"decisions": text})
    rows = boundaries(design, n=9)
    assert [(r["n"], r["escalate_if_le"], r["deescalate_if_ge"], r["eliminate_if_ge"]) for r in rows] == [
        (3, 0, 2, 3),
        (6, 1, 3, 5),
    ]
    assert [row["letter"] for row in letters(design, 3)] == ["", "", "", "", "", "E", "S", "D", "DU"]


def test_levels_keep_the_numbers_of_the_record():
    design = replace(named("boin target=.25 startdose=2"), numbered=(1, 0, 2))
    assert next_dose(design, "1NTT").label() == "10 mg"
    assert numbering(design) == "1 = 15 mg, 2 = 10 mg, 3 = 20 mg"
    assert letters(design, 3) == letters(named("boin target=.25"), 3)
    with pytest.raises(UsageError, match="one number"):
        replace(design, numbered=(1, 0, 0))


def test_3_plus_3_is_named_with_its_variant():
    assert named("three_plus_three variant=bcrm startdose=2").start() == (1, 3)
    with pytest.raises(UsageError, match="wants variant"):
        named("three_plus_three")


def test_a_rule_that_looks_at_other_levels_has_the_table_of_what_it_reaches():
    design = design_for(study_with(two_states()), reading="fill_to_six")
    assert boundaries(design, n=18) == boundaries(design)
    with pytest.raises(UsageError, match="more than the current level"):
        letters(design, 18)


@pytest.mark.parametrize("n", [0, -1, 100_000])
def test_no_table_for_nobody_or_for_everybody(n):
    with pytest.raises(UsageError, match="patients"):
        boundaries(Boin(0.25), levels=3, n=n)
