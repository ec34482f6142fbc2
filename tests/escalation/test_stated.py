"""NCT06462092: 3 to 6 patients at 15 mg; DLT in >= 2 -> 10 mg, six more; again in >= 2 -> stop; in <= 1 -> phase II."""

from itertools import product

import numpy as np
import pytest

from dose_rules import guard, run, study_with, two_states
from protorun.errors import NotStated, UsageError
from protorun.escalation import design_for, next_dose
from protorun.trial.decision import Action
from protorun.trial.outcomes import Outcomes

READINGS = ("fill_to_six", "three_plus_three")


@pytest.fixture(params=READINGS)
def design(request):
    return design_for(study_with(two_states()), reading=request.param)


@pytest.fixture
def fill_to_six():
    return design_for(study_with(two_states()), reading="fill_to_six")


@pytest.fixture
def three_first():
    return design_for(study_with(two_states()), reading="three_plus_three")


def told_from_the_text(first, second, reading):
    """One trial, patient by patient, written from the text and from nothing else."""
    dlts = 0
    for patients, dlt in enumerate(first, start=1):
        dlts += dlt
        if dlts >= 2:
            break
        if patients == 6 or (reading == "three_plus_three" and patients >= 3 and dlts == 0):
            return "phase II at 15 mg", patients, 0
    at_15, dlts = patients, 0
    for patients, dlt in enumerate(second, start=1):
        dlts += dlt
        if dlts >= 2:
            return "stopped", at_15, patients
    return "phase II at 10 mg", at_15, 6


@pytest.mark.parametrize("reading", READINGS)
def test_all_4096_sequences_of_dlts_end_as_the_text_says(reading):
    # trust.md P6
    sequences = [(a, b) for a in product((0, 1), repeat=6) for b in product((0, 1), repeat=6)]
    toxic = np.array([[second, first] for first, second in sequences], np.int16)
    design = design_for(study_with(two_states()), reading=reading)
    action, level, n, _ = run(design, toxic, size=1)
    names = {(Action.FINISH, 1): "phase II at 15 mg", (Action.FINISH, 0): "phase II at 10 mg"}
    found = [
        (names.get((a, lv), "stopped"), n15, n10)
        for a, lv, (n10, n15) in zip(action, level, n.tolist(), strict=True)
    ]
    assert found == [told_from_the_text(*pair, reading) for pair in sequences]


@pytest.mark.parametrize(
    ("outcomes", "reading", "action", "level", "why"),
    [
        ("", "fill_to_six", Action.ENROLL, "15 mg", "no outcome yet: 6 patients at 15 mg"),
        ("", "three_plus_three", Action.ENROLL, "15 mg", "no outcome yet: 3 patients at 15 mg"),
        ("1NNTT", "fill_to_six", Action.ENROLL, "10 mg", "2 of 4 with DLT at 15 mg: limit 2, reduce to 10 mg"),
        ("1NNN", "three_plus_three", Action.FINISH, "15 mg", "0 of 3 with DLT at 15 mg: at most 0, 15 mg is handed on"),
        ("1NNN", "fill_to_six", Action.ENROLL, "15 mg", "0 of 3 with DLT at 15 mg: 3 more patients here to complete the cohort"),
        ("1NNT", "three_plus_three", Action.ENROLL, "15 mg", "1 of 3 with DLT at 15 mg: 3 more patients here to complete the cohort"),
        ("1TT 2NNNNNT", "fill_to_six", Action.FINISH, "10 mg", "1 of 6 with DLT at 10 mg: at most 1, 10 mg is handed on"),
        ("1TT 2NTNT", "fill_to_six", Action.STOP, "", "2 of 4 with DLT at 10 mg: limit 2; the trial stops without a dose"),
    ],
)  # fmt: skip
def test_each_decision_says_why_with_its_numbers(outcomes, reading, action, level, why):
    decision = next_dose(study_with(two_states()), outcomes, reading=reading)
    assert (decision.action[0], decision.label(), decision.why()) == (action, level, why)


