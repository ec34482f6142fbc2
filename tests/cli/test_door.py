"""Whatever is typed at the command line ends in an answer or a sentence with its exit code, never in a traceback."""

from importlib.resources import files
from pathlib import Path

import pytest

from protorun.cli import run

DEMO = Path(str(files("protorun.demo")))
SG = str(DEMO / "records" / "NCT06462092.txt")
RT = str(DEMO / "records" / "NCT05305885.txt")
SCENARIO = ("--scenario", str(DEMO / "scenarios" / "NCT06462092.yaml"), "--copies", "10", "--assume-defaults")
LIST = ("--method", "permuted_blocks", "--ratio", "1:1", "--blocks", "4", "--seed", "5")
LESIONS = "patient,date,lesion,role,compartment,diameter_mm\n"


@pytest.fixture
def said(capfd):
    def call(*words):
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        return code, out, err

    return call


@pytest.mark.parametrize(
    "words",
    [
        ("report", SG),
        ("simulate", SG, *SCENARIO),
        ("randomize", RT, "--n", "4", *LIST),
        ("demo", "--copies", "1"),
    ],
    ids=lambda words: words[0],
)
def test_an_output_nobody_can_write_is_named(said, tmp_path, words):
    taken = tmp_path / "taken"
    taken.write_text("a file, and no folder")
    code, _, err = said(*words, "--output", taken / "below")
    assert code == 1
    assert err.splitlines()[-1].startswith(f"protorun: {taken}")


@pytest.mark.parametrize("verb", ["report", "simulate"])
def test_no_workers_do_nothing(said, tmp_path, verb):
    code, _, err = said(verb, SG, *SCENARIO, "--jobs", "0", "--output", tmp_path / "x")
    assert code == 2
    assert "0 workers do nothing" in err


def test_a_minimum_of_minus_one_day_is_not_taken_for_no_minimum(said, tmp_path):
    (tmp_path / "lesions.csv").write_text(LESIONS + "A,2024-01-01,T,target,cns,20\n")
    given = ("--lesions", tmp_path / "lesions.csv", "--criteria", "recist_1_1", "--policy", "eortc")
    assert said("assess", *given, "--min-sd-days", "-1")[0] == 2


def test_an_empty_table_is_not_an_answer(said, tmp_path):
    (tmp_path / "lesions.csv").write_text("")
    code, out, err = said(
        "assess", "--lesions", tmp_path / "lesions.csv", "--criteria", "recist_1_1", "--policy", "eortc"
    )
    assert (code, out, err) == (1, "", "protorun: lesions.csv: the table is empty\n")


def test_a_patient_number_cannot_steer_the_terminal(said, tmp_path):
    rows = "\x1b[2J\u202eA,2024-01-01,T,target,cns,20\n\x1b[2J\u202eA,2024-03-01,T,target,cns,10\n"
    (tmp_path / "lesions.csv").write_text(LESIONS + rows, encoding="utf-8")
    given = ("--lesions", tmp_path / "lesions.csv", "--criteria", "recist_1_1", "--policy", "eortc")
    _, out, err = said("assess", *given)
    assert "�[2J�A" in out
    assert not set("\x1b\u202e") & set(out + err)


def test_a_list_of_a_hundred_million_slots_is_a_slip_of_the_keyboard(said, tmp_path):
    code, _, err = said("randomize", RT, "--n", "100000000", *LIST, "--output", tmp_path)
    assert code == 2
    assert "more than 1,000,000" in err


@pytest.mark.parametrize("name", ["allocation_list.csv", "allocation_log.csv", "allocation_plan.json"])
@pytest.mark.parametrize("damage", [b"\xff\xfe\x00", b"[" * 100_000], ids=["bytes", "depth"])
def test_a_damaged_file_of_a_list_is_named(said, tmp_path, name, damage):
    assert said("randomize", RT, "--n", "4", *LIST, "--output", tmp_path)[0] == 0
    assert said("randomize", RT, "--output", tmp_path, "--patient", "P1")[0] == 0
    (tmp_path / name).write_bytes(damage)
    code, _, err = said("randomize", RT, "--output", tmp_path, "--patient", "P2")
    assert code == 1
    assert name in err
    assert "damaged" in err


def test_a_log_that_lost_a_patient_never_gives_a_slot_twice(said, tmp_path):
    said("randomize", RT, "--n", "4", *LIST, "--output", tmp_path)
    log = tmp_path / "allocation_log.csv"
    for patient in ("P1", "P2"):
        said("randomize", RT, "--output", tmp_path, "--patient", patient)
    lines = log.read_text().splitlines(keepends=True)
    for kept in (lines[:2], lines[:1], None):
        log.write_text("".join(kept)) if kept else log.unlink()
        code, out, err = said("randomize", RT, "--output", tmp_path, "--patient", "P3")
        assert (code, out) == (1, "")
        assert "the audit trail 2" in err


def test_a_factor_never_takes_the_place_of_the_arm(said, tmp_path):
    code, _, err = said("randomize", RT, "--n", "4", *LIST, "--strata", "arm:A,B", "--output", tmp_path)
    assert code == 2
    assert "'arm' is a column of the list already" in err


def test_a_window_of_no_days_counts_nobody_and_is_refused(said, tmp_path):
    text = Path(SCENARIO[1]).read_text(encoding="utf-8")
    for window, code in (("0", 2), ("-5", 2), ("abc", 2), ("42", 0)):
        (tmp_path / "s.yaml").write_text(text.replace("value: 42", f"value: {window}"), encoding="utf-8")
        given = ("--scenario", tmp_path / "s.yaml", "--copies", "1", "--assume-defaults")
        found, out, err = said("simulate", SG, *given)
        assert found == code, err
        assert bool(out) == (code == 0)
