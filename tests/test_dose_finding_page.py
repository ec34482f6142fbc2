"""The session of the dose-finding page works as written: each command runs, and prints what the page shows."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from protorun.cli import run

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "dose-finding.md").read_text(encoding="utf-8")
RECORD = ROOT / "src/protorun/demo/records/NCT06462092.txt"
SHOWN = re.findall(r"```console\n(protorun [^\n]+)\n```\n(?:\n```text\n(.*?)```)?", PAGE, re.S)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What the page tells the reader to have: the record and the file of scenarios."""
    shutil.copy(RECORD, tmp_path / "record.txt")
    [scenarios] = re.findall(r"```yml\n(.*?)```", PAGE, re.S)
    (tmp_path / "scenarios.yml").write_text(scenarios, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def trimmed(text):
    """The lines without blanks at their end, and without empty lines around them."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def test_every_command_of_the_page_is_found():
    assert len(SHOWN) == PAGE.count("\nprotorun ") >= 10


@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=lambda text: text[:40])
def test_a_command_prints_what_the_page_shows(folder, capsys, command, printed):
    before = set(folder.iterdir())
    code = run(shlex.split(command)[1:])
    out = capsys.readouterr().out
    assert code == 0
    assert trimmed(out) == trimmed(printed)
    assert out or set(folder.iterdir()) > before


def test_the_python_of_the_page_runs(folder, capsys):
    [block] = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    exec(compile(block, "dose-finding.md", "exec"), {})
    out = capsys.readouterr().out
    assert "0.65536" in out
    assert "(True, True, True)" in out


def test_the_numbers_in_the_prose_are_those_of_the_tables():
    assert "65.536 %" in PAGE
    assert PAGE.count("65.536") >= 3
