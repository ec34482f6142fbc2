"""Treatment emergence, the worst event, Hy's law: the edges of each window."""

import numpy as np

from protorun.schedule.doses import exposure
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.toxicity.emergence import emergent, worst_first, worst_grade
from protorun.toxicity.hys_law import hys_law
from protorun.trial.facts import NO_DAY


def days(*values):
    return np.array([NO_DAY if v is None else v for v in values], np.int32)


def test_the_window_runs_from_the_first_dose_to_30_days_after_the_last():
    start = days(9, 10, 130, 131, None)
    found = emergent(start, days(*[10] * 5), days(*[100] * 5), days_after=30)
    assert found.tolist() == [FALSE, TRUE, TRUE, FALSE, UNKNOWN]


def test_an_event_without_a_start_that_ended_before_treatment_is_none():
    assert emergent(days(None), days(10), days(20), end=days(9), days_after=30).tolist() == [FALSE]


def test_nobody_treated_has_no_emergent_event_and_an_ongoing_treatment_has_no_end():
    found = emergent(days(50, 5000), days(None, 10), days(None, None), days_after=30)
    assert found.tolist() == [FALSE, TRUE]


def test_the_worst_event_is_the_first_of_the_worst():
    severity = np.array([1, 3, 3, 2])
    found = worst_first(np.zeros(4, int), severity, days(1, 9, 5, 2), np.arange(4), among=np.ones(4, bool))
    assert found.tolist() == [False, False, True, False]
    found = worst_first(np.zeros(4, int), severity, days(1, 9, 5, 2), np.arange(4), among=severity < 3)
    assert found.tolist() == [False, False, False, True]


def test_the_worst_grade_per_patient():
    keys, grades, rows = worst_grade(
        np.array([7, 3, 7, 3]), np.array([1, 2, 4, 2]), among=np.array([True, True, True, True])
    )
    assert (keys.tolist(), grades.tolist(), rows.tolist()) == ([3, 7], [2, 4], [1, 2])


def test_hys_law_wants_the_bilirubin_0_to_14_days_after_the_transaminase():
    def law(gap):
        found = hys_law(
            np.zeros(2, int), days(100, 100 + gap), bilirubin=np.array([False, True]),
            value=np.array([96.0, 42.0]), uln=np.array([32.0, 21.0]), patients=2,
        )  # fmt: skip
        return found.law.tolist()

    assert [law(gap)[0] for gap in (-1, 0, 14, 15)] == [False, True, True, False]
    assert not law(0)[1]


def test_exposure_adds_up_and_a_plan_of_nothing_has_no_intensity():
    found = exposure(
        np.array([0, 0, 1]), per_day=np.array([54.0, 81.0, 0.0]), planned_per_day=np.array([54.0, 54.0, 0.0]),
        days=np.array([15.0, np.nan, 10.0]), patients=2,
    )  # fmt: skip
    assert found.total.tolist() == [810.0, 0.0]
    assert found.days.tolist() == [15.0, 10.0]
    assert found.intensity[0] == 100
    assert np.isnan(found.intensity[1])
