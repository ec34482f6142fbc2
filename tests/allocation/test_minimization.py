"""Pocock and Simon's minimization: who is favored, how strongly, and how even the factors end."""

import numpy as np
import pytest

from protorun.allocation import Factor, Plan, allocate
from protorun.allocation.minimization import choose
from protorun.errors import UsageError

SITE, SEX = Factor("site", ("A", "B", "C")), Factor("sex", ("f", "m"))


def plan(**more):
    return Plan(("new", "old"), (1, 1), "minimization", factors=(SITE, SEX), **more)


def alike(site, sex):
    return np.array([[site, sex]], np.float64)


def test_the_arm_that_evens_the_sums_is_taken_when_the_coin_is_certain():
    # Earlier patients like this one: site 3 new, 1 old; sex 2 new, 3 old. New: |4-1|+|3-3| = 3; old: |3-2|+|2-4| = 3: tie.
    tie = alike([3, 1], [2, 3])
    assert [choose(plan(coin=1.0), tie, np.array([u]))[0] for u in (0.1, 0.9)] == [0, 1]
    ahead = alike([3, 1], [3, 3])  # new: 3 + 1, old: 1 + 1
    assert [choose(plan(coin=1.0), ahead, np.array([u]))[0] for u in (0.1, 0.9)] == [1, 1]


def test_a_biased_coin_leaves_the_other_arm_its_chance():
    ahead = alike([3, 1], [3, 3])
    draws = (np.arange(1000) + 0.5) / 1000
    arms = choose(plan(coin=0.8), np.repeat(ahead, 1000, axis=0), draws)
    assert (arms == 1).mean() == pytest.approx(0.8)


def test_weights_decide_between_factors_that_pull_apart():
    pulls_apart = alike([2, 0], [0, 3])
    assert choose(plan(coin=1.0, weights=(5, 1)), pulls_apart, np.array([0.5]))[0] == 1
    assert choose(plan(coin=1.0, weights=(1, 5)), pulls_apart, np.array([0.5]))[0] == 0


def test_factors_end_more_even_than_by_simple_randomization():
    where = np.random.default_rng(1).integers(0, (3, 2), (500, 60, 2))
    copies = np.arange(500)
    minimized = allocate(plan(), 60, seed=2, copies=copies, strata=where)
    simple = allocate(Plan(("new", "old"), (1, 1), "simple"), 60, seed=2, copies=copies)

    def unevenness(arms):
        lead = 1 - 2 * arms
        return np.mean([np.abs((lead * (where[:, :, 0] == site)).sum(axis=1)).mean() for site in range(3)])

    assert unevenness(minimized) < 0.5 * unevenness(simple)


def test_an_unequal_ratio_holds_at_every_single_allocation():
    # Kuznetsova & Tymofyeyev 2012: otherwise the share of an arm drifts from patient to patient
    two_to_one = Plan(("new", "old"), (2, 1), "minimization", factors=(SITE,))
    where = np.random.default_rng(6).integers(0, 3, (20_000, 12, 1))
    arms = allocate(two_to_one, 12, seed=3, copies=np.arange(20_000), strata=where)
    assert np.abs((arms == 0).mean(axis=0) - 2 / 3).max() < 4 * np.sqrt(2 / 9 / 20_000)
    certain = Plan(("new", "old"), (2, 1), "minimization", coin=1.0)
    assert ((allocate(certain, 300, seed=3, copies=np.arange(50)) == 0).sum(axis=1) == 200).all()


def test_settings_that_do_not_fit_are_refused():
    with pytest.raises(UsageError, match="1 weights for 2 factors"):
        plan(weights=(1.0,))
    with pytest.raises(UsageError, match="biased coin"):
        plan(coin=0)
