"""`protorun plan`: what is typed, what is printed, and the pages that show it."""

import json
import re
from pathlib import Path

import pytest

import protorun
from protorun.cli import run
from protorun.errors import UsageError

PAGES = [
    Path(__file__).resolve().parents[2] / "docs" / "designs" / name
    for name in ("group-sequential.md", "logrank-size.md")
]


def rows(capsys, *words):
    assert run(["plan", *words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_obrien_fleming_spending_at_half_and_three_quarters(capsys):
    asked = ("--timing", ".5,.75,1", "--test-type", "1", "--sfu", "LDOF")
    found = rows(capsys, "group-sequential", *asked)
    assert [round(row["upper_z"], 4) for row in found] == [2.9626, 2.3590, 2.0141]  # rpact's asOF
    assert found[-1]["power"] == pytest.approx(0.9)


def test_patients_by_look_for_two_rates(capsys):
    asked = ("--rates", ".3,.5", "--beta", ".2", "--timing", ".5,.75,1", "--test-type", "1", "--sfu", "asOF")
    found = rows(capsys, "group-sequential", *asked)
    assert found[-1]["information"] == pytest.approx(189.649, abs=1e-3)  # rpact


def test_a_look_nobody_can_stop_at_has_no_bound(capsys):
    asked = ("--sfu", "points", "--sfupar", "0,.5,1", "--test-type", "1", "--k", "3")
    assert rows(capsys, "group-sequential", *asked)[0]["upper_z"] is None
    survival = ("--median-control", "6", "--hr", ".6", "--accrual", "12", "--followup", "6", *asked)
    assert rows(capsys, "logrank", *survival)[0]["hr_at_upper"] is None


def test_bounds_for_the_events_really_seen(capsys):
    """The plan was 110 and 220 of 330 events or so; the looks came at 90 and 250, and 250 is the last."""
    asked = ("--hr", ".7", "--test-type", "1", "--sfu", "LDOF", "--seen", "90,250", "--last")
    found = rows(capsys, "group-sequential", *asked)
    assert [row["information"] for row in found] == [90, 250]
    assert found[-1]["alpha_spent"] == pytest.approx(0.025)


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_bounds_are_drawn(capsys, tmp_path, ending):
    file = tmp_path / f"bounds.{ending}"
    assert run(["plan", "group-sequential", "--sfu", "LDOF", "--plot", str(file)]) == 0
    start = file.read_bytes()[:400]
    assert b"<svg" in start and b"xmlns=" in start if ending == "svg" else start.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "words",
    [
        ("group-sequential", "--sfu", "bonn"),
        ("group-sequential", "--rates", ".3"),
        ("group-sequential", "--rates", ".3,.5", "--hr", ".7"),
        ("group-sequential", "--timing", "a,b"),
        ("group-sequential", "--plot", "bounds.pdf"),
        ("bonn",),
    ],
)
def test_what_does_not_fit_is_a_usage_error(capsys, words):
    assert run(["plan", *words]) == 2


def test_a_plan_by_its_name_is_the_function():
    named = protorun.plan("group-sequential", k=2)
    assert named.upper == protorun.plan.group_sequential(k=2).upper
    with pytest.raises(UsageError, match="group-sequential"):
        protorun.plan("bonn")


@pytest.mark.parametrize("page", [p for p in PAGES if p.exists()], ids=lambda p: p.stem)
def test_the_examples_of_a_page_print_what_stands_beside_them(capsys, page):
    scope: dict[str, object] = {}
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.S):
        exec(compile(block, page.name, "exec"), scope)
        said = capsys.readouterr().out.splitlines()
        beside = re.findall(r"^ *print\(.*\)  # (.*)$", block, flags=re.M)
        if beside:
            assert said == beside
        elif "table()" in block:
            cells = [re.findall(r"[\d.]+", line) for line in text.splitlines() if re.match(r"\| \d", line)]
            assert [[float(x) for x in line.split()] for line in said] == [
                [float(x) for x in row] for row in cells
            ]
