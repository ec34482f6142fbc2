"""protorun grade: a table in, grades and reasons out."""

import json

import pytest

from protorun.cli import run

LABS = """patient,date,test,value,unit,lln,uln
P1,2024-01-01,ANC,0.4,10^9/L,2,7
P1,2024-01-08,hemoglobin,95,g/L,120,160
P2,2024-01-01,potassium,,mmol/L,3.5,5
"""


@pytest.fixture
def said(capfd, tmp_path):
    def call(text, *words):
        (tmp_path / "labs.csv").write_text(text)
        code = run(["grade", str(tmp_path / "labs.csv"), *words])
        out, err = capfd.readouterr()
        return code, out, err

    return call


def test_grades_come_with_the_clause_that_decided(said):
    code, out, err = said(LABS, "--ctcae", "v5", "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert [(r["term"], r["grade"], r["reason"]) for r in rows][:2] == [
        ("Neutrophil count decreased", 4, "value < 0.5 [10^9/L]"),
        ("Anemia", 2, "value < 100 [g/L]"),
    ]
    assert "assumed: --clinical worst_case" in err
    assert "not graded, 2: the value is missing" in err


def test_the_version_has_no_default(said):
    assert said(LABS)[0] == 2


def test_one_patient_is_explained_with_the_whole_rule(said):
    code, out, _ = said(LABS, "--ctcae", "v4", "--clinical", "lab_only", "--explain", "P1", "--format", "csv")
    assert code == 0
    assert "3: value < 80; 2: value < 100; ?: no lln; 1: value < lln" in out
    assert "P2" not in out
    code, _, err = said(LABS, "--ctcae", "v4", "--explain", "P9")
    assert code == 2
    assert "no patient 'P9'" in err


def test_a_foreign_unit_is_a_finding(said):
    code, _, err = said(LABS.replace("g/L", "mmol/L"), "--ctcae", "v5")
    assert code == 3
    assert "the unit 'mmol/L' is not the one of the rule" in err


def test_an_sdtm_table_is_understood_as_it_is(said):
    text = (
        "USUBJID,LBTESTCD,LBCAT,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBDTC,LBBLFL,LBNRIND\n"
        "1,AST,CHEMISTRY,150,U/L,10,40,2024-01-01,Y,HIGH\n"
        "1,AST,CHEMISTRY,500,U/L,10,40,2024-02-01,,HIGH\n"
        "1,GLUC,URINALYSIS,30,mmol/L,0,1,2024-02-01,,HIGH\n"
    )
    _, out, _ = said(text, "--ctcae", "v5", "--format", "json")
    rows = json.loads(out)
    assert [r["grade"] for r in rows] == [0, 2, None]
    assert rows[1]["reason"] == "baseline_high and value > 3 x baseline"


@pytest.mark.parametrize("value", ["inf", "NaN", "-3", "1e300", "1e-300"])
def test_numbers_that_no_laboratory_reports_do_not_break_the_output(said, value):
    code, out, _ = said(LABS.replace("0.4", value), "--ctcae", "v6", "--format", "json")
    assert code in (0, 3)
    assert (json.loads(out)[0]["grade"] is None) == (value != "1e-300")


@pytest.mark.parametrize("text", ["", "a,b\n1\n", "patient,test,value,unit\nP1,K,five,mmol/L\n"])
def test_what_is_no_table_is_refused_with_a_sentence(said, text):
    code, _, err = said(text, "--ctcae", "v5")
    assert code == 1
    assert "protorun:" in err
