"""Every example prints what stands beside it."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_prints_its_out_file(example: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(example)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == example.with_suffix(".out").read_text()


def test_no_out_file_is_left_without_its_example() -> None:
    outs = {path.stem for path in EXAMPLES[0].parent.glob("*.out")}
    assert outs == {path.stem for path in EXAMPLES}
