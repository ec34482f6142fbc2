"""`protorun derive`: rows with what decided them, the same rows `analyze` estimates from."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

import protorun
from protorun.cli import run
from protorun.patients.recorded import load_recorded
from protorun.read import load
from protorun.study.assume import take_defaults

DEMO = Path(str(files("protorun.demo")))
RECORD, DATA = DEMO / "records" / "IVONESCIMAB.txt", DEMO / "recorded" / "IVONESCIMAB"
WORDS = ["derive", str(RECORD), "--data", str(DATA), "--assume-defaults", "--format", "json"]


def test_every_patient_has_a_row_in_every_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(WORDS) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 4 * 24
    assert all(row["patient"] and row["why"] and row["status"] for row in rows)
    assert all(row["start_on"].startswith("20") for row in rows)


def test_one_endpoint_of_one_patient(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*WORDS, "--endpoint", "pfs", "--explain", "V-01"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["endpoint"], row["patient"]) == ("pfs", "V-01")


@pytest.mark.parametrize(
    ("more", "names"),
    [(["--endpoint", "dor"], "pfs"), (["--explain", "X"], "X"), (["--cutoff", "today"], "YYYY")],
)
def test_what_does_not_exist_is_a_usage_error(
    more: list[str], names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*WORDS, *more]) == 2
    assert names in capsys.readouterr().err


def test_analyze_estimates_from_the_derived_rows() -> None:
    study, data = take_defaults(load(RECORD)), load_recorded(DATA)
    derived, analyzed = protorun.derive(study, data), protorun.analyze(study, data)
    for one, other in zip(derived.endpoints, analyzed.endpoints, strict=True):
        assert one.rows.days.tolist() == other.rows.days.tolist()
        assert sum(arm.events for arm in other.arms) == int(one.rows.event.sum())
