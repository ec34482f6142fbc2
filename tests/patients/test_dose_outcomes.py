"""Patients of a dose finding from a table: who was treated where, what was seen, for how long."""

import json
from datetime import date
from pathlib import Path

import pytest

from protorun.cli import run
from protorun.errors import PatientDataError
from protorun.escalation import design_named, next_dose
from protorun.escalation.follow_up import outcomes_from
from protorun.patients.dose_outcomes import followed, load_dose_outcomes

HEAD = "patient,level,enrolled_on,outcome,dlt_on,follow_up_days,grade2\n"
LEVELS = ("10 mg", "15 mg", "20 mg")
BOIN = design_named("boin target=.25", LEVELS)
TITE = design_named("tite_boin target=.25", LEVELS)
RECORD = str(Path(__file__).resolve().parents[2] / "src/protorun/demo/records/NCT06462092.txt")


@pytest.fixture
def table(tmp_path):
    def write(text, head=HEAD):
        path = tmp_path / "outcomes.csv"
        path.write_text(head + text, encoding="utf-8")
        return path

    return write


def decided(path, design, *, window=28.0, on=None):
    rows, _ = load_dose_outcomes(path, on=on)
    return design.decide(outcomes_from(followed(rows, design, window_days=window), design))


def test_outcomes_in_letters_are_the_outcome_string(table):
    path = table("a,1,,N,,,\nb,1,,N,,,\nc,1,,N,,,\nd,2,,N,,,\ne,2,,T,,,\nf,2,,N,,,\n")
    assert decided(path, BOIN).why() == next_dose(BOIN, "1NNN 2NTN").why()
    assert decided(path, BOIN, window=None).why() == next_dose(BOIN, "1NNN 2NTN").why()


def test_levels_may_be_named_and_rows_come_in_order_of_entry(table):
    path = table(
        "d,15 MG,2026-02-01,dlt,,,\na,10 mg,2026-01-01,no DLT,,,\nb,10 mg,2026-01-02,n,,,\nc,10 mg,2026-01-03,N,,,\n"
    )
    rows, unread = load_dose_outcomes(path)
    assert [row.patient for row in rows] == ["a", "b", "c", "d"]
    assert unread == ()
    assert decided(path, BOIN).why() == next_dose(BOIN, "1NNN 2T").why()


def test_follow_up_until_the_day_of_the_decision_counts_for_a_pending_patient(table):
    """21 of 28 days, and none of 28 days: TITE-BOIN sees the difference."""
    text = "a,1,2026-01-01,N,,,\nb,1,2026-01-01,N,,,\nc,1,2026-02-01,,,,\n"
    late = followed(load_dose_outcomes(table(text), on=date(2026, 2, 22))[0], TITE, window_days=28)
    assert [p.letter for p in late] == ["N", "N", "P"]
    assert late[2].share == pytest.approx(0.75)
    done = followed(load_dose_outcomes(table(text), on=date(2026, 3, 1))[0], TITE, window_days=28)
    assert done[2].letter == "N"


def test_a_dlt_counts_within_the_window_and_not_after_it(table):
    text = "a,1,2026-01-01,,2026-01-29,,\nb,1,2026-01-01,,2026-01-30,,\n"
    found = followed(load_dose_outcomes(table(text))[0], BOIN, window_days=28)
    assert [p.letter for p in found] == ["T", "N"]


