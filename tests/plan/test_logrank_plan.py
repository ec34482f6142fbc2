"""Plans of survival trials: against rpact, gsDesign and lrstat, and what is taken from a record."""

import json
from importlib.resources import files
from math import log

import pytest

import protorun
from protorun.cli import run
from protorun.errors import NotStated, UsageError
from protorun.study.assume import assume
from protorun.study.study import Assumption

RECORDS = files("protorun.demo") / "records"
plan = protorun.plan.logrank
USUAL = {"median_control": 6, "accrual": 12, "followup": 12}


def oracle(shared, file):
    return json.loads((shared / "data" / "dosefinding" / f"{file}.json").read_text())["cases"]


def test_a_plan_with_looks_is_rpacts(shared):
    for case in oracle(shared, "gs_survival_rpact"):
        times = {"accrual": case["accrual"], "followup": case["followup"]}
        looks = {"k": 3, "timing": case["information_rates"], "sfu": "asOF"}
        found = plan(
            median_control=case["median2"],
            hr=case["hazard_ratio"],
            dropout=case["dropout_prob_at_time1"],
            dropout_time=1,
            beta=case["beta"],
            **times,
            **looks,
        ).table()
        assert [row["events"] for row in found] == pytest.approx(case["gs_events_per_stage"], rel=1e-6)
        assert [row["months"] for row in found] == pytest.approx(case["gs_analysis_time"], abs=1e-5)
        assert found[-1]["patients"] == pytest.approx(case["gs_max_subjects"], rel=1e-6)
        assert found[-1]["power"] == pytest.approx(0.8, abs=1e-7)


def test_lachin_and_foulkes_size_and_power_are_gsdesigns(shared):
    for case in oracle(shared, "gs_survival_gsDesign"):
        times = {"accrual": case["R"], "followup": case["T"] - case["R"]}
        asked = {"median_control": case["median_c"], "hr": case["hr"], "eta": case["eta"], **times}
        (row,) = plan(**asked, method="lachin_foulkes").table()
        assert (row["patients"], row["events"]) == pytest.approx(
            (case["fixed"]["n"], case["fixed"]["d"]), rel=1e-9
        )
        (back,) = plan(**asked, method="lachin_foulkes", n=row["patients"]).table()
        assert back["power"] == pytest.approx(0.9, abs=1e-9)


def test_a_delayed_effect_has_the_power_of_lrstat(shared):
    for case in oracle(shared, "nph_power_lrstat"):
        found = plan(
            median_control=case["median2"],
            hr=case["hr"],
            hr_from=case["piecewise_time"],
            accrual=case["accrual"],
            followup=case["followup"],
            eta=case["hazard_dropout"],
            n=case["accrual_rate"] * case["accrual"],
            k=3,
            timing=[0.5, 0.75, 1],
        ).table()
        assert found[-1]["power"] == pytest.approx(case["overall_reject"], abs=1e-6)


@pytest.mark.parametrize("method", ["schoenfeld", "lachin_foulkes", "score"])
@pytest.mark.parametrize("ratio", [0.5, 1, 2])
def test_the_size_has_the_power_it_is_the_size_for(method, ratio):
    asked = {**USUAL, "hr": 0.7, "method": method, "ratio": ratio, "k": 3, "test_type": 1}
    size = plan(**asked).table()[-1]
    assert size["power"] == pytest.approx(0.9, abs=1e-7)
    again = plan(**asked, n=size["patients"]).table()[-1]
    # Lachin and Foulkes' formula has two spreads, so that the inflation of a size is its power only nearly.
    assert again["power"] == pytest.approx(0.9, abs=1e-4 if method == "lachin_foulkes" else 1e-6)
    assert again["patients_needed"] == pytest.approx(size["patients"], rel=1e-6)


@pytest.mark.parametrize("test", ["fh(0,1)", "fh(0.5,0.5)", "rmst", "milestone", "max_combo"])
def test_sizes_of_other_tests_have_their_power(test):
    asked = {**USUAL, "hr": [1, 0.5], "hr_from": [0, 3], "tau": 14, "test": test}
    size = plan(**asked).table()[0]
    assert size["power"] == pytest.approx(0.9, abs=1e-6)
    assert plan(**asked, n=size["patients"]).table()[0]["power"] == pytest.approx(0.9, abs=1e-6)


def test_no_effect_is_found_as_often_as_alpha_says():
    methods = [{"method": name} for name in ("schoenfeld", "lachin_foulkes", "score")]
    tests = [{"test": name, "tau": 12} for name in ("rmst", "milestone", "max_combo", "fh(0,1)")]
    for asked in methods + tests:
        (row,) = plan(**USUAL, hr=1, n=300, **asked).table()
        assert row["power"] == pytest.approx(0.025, abs=1e-8)
        assert row["patients_needed"] is None


def test_the_hazard_ratio_at_the_bound_is_the_one_that_gives_its_z():
    for row in plan(**USUAL, hr=0.7, k=3, test_type=4).table():
        assert -log(row["hr_at_upper"]) * row["events"] ** 0.5 / 2 == pytest.approx(row["upper_z"])
        assert -log(row["hr_at_lower"]) * row["events"] ** 0.5 / 2 == pytest.approx(row["lower_z"])


def test_patients_a_month_say_how_long_the_accrual_takes():
    """Eleven months or so at 30 a month; then the size is what came."""
    asked = {"median_control": 6, "hr": 0.7, "followup": 12}
    for test in ("logrank", "fh(0,1)"):
        row = plan(**asked, patients_per_month=30, test=test).table()[-1]
        assert row["patients_needed"] == pytest.approx(30 * row["accrual_months"], rel=1e-6)
        assert row["months"] == pytest.approx(row["accrual_months"] + 12, rel=1e-6)
        again = plan(**asked, accrual=row["accrual_months"], test=test).table()[-1]
        assert again["patients"] == pytest.approx(row["patients"], rel=1e-6)
    with_n = plan(**asked, patients_per_month=30, n=300).table()[-1]
    assert with_n["accrual_months"] == 10


