"""BOIN in a trial: the next dose says why, and pathways are complete. R's BOIN 2.7.2 is compared in oracle/dosefinding."""

from protorun.escalation import next_dose, paths
from protorun.escalation.boin import Boin, make
from protorun.escalation.modifiers import Cohorts, NoSkip, StopAt


def test_the_next_dose_says_why():
    design = Boin(target=0.25) + Cohorts(3) + NoSkip() + StopAt(n=30)
    found = next_dose(design, "1NNN 2NNT", levels=5)
    assert (found.code(), found.label()) == ("de_escalate_local", "level 1")
    assert next_dose(design, "1NNN 2NT", levels=5).code() == "fill_cohort"
    assert next_dose(design, "1NNN 2NTP", levels=5).code() == "wait_pending"
    assert next_dose(design, "1TTT", levels=5).code() == "stop_lowest_closed"


def test_paths_hold_every_outcome_of_two_cohorts():
    rows = paths(make(("1 mg", "2 mg", "3 mg"), target=0.3), cohorts=2)
    assert len([r for r in rows if r["path"].count(" ") == 1]) == 12
