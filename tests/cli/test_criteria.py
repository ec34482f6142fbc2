"""`protorun criteria`: number, class, line, what is not covered, and the exit codes."""

from __future__ import annotations

import json

import pytest

import protorun
from protorun.cli import run

TEXT = "Inclusion Criteria:\n\n* Age ≥ 18 years\n* Platelets ≥ 80 x 10^9/L\n"


@pytest.fixture
def record(tmp_path):
    def written(criteria: str) -> str:
        path = tmp_path / "study.json"
        modules = {
            "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A small study"},
            "eligibilityModule": {"eligibilityCriteria": criteria},
        }
        path.write_text(json.dumps({"protocolSection": modules}), encoding="utf-8")
        return str(path)

    return written


def test_each_criterion_is_a_line_and_all_covered_ends_with_code_0(record, capsys):
    assert run(["criteria", record(TEXT), "--format", "json"]) == 0
    printed = capsys.readouterr()
    rows = json.loads(printed.out)
    assert [(r["id"], r["class"], r["reads"]) for r in rows] == [
        ("I1", "computable", "age >= 18 years"),
        ("I2", "computable", "platelets >= 80 10^9/L"),
    ]
    assert "2 criteria; computable 2" in printed.err


def test_a_computable_line_with_a_judgment_says_what_it_waits_for(record, capsys):
    criteria = "Exclusion Criteria:\n\n* Clinically significant heart disease\n* Stroke\n"
    assert run(["criteria", record(criteria), "--format", "json"]) == 0
    printed = capsys.readouterr()
    rows = json.loads(printed.out)
    assert [(r["class"], r["waits_for"]) for r in rows] == [
        ("computable", ["Clinically significant"]),
        ("computable", []),
    ]
    assert "1 of the computable waits for a person's answer" in printed.err


def test_words_that_are_not_covered_are_printed_and_end_with_code_3(record, capsys):
    assert run(["criteria", record(TEXT + "* Zorbulated at the 4 frobnics\n"), "--format", "json"]) == 3
    last = json.loads(capsys.readouterr().out)[-1]
    assert last["class"] == "unparsed"
    assert "Zorbulated" in last["not_covered"][0]


def test_the_lines_of_a_study_file_are_printed_with_their_reader(record, tmp_path, capsys):
    path = tmp_path / "study.yaml"
    protorun.save_study(protorun.load(record(TEXT)), path)
    path.write_text(
        path.read_text(encoding="utf-8").replace('reads: "age >= 18 years"', "reads: age >= 21 years")
    )
    assert run(["criteria", str(path), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(r["reads"], r["read_by"]) for r in rows] == [
        ("age >= 21 years", "person"),
        ("platelets >= 80 10^9/L", "protorun"),
    ]


def test_a_table_is_the_default(record, capsys):
    run(["criteria", record(TEXT)])
    assert "platelets >= 80 10^9/L" in capsys.readouterr().out


def test_the_function_gives_the_same_rows(record):
    first, _ = protorun.criteria(protorun.load(record(TEXT)))
    assert (first.id, first.klass, first.reads, first.not_covered) == (
        "I1",
        "computable",
        "age >= 18 years",
        (),
    )
