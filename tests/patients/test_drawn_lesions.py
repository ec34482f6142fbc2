"""Lesions of virtual patients: the criteria call every drawn response by its name."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from protorun.analyze import analyze, tables_of
from protorun.conduct import conduct, plan
from protorun.patients.drawn_lesions import with_lesions
from protorun.patients.scenario_file import load_scenarios
from protorun.patients.virtual import virtual
from protorun.read import load
from protorun.response import assess
from protorun.study.assume import assume, take_defaults
from protorun.study.study import Study
from protorun.trial.tables import Tables

DEMO = Path(str(files("protorun.demo")))
SEEDS = (1, 2, 3, 4, 5)


def one_trial(name: str, seed: int) -> tuple[Study, Tables]:
    """The virtual trial of a demo study, with the responses that were drawn."""
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
    return study, tables_of(conduct(study, source, seed=seed))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["IVONESCIMAB", "NCT05305885"])
@pytest.mark.parametrize("criteria", ["rano_bm", "recist_1_1"])
def test_the_criteria_find_the_response_that_was_drawn(name: str, criteria: str, seed: int) -> None:
    _, drawn = one_trial(name, seed)
    measured = with_lesions(drawn, seed=seed)
    assert measured.lesions is not None
    found = assess(criteria, measured.lesions, measured.visits)
    expected = drawn.timepoints["", "cns"]
    assert len(found) == len(expected) > 40
    np.testing.assert_array_equal(found.patient, expected.patient)
    np.testing.assert_array_equal(found.day, expected.day)
    np.testing.assert_array_equal(found.overall, expected.overall)


def test_the_endpoints_are_those_of_the_drawn_responses() -> None:
    study, drawn = one_trial("IVONESCIMAB", 1)
    before, after = analyze(study, drawn), analyze(study, with_lesions(drawn, seed=1))
    for one, other in zip(before.endpoints, after.endpoints, strict=True):
        np.testing.assert_array_equal(one.rows.status, other.rows.status)
        np.testing.assert_array_equal(one.rows.days, other.rows.days)


def test_a_trial_without_drawn_responses_stays_as_it_is() -> None:
    _, drawn = one_trial("CONQUER", 1)
    assert with_lesions(drawn, seed=1) is drawn


def test_the_same_seed_measures_the_same_and_another_one_does_not() -> None:
    _, drawn = one_trial("IVONESCIMAB", 1)
    first, again, other = (with_lesions(drawn, seed=s).lesions for s in (7, 7, 8))
    assert first is not None
    assert again is not None
    assert other is not None
    np.testing.assert_array_equal(first.diameter, again.diameter)
    assert (first.diameter != other.diameter).any()
