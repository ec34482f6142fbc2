"""Bars and lanes from the tables of a trial: what happened after progression is no best change."""

from datetime import date

from protorun.analyze import analyze
from protorun.patients.tables import parse_tables
from protorun.report.lanes import best_changes, lanes
from protorun.study.endpoint import Endpoint
from protorun.study.source import assumed
from protorun.study.study import Origin, Study

KEY = ("recist_1_1", "whole_body")
PEOPLE = """patient,enrolled_on,first_dose_on,died_on,last_alive_on
A,2024-01-01,2024-01-03,2024-12-01,2024-12-01
B,2024-01-01,,,2024-07-01
C,2024-01-01,,,
"""
LESIONS = """patient,visit,date,lesion,role,compartment,diameter_mm
A,0,2023-12-30,T,target,extracranial,40
A,1,2024-02-15,T,target,extracranial,30
A,2,2024-04-01,T,target,extracranial,50
A,3,2024-06-01,T,target,extracranial,10
B,0,2023-12-30,T,target,extracranial,40
B,1,2024-02-15,T,target,extracranial,20
"""


def given(value):
    return assumed(value, "for this test")


def results():
    orr = Endpoint(
        id="ORR", name=given("ORR"), kind="response_rate", origin=given("enrollment"),
        criteria=given("recist_1_1"), responses=given(("CR", "PR")),
    )  # fmt: skip
    study = Study(key="x", origin=Origin(name="x", format="x", digest="0"), endpoints=(orr,))
    return analyze(study, parse_tables(PEOPLE, LESIONS), cutoff=date(2025, 1, 1))


def test_shrinkage_after_progression_is_no_best_change():
    found = results()
    change, best = best_changes(found, found.endpoint("ORR"), KEY)
    assert change[:2].tolist() == [-25.0, -50.0]
    assert best == ["SD", "PR", "MISSING"]


def test_a_lane_runs_from_the_first_dose_or_the_enrollment_to_death_or_the_last_contact():
    found = {lane.patient: lane for lane in lanes(results(), KEY)}
    assert set(found) == {"A", "B"}  # nothing is known of C after enrollment
    assert (found["A"].days, found["A"].ongoing) == (333, False)
    assert (found["B"].days, found["B"].ongoing) == (182, True)
    assert found["A"].marks == ((89, "PD"), (333, "death"))
    assert found["B"].marks == ((45, "PR"),)


def test_without_time_points_a_lane_has_no_marks_of_response():
    assert {mark for lane in lanes(results(), None) for _, mark in lane.marks} == {"death"}
