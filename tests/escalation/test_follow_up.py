"""The trial so far as a list of patients."""

import json

import numpy as np
import pytest

from dose_rules import study_with, two_states
from protorun.errors import UsageError
from protorun.escalation import FollowedPatient, design_for, next_dose, outcomes_from
from protorun.escalation._for_study import as_design
from protorun.escalation.boin import Boin
from protorun.escalation.crm import Crm
from protorun.escalation.modifiers import Coherent, Cohorts, StopAt
from protorun.escalation.rolling_six import make as rolling_six
from protorun.escalation.tite_boin import TiteBoin
from protorun.escalation.tite_crm import TiteCrm

SIX = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7)


def people(text, window=30, days=15):
    """Patients of an outcome string; pending ones were followed for 15 of 30 days, a DLT came on day 15."""
    follow_up = {"N": window, "T": days, "P": days, "X": days}
    return [
        FollowedPatient(int(cohort[0]), letter == "T", follow_up[letter], window, letter != "X")
        for cohort in text.split()
        for letter in cohort[1:]
    ]


@pytest.mark.parametrize(
    "text", ["", "1NNN", "1NNT", "1NNP", "1NNX", "1NNN 2NT", "1NNN 2NTP", "1NNN 2NTN 2NNP"]
)
@pytest.mark.parametrize("rule", [Boin(0.3), Crm(0.3, (0.1, 0.3, 0.5)) + Cohorts(3) + StopAt(12)])
def test_designs_of_counts_decide_as_after_the_string(rule, text):
    found = next_dose(rule, people(text), levels=3)
    assert found.why() == next_dose(rule, text, levels=3, allow_deviation=True).why()


def test_the_records_own_rule_counts_levels_as_it_orders_them():
    """NCT06462092: number 1 is 15 mg, where the trial starts."""
    design = design_for(study_with(two_states()), reading="fill_to_six")
    decision = next_dose(design, people("1NTT"))
    assert (decision.code(), decision.label()) == ("de_escalate", "10 mg")


def test_a_tite_crm_trial_of_dfcrm(shared):
    """The example of `titecrm`: ten patients with their follow-up of 180 days."""
    case = json.loads((shared / "data/dosefinding/titecrm_fits.json").read_text())["cases"][0]
    patients = [
        FollowedPatient(level, bool(tox), min(days, case["obswin"]), case["obswin"])
        for level, tox, days in zip(case["level"], case["tox"], case["followup"], strict=True)
    ]
    rule = TiteCrm(case["target"], tuple(case["prior"]))
    decision = next_dose(rule + Cohorts(1) + StopAt(30), patients, levels=6)
    assert int(decision.level[0]) + 1 == case["mtd"]
    seen = outcomes_from(patients, as_design(rule, levels=6))
    np.testing.assert_allclose(rule.fit(seen).ptox[0], case["ptox"], atol=1e-6)


def test_tite_boin_by_total_follow_up():
    """Target .2, 9 treated, 1 DLT, 3 pending: up from a total follow-up of .77 windows on (PMC9260438)."""
    rule = TiteBoin(Boin(0.2))
    after = lambda days: next_dose(rule, people("2NNNNNTPPP", days=days), levels=3).code()  # noqa: E731
    assert after(0.76 * 30 / 3) == "stay"
    assert after(0.78 * 30 / 3) == "escalate_local"


def test_rolling_six_and_inevaluable_patients():
    assert next_dose(rolling_six(("a", "b")), people("1NNNPP")).code() == "roll"
    assert next_dose(rolling_six(("a", "b")), people("1NNNX")).code() == "escalate"
    assert next_dose(rolling_six(("a", "b")), []).code() == "start"


def test_the_last_cohort_is_known_to_limits_that_look_at_it():
    rule = TiteCrm(0.3, SIX) + Cohorts(3) + StopAt(30) + Coherent(0.3)
    seen = outcomes_from(people("1NNN 2NNN 2NTP"), as_design(rule, levels=6))
    assert (seen.last_n[0], seen.last_dlt[0]) == (2, 1)


@pytest.mark.parametrize(
    ("patient", "told"),
    [
        ({"dlt": True, "follow_up_days": 31}, "after the window"),
        ({"follow_up_days": -1}, "cannot have been followed"),
        ({"window_days": 0}, "longer than 0"),
        ({"dlt": True, "evaluable": False}, "is evaluable"),
    ],
)
def test_a_patient_that_cannot_be(patient, told):
    with pytest.raises(UsageError, match=told):
        FollowedPatient(**{"level": 1, "dlt": False, "follow_up_days": 10, "window_days": 30, **patient})


def test_a_level_that_is_none():
    with pytest.raises(UsageError, match="patient 2: there is no level 4"):
        next_dose(Boin(0.3), people("1N 4N"), levels=3)
