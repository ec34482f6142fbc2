"""protorun randomize: the list goes to a file, a patient is committed before the arm is told."""

import csv
import json
import re
import sys
from types import ModuleType

import pytest

from dose_rules import study_with
from protorun.cli import run
from protorun.study.randomization import Randomization
from protorun.study.study import OpenQuestion, Proposal

ARMS = ("concomitant", "intrathecal alone")


@pytest.fixture
def told(monkeypatch, capsys, tmp_path):
    """Run randomize on a two-arm study whose ratio is open; give (exit code, rows, words)."""
    ask = OpenQuestion(
        id="ratio",
        asks="Ratio?",
        path="randomization.ratio",
        proposals=(Proposal(value=(1, 1), note="usual for two arms (ours)"),),
    )
    study = study_with(None).model_copy(
        update={"randomization": Randomization(arms=ARMS), "open_questions": (ask,)}
    )
    reads = ModuleType("protorun.read")
    reads.load = lambda path: study
    monkeypatch.setitem(sys.modules, "protorun.read", reads)

    def run_on(*arguments, folder=tmp_path / "out"):
        code = run(["randomize", "study.yaml", "--output", str(folder), *arguments, "--format", "json"])
        out = capsys.readouterr()
        return code, json.loads(out.out) if out.out else [], out.err

    return run_on


MAKE = ("--n", "40", "--blocks", "4,6", "--strata", "site:A,B", "--ratio", "1:1", "--seed")


def table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_an_unstated_ratio_is_refused_until_it_is_assumed(told):
    code, rows, words = told("--n", "20", "--blocks", "4", "--seed", "1")
    assert (code, rows) == (1, [])
    assert "does not state the allocation ratio" in words
    code, rows, words = told("--n", "20", "--blocks", "4", "--seed", "1", "--assume-defaults")
    assert (code, rows[0]["slots"]) == (0, 20)
    assert "assumed: randomization.ratio = (1, 1) (usual for two arms (ours))" in words


def test_what_is_printed_does_not_depend_on_the_list(told, tmp_path):
    one, two = told(*MAKE, "1", folder=tmp_path / "x"), told(*MAKE, "2", folder=tmp_path / "y")
    hide = re.compile("sha256:[0-9a-f]+")
    assert one[1] == two[1]
    assert hide.sub("", one[2]).replace("x", "y") == hide.sub("", two[2]).replace("x", "y")
    assert table(tmp_path / "x/allocation_list.csv") != table(tmp_path / "y/allocation_list.csv")
    assert (tmp_path / "x/allocation_list.csv").stat().st_mode & 0o077 == 0
    assert not any(arm in str(one[1]) + one[2] for arm in ARMS)


def test_patients_get_the_slots_of_their_stratum_and_each_is_logged_first(told, tmp_path):
    folder = tmp_path / "out"
    assert told(*MAKE, "7")[0] == 0
    truth = {(r["site"], int(r["slot"])): r["arm"] for r in table(folder / "allocation_list.csv")}
    for i, site in enumerate("ABBAB"):
        code, (row,), _ = told("--patient", f"P-{i}", "--at", f"site={site}")
        assert code == 0
        assert row["arm"] == truth[site, row["slot"]]
    log = table(folder / "allocation_log.csv")
    assert [r["patient"] for r in log] == ["P-0", "P-1", "P-2", "P-3", "P-4"]
    assert [r["slot"] for r in log] == ["1", "1", "2", "2", "3"]
    audit = (folder / "allocation_audit.txt").read_text().splitlines()
    assert len(audit) == 5
    assert re.fullmatch(
        r"20\d\d-\S+Z allocation 2: patient P-1, site=B, slot 1 -> [a-z ]+ \(list sha256:[0-9a-f]{12}\)",
        audit[1],
    )


def test_asking_again_tells_the_same_arm_and_logs_nothing_new(told, tmp_path):
    told(*MAKE, "7")
    first, again = (told("--patient", "P-0", "--at", "site=A")[1] for _ in range(2))
    assert first == again
    assert len(table(tmp_path / "out/allocation_log.csv")) == 1


