"""The README's Python example runs, and says what its comments promise."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_python_example_prints_what_its_comments_say(monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.S)
    assert block
    monkeypatch.chdir(README.parent)
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(block[1], str(README), "exec"), {})
    said = out.getvalue()
    assert "15" in said.splitlines()[0]
    assert "1 of 3 with DLT at 15 mg" in said
    assert "0.65536" in said
