"""Settings, levels and outcomes that cannot be are refused with a sentence, before anything is decided."""

import pytest

from protorun.cli import run
from protorun.errors import UsageError
from protorun.escalation import design_named, exact, next_dose
from protorun.escalation.engine.walk import TooManyStates

LABELS = tuple("abcde")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("boin target=.25 cohortsize=inf", "a whole number is wanted"),
        ("boin target=.25 extrasafe=maybe", "yes or no is wanted"),
        ("boin target=.25 target=.3", "target is given twice"),
        ("boin target=.25 cutoff_eli=nan", "a number is wanted"),
        ("boin target=.25 cutoff_eli=95", "certainty"),
        ("boin target=.25 cutoff_eli=-1", "certainty"),
        ("boin target=.25 extrasafe=yes offset=2", "certainty"),
        ("boin target=.25 n_earlystop=0", "one patient or more"),
        ("boin target=.25 n_earlystop=-1", "one patient or more"),
        ("boin target=.25 cohortsize=99999", "at most 200"),
        ("boin target=.25 ncohort=20000", "at most 2000"),
        ("tite_boin target=.25 cutoff_eli=3", "certainty"),
        ("tpi target=0", "between 0 and 1"),
        ("tpi target=1.5", "between 0 and 1"),
        ("tpi target=.25 k1=-3", "k1 and k2"),
        ("mtpi2 target=.25 eliminate_from=-4", "from one patient on"),
        ("crm target=.25 stop_above=7", "stop_above"),
        ("tite_crm target=.25 stop_above=-1", "stop_above"),
        ("crm target=.25 scale=nan", "a number is wanted"),
        ("crm target=.25 initial=1.5/2", "whole numbers"),
        ("crm target=.25 prior=.1/nan/.3/.4/.5", "a row of numbers"),
        ("blrm doses=1/2/nan/4/5", "a row of numbers"),
        ("blrm doses=1/2/3/4/5 cov=nan/0/0/1", "a row of numbers"),
        ("three_plus_three variant=bcrm startdose=9", "start level 9"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(text, says):
    with pytest.raises(UsageError, match=says):
        design_named(text, LABELS)


def test_no_cohort_of_an_outcome_string_is_endless():
    with pytest.raises(UsageError, match="more than 200 patients"):
        next_dose(design_named("boin target=.25", LABELS), "1" + "N" * 40_000, allow_deviation=True)


def test_a_step_too_large_for_memory_is_not_taken():
    with pytest.raises(TooManyStates):
        exact(design_named("boin target=.25 cohortsize=200 ncohort=10", LABELS), [0.1] * 5)


def test_an_empty_word_is_a_trial_before_its_first_patient(capsys):
    assert run(["next-dose", "", "--design", "boin target=.25", "--levels", "3"]) == 0
    assert "no outcome yet" in capsys.readouterr().out


@pytest.mark.parametrize(("text", "says"), [("1nnn", "'n' is no outcome"), ("0NNN", "numbered from 1")])
def test_outcomes_that_cannot_be_read_are_not_taken_for_a_file(capsys, text, says):
    assert run(["next-dose", text, "--design", "boin target=.25", "--levels", "3"]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("levels", ["-1", "3.5"])
def test_a_number_is_no_name_of_a_level(capsys, levels):
    assert run(["next-dose", "1NNN", "--design", "boin target=.25", f"--levels={levels}"]) == 2
    assert "whole number of levels" in capsys.readouterr().err


def test_a_design_that_cannot_count_a_history_leaves_the_others_their_answer(capsys):
    both = "boin target=.25, three_plus_three variant=bcrm"
    command = ["next-dose", "1" + "N" * 17, "--allow-deviation", "--levels", "3", "--format", "csv"]
    assert run([*command, "--design", both]) == 0
    out = capsys.readouterr().out
    assert "enroll" in out
    assert "outside what the rule covers" in out
    assert "row 0" not in out
