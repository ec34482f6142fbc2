"""What every way of allocating promises. Methods are found by walking the folder."""

from inspect import signature

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.allocation import Factor, Plan, allocate
from protorun.errors import UsageError
from protorun.terms import plugins

METHODS = plugins.names("allocation")
BY_CHANCE = [m for m in METHODS if plugins.load("allocation", m).DECIDES == "chance"]


def plan_of(method, ratio=(1, 1), **more):
    factors = () if method == "simple" else (Factor("site", ("A", "B")), Factor("sex", ("f", "m")))
    arms = tuple(f"arm {i}" for i in range(len(ratio)))
    size = sum(ratio)
    return Plan(arms, ratio, method, block_sizes=(size * 2, size * 3), factors=factors, **more)


def categories(plan, patients, copies=1):
    pick = np.random.default_rng(5)
    return pick.integers(0, 2, (copies, patients, len(plan.factors)))


@pytest.mark.parametrize("method", METHODS)
def test_it_says_what_decides(method):
    module = plugins.load("allocation", method)
    assert module.DECIDES in ("chance", "population")
    verb = module.assign if module.DECIDES == "chance" else module.place
    assert verb.__doc__
    assert signature(verb).return_annotation


def test_both_kinds_are_there():
    assert set(BY_CHANCE) == {"simple", "permuted_blocks", "minimization"}
    with pytest.raises(UsageError, match="population does not randomize"):
        allocate(Plan(("a", "b"), (1, 1), "population"), 3, seed=1)


@pytest.mark.parametrize("method", BY_CHANCE)
@given(seed=st.integers(0, 2**63), copy=st.integers(0, 40))
def test_a_copy_alone_is_its_row_of_the_batch(method, seed, copy):
    plan = plan_of(method, ratio=(2, 1))
    where = categories(plan, 17, copies=41)
    batch = allocate(plan, 17, seed=seed, copies=np.arange(41), strata=where)
    alone = allocate(plan, 17, seed=seed, copies=copy, strata=where[copy])
    assert np.array_equal(batch[copy], alone[0])


@pytest.mark.parametrize("method", BY_CHANCE)
@given(seed=st.integers(0, 2**63), so_far=st.integers(1, 40))
def test_an_arm_does_not_depend_on_later_patients(method, seed, so_far):
    plan = plan_of(method)
    where = categories(plan, 41)
    whole = allocate(plan, 41, seed=seed, strata=where)
    start = allocate(plan, so_far, seed=seed, strata=where[:, :so_far])
    assert np.array_equal(whole[:, :so_far], start)


@pytest.mark.parametrize("method", BY_CHANCE)
@pytest.mark.parametrize("ratio", [(1, 1), (2, 1), (1, 1, 1), (3, 2)])
def test_the_ratio_holds_in_the_long_run(method, ratio):
    plan = plan_of(method, ratio)
    arms = allocate(plan, 60, seed=3, copies=np.arange(2000), strata=categories(plan, 60))
    share = np.bincount(arms.ravel(), minlength=len(ratio)) / arms.size
    assert np.abs(share - np.array(ratio) / sum(ratio)).max() < 4 * np.sqrt(0.25 / arms.size)


@pytest.mark.parametrize("method", BY_CHANCE)
def test_seeds_and_copies_differ(method):
    plan = plan_of(method)
    where = categories(plan, 64)
    one, two = (allocate(plan, 64, seed=seed, copies=[0, 1], strata=where) for seed in (1, 2))
    assert not np.array_equal(one[0], one[1])
    assert not np.array_equal(one[0], two[0])


@pytest.mark.parametrize("method", BY_CHANCE)
def test_a_patient_without_a_category_is_refused(method):
    plan = plan_of(method)
    if not plan.factors:
        with pytest.raises(UsageError, match="0 categories"):
            allocate(plan, 2, seed=1, strata=[[0], [1]])
        return
    with pytest.raises(UsageError, match="no category of sex"):
        allocate(plan, 2, seed=1, strata=[[0, 1], [1, -1]])
    with pytest.raises(UsageError, match="2 categories for each of 2 patients"):
        allocate(plan, 2, seed=1)
