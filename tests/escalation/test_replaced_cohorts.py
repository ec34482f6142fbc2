"""Cohorts that nobody evaluable is left of, levels closed within a cohort, and outcomes pending at another level."""

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.escalation import FollowedPatient, boundaries, design_named, next_dose, paths
from protorun.escalation.notation import outcomes_of
from protorun.trial.decision import Action
from protorun.trial.outcomes import Outcomes

LABELS = tuple("abcde")
DESIGNS = [
    "boin target=.25",
    "keyboard target=.25",
    "crm target=.25",
    "blrm doses=1/2/4/8/16",
    "accelerated_titration then=boin target=.25",
    "accelerated_titration then=bcrm",
    "three_plus_three variant=bcrm",
]


def after(text, design, **how):
    found = next_dose(design_named(design, LABELS), text, **how)
    return Action(found.action[0]), int(found.level[0]), int(found.size[0])


@pytest.mark.parametrize("design", DESIGNS)
def test_a_cohort_that_is_replaced_as_a_whole_is_treated_again_at_its_level(design):
    single = "titration" in design
    before = "1N" if single else "1NNN"
    action, level, size = after(before, design)
    assert (action, level) == (Action.ENROLL, 1)
    assert after(f"{before} 2{'X' * size}", design) == (action, level, size)


def test_no_level_is_skipped_over_one_where_nobody_was_evaluable():
    seen = Outcomes(
        np.array([1], np.int16),
        np.array([[3, 0, 0, 0, 0]], np.int16),
        np.zeros((1, 5), np.int16),
        np.zeros((1, 5), np.int16),
    )
    for design in ("crm target=.25", "blrm doses=1/2/4/8/16 max_increment=3", "tite_crm target=.25"):
        assert design_named(design, LABELS).decide(seen).level[0] == 1, design


def test_a_followed_patient_who_left_does_not_raise_the_level():
    treated = [FollowedPatient(1, False, 28, 28)] * 3
    left = FollowedPatient(2, False, 5, 28, evaluable=False)
    design = design_named("tite_crm target=.25", LABELS)
    assert next_dose(design, [*treated, left]).level[0] == 1


def test_a_replaced_cohort_does_not_lift_the_hold_after_a_toxic_one():
    design = "crm target=.25 prior=.01/.02/.03/.05/.25"
    held = after("1NNN 2NNT", design)
    assert held[1] <= 1
    assert after(f"1NNN 2NNT {held[1] + 1}XXX", design) == held


def test_a_level_closed_within_a_cohort_takes_no_more_patients():
    # Keyboard closes from one patient on: P(rate > .25) after 2 of 2 is .984.
    assert after("1NNN 2TT", "keyboard target=.25") == (Action.ENROLL, 0, 3)
    # P(rate > .2) after 1 of 1 is .96: the titration does not fill that level.
    assert after("1N 2T", "accelerated_titration then=keyboard target=.2") == (Action.ENROLL, 0, 3)


def test_an_outcome_pending_at_another_level_is_waited_for():
    for design in ("boin target=.25", "crm target=.25"):
        assert after("1NNP 2NNN", design, allow_deviation=True)[0] is Action.WAIT
    assert after("1NNP 2NNN", "boin target=.25 ncohort=2", allow_deviation=True)[0] is Action.WAIT


@pytest.mark.parametrize("design", ["boin target=.25", "crm target=.25"])
def test_pathways_go_on_from_an_incomplete_cohort_as_the_next_dose_does(design):
    made = design_named(design, LABELS)
    seen = outcomes_of("1NNX", made)
    first, then, *_ = paths(made, cohorts=2, after=seen)
    assert (first["reason"], first["patients"]) == ("fill_cohort", 1)
    assert after("1NNX", design) == (Action.ENROLL, 0, 1)
    assert then["path"] == "1N"
    assert then["patients"] == after("1NNX 1N", design)[2] == 3
    toxic = next(row for row in paths(made, cohorts=1, after=seen) if row["path"] == "1T")
    assert toxic["why"] == next_dose(made, "1NNX 1T").why()


def test_a_table_without_end_is_refused():
    with pytest.raises(UsageError, match="more than 60,000 rows"):
        boundaries(design_named("tite_boin target=.25 cohortsize=1 ncohort=40", LABELS))