def test_the_guard_that_fired_leads_back_to_its_words(fill_to_six):
    decision = next_dose(fill_to_six, "1NTT")
    fired = fill_to_six.reading.transitions[decision.number("rule")]
    assert (fired.state, fired.action, fired.to, fired.dlt_from) == ("L15", "go", "L10", 2)


def test_a_second_dlt_fires_while_others_are_under_observation(design):
    decision = next_dose(design, "1TTP")
    assert (decision.code(), decision.label()) == ("de_escalate", "10 mg")
    assert decision.why() == "2 of 2 with DLT at 15 mg, 1 pending: limit 2, reduce to 10 mg"


def test_the_sixth_patient_is_waited_for_because_he_may_leave_inevaluable(fill_to_six):
    waiting = next_dose(fill_to_six, "1NNNNNP")
    assert (waiting.action[0], waiting.code()) == (Action.WAIT, "wait_pending")
    gone = next_dose(fill_to_six, "1NNNNNX")
    assert (gone.action[0], gone.size[0]) == (Action.ENROLL, 1)  # replaced


def test_enrollment_goes_on_while_pending_only_up_to_the_end_of_the_cohort(fill_to_six, three_first):
    assert next_dose(fill_to_six, "1NTP").size[0] == 3
    assert next_dose(three_first, "1NTP").code() == "wait_pending"
    assert next_dose(three_first, "1NP").size[0] == 1


def test_the_study_must_choose_a_reading():
    rule = two_states()
    with pytest.raises(NotStated, match=r"fill_to_six, three_plus_three.*dose_rule\.reading"):
        design_for(study_with(rule))
    with pytest.raises(
        UsageError, match="no reading called 'bonn'; there are: fill_to_six, three_plus_three"
    ):
        design_for(study_with(rule), reading="bonn")
    with pytest.raises(NotStated, match="a dose rule"):
        design_for(study_with(None))


def changed(*transitions):
    rule = two_states()
    reading = rule.readings[0].model_copy(update={"transitions": transitions})
    return study_with(rule.model_copy(update={"readings": (reading,)}))


def test_a_count_without_a_guard_is_not_stated():
    hole = changed(guard("L15", "go", dlt=(2, None), to="L10"), guard("L15", "enroll", n=(0, 4), dlt=(0, 1)))
    with pytest.raises(NotStated, match="what follows 0 of 5 with DLT in L15"):
        design_for(hole)


def test_a_rule_that_returns_to_a_state_is_refused():
    loop = changed(
        *two_states().readings[0].transitions[:3],
        guard("L10", "go", n=(3, 3), to="L15"),
        guard("L10", "enroll", n=(0, 2)),
    )
    with pytest.raises(UsageError, match="returns to L15"):
        design_for(loop)


def test_the_first_guard_that_holds_wins():
    # "3 patients, 2 with DLT" meets both the limit and, if it came first, an early go.
    early_go = guard("L15", "finish", n=(3, 6))
    order = changed(early_go, *two_states().readings[0].transitions)
    assert next_dose(order, "1NTT").code() == "mtd_rule"


def test_counts_outside_the_rule_are_refused_with_their_row(design):
    def decide(level, n, dlt):
        counts = np.array([[0, 1], n], np.int16), np.array([[0, 0], dlt], np.int16)
        return design.decide(Outcomes(np.array([1, level], np.int16), *counts, np.zeros((2, 2), np.int16)))

    with pytest.raises(UsageError, match="row 1: more DLTs than evaluable"):
        decide(1, [0, 2], [0, 3])
    with pytest.raises(UsageError, match="row 1: the counts"):
        decide(1, [0, 40], [0, 0])
    with pytest.raises(UsageError, match="treats only: 15 mg, 10 mg"):
        decide(2, [0, 2], [0, 0])
    assert decide(1, [0, 7], [0, 0]).code(1) == "rule_silent"  # seven patients: the text knows six
