"""What every patient source promises: the same patients from the same data, and a course for those asked about only."""

import numpy as np
import pytest

from protorun.patients.recorded import parse_recorded
from protorun.patients.source import Entries
from protorun.terms import plugins
from protorun.trial.events import NEVER
from trials import LEVELS, dose_patients, scenario

PATIENTS = "patient,level,enrolled_on,died_on\n" + "".join(
    f"P{i},15 mg,2025-01-{i + 1:02d},2025-03-{i + 1:02d}\n" for i in range(9)
)
SOURCES = {
    "virtual": lambda: dose_patients(
        scenario(dlt=[0.3, 0.6], courses={"any": {"os_median_months": 3}}, screen_failure=0.2)
    ),
    "recorded": lambda: parse_recorded({"patients": PATIENTS}, levels=LEVELS),
}


def test_every_source_of_the_folder_is_held_to_this_contract():
    assert set(plugins.names("patients")) == set(SOURCES)


def _rows(events):
    columns = (events.kind, events.day, events.known_on, events.value)
    return sorted(zip(*(c.tolist() for c in columns), strict=True))


@pytest.mark.parametrize("name", SOURCES)
class TestContract:
    def copies(self, n):
        return np.arange(n, dtype=np.int32)

    def entries(self, patients, *, copy=0):
        n = len(patients)
        return Entries(
            copy=np.full(n, copy, np.int32),
            patient=np.asarray(patients, np.int32),
            day=np.arange(10, 10 + n, dtype=np.int32),
            arm=np.zeros(n, np.int16),
            level=np.ones(n, np.int16),
            visits_days=(42,),
        )

    def test_candidates_arrive_in_order_from_day_1(self, name):
        found = SOURCES[name]().arrive(self.copies(3), 8)
        assert found.day.shape[0] == 3
        assert (np.diff(found.day.astype(np.int64), axis=1) >= 0).all()
        assert found.day.min() >= 1

    def test_a_larger_count_repeats_the_earlier_candidates(self, name):
        source = SOURCES[name]()
        few, many = source.arrive(self.copies(2), 4), source.arrive(self.copies(2), 12)
        for column in ("day", "eligible", "level", "arm", "enrolled"):
            assert np.array_equal(getattr(few, column)[:, :4], getattr(many, column)[:, :4])

    def test_a_finite_source_says_that_nobody_comes_any_more(self, name):
        source = SOURCES[name]()
        if not source.endless:
            assert (source.arrive(self.copies(1), 50).day[:, 9:] == NEVER).all()

    def test_the_course_of_a_patient_does_not_depend_on_who_is_asked_about(self, name):
        source, everybody = SOURCES[name](), self.entries(range(9))
        one = {k: v[4:5] if isinstance(v, np.ndarray) else v for k, v in vars(everybody).items()}
        whole, alone = source.course(everybody), source.course(Entries(**one))
        assert _rows(whole.where(whole.patient == 4)) == _rows(alone)
        assert len(alone)

    def test_only_the_patients_asked_about_have_events(self, name):
        events = SOURCES[name]().course(self.entries([2, 5]))
        assert set(events.patient.tolist()) <= {2, 5}
        assert (events.copy == 0).all()

    def test_nothing_is_known_before_it_happened(self, name):
        events = SOURCES[name]().course(self.entries(range(9)))
        assert (events.known_on >= events.day).all()

    def test_the_same_data_give_the_same_source(self, name):
        one, other = (SOURCES[name]() for _ in range(2))
        assert np.array_equal(one.arrive(self.copies(2), 6).day, other.arrive(self.copies(2), 6).day)
        assert one.day_one == other.day_one
