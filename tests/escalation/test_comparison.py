"""Designs compared over scenarios, exactly and on the same virtual patients."""

import json
from dataclasses import replace

import numpy as np
import pytest

from dose_rules import study_with, two_states
from protorun.errors import UsageError
from protorun.escalation import compare, design_for, design_named, exact, narrate, next_dose
from protorun.escalation.boin import Boin
from protorun.escalation.comparison.narrating import sentences
from protorun.escalation.comparison.printing import shown, tables
from protorun.escalation.comparison.truths import Truth, right_level, right_words, truths

FIVE = [0.05, 0.12, 0.25, 0.40, 0.55]
TOXIC = [0.40, 0.50, 0.60, 0.65, 0.70]
BOIN, THREE = "boin target=.25", "three_plus_three variant=bcrm"
SCENARIOS = [{"name": "level 3", "dlt": FIVE}, {"name": "all too toxic", "dlt": TOXIC}]


def value(found, design, quantity, level="", scenario=None):
    name = scenario or found.truths[0].name
    [row] = [
        r
        for r in found.rows
        if (r["design"], r["scenario"], r["quantity"], r["level"]) == (design, name, quantity, level)
    ]
    return row["value"], row["error"]


def test_boin_selects_level_3_in_55_percent_exactly():
    found = compare([BOIN], FIVE)
    assert value(found, BOIN, "correct") == (pytest.approx(0.5533789399879461, abs=1e-12), "exact")
    assert found.trials is None


def test_the_exact_enumeration_of_boin_and_the_trials_of_r(shared):
    """boin_oc_exact to 1e-9; R's BOIN 2.7.2 `get.oc` with 20,000 trials within 4 standard errors."""
    known = json.loads((shared / "data/dosefinding/boin_oc_exact.json").read_text())["scenarios"]
    drawn = json.loads((shared / "data/dosefinding/boin_oc_mc.json").read_text())["scenarios"]
    found = compare([BOIN], [case["p_true"] for case in known])
    for truth, case, simulated in zip(found.truths, known, drawn, strict=True):
        rows = {(r["quantity"], r["level"]): r["value"] for r in found.rows if r["scenario"] == truth.name}
        selected = [rows["selected", label] for label in found.labels]
        assert [rows["none", ""], *selected] == pytest.approx(case["prob_select_none_1_D"], abs=1e-9)
        assert [rows["dlts", label] for label in found.labels] == pytest.approx(case["exp_tox"], abs=1e-9)
        for p, percent in zip(selected, simulated["selpercent"], strict=True):
            assert abs(percent / 100 - p) <= 4 * np.sqrt(p * (1 - p) / 20_000) + 1e-9


def test_the_measures_are_those_of_the_exact_characteristics():
    design = design_named(BOIN, ("a", "b", "c", "d", "e"))
    known, found = exact(design, FIVE), compare([design], FIVE)
    for i, label in enumerate(design.labels):
        assert value(found, "boin", "selected", label)[0] == pytest.approx(known.selected[0, i], abs=1e-12)
        assert value(found, "boin", "patients", label)[0] == pytest.approx(known.n[0, i], abs=1e-12)
        assert value(found, "boin", "dlts", label)[0] == pytest.approx(known.dlt[0, i], abs=1e-12)
    above = known.n[0, 3:].sum() / known.n[0].sum()
    assert value(found, "boin", "above_mtd")[0] == pytest.approx(above, abs=1e-12)
    assert value(found, "boin", "n")[0] == pytest.approx(known.total[0], abs=1e-12)


def test_probabilities_of_ends_sum_to_one():
    found = compare([BOIN, THREE], SCENARIOS)
    for scenario in ("level 3", "all too toxic"):
        for design in found.designs:
            ended = [
                r["value"]
                for r in found.rows
                if (r["design"], r["scenario"], r["quantity"]) == (design, scenario, "ended")
            ]
            assert sum(ended) == pytest.approx(1, abs=1e-12)


def test_simulated_and_exact_agree_within_four_standard_errors():
    designs = [THREE, BOIN, "keyboard target=.25", "crm target=.25 prior=.05/.12/.25/.4/.55"]
    known = compare(designs, SCENARIOS)
    found = compare(designs, SCENARIOS, monte_carlo=True, trials=20_000, seed=7)
    assert known.exact == (True,) * 4
    assert found.exact == (False,) * 4
    drawn = {(r["design"], r["scenario"], r["quantity"], r["level"]): r for r in found.rows}
    checked = 0
    for row in known.rows:
        same = drawn.get((row["design"], row["scenario"], row["quantity"], row["level"]))
        if same is None or same["error"] is None:
            continue
        assert abs(row["value"] - same["value"]) <= 4 * same["error"] + 3 / 20_000
        checked += 1
    assert checked > 150