def test_a_list_cannot_be_made_anew_or_changed_once_patients_are_in(told, tmp_path):
    told(*MAKE, "7")
    told("--patient", "P-0", "--at", "site=A")
    code, _, words = told(*MAKE, "8")
    assert code == 2
    assert "would break their concealment" in words
    path = tmp_path / "out/allocation_list.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n")
    code, rows, words = told("--patient", "P-1", "--at", "site=A")
    assert (code, rows) == (1, [])
    assert "the list has changed since this patient" in words


def test_two_allocations_at_once_are_refused(told, tmp_path):
    told(*MAKE, "7")
    (tmp_path / "out/allocation.lock").touch()
    code, rows, words = told("--patient", "P-0", "--at", "site=A")
    assert (code, rows) == (2, [])
    assert "another allocation is under way" in words


@pytest.mark.parametrize("damage", ["site,slot\nA,1\n", "", "site,slot,arm_code,arm\nA,2,1,x\n"])
def test_a_damaged_list_is_a_typed_error(told, tmp_path, damage):
    told(*MAKE, "7")
    (tmp_path / "out/allocation_list.csv").write_text(damage)
    code, rows, words = told("--patient", "P-0", "--at", "site=A")
    assert (code, rows) == (1, [])
    assert "damaged" in words or "slots" in words


def test_redcap_gets_two_tables_and_a_legend(told, tmp_path):
    code, rows, _ = told(*MAKE, "7", "--export", "redcap")
    assert code == 0
    assert [(r["file"].rsplit("_", 1)[1], r["rows"]) for r in rows] == [
        ("development.csv", 96),
        ("production.csv", 96),
        ("legend.csv", 4),
    ]
    development, production = (
        table(tmp_path / f"out/redcap_allocation_{kind}.csv") for kind in ("development", "production")
    )
    assert development != production
    assert set(production[0]) == {"redcap_randomization_group", "site"}


def test_minimization_assigns_patient_by_patient_and_checks_its_own_past(told, tmp_path):
    options = ("--method", "minimization", "--strata", "sex:f,m", "--ratio", "1:1")
    for i in range(6):
        code, _, _ = told(*options, "--seed", "3", "--patient", f"P{i}", "--at", "sex=f")
        assert code == 0
    arms = [r["arm"] for r in table(tmp_path / "out/allocation_log.csv")]
    assert set(arms) == set(ARMS)
    codes = [told("--seed", str(s), "--patient", "P6", "--at", "sex=f") for s in range(4, 12)]
    assert any("do not follow from this seed" in words for _, _, words in codes)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--n", "0", *MAKE[2:], "1"), "at least one slot"),
        (MAKE[:-1], "give a seed"),
        (("--n", "9", "--blocks", "4;6", "--ratio", "1:1", "--seed", "1"), "--blocks '4;6'"),
        (("--n", "9", "--blocks", "5", "--ratio", "1:1", "--seed", "1"), "block size 5 does not fit"),
        (("--n", "9", "--blocks", "4", "--ratio", "1:1", "--seed", "1", "--strata", "site"), "such as site:A,B"),
        (("--n", "9", "--method", "bonn", "--ratio", "1:1", "--seed", "1"), "there are: minimization"),
        (("--patient=-P", "--method", "simple", "--ratio", "1:1"), "cannot be a patient's number"),
        (("--patient", "P\n1", "--method", "simple", "--ratio", "1:1"), "cannot be a patient's number"),
        (("--patient", "P", "--method", "simple", "--ratio", "1:1"), "there is no list at"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(told, arguments, words):
    code, rows, said = told(*arguments)
    assert (code, rows) == (2, [])
    assert words in said


def test_without_a_folder_nothing_is_printed(told, capsys):
    assert run(["randomize", "study.yaml", "--n", "20", "--seed", "1"]) == 2
    assert "--output" in capsys.readouterr().err
