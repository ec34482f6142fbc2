"""From a file to studies: one record, several, a study file, standard input."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from protorun.cli import run
from protorun.errors import RecordError, UsageError
from protorun.read import load, load_with_record, read
from protorun.study_file import save_study

CSV = (
    "NCT Number,Study Title,Study URL,Study Status,Conditions,Interventions,Primary Outcome Measures\n"
    'NCT01234567,One study,,RECRUITING,Disease,DRUG: X,"Overall survival (OS), Time to death, 2 years"\n'
    "NCT07654321,Another study,,COMPLETED,Disease,DRUG: Y,\n"
)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_every_record_of_a_file_becomes_a_study(export: Path) -> None:
    assert [s.key for s in read(export)] == ["NCT01234567", "NCT07654321"]


def test_one_of_several_records_is_named_by_its_key(export: Path) -> None:
    assert load(f"{export}#NCT07654321").status.value == "Completed"
    with pytest.raises(UsageError, match="NCT01234567, NCT07654321"):
        load(export)
    with pytest.raises(UsageError, match="holds 2 records"):
        load(f"{export}#NCT00000000")


def test_a_study_file_is_loaded_as_it_stands(export: Path, tmp_path: Path) -> None:
    study = read(export)[0]
    save_study(study, tmp_path / "study.yaml")
    assert load_with_record(tmp_path / "study.yaml") == (study, None)


def test_the_record_comes_with_the_study_when_there_is_one(export: Path) -> None:
    study, record = load_with_record(f"{export}#NCT01234567")
    assert record is not None
    assert study.origin.digest == record.digest


def test_what_is_no_record_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague,\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"letter\.txt"):
        read(path)


def test_command_prints_one_row_per_study(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(export), "--format", "json"]) == 0
    printed = capsys.readouterr()
    rows = json.loads(printed.out)
    assert [r["key"] for r in rows] == ["NCT01234567", "NCT07654321"]
    assert all(r["open_questions"] for r in rows)
    assert printed.err.startswith("2 studies; open questions:")


def test_command_prints_facts_with_their_basis_for_a_single_study(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = tmp_path / "one.csv"
    one.write_text("\n".join(CSV.splitlines()[:2]), encoding="utf-8")
    assert run(["read", str(one)]) == 0
    shown = capsys.readouterr().out
    for word in ("NCT01234567", "Recruiting", "stated", "absent", "Open questions", "Overall survival"):
        assert word in shown


def test_command_writes_study_files_into_a_folder(export: Path, tmp_path: Path) -> None:
    assert run(["read", str(export), "--format", "yaml", "--output", str(tmp_path / "out")]) == 0
    assert load(tmp_path / "out" / "NCT07654321.yaml") == read(export)[1]


def test_command_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(CSV.encode())))
    assert run(["read", "-", "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_command_goes_on_after_a_file_that_is_no_record_and_says_so(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("nothing", encoding="utf-8")
    assert run(["read", str(bad), str(export), "--format", "csv"]) == 1
    printed = capsys.readouterr()
    assert "bad.txt" in printed.err
    assert "NCT07654321" in printed.out


@pytest.mark.parametrize("arguments", [["read"], ["read", "x", "--frmat", "csv"]])
def test_command_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    assert run(arguments) == 2