def test_differences_are_paired_and_their_error_is_smaller_than_for_independent_trials():
    known = compare([THREE, BOIN], FIVE)
    found = compare([THREE, BOIN], FIVE, monte_carlo=True, trials=20_000)
    for row, drawn in zip(known.differences, found.differences, strict=True):
        assert row["error"] == "exact"
        assert abs(row["value"] - drawn["value"]) < 4 * drawn["error"]
    [correct] = [r for r in found.differences if r["quantity"] == "correct"]
    alone = [value(found, design, "correct")[1] for design in (THREE, BOIN)]
    assert 0 < correct["error"] < np.hypot(*alone)
    same = compare([BOIN, BOIN], FIVE, names=["one", "other"], monte_carlo=True, trials=500)
    assert all(r["value"] == 0 == r["error"] for r in same.differences)


def test_a_design_with_too_many_states_is_simulated_on_the_same_patients():
    listed = compare([BOIN], SCENARIOS, monte_carlo=True, trials=3000, seed=5)
    decided = compare([BOIN], SCENARIOS, trials=3000, seed=5, most_rows=10)
    assert decided.exact == (False,)
    for a, b in zip(listed.rows, decided.rows, strict=True):
        assert a["value"] == pytest.approx(b["value"], abs=1e-12)
        assert a["error"] == pytest.approx(b["error"], abs=1e-12)


def test_a_design_without_an_end_is_refused_and_does_not_fill_the_memory():
    with pytest.raises(UsageError, match="give it a limit"):
        compare([Boin(0.25)], FIVE, trials=50, most_rows=100)


def test_an_exact_design_stays_exact_beside_one_that_must_be_simulated():
    found = compare([THREE, BOIN], FIVE, trials=4000, most_rows=2000)
    assert found.exact == (True, False)
    assert value(found, THREE, "correct")[1] == "exact"
    assert all(r["error"] != "exact" for r in found.differences)


def test_the_digest_does_not_depend_on_batches_or_workers():
    asked = {"monte_carlo": True, "trials": 4000, "seed": 3}
    first = compare([THREE, BOIN], SCENARIOS, **asked)
    assert compare([THREE, BOIN], SCENARIOS, batch=7, **asked).digest == first.digest
    assert compare([THREE, BOIN], SCENARIOS, batch=999, jobs=2, **asked).digest == first.digest
    assert compare([THREE, BOIN], SCENARIOS, **asked | {"seed": 4}).digest != first.digest
    lazy = {"trials": 900, "most_rows": 10}
    assert compare([BOIN], FIVE, batch=50, **lazy).digest == compare([BOIN], FIVE, jobs=2, **lazy).digest


def test_the_input_hash_covers_designs_scenarios_and_settings():
    first = compare([BOIN], FIVE).input_hash
    assert compare([BOIN], FIVE).input_hash == first
    assert compare(["boin target=.25 ncohort=9"], FIVE, names=[BOIN]).input_hash != first
    assert compare([BOIN], TOXIC).input_hash != first
    assert compare([BOIN], FIVE, seed=2).input_hash != first


def test_the_record_and_boin_on_the_same_two_levels():
    record = design_for(study_with(two_states()), reading="fill_to_six")
    boin = design_named("boin target=.25 startdose=2", record.labels)
    found = compare([record, boin], [0.1, 0.2], target=0.25, firing="immediate")
    assert value(found, "stated fill_to_six", "selected", "15 mg")[0] == pytest.approx(0.65536, abs=1e-12)
    assert found.correct == (1,)


@pytest.mark.parametrize(
    ("rates", "target", "right"),
    [
        (FIVE, 0.25, 2),
        (FIVE, 0.3, 2),
        (TOXIC, 0.25, -1),
        ([0.35, 0.6], 0.25, 0),
        ([0.36, 0.6], 0.25, -1),
        ([0.01, 0.02], 0.25, 1),
        ([0.2, 0.3], 0.25, 0),
        (FIVE, None, None),
    ],
)
def test_correct_is_the_level_closest_to_the_target_or_none_when_all_are_too_toxic(rates, target, right):
    assert right_level(Truth("s", tuple(rates)), target) == right


