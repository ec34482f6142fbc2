"""Outcome strings: "1NNN 2NTN", and the column of whatever is wrong with one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_rules import study_with, two_states
from protorun.errors import NotationError
from protorun.escalation import design_for, next_dose
from protorun.escalation.notation import numbering, outcomes_of, parse
from protorun.escalation.three_plus_three import three_plus_three

LADDER = three_plus_three(("10 mg", "20 mg", "30 mg"), "bcrm")


def test_a_string_becomes_counts():
    found = outcomes_of("1NNN 2NTP", LADDER)
    assert (found.level[0], found.n.tolist(), found.dlt.tolist(), found.pending.tolist()) == (
        1,
        [[3, 2, 0]],
        [[0, 1, 0]],
        [[0, 1, 0]],
    )


def test_a_patient_who_is_not_evaluable_is_never_counted():
    assert outcomes_of("1NXNXN", LADDER).n.tolist() == [[3, 0, 0]]


def test_a_stated_rule_is_numbered_from_where_it_starts():
    rule = design_for(study_with(two_states()), reading="fill_to_six")
    assert numbering(rule) == "1 = 15 mg, 2 = 10 mg"
    assert numbering(LADDER) == "1 = 10 mg, 2 = 20 mg, 3 = 30 mg"


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("1NNQ", 4, "'Q' is no outcome; there are: N no DLT, T DLT, P pending, X not evaluable"),
        ("1nnn", 2, "'n' is no outcome"),
        ("NNN", 1, "begins with the number of its level"),
        ("0NNN", 1, "numbered from 1"),
        ("1NNN 2", 6, "no patient"),
        ("1NNN 9NNN", 6, "there is no level 9; 1 = 10 mg"),
        ("1NNN 3NNN", 6, "treats level 2 (20 mg) here"),
        ("1NNNN", 5, "at most 3 here"),
        ("1NNP 2NNN", 6, "the rule waits here"),
        ("1NTT 1NNN", 6, "the rule has stopped here"),
        ("٣NNN", 1, "begins with the number"),
    ],
)
def test_what_is_wrong_is_named_with_its_column(text, column, words):
    with pytest.raises(NotationError) as error:
        next_dose(LADDER, text)
    assert error.value.column == column
    assert words in str(error.value)


def test_a_deviation_is_counted_only_when_allowed():
    found = outcomes_of("1NNNN", LADDER, allow_deviation=True)
    assert found.n[0, 0] == 4
    assert next_dose(LADDER, "1NNNN", allow_deviation=True).size[0] == 2


@given(st.text(alphabet="0123NTPX ٣\n-é\x00", max_size=20))
def test_any_string_is_counted_or_refused_with_a_column(text):
    wrong: list[NotationError] = []
    try:
        words = next_dose(LADDER, text).why()
    except NotationError as error:
        wrong.append(error)
        words = str(error)
    assert words
    assert all(1 <= error.column <= len(text) for error in wrong)


@given(st.lists(st.tuples(st.integers(1, 9), st.text(alphabet="NTPX", min_size=1, max_size=6)), max_size=6))
def test_writing_and_parsing_agree(cohorts):
    text = " ".join(f"{number}{letters}" for number, letters in cohorts)
    assert [(c.number, c.letters) for c in parse(text)] == cohorts
    assert all(text[c.at - 1] == str(c.number)[0] for c in parse(text))


def test_nothing_treated_is_the_start():
    assert np.array_equal(outcomes_of("", LADDER).n, [[0, 0, 0]])