def test_patients_who_are_not_evaluable_are_not_counted(table):
    path = table("a,1,,N,,,\nb,1,,X,,,\nc,1,,N,,,\nd,1,,N,,,\n")
    assert decided(path, BOIN).why() == "0 of 3 with DLT at 10 mg: go up to 15 mg"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,4,,N,,,\n", "no level '4'"),
        ("a,0,,N,,,\n", "no level '0'"),
        ("a,,,N,,,\n", "level is blank"),
        ("a,1,,Q,,,\n", "'Q' is not known"),
        ("a,1,,N,,,\na,1,,N,,,\n", "stands on line 2 too"),
        ("a,1,2026-01-01,N,,,\nb,1,,N,,,\n", "blank here and not elsewhere"),
        ("a,1,2026-01-10,,2026-01-01,,\n", "not later"),
        ("a,1,2026-01-10,N,2026-01-12,,\n", "with a DLT on"),
        ("a,1,,P,,,\n", "nothing says since when"),
        ("a,1,,N,,5,\n", "outcome N after 5 of 28 days"),
        ("a,1,,P,,30,\n", "outcome P after 30 days"),
        ("a,1,,,,-3,\n", "negative"),
        ("a,1,2026-13-01,N,,,\n", "is no date"),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_line(table, text, says):
    with pytest.raises(PatientDataError, match=says) as refused:
        decided(table(text), BOIN)
    assert "outcomes.csv:" in str(refused.value)


def test_without_a_window_a_blank_outcome_is_refused(table):
    with pytest.raises(PatientDataError, match="--window DAYS"):
        decided(table("a,1,,,,10,\n"), BOIN, window=None)


def told(capsys, *arguments):
    code = run(["next-dose", *arguments, "--format", "json"])
    out = capsys.readouterr()
    return code, json.loads(out.out) if out.out else [], out.err


def test_the_record_and_two_designs_on_the_same_patients(capsys, table):
    path = table(
        "001,15 mg,2026-01-05,N,,,\n002,15 mg,2026-01-12,,2026-01-20,,\n003,15 mg,2026-01-19,,,,yes\n"
    )
    code, rows, err = told(
        capsys,
        *(RECORD, "--patients", str(path), "--window", "28", "--on", "2026-02-09"),
        *("--design", "record, boin target=.25, tite_boin target=.25"),
    )
    assert code == 0
    found = {row["design"]: (row["decision"], row["level"]) for row in rows}
    assert found["boin target=.25"] == ("wait", "15 mg")
    assert found["tite_boin target=.25"] == ("enroll", "10 mg")
    assert err.count("grade2 is not used") == 1
    assert "how long a patient is observed" not in err


def test_a_design_that_counts_follow_up_wants_the_window(capsys, table):
    path = table("a,1,,N,,,\n")
    code, _, err = told(capsys, "--patients", str(path), "--design", "tite_boin target=.25", "--levels", "3")
    assert code == 2
    assert "--window DAYS" in err


def test_next_dose_without_a_study_and_what_can_happen_next(capsys):
    code, rows, _ = told(capsys, "1NNN 2NNT", "--design", "boin target=.25", "--levels", "5", "--paths", "1")
    assert code == 0
    assert rows[0]["why"] == "1 of 3 with DLT at level 2: go down to level 1"
    assert [row["path"] for row in rows[1:]] == ["1NNN", "1NNT", "1NTT", "1TTT"]


def test_while_an_outcome_is_pending_no_paths_are_shown_and_the_decision_is(capsys):
    code, rows, err = told(capsys, "1NNP", "--design", "boin target=.25", "--levels", "5", "--paths", "1")
    assert code == 0
    assert [row["decision"] for row in rows] == ["wait"]
    assert "no outcome pending" in err


def test_boin_reads_the_numbers_of_the_record(capsys):
    """1 is 15 mg, where the record starts."""
    _, rows, err = told(capsys, RECORD, "1NNT", "--design", "record, boin target=.25")
    assert {row["design"]: row["level"] for row in rows} == {
        "fill_to_six": "15 mg",
        "three_plus_three": "15 mg",
        "boin target=.25": "10 mg",
    }
    assert "the designs disagree" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-file"],
        ["1NNN", "--patients", "x.csv", "--design", "boin target=.25", "--levels", "3"],
        ["1NNN", "--design", "boin target=.25", "--levels", "3", "--window", "0"],
        ["1NNN", "--design", "boin target=.25", "--levels", "3", "--on", "soon"],
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(capsys, arguments):
    code, rows, err = told(capsys, *arguments)
    assert code in (1, 2)
    assert rows == []
    assert err.startswith("protorun: ")
