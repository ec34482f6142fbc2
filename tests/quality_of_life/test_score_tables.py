"""`score`: tables in, tables out, for files and for data frames."""

import json
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import protorun
from protorun.cli import run
from protorun.errors import PatientDataError
from protorun.quality_of_life import questionnaire

ITEMS = questionnaire("qlq_lc13").items
TABLE = {"patient": ["P1", "P1", "P2"], "date": ["2026-01-01", "2026-02-01", "2026-01-05"]} | {
    item: [1, 3, None] for item in ITEMS
}


@pytest.mark.parametrize(
    "library", [pl.DataFrame, pd.DataFrame, pa.table], ids=["polars", "pandas", "pyarrow"]
)
def test_every_kind_of_table_gives_the_same_polars_table(library: type) -> None:
    frame = library(TABLE)
    found = protorun.score("qlq_lc13", frame)
    assert isinstance(found, pl.DataFrame)
    assert found["score"].to_list()[:2] == [0, 0]
    assert found.filter(pl.col("patient") == "P2")["score"].null_count() == 10
    assert (
        found.filter(pl.col("patient") == "P2")["reason"][0]
        == "0 of 3 items answered; at least half are needed"
    )
    assert found["day"][0] == 20454
    assert frame.shape == (3, 15)


def test_a_word_instead_of_an_answer_is_refused_with_column_and_row() -> None:
    with pytest.raises(PatientDataError, match=r"row 2.*q33|q33.*row 2"):
        protorun.score("qlq_lc13", pl.DataFrame(TABLE | {"q33": ["1", "often", ""]}))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(PatientDataError, match=r"no column for 1 of the 13 items.*q40"):
        protorun.score("qlq_lc13", pl.DataFrame(TABLE).drop("q40"))


def test_two_questionnaires_of_a_patient_on_one_day_are_refused() -> None:
    with pytest.raises(PatientDataError, match="two questionnaires on one day"):
        protorun.score("qlq_lc13", pl.DataFrame(TABLE | {"date": ["2026-01-01"] * 3}))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    lines = ["patient,date,visit," + ",".join(ITEMS)]
    for who, day, answer in (("P1", "2026-01-01", "1"), ("P1", "2026-02-10", "3"), ("P2", "2026-01-02", "")):
        lines.append(f"{who},{day},C1," + ",".join([answer] * len(ITEMS)))
    (tmp_path / "answers.csv").write_text("\n".join(lines))
    (tmp_path / "patients.csv").write_text(
        "patient,first_dose_on,died_on\nP1,2026-01-01,\nP2,2026-01-03,2026-03-01\nP3,2026-01-03,\n"
    )
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert run(["score", *words, "--format", "json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_the_verb_prints_a_row_for_each_questionnaire(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = printed(capsys, str(files / "answers.csv"), "--questionnaire", "qlq_lc13")
    assert [row["LCDY"] for row in rows] == [0, pytest.approx(66.666667), None]


def test_change_and_deterioration_need_a_start_and_say_so(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["score", str(files / "answers.csv"), "--questionnaire", "qlq_lc13", "--show", "change"]
    assert run(words) == 2
    assert "--start" in capsys.readouterr().err
    more = ["--patients", str(files / "patients.csv"), "--start", "first_dose"]
    rows = printed(capsys, *words[1:], *more)
    assert [row["LCDY"] for row in rows] == [0, pytest.approx(66.666667), None]


def test_a_deterioration_has_no_defaults(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(files / "answers.csv"), "--questionnaire", "qlq_lc13", "--show", "deterioration"]
    words += ["--patients", str(files / "patients.csv"), "--start", "first_dose"]
    assert run(["score", *words]) == 2
    said = capsys.readouterr().err
    assert "--points" in said
    assert "--death" in said
    rows = printed(capsys, *words, "--points", "10", "--first", "--death", "event")
    first = next(r for r in rows if r["patient"] == "P1" and r["scale"] == "LCDY")
    assert (first["days"], first["status"], first["decided_by"]) == (41, "event", "2026-02-10")
    assert next(r for r in rows if r["patient"] == "P2")["status"] == "undetermined"


def test_explain_shows_every_score_of_a_patient(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = printed(capsys, str(files / "answers.csv"), "--questionnaire", "qlq_lc13", "--explain", "P2")
    assert rows[0]["why"] == "0 of 3 items answered; at least half are needed"
    assert run(["score", str(files / "answers.csv"), "--questionnaire", "qlq_lc13", "--explain", "P9"]) == 2


def test_an_impossible_answer_is_refused_with_file_and_line(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = files / "answers.csv"
    path.write_text(path.read_text().replace("C1,3,", "C1,9,"))
    assert run(["score", str(path), "--questionnaire", "qlq_lc13"]) == 1
    assert "answers.csv:3" in capsys.readouterr().err
