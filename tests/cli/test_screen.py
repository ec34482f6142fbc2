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


def three(tmp_path):
    return table(tmp_path, "patient,age,platelets,hiv\na,50,100,no\nb,50,,no\nc,17,100,yes\n")


def read(capsys):
    return json.loads(capsys.readouterr().out)


def test_who_remains_in_another_order(study, tmp_path, capsys):
    assert run(["screen", study, *three(tmp_path), "--order", "E1", "--format", "json"]) == 3
    rows = read(capsys)
    assert [(r["criterion"], r["remain_strict"], r["remain_lenient"]) for r in rows][:3] == [
        ("E1", 2, 2),
        ("I1", 2, 2),
        ("I2", 1, 2),
    ]


def test_relaxing_one_criterion_and_all_that_stand_in_the_way(study, tmp_path, capsys):
    run(["screen", study, *three(tmp_path), "--relax", "all", "--format", "json"])
    assert [r["no_longer_ineligible"] for r in read(capsys)] == [0, 0, 0, 0]
    run(["screen", study, *three(tmp_path), "--relax", "I1,E1,registry_minimum_age", "--format", "json"])
    assert [r["no_longer_ineligible"] for r in read(capsys)] == [1]
    assert run(["screen", study, *three(tmp_path), "--relax", "X1"]) == 2
    assert "no criterion 'X1'" in capsys.readouterr().err


def test_what_to_obtain_next(study, tmp_path, capsys):
    run(["screen", study, *three(tmp_path), "--next", "--format", "json"])
    assert [(r["obtain"], r["patients_decided"]) for r in read(capsys)] == [("platelets", 1)]


def test_both_views_stand_side_by_side(study, tmp_path, capsys):
    rows = table(tmp_path, "patient,age,platelets,conditions_documented\na,50,100,yes\n")
    run(["screen", study, *rows, "--policy", "both", "--format", "json"])
    (line,) = read(capsys)
    assert (line["verdict"], line["documented_absence"]) == ("potentially eligible", "eligible")
    run(["screen", study, *rows, "--policy", "both", "--explain", "a", "--format", "json"])
    (hiv,) = [r for r in read(capsys) if r["criterion"] == "E1"]
    assert (hiv["answer"], hiv["documented_absence"]) == ("unknown", "met")


def test_what_can_pass_is_said(study, tmp_path, capsys):
    run(
        [
            "screen",
            study,
            *table(tmp_path, "patient,age,platelets,hiv\na,50,70,no\n"),
            "--explain",
            "a",
            "--format",
            "json",
        ]
    )
    (platelets,) = [r for r in read(capsys) if r["criterion"] == "I2"]
    assert platelets["can_pass"] == "platelets can be repeated"


def test_the_criteria_as_sql_and_the_tables_they_are_run_on(study, tmp_path, capsys):
    assert run(["screen", study, "--sql", "--as-of", "2025-01-15"]) == 0
    assert capsys.readouterr().out.startswith("WITH limits AS (SELECT")
    assert run(["screen", study, "--sql"]) == 0
    assert "edge_0: the last day of birth of age" in capsys.readouterr().err
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "person.csv").write_text(
        "person_id,birth_lo,birth_hi\n0,1980-01-01,1980-12-31\n1,2010-05-05,2010-05-05\n"
    )
    assert run(["screen", study, "--tables", str(folder), "--as-of", "2025-01-15", "--format", "json"]) == 3
    out = capsys.readouterr()
    assert "2 persons: 1 ineligible, 1 not decided" in out.err
    assert [r["failed"] for r in json.loads(out.out)] == [1, 0, 0, 1]
    assert run(["screen", study, "--tables", str(tmp_path), "--as-of", "2025-01-15"]) == 1
    assert "there is no table of persons" in capsys.readouterr().err


def test_a_person_of_the_tables_is_explained_and_the_dead_are_listed_apart(study, tmp_path, capsys):
    (tmp_path / "person.csv").write_text(
        "person_id,birth_lo,birth_hi,death_lo,death_hi\n3,1980-01-01,1980-01-01,,\n5,1980-01-01,1980-01-01,2025-01-01,2025-01-31\n"
    )
    (tmp_path / "measurement.csv").write_text(
        "person_id,concept,value,t_lo,t_hi,recency,source_ref\n3,platelets,70,2025-01-10,2025-01-10,1,lab 7\n"
        "4,platelets,200,2025-01-10,2025-01-10,1,nobody\n5,platelets,200,2025-01-10,2025-01-10,1,lab 8\n"
    )
    asked = ["screen", study, "--tables", str(tmp_path), "--as-of", "2025-01-15", "--format", "json"]
    assert run([*asked, "--explain", "3"]) == 0
    (platelets,) = [r for r in read(capsys) if r["criterion"] == "I2"]
    assert platelets["answer"] == "not met"
    assert "lab 7" in platelets["asked_and_found"][0]
    run(asked)
    said = capsys.readouterr().err
    assert "not screened, died on or before the day of screening: 1 (5)" in said
    assert "1 persons: 1 ineligible" in said
    for person, words in (("5", "died on or before"), ("4", "no person 4"), ("x", "no person_id")):
        assert run([*asked, "--explain", person]) in (1, 2)
        assert words in capsys.readouterr().err


def test_ranges_of_the_site_are_said_where_they_are_used(study, tmp_path, capsys):
    (tmp_path / "site.csv").write_text("variable,low,high\nplatelets,150,400\n")
    rows = table(tmp_path, "patient,age,platelets,hiv\na,50,100,no\n")
    assert run(["screen", study, *rows, "--ref-range", str(tmp_path / "site.csv")]) == 0
    assert "platelets: reference limits assumed from site.csv:2 for 1 results" in capsys.readouterr().err
    assert run(["screen", study, "--tables", str(tmp_path), "--ref-range", "site.csv"]) == 2
    assert "ref_high" in capsys.readouterr().err


def test_who_died_before_screening_is_listed_apart(study, tmp_path, capsys):
    rows = table(
        tmp_path,
        "patient,age,platelets,hiv,died_on\na,50,100,no,\nb,50,100,no,2025-01\nc,50,100,no,2025-02-01\n",
    )
    assert run(["screen", study, *rows, "--format", "json"]) == 0
    out = capsys.readouterr()
    assert [r["patient"] for r in json.loads(out.out)] == ["a", "c"]
    assert "died on or before the day of screening: 1 (b)" in out.err
