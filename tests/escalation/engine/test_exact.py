"""Exact operating characteristics against closed forms and against counted simulations."""

import numpy as np
import pytest

from dose_rules import run, study_with, two_states
from protorun.errors import NotStated, UsageError
from protorun.escalation import design_for, exact
from protorun.escalation.engine.states import Rows, merge
from protorun.escalation.three_plus_three import three_plus_three
from protorun.statistics.philox import Purpose, uniforms


def rule(reading):
    return design_for(study_with(two_states()), reading=reading)


@pytest.mark.parametrize("firing", ["cohort", "immediate"])
def test_nct06462092_at_20_and_10_percent(firing):
    # domain.md 1.1: binomial probabilities of at most one DLT in six
    found = exact(rule("fill_to_six"), [0.1, 0.2], firing=firing)
    np.testing.assert_allclose(found.selected, [[0.3052597104, 0.65536]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.stopped, 0.0393802896, rtol=0, atol=1e-12)
    found = exact(rule("three_plus_three"), [0.1, 0.2], firing=firing)
    np.testing.assert_allclose(found.selected[0, 1], 0.708608, rtol=0, atol=1e-12)


@pytest.mark.parametrize("reading", ["fill_to_six", "three_plus_three"])
@pytest.mark.parametrize("size", [None, 1])
def test_simulation_agrees_within_its_monte_carlo_error(reading, size):
    design, rates, copies = rule(reading), np.array([0.1, 0.2]), 50_000
    draws = uniforms(11, np.arange(copies)[:, None], np.arange(12), Purpose.TOXICITY).reshape(copies, 2, 6)
    _, level, n, dlt = run(design, (draws < rates[:, None]).astype(np.int16), size=size)
    truth = exact(design, rates, firing="cohort" if size is None else "immediate")
    for probability, seen in ((truth.selected[0, 1], level == 1), (truth.stopped[0], level < 0)):
        assert abs(seen.mean() - probability) < 4 * np.sqrt(probability * (1 - probability) / copies)
    for expected, seen in ((truth.n[0], n), (truth.dlt[0], dlt)):
        assert (abs(seen.mean(axis=0) - expected) < 4 * seen.std(axis=0) / np.sqrt(copies) + 1e-9).all()


def test_sure_outcomes_are_exact_too():
    design = rule("fill_to_six")
    safe, toxic, first_toxic = exact(design, [[0, 0], [1, 1], [0, 1]]).selected
    assert safe.tolist() == [0, 1]
    assert toxic.tolist() == [0, 0]
    assert first_toxic.tolist() == [1, 0]


def test_the_distribution_of_the_size_has_the_expected_size_as_its_mean():
    found = exact(three_plus_three(("a", "b", "c"), "bcrm"), [[0.1, 0.2, 0.3], [0.5, 0.6, 0.7]])
    np.testing.assert_allclose(found.size_probability.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(found.size_probability @ found.sizes, found.total, atol=1e-12)
    np.testing.assert_allclose(found.ended.sum(axis=1), 1, atol=1e-12)


def test_the_table_ends_in_a_total_of_one():
    rows = exact(rule("fill_to_six"), [0.1, 0.2]).table()
    assert [row["level"] for row in rows] == ["10 mg", "15 mg", "stopped, no dose", "total"]
    assert rows[-1]["probability_handed_on"] == pytest.approx(1, abs=1e-12)


def test_rates_that_do_not_fit_are_refused():
    design = rule("fill_to_six")
    with pytest.raises(UsageError, match="one DLT rate is needed for each of the 2 levels"):
        exact(design, [0.1])
    with pytest.raises(UsageError, match="between 0 and 1"):
        exact(design, [0.1, 1.2])
    with pytest.raises(UsageError, match="simulate it instead"):
        exact(design, [0.1, 0.2], most_rows=3)


def test_a_rule_that_falls_silent_has_no_characteristics():
    class Silent:
        def __getattr__(self, name):
            return getattr(rule("fill_to_six"), name)

        def decide(self, outcomes):
            seven = np.full_like(outcomes.n, 7)
            return rule("fill_to_six").decide(
                type(outcomes)(outcomes.level, seven, outcomes.dlt, outcomes.pending)
            )

    with pytest.raises(NotStated, match="the rule does not say what follows"):
        exact(Silent(), [0.1, 0.2])


def test_merging_is_the_same_for_short_and_for_long_keys():
    n = np.array([[2, 1], [2, 1], [1, 2]], np.int16)
    short, _ = merge(Rows(np.zeros(3, np.int16), n, np.zeros_like(n), np.array([1.0, 2.0, 4.0])))
    wide = np.hstack([n] * 8) * 1000
    long, _ = merge(Rows(np.zeros(3, np.int16), wide, np.zeros_like(wide), np.array([1.0, 2.0, 4.0])))
    assert sorted(short.ways) == sorted(long.ways) == [3.0, 4.0]
