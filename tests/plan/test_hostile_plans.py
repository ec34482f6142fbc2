"""Plans asked for in odd ways end in a sentence or in a right answer."""

import json

import pytest

from protorun.cli import run
from protorun.errors import UsageError
from protorun.plan import plan

COURSE = {"median_control": 6, "hr": 0.6, "accrual": 12, "followup": 6}
LOGRANK = ["plan", "logrank", "--median-control", "6", "--hr", ".6", "--accrual", "12", "--followup", "6"]


@pytest.mark.parametrize("looks", ["nan,20", "inf", "1e9", "20.5,40"])
def test_looks_that_are_no_patients_end_in_a_sentence(looks, capsys):
    assert run(["plan", "monitoring", "--p-lo", ".2", "--p-hi", ".35", "--looks", looks]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "patients" in shown.err


@pytest.mark.parametrize("test", ["fh(1.2.3,0)", "fh(.,0)", "fh(-1,0)", "fh(0,1"])
def test_weights_that_are_no_numbers_are_no_test(test):
    with pytest.raises(UsageError, match="no test"):
        plan.logrank(**COURSE, test=test)


def test_weights_may_begin_with_a_point():
    assert plan.logrank(**COURSE, test="fh(.5,1.)").rows[0]["test"] == "fh(.5,1.)"


def test_a_test_that_sees_nothing_is_refused(recwarn):
    with pytest.raises(UsageError, match="no information"):
        plan.logrank(**COURSE, test="fh(500,500)")
    assert not recwarn.list


def test_one_simulated_trial_has_no_standard_error(capsys):
    assert run([*LOGRANK, "--simulate", "1", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["simulated_months_se"] is None


def test_patients_who_come_fast_are_in_at_once():
    asked = {name: value for name, value in COURSE.items() if name != "accrual"}
    row = plan.logrank(**asked, patients_per_month=20_000).rows[0]
    assert row["accrual_months"] * 20_000 == pytest.approx(row["patients_needed"], rel=1e-6)
    with pytest.raises(UsageError, match="give the months of accrual"):
        plan.logrank(**asked, patients_per_month=1e9)


def test_a_long_search_is_announced_before_it_begins(capsys):
    assert run(["plan", "simon", "--p0", ".2", "--p1", ".22"]) == 2
    said = capsys.readouterr()
    assert "a search of minutes; --nmax" in said.err
    assert said.out == ""


def test_a_short_search_is_not_announced(capsys):
    assert run(["plan", "simon", "--p0", ".1", "--p1", ".3"]) == 0
    assert "minutes" not in capsys.readouterr().err