def test_the_header_says_what_is_correct():
    labels = ("a", "b", "c", "d", "e")
    assert "correct: none" in right_words(Truth("s", tuple(TOXIC)), 0.25, labels)
    assert "correct: c" in right_words(Truth("s", tuple(FIVE)), 0.25, labels)
    assert "no target" in right_words(Truth("s", tuple(FIVE)), None, labels)


@pytest.mark.parametrize(
    ("number", "error", "percent", "printed"),
    [
        (0.5533, 0.005, True, "55.3"),
        (0.5533, 0.05, True, "55"),
        (0.5533, 0.0005, True, "55.33"),
        (0.0, 0.0, True, "< 0.03"),
        (1.0, 0.0, True, "> 99.97"),
        (30.0, 0.0, False, "30"),
        (9.8384, 0.03, False, "9.84"),
        (0.65536, "exact", True, "65.536"),
        (30.0, None, False, "30"),
    ],
)
def test_no_more_digits_than_the_error_supports(number, error, percent, printed):
    assert shown(number, error, trials=10_000, percent=percent) == printed


def test_the_tables_name_the_error_and_the_paired_error():
    found = compare([THREE, BOIN], SCENARIOS, monte_carlo=True, trials=1000)
    printed = tables(found, with_differences=True)
    assert len(printed) == 6
    assert {row["standard error"] for row in printed[1][1]} == {"up to 2 %"}
    assert "all too toxic; correct: none" in printed[3][0]
    assert all(row["paired standard error"] for row in printed[2][1])
    exactly = tables(compare([THREE], FIVE))
    assert [row["standard error"] for row in exactly[1][1]] == ["exact"]
    assert "correct, %" not in exactly[1][1][0]


def test_example_trials_are_the_trials_that_are_counted():
    labels = ("a", "b", "c", "d", "e")
    design = design_named(BOIN, labels)
    told = narrate(design, FIVE, trials=40, seed=9)
    counted = compare([design], FIVE, monte_carlo=True, trials=40, seed=9)
    dlts = sum(row["outcomes"].count("T") for row in told)
    assert dlts / 40 == pytest.approx(sum(value(counted, "boin", "dlts", label)[0] for label in labels))
    ends = [row for row in told if row["decision"] in ("finish", "stop")]
    assert [row["trial"] for row in ends] == list(range(1, 41))


def test_example_trials_follow_the_rule_and_say_why():
    design = design_named(BOIN, ("a", "b", "c", "d", "e"))
    told = [row for row in narrate(design, FIVE, trials=1) if row["trial"] == 1]
    path = " ".join(f"{design.labels.index(r['level']) + 1}{r['outcomes']}" for r in told)
    assert next_dose(design, path).why() == told[-1]["why"]
    lines = sentences(told)
    assert lines[0] == "Trial 1"
    assert lines[1].startswith("  patients 1 to 3 at a: ")
    certain = narrate(design, [1, 1, 1, 1, 1], trials=1)
    assert [row["outcomes"] for row in certain] == ["TTT"]
    assert certain[0]["decision"] == "stop"


@pytest.mark.parametrize(
    ("designs", "scenarios", "settings"),
    [
        ([], FIVE, {}),
        ([BOIN], [], {}),
        ([BOIN], [0.1, 1.2], {}),
        ([BOIN], [[0.1, 0.2], [0.1]], {}),
        ([BOIN], [{"name": "x", "dlt": "ab"}], {}),
        ([BOIN], [Truth("x", (0.1,)), Truth("x", (0.2,))], {}),
        ([BOIN], FIVE, {"levels": 4}),
        ([BOIN], FIVE, {"trials": 0}),
        ([BOIN], FIVE, {"names": ["a", "b"]}),
    ],
)
def test_what_does_not_fit_is_refused(designs, scenarios, settings):
    with pytest.raises(UsageError):
        compare(designs, scenarios, **settings)


def test_scenarios_come_in_many_shapes():
    assert truths([0.1, 0.2]) == (Truth("scenario 1", (0.1, 0.2)),)
    assert truths(np.array([[0.1, 0.2], [0.2, 0.3]]))[1] == Truth("scenario 2", (0.2, 0.3))
    assert truths({"scenarios": SCENARIOS})[0].name == "level 3"
    assert replace(truths(FIVE)[0], name="x") == Truth("x", tuple(FIVE))
