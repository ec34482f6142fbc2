"""Permuted blocks: balance at the end of every block, and how well the next arm can be guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.allocation import Factor, Plan, allocate
from protorun.allocation.permuted_blocks import block_list
from protorun.errors import UsageError


def blocks_of(*sizes, ratio=(1, 1), **more):
    return Plan(("A", "B", "C")[: len(ratio)], ratio, "permuted_blocks", block_sizes=sizes, **more)


@given(
    ratio=st.lists(st.integers(1, 3), min_size=2, max_size=3),
    times=st.integers(1, 3),
    seed=st.integers(0, 2**63),
    blocks=st.integers(1, 6),
)
def test_every_completed_block_has_the_ratio(ratio, times, seed, blocks):
    size = times * sum(ratio)
    plan = blocks_of(size, ratio=tuple(ratio))
    arms = allocate(plan, size * blocks, seed=seed, copies=np.arange(3)).reshape(3, blocks, size)
    for arm, part in enumerate(ratio):
        assert ((arms == arm).sum(axis=2) == times * part).all()


@given(seed=st.integers(0, 2**63))
def test_random_block_sizes_leave_at_most_half_a_block_of_imbalance(seed):
    arms = allocate(blocks_of(4, 6), 100, seed=seed, copies=np.arange(20))
    lead = np.cumsum(1 - 2 * arms, axis=1)
    assert np.abs(lead).max() <= 3
    even = (lead == 0).nonzero()
    gaps = [np.diff(even[1][even[0] == copy]) for copy in range(20)]
    assert all((gap % 2 == 0).all() for gap in gaps)


def test_random_block_sizes_are_drawn_equally_often():
    # A lead of three happens in a block of six (2 of 20 orders) and never in a block of four.
    arms = allocate(blocks_of(4, 6), 4, seed=1, copies=np.arange(40_000))
    lead_of_three = (np.abs(np.cumsum(1 - 2 * arms, axis=1)[:, 2]) == 3).mean()
    assert abs(lead_of_three - 0.5 * 2 / 20) < 4 * np.sqrt(0.05 * 0.95 / 40_000)


def test_each_stratum_is_balanced_on_its_own():
    plan = blocks_of(4, factors=(Factor("site", ("A", "B")), Factor("sex", ("f", "m"))))
    where = np.random.default_rng(2).integers(0, 2, (1, 400, 2))
    arms = allocate(plan, 400, seed=9, strata=where)[0]
    for site in (0, 1):
        for sex in (0, 1):
            here = arms[(where[0] == (site, sex)).all(axis=1)]
            whole = here[: len(here) // 4 * 4].reshape(-1, 4)
            assert (whole.sum(axis=1) == 2).all()


def test_strata_have_lists_of_their_own():
    plan = blocks_of(4, factors=(Factor("site", ("A", "B")),))
    one, two = (block_list(plan, 80, stratum=s, seed=4, copies=np.array([0])) for s in (0, 1))
    assert not np.array_equal(one, two)


def test_all_six_orders_of_a_block_of_four_are_equally_likely():
    arms = allocate(blocks_of(4), 4, seed=8, copies=np.arange(60_000))
    _, seen = np.unique(arms, axis=0, return_counts=True)
    assert len(seen) == 6
    assert np.abs(seen / 60_000 - 1 / 6).max() < 4 * np.sqrt(5 / 36 / 60_000)


def test_the_convergence_strategy_guesses_17_of_24_in_blocks_of_four():
    # trust.md P17; Blackwell & Hodges 1957: guess the arm that is behind, toss a coin when even
    copies = 100_000
    arms = allocate(blocks_of(4), 4, seed=17, copies=np.arange(copies))
    given_a = np.cumsum(arms == 0, axis=1) - (arms == 0)
    given_b = np.cumsum(arms == 1, axis=1) - (arms == 1)
    right = np.where(given_a == given_b, 0.5, (given_a > given_b) == (arms == 1))
    per_list = right.mean(axis=1)
    assert abs(per_list.mean() - 17 / 24) < 3 * per_list.std() / np.sqrt(copies)


def test_a_block_that_cannot_hold_the_ratio_is_refused():
    with pytest.raises(UsageError, match="block size 4 does not fit the ratio 2:1"):
        blocks_of(4, ratio=(2, 1))
