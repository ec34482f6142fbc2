"""Virtual patients with exams, adverse events and questionnaires: the chapters find what the scenario drew."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from protorun.analyze import analyze, tables_of
from protorun.analyze.quality_of_life import changes_from_baseline, mean_of, welch
from protorun.conduct import conduct, plan
from protorun.patients.drawn_answers import with_answers
from protorun.patients.drawn_events import with_adverse_events
from protorun.patients.drawn_exams import with_exams
from protorun.patients.scenario_file import load_scenarios
from protorun.patients.virtual import virtual
from protorun.read import load
from protorun.report.drawn import with_drawn_tables
from protorun.response import assess
from protorun.study.assume import assume, take_defaults
from protorun.terms.truth import TRUE
from protorun.trial.events import Kind
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response
from protorun.trial.tables import calls

DEMO = Path(str(files("protorun.demo")))


def one_trial(name, seed=1):
    scenario = load_scenarios(DEMO / "scenarios" / f"{name}.yaml")[0]
    study = assume(take_defaults(load(DEMO / "records" / f"{name}.txt")), scenario.assumptions)
    planned = plan(study)
    source = virtual(
        scenario,
        seed=seed,
        arms=[a.id for a in study.arms],
        levels=planned.design.labels if planned.design else (),
        window_days=planned.window_days,
    )
    return study, scenario, conduct(study, source, seed=seed)


def arms(study):
    return tuple(a.id for a in study.arms)


class TestExams:
    @pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
    def test_rano_lm_finds_the_response_that_was_drawn(self, seed):
        drawn = tables_of(one_trial("NCT05305885", seed)[2])
        made = with_exams(drawn, seed=seed)
        found = assess("rano_lm", None, None, exams=made.exams)
        expected = drawn.timepoints["", "cns"]
        assert len(found) == len(expected) > 40
        np.testing.assert_array_equal(found.patient, expected.patient)
        np.testing.assert_array_equal(found.day, expected.day)
        np.testing.assert_array_equal(found.overall, expected.overall)

    def test_a_drawn_complete_response_is_one_at_its_first_scan(self):
        drawn = tables_of(one_trial("NCT05305885")[2])
        points = drawn.timepoints["", "cns"]
        best = np.where(points.overall == Response.PR, Response.CR, points.overall)
        changed = {("", "cns"): calls(points.copy, points.patient, points.day, best)}
        made = with_exams(type(drawn)(drawn.patients, timepoints=changed), seed=1)
        found = assess("rano_lm", None, None, exams=made.exams)
        np.testing.assert_array_equal(found.overall, best)
        assert (best == Response.CR).sum() > 20

    def test_half_of_the_progressions_are_seen_by_the_exam_and_half_by_the_mri(self):
        made = with_exams(tables_of(one_trial("NCT05305885")[2]), seed=1)
        found = assess("rano_lm", None, None, exams=made.exams)
        worse = [found.why(row) for row in np.flatnonzero(found.overall == Response.PD)]
        by_gait = sum("gait" in why for why in worse)
        assert 0.3 < by_gait / len(worse) < 0.7

    def test_the_criteria_nobody_stated_are_assumed_with_a_warning(self):
        study, scenario, trial = one_trial("NCT05305885")
        tables, _ = with_drawn_tables(study, scenario, trial, seed=1)
        found = analyze(study, tables, calendar=False)
        assert not found.skipped
        says = [w for w in found.warnings if "the record names no criteria; rano_lm is an assumption" in w]
        assert [w.split(":")[0] for w in says] == [
            "clinical_response",
            "neurological_progression_free_survival",
        ]


class TestAdverseEvents:
    def test_shares_grades_and_relations_are_those_of_the_scenario(self):
        count = {"any": 0, "severe": 0, "related": 0, "patients": 0}
        for seed in range(1, 21):
            study, scenario, trial = one_trial("NCT05305885", seed)
            tables = with_adverse_events(tables_of(trial), scenario, seed=seed, arms=arms(study))
            events, people = tables.adverse_events, tables.patients
            here = (
                people.last_alive_on.astype(np.int64) - people.enrolled_on > 84
            )  # still there when the last event can come
            mine = (events.term == events.terms.index("Headache")) & here[events.patient]
            count["any"] += int(mine.sum())
            count["severe"] += int((mine & (events.grade >= 3)).sum())
            count["related"] += int((mine & (events.related == TRUE)).sum())
            count["patients"] += int(here.sum())

        # Both arms: share 0.35 of the patients, severe 0.1 and related 0.6 of the events; four standard errors.
        for part, whole, share in (
            ("any", "patients", 0.35),
            ("severe", "any", 0.1),
            ("related", "any", 0.6),
        ):
            error = np.sqrt(share * (1 - share) / count[whole])
            assert count[part] / count[whole] == pytest.approx(share, abs=4 * error)

    def test_nothing_happens_after_death_or_before_entry(self):
        study, scenario, trial = one_trial("CONQUER")
        tables = with_adverse_events(tables_of(trial), scenario, seed=1, arms=arms(study))
        events, people = tables.adverse_events, tables.patients
        died = people.death_on[events.patient]
        assert len(events) > 20
        assert ((events.day <= died) | (died == NO_DAY)).all()
        assert (events.day >= people.enrolled_on[events.patient]).all()

    def test_every_dlt_is_an_adverse_event_with_its_grade_on_its_day(self):
        study, scenario, trial = one_trial("NCT06462092", seed=7)
        tables = with_adverse_events(tables_of(trial), scenario, seed=7, arms=arms(study))
        called, events = trial.events.of(Kind.DLT), tables.adverse_events
        dlt = events.features["dlt"] == TRUE
        assert dlt.sum() == len(called) > 0
        np.testing.assert_array_equal(np.sort(events.day[dlt]), np.sort(called.day))
        assert set(events.grade[dlt].tolist()) == {3}
        assert {events.terms[t] for t in events.term[dlt]} == {"Radiculitis"}

    def test_a_patient_keeps_the_same_events_whoever_else_is_drawn(self):
        study, scenario, trial = one_trial("CONQUER")
        whole = tables_of(trial)
        some = type(whole)(whole.patients.where(whole.patients.patient % 2 == 0))
        all_events = with_adverse_events(whole, scenario, seed=1, arms=arms(study)).adverse_events
        few = with_adverse_events(some, scenario, seed=1, arms=arms(study)).adverse_events
        kept = all_events.where(all_events.patient % 2 == 0)
        np.testing.assert_array_equal(few.day, kept.day)
        np.testing.assert_array_equal(few.grade, kept.grade)


class TestQualityOfLife:
    def test_scored_answers_are_the_drawn_scores_to_a_twelfth(self):
        _, _, trial = one_trial("CONQUER")
        told = trial.events.of(Kind.QUALITY_OF_LIFE)
        scores = with_answers(tables_of(trial), told).scores
        assert scores.scales == ("global health status",)
        assert np.abs(scores.score - told.value).max() <= 100 / 24 + 1e-9

    def test_the_change_per_arm_has_the_limits_of_student_and_the_difference_those_of_welch(self):
        _, _, trial = one_trial("CONQUER")
        tables = with_answers(tables_of(trial), trial.events.of(Kind.QUALITY_OF_LIFE))
        (found,) = changes_from_baseline(tables)
        scores, people = tables.scores, tables.patients
        moved = [[], []]
        for row in range(len(people)):
            mine = scores.patient == people.patient[row]
            later = mine & (scores.day > people.enrolled_on[row])
            if later.any():
                base = scores.score[mine & (scores.day == people.enrolled_on[row])][0]
                moved[people.arm[row]].append(scores.score[later][-1] - base)
        for change, values in zip(found.change, moved, strict=True):
            limits = stats.ttest_1samp(values, 0).confidence_interval(0.95)
            assert change.n == len(values)
            assert (change.lower, change.upper) == pytest.approx((limits.low, limits.high), rel=1e-12)
        limits = stats.ttest_ind(moved[1], moved[0], equal_var=False).confidence_interval(0.95)
        assert (found.difference.lower, found.difference.upper) == pytest.approx(limits, rel=1e-12)

    def test_who_has_no_later_score_is_counted_and_in_no_mean(self):
        _, _, trial = one_trial("CONQUER")
        tables = with_answers(tables_of(trial), trial.events.of(Kind.QUALITY_OF_LIFE))
        (found,) = changes_from_baseline(tables)
        assert sum(found.with_baseline) == len(tables.patients) == 120
        assert all(a > m.n for a, m in zip(found.with_baseline, found.change, strict=True))

    def test_one_value_has_no_limits(self):
        assert np.isnan(mean_of(np.array([3.0])).lower)
        assert np.isnan(welch(np.array([3.0]), np.array([1.0, 2.0])).lower)
