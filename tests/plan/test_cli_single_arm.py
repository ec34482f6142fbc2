"""`protorun plan simon`, `single-stage` and `monitoring`: what is typed, what is printed, and the pages that show it."""

import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import protorun
from protorun.cli import run
from protorun.study.endpoint import Endpoint
from protorun.study.source import assumed
from protorun.study.study import Enrollment, Origin, Study

PAGES = Path(__file__).resolve().parents[2] / "docs" / "designs"
ASKED = ("--p0", ".1", "--p1", ".3", "--beta", ".1")


def rows(capsys, *words):
    assert run(["plan", *words, "--format", "json"]) == 0
    out = capsys.readouterr()
    return json.loads(out.out), out.err


def single_arm(*, patients: int | None = 34, endpoints: bool = True) -> Study:
    """A study with a secondary and a primary response endpoint; the words are ours."""
    found = [
        Endpoint(
            id="dcr", name=assumed("disease control rate", "test"), level="secondary", kind="response_rate"
        ),
        Endpoint(
            id="orr",
            name=assumed("objective response rate", "test"),
            level="primary",
            kind="response_rate",
            responses=assumed(("CR", "PR"), "test"),
        ),
    ]
    size = Enrollment() if patients is None else Enrollment(size=assumed(patients, "test"))
    return Study(
        key="test",
        origin=Origin(name="test", format="test", digest=""),
        enrollment=size,
        endpoints=tuple(found) if endpoints else (),
    )


@pytest.fixture
def given(monkeypatch):
    """Whatever file the plan opens, it finds this study."""

    def lay(study):
        reads = ModuleType("protorun.read")
        reads.load = lambda path: study
        monkeypatch.setitem(sys.modules, "protorun.read", reads)

    return lay


def test_simon_prints_the_admissible_designs_by_name(capsys):
    found, words = rows(capsys, "simon", *ASKED)
    assert [(r["design"], r["r1"], r["n1"], r["r"], r["n"]) for r in found] == [
        ("minimax", 2, 22, 6, 33),
        ("admissible", 2, 19, 6, 34),
        ("optimal", 2, 18, 6, 35),
    ]
    assert "alpha = 0.05, beta = 0.1" in words


def test_simon_tells_characteristics_and_inference(capsys):
    found, _ = rows(capsys, "simon", *ASKED, "--rates", ".1,.3")
    assert [(r["design"][:7], r["p"]) for r in found[-2:]] == [("optimal", 0.1), ("optimal", 0.3)]
    assert found[-1]["accept"] == pytest.approx(0.9016, abs=1e-4)
    found, _ = rows(capsys, "simon", *ASKED, "--responses", "9", "--after", "minimax")
    assert found[0]["design"] == "minimax 2/22 6/33"
    assert found[0]["lower"] < found[0]["estimate"] < found[0]["upper"]


def test_the_record_tells_its_endpoint_and_size_and_lends_no_rate(capsys, given):
    given(single_arm())
    _, words = rows(capsys, "simon", "study.yaml", *ASKED)
    assert "primary endpoint orr: objective response rate" in words
    assert "responses that count: CR, PR" in words
    assert "the 34 patients of the record are enough for: minimax 2/22 6/33, admissible 2/19 6/34\n" in words
    assert run(["plan", "simon", "study.yaml", "--p1", ".3"]) == 1
    assert "does not state what the trial is to tell apart; give --p0" in capsys.readouterr().err
    _, words = rows(capsys, "single-stage", "study.yaml", *ASKED, "--endpoint", "dcr")
    assert "secondary endpoint dcr" in words
    assert "enough for: 6/33, 6/34\n" in words


def test_a_record_without_a_response_endpoint_is_not_planned_for(capsys, given):
    given(single_arm(endpoints=False))
    assert run(["plan", "single-stage", "study.yaml", *ASKED]) == 1
    assert "does not state a response endpoint" in capsys.readouterr().err
    given(single_arm(patients=None))
    assert run(["plan", "simon", "study.yaml", *ASKED, "--endpoint", "bonn"]) == 2
    assert "there are: dcr, orr" in capsys.readouterr().err


def test_monitoring_prints_both_boundaries_and_their_characteristics(capsys):
    asked = ("monitoring", "--p-lo", ".2", "--p-hi", ".35", "--looks", "20,40,60,75")
    found, words = rows(capsys, *asked)
    assert [(r["patients"], r["stop_lo"], r["stop_hi"]) for r in found][-1] == (75, 21, 22)
    assert "0.0875 under 0.2, 0.9114 under 0.35" in words
    found, _ = rows(capsys, *asked, "--rates", ".2,.35")
    assert [(r["boundary"], r["p"]) for r in found] == [("lo", 0.2), ("lo", 0.35), ("hi", 0.2), ("hi", 0.35)]


@pytest.mark.parametrize(
    "words",
    [
        ("simon", "--p0", ".3", "--p1", ".1"),
        ("simon",),
        ("simon", *ASKED, "--nmax", "20"),
        ("simon", *ASKED, "--plot", "curves.pdf"),
        ("single-stage", "--p0", ".1"),
        ("monitoring", "--p-lo", ".2", "--p-hi", ".35", "--looks", "20.5"),
        ("monitoring", "--p-lo", ".2", "--p-hi", ".35", "--looks", "40,20"),
    ],
)
def test_what_does_not_fit_is_refused(words):
    assert run(["plan", *words]) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("simon", *ASKED),
        ("single-stage", *ASKED),
        ("monitoring", "--p-lo", ".2", "--p-hi", ".35", "--looks", "20,40"),
    ],
)
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_curves_over_the_true_rate_are_drawn(capsys, tmp_path, words, ending):
    file = tmp_path / f"curves.{ending}"
    assert run(["plan", *words, "--plot", str(file)]) == 0
    start = file.read_bytes()[:400]
    assert (b"<svg" in start and b"xmlns=" in start) if ending == "svg" else start.startswith(b"\x89PNG")


def test_python_names_are_those_of_the_commands():
    assert {"simon", "single_stage", "monitoring"} <= set(dir(protorun.plan))
    assert protorun.plan("single-stage", p0=0.1, p1=0.3)[0].n == 25


@pytest.mark.parametrize("page", ["simon", "single-stage", "monitoring", "table", "accelerated-titration"])
def test_the_examples_of_the_page_print_what_stands_beside_them(capsys, page):
    scope: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", (PAGES / f"{page}.md").read_text(encoding="utf-8"), re.S):
        exec(compile(block, page, "exec"), scope)
        beside = re.findall(r"^print\(.*\)  # (.*)$", block, flags=re.M)
        assert beside
        assert capsys.readouterr().out.splitlines() == beside
