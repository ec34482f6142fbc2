"""protorun check at the terminal: rows with file and line, exit code 3 when there is something to look at."""

import hashlib
import json
from pathlib import Path

import pytest

from protorun.cli import run
from protorun.study.record import Record
from protorun.study_file.lines import line_of
from protorun.study_file.nodes import parse

CLEAN = "protorun: 1\nkey: demo\norigin: {name: a.txt, format: labeled, digest: DIGEST}\n"
OPEN = (
    CLEAN
    + "status: {stated: recruiting, at: 0-10}\nopen_questions:\n- {id: q, asks: Which?, path: why_stopped}\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "study.yaml"


def test_a_clean_file_is_exit_code_0(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(CLEAN)
    assert run(["check", str(file)]) == 0
    out = capsys.readouterr()
    assert out.out == ""
    assert "nothing to look at" in out.err


def test_an_open_question_is_exit_code_3_with_its_line(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(OPEN)
    assert run(["check", str(file), "--format", "json"]) == 3
    (row,) = json.loads(capsys.readouterr().out)
    assert row == {
        "where": f"{file}:6",
        "kind": "open",
        "code": "OPEN_QUESTION",
        "path": "why_stopped",
        "says": "Which?",
    }


def test_a_damaged_file_lists_its_errors(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(CLEAN + "staus: x\nstatus: x\n")
    assert run(["check", str(file), "--format", "csv"]) == 3
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"{file}:4,error,STUDY_FILE,file,there is no field 'staus' here; did you mean 'status'?",
        f'{file}:5,error,STUDY_FILE,status,"say on what basis: {{stated: VALUE, at: 10-20}}, '
        '{assumed: VALUE, why: ...} or {absent: not stated}"',
    ]


def test_quotes_are_compared_with_the_record(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(b"Recruiting").hexdigest()
    record = Record(format="labeled", name="a.txt", digest=digest, texts={"": "Recruiting"}, passages=())
    monkeypatch.setattr("protorun.records.open_records", lambda path: (record,), raising=False)
    file.write_text(OPEN.replace("DIGEST", digest))
    assert run(["check", str(file), "--record", "a.txt", "--format", "json"]) == 3
    quotes = [row for row in json.loads(capsys.readouterr().out) if row["code"] == "QUOTE"]
    assert [(q["where"], q["says"]) for q in quotes] == [
        (f"{file}:4", "at 0-10 stands 'Recruiting', not 'recruiting'")
    ]


def test_without_a_file_it_is_a_usage_error() -> None:
    assert run(["check"]) == 2


def test_the_schema_for_editors_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "protorun study file, version 1"


@pytest.mark.parametrize(
    ("path", "line"), [("blocks[b].dose", 4), ("blocks[b].days", 5), ("blocks[b]", 3), ("a.b", 7), ("x", 1)]
)
def test_a_path_leads_to_its_line(path: str, line: int) -> None:
    text = "key: k\nblocks:\n- id: b\n  dose: {absent: x}\n  days:\n    absent: x\na: {b: 1}\n"
    assert line_of(parse(text, "s"), path) == line
