"""`protorun screen`: the log, the counts, one patient, the template, and the exit codes."""

from __future__ import annotations

import json

import pytest

from protorun.cli import run

STUDY = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A small study"},
        "statusModule": {"overallStatus": "RECRUITING"},
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n\n* Age ≥ 18 years\n* Platelets ≥ 80 x 10^9/L\n\nExclusion Criteria:\n\n* HIV infection\n",
            "sex": "ALL",
            "minimumAge": "18 Years",
        },
    }
}


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.json"
    path.write_text(json.dumps(STUDY), encoding="utf-8")
    return str(path)


def table(tmp_path, text):
    path = tmp_path / "patients.csv"
    path.write_text(text, encoding="utf-8")
    return ["--patients", str(path), "--as-of", "2025-01-15"]


def test_the_log_is_data_on_stdout_and_an_open_verdict_ends_with_code_3(study, tmp_path, capsys):
    rows = table(tmp_path, "patient,age,platelets,hiv\na,50,100,no\nb,50,,no\nc,17,100,yes\n")
    assert run(["screen", study, *rows, "--format", "json"]) == 3
    found = {r["patient"]: r for r in json.loads(capsys.readouterr().out)}
    assert [found[p]["verdict"] for p in "abc"] == ["eligible", "potentially eligible", "ineligible"]
    assert found["b"]["unknown"] == "I2 (NO_RECORD)"
    assert found["c"]["not_met"] == "I1, E1, registry_minimum_age"


def test_all_decided_ends_with_code_0(study, tmp_path, capsys):
    rows = table(tmp_path, "patient,age,platelets,hiv\na,50,100,no\n")
    assert run(["screen", study, *rows, "--consort", "--format", "csv"]) == 0
    assert "assessed for eligibility,,1" in capsys.readouterr().out


def test_one_patient_is_explained(study, tmp_path, capsys):
    rows = table(tmp_path, "patient,age,platelets,hiv\nb,50,,no\n")
    assert run(["screen", study, *rows, "--explain", "b", "--format", "json"]) == 3
    found = {r["criterion"]: r for r in json.loads(capsys.readouterr().out)}
    assert found["I2"]["answer"] == "unknown"
    assert "age >= 18 years: yes [50 years; patients.csv:2]" in found["I1"]["asked_and_found"]


def test_the_template_is_a_header_to_fill(study, capsys):
    assert run(["screen", study, "--template", "--format", "csv"]) == 0
    assert capsys.readouterr().out.strip() == "patient,screened_on,age,platelets,hiv"


def test_what_is_not_used_is_said_on_stderr(study, tmp_path, capsys):
    run(["screen", study, *table(tmp_path, "patient,age,color,hemoglobin\na,50,red,120\n")])
    said = capsys.readouterr().err
    assert "not used: column color (1 filled)" in said
    assert "hemoglobin: 1 unknown (IMPLAUSIBLE_VALUE): patients.csv:2" in said


def test_formulas_from_a_table_are_not_handed_on(study, tmp_path, capsys):
    run(["screen", study, *table(tmp_path, 'patient,age\n"=HYPERLINK(1)",50\n'), "--format", "csv"])
    assert "'=HYPERLINK(1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "there are no patients"),
        (["--patients", "nowhere.csv"], 1, "there is no such table"),
    ],
)
def test_what_is_missing_is_said(study, capsys, arguments, code, says):
    assert run(["screen", study, *arguments]) == code
    assert says in capsys.readouterr().err
