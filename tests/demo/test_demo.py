"""`protorun demo`: five records in, five reports out, and the commands it suggests run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from protorun.cli import run
from protorun.demo.running import STUDIES

COPIES = ["--copies", "4", "--seed", "7"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The folder of one run, and what it printed, as a user sees it."""
    folder = tmp_path_factory.mktemp("user")
    found = _demo(folder, hash_seed="1")
    return folder / "demo", found


def _demo(folder: Path, *, hash_seed: str) -> str:
    command = [sys.executable, "-c", "from protorun.cli import main; main()", "demo", *COPIES]
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in ran.stderr
    assert "Warning" not in ran.stderr
    return ran.stdout


def test_every_study_has_a_page_and_a_study_file_and_the_index_leads_to_them(done):
    folder, _ = done
    wanted = {"report.html", *(f"{name}{suffix}" for name in STUDIES for suffix in (".html", ".yaml"))}
    assert {path.name for path in folder.iterdir() if path.is_file()} == wanted
    links = re.findall(r'href="([^"]+)"', (folder / "report.html").read_text(encoding="utf-8"))
    assert set(links) == wanted - {"report.html"}


def test_it_ends_with_a_few_lines_of_what_was_done(done):
    _, out = done
    lines = out.splitlines()
    assert 5 <= len(lines) <= 9
    assert lines[0].startswith("studies     5 records read and run")
    assert any("made-up patients screened" in line for line in lines)


def test_what_it_says_to_try_next_runs(done, monkeypatch, capsys):
    folder, out = done
    monkeypatch.chdir(folder.parent)
    tries = [line[12:] for line in out.splitlines() if line[12:].startswith("protorun ")]
    assert len(tries) == 2
    for line in tries:
        assert run(shlex.split(line)[1:]) == 0
        assert capsys.readouterr().out.strip()


def test_the_same_seed_gives_the_same_bytes_in_another_process(done, tmp_path):
    folder, _ = done
    _demo(tmp_path, hash_seed="2")
    for path in (p for p in folder.rglob("*") if p.is_file()):
        other = tmp_path / "demo" / path.relative_to(folder)
        assert other.read_bytes() == path.read_bytes(), path.name


def test_the_analyzed_trials_come_with_figures_tables_and_their_data(done):
    folder, _ = done
    kinds = {path.parent.name: set() for path in folder.glob("*/*")}
    for path in folder.glob("*/*"):
        kinds[path.parent.name].add(path.name)
    assert {
        "km_overall_survival.svg",
        "km_overall_survival.csv",
        "times_to_events.rtf",
        "deciding_rules.html",
    } <= kinds["NCT05305885"]
    assert {"waterfall_rano_bm_cns.svg", "best_response.rtf"} <= kinds["IVONESCIMAB"]


def test_safety_and_quality_of_life_are_on_every_page_that_has_them(done):
    folder, _ = done
    files = {name: {path.stem for path in (folder / name).glob("*")} for name in STUDIES}
    assert all("adverse_events" in found for found in files.values())
    assert "dose_limiting_toxicities" in files["NCT06462092"]
    assert "quality_of_life" in files["CONQUER"]
    pages = {name: (folder / f"{name}.html").read_text(encoding="utf-8") for name in STUDIES}
    assert all("Adverse events related to treatment" in page for page in pages.values())
    assert "Quality of life: change from baseline" in pages["CONQUER"]
    assert "rano_lm is an assumption" in pages["NCT05305885"]
    assert "patient D-05, Radiculitis grade 3, day 30" in pages["NCT06462092"]
