"""protorun next-dose and protorun boundaries at the terminal."""

import csv
import io
import json
import sys
from types import ModuleType

import pytest

from dose_rules import ladder, study_with, two_states
from protorun.cli import run


def lay_ready(monkeypatch, study):
    """Whatever file a verb opens, it finds this study."""
    reads = ModuleType("protorun.read")
    reads.load = lambda path: study
    monkeypatch.setitem(sys.modules, "protorun.read", reads)


@pytest.fixture
def told(monkeypatch, capsys):
    """Run a verb on a study and give (exit code, rows, words)."""

    def run_on(study, verb, *arguments):
        lay_ready(monkeypatch, study)
        code = run([verb, "study.yaml", *arguments, "--format", "json"])
        out = capsys.readouterr()
        return code, json.loads(out.out) if out.out else [], out.err

    return run_on


SEED = study_with(two_states())


def test_one_of_three_means_three_more_in_both_readings(told):
    code, rows, words = told(SEED, "next-dose", "1NNT")
    assert code == 0
    assert [(r["reading"], r["decision"], r["level"], r["patients"]) for r in rows] == [
        ("fill_to_six", "enroll", "15 mg", 3),
        ("three_plus_three", "enroll", "15 mg", 3),
    ]
    assert "levels: 1 = 15 mg, 2 = 10 mg" in words
    assert "disagree" not in words


def test_none_of_three_is_where_the_readings_part(told):
    _, rows, words = told(SEED, "next-dose", "1NNN")
    assert [r["decision"] for r in rows] == ["enroll", "finish"]
    assert rows[1]["why"] == "0 of 3 with DLT at 15 mg: at most 0, 15 mg is handed on"
    assert all(r["record_says"] == "built for a test" for r in rows)
    assert "the readings disagree; choose one" in words
    assert "does not say what counts as a DLT" in words


def test_a_history_one_reading_could_not_have_given_is_said_in_its_row(told):
    code, rows, _ = told(SEED, "next-dose", "1NNNN")
    assert code == 0
    assert rows[0]["patients"] == 2
    assert rows[1]["decision"] == "not possible"
    assert rows[1]["why"].startswith("column 5 of '1NNNN': the rule takes at most 3 here")
    assert told(SEED, "next-dose", "2NNN")[0] == 2


def test_without_outcomes_the_start_is_told(told):
    _, rows, _ = told(SEED, "next-dose", "--reading", "three_plus_three")
    assert [r["why"] for r in rows] == ["no outcome yet: 3 patients at 15 mg"]


def test_the_variants_of_3_plus_3_stand_side_by_side(told):
    _, rows, words = told(study_with(ladder("three_plus_three", 3)), "next-dose", "1NNN 2NTT")
    assert {r["reading"]: r["decision"] for r in rows} == {
        "bcrm": "enroll",
        "ubcrm": "finish",
        "trialdesign": "enroll",
    }
    assert "the readings disagree" in words


def test_characteristics_are_exact_and_the_starting_level_comes_first(told):
    _, rows, _ = told(SEED, "boundaries", "--rates", ".2,.1")
    found = {
        (r["reading"], r["decides_after"], r["level"]): r for r in rows if r["table"] == "characteristics"
    }
    at_15 = found["fill_to_six", "each patient", "15 mg"]
    assert at_15["dlt_rate"] == 0.2
    assert at_15["probability_handed_on"] == pytest.approx(0.65536, abs=1e-12)
    total = found["fill_to_six", "each patient", "total"]["expected_patients"]
    assert total == pytest.approx(7.4211246336, abs=1e-12)
    assert found["three_plus_three", "each cohort", "15 mg"]["probability_handed_on"] == pytest.approx(
        0.708608
    )
    named = told(SEED, "boundaries", "--rates", "10 mg=.1,15 mg=.2")[1]
    assert named == rows


def test_the_decision_table_comes_as_csv(monkeypatch, capsys):
    lay_ready(monkeypatch, SEED)
    assert run(["boundaries", "study.yaml", "--reading", "fill_to_six", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {r["reading"] for r in rows} == {"fill_to_six"}
    two_of_four = [r for r in rows if (r["level"], r["n"], r["dlt"]) == ("15 mg", "4", "2")]
    assert [r["next_level"] for r in two_of_four] == ["10 mg"]


@pytest.mark.parametrize("rates", [".2", ".2,x", ".2,.1,.3", "5 mg=.2,10 mg=.1", ".2,1.5"])
def test_rates_that_do_not_fit_are_a_usage_error(told, rates):
    code, rows, words = told(SEED, "boundaries", "--rates", rates)
    assert (code, rows) == (2, [])
    assert "rate" in words


def test_a_study_without_a_dose_rule_says_so(told):
    code, _, words = told(study_with(None), "next-dose", "1N")
    assert code == 1
    assert "does not state a dose rule" in words


def test_the_table_for_people_is_short(monkeypatch, capsys):
    lay_ready(monkeypatch, SEED)
    assert run(["boundaries", "study.yaml", "--rates", ".2,.1"]) == 0
    out = capsys.readouterr().out
    assert "0.65536 " in out
    assert "fill_cohort" not in out
    assert "2 of 4 with DLT at 15 mg: limit 2, reduce to 10 mg" in out


def test_the_notes_of_a_design_are_said_with_its_table(capsys):
    """The default prior of the BLRM, and the states in which one more DLT would raise the dose."""
    run(["boundaries", "--design", "blrm ncohort=3", "--levels", "10 mg,20 mg,40 mg"])
    said = capsys.readouterr().err
    assert "prior by default: reference dose 40" in said
    assert "one more DLT" in said
