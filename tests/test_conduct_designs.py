"""Designs put together from a rule and modifiers, conducted day by day: cohorts are filled, closed levels stay closed."""

import numpy as np
import pytest

from dose_rules import ladder, study_with
from protorun.conduct import conduct
from protorun.conduct.terms import Terms
from protorun.escalation import design_for, exact
from protorun.escalation._slots import Needs
from protorun.patients.virtual import virtual
from protorun.study.arm import Arm, Part
from protorun.trial.events import Kind
from trials import given, scenario

RATES = [0.1, 0.25, 0.45]
NAMES = ("level 1", "level 2", "level 3")


def people(truth):
    return virtual(truth, seed=11, arms=("single",), levels=NAMES, window_days=28)


def study_of(name, cohorts=4):
    rule = ladder(name, levels=3, cohorts=cohorts).model_copy(update={"window_days": given(28)})
    arms = (Arm(id="single", label=given("single arm")),)
    return study_with(rule).model_copy(update={"arms": arms, "parts": (Part(id="phase_1"),)})


def handed_on(trial, levels=3):
    finished = trial.events.of(Kind.FINISHED)
    return np.array([(finished.level == at).mean() * len(finished) / trial.copies for at in range(levels)])


@pytest.mark.parametrize("name", ["boin", "mtpi2", "keyboard", "i3plus3", "crm", "blrm"])
def test_by_the_day_without_dropout_it_is_the_design_itself(name):
    study, copies = study_of(name), 3000
    design = design_for(study, reading=name)
    truth = exact(design, RATES)
    trial = conduct(study, people(scenario(dlt=RATES)), copies=copies, reading=name)
    error = 4 * np.sqrt(truth.selected[0] * (1 - truth.selected[0]) / copies) + 2 / copies
    assert (np.abs(handed_on(trial) - truth.selected[0]) < error).all()
    treated = len(trial.events.of(Kind.ENROLLED)) / copies
    assert treated == pytest.approx(truth.total[0], rel=0.02)


def test_a_cohort_is_filled_before_the_rule_decides():
    study = study_of("boin")
    trial = conduct(study, people(scenario(dlt=[0.0, 0.0, 0.0])), copies=5, reading="boin")
    entered = trial.events.of(Kind.ENROLLED)
    for copy in range(5):
        levels = entered.level[entered.copy == copy]
        assert levels.tolist() == [0] * 3 + [1] * 3 + [2] * 6


def test_dead_patients_of_a_cohort_are_replaced():
    study = study_of("boin")
    truth = scenario(dlt=RATES, courses={"any": {"os_median_months": 2.0}})
    trial = conduct(study, people(truth), copies=300, reading="boin", terms=Terms(explain=True))
    assert len(trial.events.of(Kind.ENROLLED)) > len(trial.events.of(Kind.COMPLETED_WINDOW, Kind.DLT))
    assert handed_on(trial).sum() + len(trial.events.of(Kind.STOPPED)) / 300 == pytest.approx(1)


@pytest.mark.parametrize("name", ["tite_boin", "tite_crm", "rolling_six"])
def test_designs_with_time_decide_while_patients_are_pending(name):
    study = study_of(name)
    design = design_for(study, reading=name)
    assert design.needs >= Needs.PENDING
    trial = conduct(study, people(scenario(dlt=RATES)), copies=300, reading=name)
    ended = len(trial.events.of(Kind.FINISHED)) + len(trial.events.of(Kind.STOPPED))
    assert ended == 300
    slow = exact(design, RATES).selected[0]
    assert np.abs(handed_on(trial) - slow).max() < 0.15
