"""Survival plans that are also simulated: the formula and the simulated trials agree within their errors."""

import json
from importlib.resources import files

import pytest

import protorun
from protorun.cli import run
from protorun.errors import UsageError

RECORDS = files("protorun.demo") / "records"
plan = protorun.plan.logrank
USUAL = {"median_control": 6, "accrual": 12, "followup": 12, "eta": 0.01, "ratio": 1}


def test_300_patients_with_three_looks_have_the_power_of_lrstat(shared):
    """.7594 at a hazard ratio of .7, .4986 with an effect from month 4 on (lrstat 0.2.15, calculated)."""
    cases = json.loads((shared / "data" / "dosefinding" / "nph_power_lrstat.json").read_text())["cases"]
    for case in cases:
        delayed = {"hr": case["hr"], "hr_from": case["piecewise_time"]}
        rows = plan(**USUAL, **delayed, n=300, k=3, timing=(0.5, 0.75, 1), simulate=4_000).table()
        last = rows[-1]
        assert abs(last["simulated_power"] - case["overall_reject"]) < 4 * last["simulated_power_se"] + 0.01
        assert abs(last["simulated_alpha"] - 0.025) < 4 * last["simulated_alpha_se"]
        assert [row["simulated_months"] for row in rows] == pytest.approx(
            [r["months"] for r in rows], abs=0.2
        )
        assert last["mean_events"] < 229


def test_the_size_that_a_plan_asks_for_has_the_power_when_simulated():
    (row,) = plan(**USUAL, hr=0.6, beta=0.2, simulate=4_000).table()
    assert row["power"] == pytest.approx(0.8)
    assert abs(row["simulated_power"] - 0.8) < 4 * row["simulated_power_se"] + 0.01
    assert row["mean_events"] == pytest.approx(row["events"], abs=1)


def test_a_futility_bound_stops_simulated_trials_without_effect():
    looks = {"k": 2, "test_type": 4, "sfu": "LDOF", "sfl": "HSD"}
    rows = plan(**USUAL, hr=0.7, simulate=1_000, **looks).table()
    assert rows[-1]["simulated_alpha"] < 0.035
    assert rows[-1]["mean_patients"] <= rows[-1]["patients_needed"] + 1


def test_tests_that_are_not_simulated_say_so():
    with pytest.raises(UsageError, match="only logrank and fh"):
        plan(**USUAL, hr=0.7, n=300, test="rmst", tau=12, simulate=100)


def test_ncts_05305885_is_simulated_from_its_record(capsys):
    asked = [
        "--ratio",
        "1",
        "--followup",
        "6",
        "--median-control",
        "4",
        "--hr",
        ".6",
        "--k",
        "2",
        "--simulate",
        "200",
        "--seed",
        "3",
    ]
    record = str(RECORDS / "NCT05305885.txt")
    assert run(["plan", "logrank", record, *asked, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert 0.7 < rows[-1]["simulated_power"] < 1
    assert "200 trials, seed 3" in err
    assert run(["plan", "logrank", record, *asked]) == 0
    shown = capsys.readouterr().out
    assert "Simulated" in shown
    assert shown.index("Log-rank plan") < shown.index("Simulated")
