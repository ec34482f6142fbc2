"""What the chapters read of virtual patients: lesions or exams, adverse events and questionnaires, made from what was drawn."""

from __future__ import annotations

from protorun.analyze import tables_of
from protorun.patients import drawn_answers, drawn_events, drawn_exams, drawn_lesions
from protorun.patients.scenario import Scenario
from protorun.study.study import Study
from protorun.trial.events import Kind
from protorun.trial.tables import Tables
from protorun.trial.trial import Trial


def with_drawn_tables(
    study: Study, scenario: Scenario, trial: Trial, *, seed: int
) -> tuple[Tables, tuple[str, ...]]:
    """The tables of one virtual trial as its criteria, its safety tables and its questionnaires read them, and a note for
    each kind that was made up: exams where an endpoint is judged by RANO-LM, lesions otherwise."""
    tables, notes = tables_of(trial), []
    by_exams = any("rano_lm" in (e.criteria.value, *(x.criteria for x in e.events)) for e in study.endpoints)
    before = tables
    if by_exams:
        tables = drawn_exams.with_exams(tables, seed=seed)
        notes += [drawn_exams.NOTE] if tables is not before else []
    else:
        tables = drawn_lesions.with_lesions(tables, seed=seed)
        notes += [drawn_lesions.NOTE] if tables is not before else []
    before = tables
    arms = tuple(arm.id for arm in study.arms)
    tables = drawn_events.with_adverse_events(tables, scenario, seed=seed, arms=arms)
    notes += [drawn_events.NOTE] if tables is not before else []
    before = tables
    tables = drawn_answers.with_answers(tables, trial.events.of(Kind.QUALITY_OF_LIFE))
    notes += [drawn_answers.NOTE] if tables is not before else []
    return tables, tuple(notes)