def test_every_assumption_is_named_with_its_basis():
    found = {a.name: a for a in plan(**USUAL, hr=[0.6, 0.7]).assumptions}
    assert found["dropout"].basis == "default"
    assert found["control arm, exponential, median months"].basis == "given"
    assert found["hazard ratio, proportional hazards"].value == "0.6, 0.7"


@pytest.fixture(scope="module")
def with_or_without_radiotherapy():
    """NCT05305885: randomized, with or without 40 Gy; start August 19, 2022, completion July 2024."""
    return protorun.load(str(RECORDS / "NCT05305885.txt"))


def test_everything_the_record_leaves_open_is_asked_for_at_once(with_or_without_radiotherapy):
    with pytest.raises(NotStated) as caught:
        plan(with_or_without_radiotherapy)
    for word in ("allocation ratio", "accrual", "follow-up", "control arm", "hazard ratio", "2022-08-19"):
        assert word in str(caught.value)


def test_the_accrual_follows_from_start_completion_and_follow_up(with_or_without_radiotherapy):
    """2022-08-19 to 2024-07-31 are 712 days or 23.39 months; 6 of them follow-up."""
    found = plan(with_or_without_radiotherapy, ratio=1, followup=6, median_control=4, hr=0.6)
    accrual = next(a for a in found.assumptions if a.name == "months of accrual")
    assert (accrual.basis, accrual.value) == ("derived", pytest.approx(712 / 30.4375 - 6))
    assert "2024-07" in accrual.source


def test_a_ratio_and_a_size_assumed_in_the_study_are_used(with_or_without_radiotherapy):
    answers = [
        Assumption(path="randomization.ratio", value=[2, 1], reason="sponsor"),
        Assumption(path="enrollment.size", value=120, reason="sponsor"),
    ]
    study = assume(with_or_without_radiotherapy, answers)
    asked = {"followup": 6, "median_control": 4, "hr": 0.6}
    with pytest.raises(NotStated, match="control"):
        plan(study, **asked)
    found = plan(study, **asked, control="intrathecal_pemetrexed_alone")
    basis = {a.name: (a.value, a.basis) for a in found.assumptions}
    assert basis["allocation, experimental : control"] == (2.0, "assumed")
    assert basis["patients, both arms"] == (120.0, "assumed")
    assert found.table()[0]["patients"] == 120
    assert found.table()[0]["power"] < 0.9


def test_conquer_states_two_randomized_arms_and_nothing_else():
    """NCT06230055: neither ratio nor dates nor size are in the record."""
    conquer = protorun.load(str(RECORDS / "CONQUER.txt"))
    with pytest.raises(NotStated, match="months of accrual"):
        plan(conquer, ratio=1, median_control=4, hr=0.6)
    found = plan(conquer, ratio=1, median_control=[4, 6], hr=[0.5, 0.6], accrual=24, followup=12, k=2)
    assert len(found.table()) == 8


def test_a_trial_of_one_arm_has_no_logrank_plan():
    with pytest.raises(UsageError, match="two randomized arms"):
        plan(protorun.load(str(RECORDS / "NCT06462092.txt")), hr=0.6)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "needs"),
        ({"hr": 1}, "below 1"),
        ({"hr": 0.7, "test": "rmst"}, "tau"),
        ({"hr": 0.7, "test": "bonn"}, "there are: logrank"),
        ({"hr": 0.7, "method": "bonn"}, "there are: schoenfeld"),
        ({"hr": [1, 0.6], "hr_from": [0, 4], "method": "schoenfeld"}, "score"),
        ({"hr": 0.7, "test": "max_combo", "k": 2}, "one look"),
        ({"hr": 0.7, "eta": 0.01, "dropout": 0.1}, "not both"),
        ({"hr": 0.7, "n": -3}, "positive"),
        ({"hr": 0.7, "ratio": 0}, "positive"),
        ({"hr": 0.7, "accrual_rate": [0]}, "nobody"),
        ({"hr": 0.7, "median_control": None, "hazard_control": [0.0]}, "no events"),
        ({"hr": 0.7, "followup": float("nan")}, "follow-up"),
        ({"hr": 0.7, "patients_per_month": 5}, "not both"),
        ({"hr": 0.7, "accrual_rate": [0, 1], "accrual_from": [0, 6], "test": "rmst", "tau": 20}, "at risk"),
        ({"hr": 1.4, "method": "score"}, "no size"),
        ({"hr": -1}, "positive"),
    ],
)
def test_what_does_not_fit_is_said(asked, says):
    with pytest.raises(UsageError, match=says):
        plan(**{**USUAL, **asked})


def test_the_command_prints_rows_and_every_assumption(capsys):
    words = (
        "--ratio",
        "1",
        "--followup",
        "6",
        "--median-control",
        "4,6",
        "--hr",
        ".5,.7",
        "--test",
        "logrank;fh(0,1)",
    )
    record = str(RECORDS / "NCT05305885.txt")
    assert run(["plan", "logrank", record, *words, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert len(json.loads(out)) == 8
    assert "months of accrual: 17.3922 [derived: start 2022-08-19" in err
    assert "alpha, one-sided: 0.025 [default]" in err
    assert run(["plan", "logrank", record]) == 1
    assert run(["plan", "logrank", "--hr", ".7"]) == 2
