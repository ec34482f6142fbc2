"""Permuted blocks: within each stratum the ratio is restored at the end of every block. Zelen 1974."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.allocation._plan import ArmArray, Plan
from protorun.statistics.philox import Purpose, uniforms

DECIDES = "chance"
LISTABLE = True


def assign(plan: Plan, strata: NDArray[np.int16], *, seed: int, copies: NDArray[np.int64]) -> ArmArray:
    """Arm of each (copy, patient): patients take the slots of their stratum's list in order of arrival.

    `strata` is (copy, patient, factor), each entry an index into the categories of its factor.
    """
    sizes = tuple(len(factor.values) for factor in plan.factors)
    shape = strata.shape[:2]
    stratum = (
        np.ravel_multi_index(tuple(np.moveaxis(strata, 2, 0)), sizes) if sizes else np.zeros(shape, np.int64)
    )
    arms = np.full(shape, -1, np.int16)
    for s in np.unique(stratum):
        here = stratum == s
        position = np.maximum(here.cumsum(axis=1) - 1, 0)
        slots = block_list(plan, int(position.max()) + 1, stratum=int(s), seed=seed, copies=copies)
        arms = np.where(here, np.take_along_axis(slots, position, axis=1), arms)
    return arms


def block_list(plan: Plan, slots: int, *, stratum: int, seed: int, copies: NDArray[np.int64]) -> ArmArray:
    """The first `slots` slots of one stratum's list, one row per copy; a longer list begins with a shorter one."""
    choices = np.array(plan.block_sizes)
    length = slots + int(choices.max())  # so that the block of the last slot is whole
    blocks = np.arange(length // choices.min() + 1)
    chance = uniforms(seed, copies[:, None], blocks, Purpose.BLOCK_SIZE, draw=stratum)
    size = choices[(chance * len(choices)).astype(np.int64)]
    end = size.cumsum(axis=1)
    opens = np.zeros((len(copies), length + 1), np.int64)
    np.put_along_axis(opens, np.minimum(end, length), 1, axis=1)
    block = opens[:, :length].cumsum(axis=1)
    within = np.arange(length) - np.take_along_axis(end - size, block, axis=1)
    # Slots of a block hold the arms in order; a random order of the block's positions then deals them out.
    total = sum(plan.ratio)
    deck = np.repeat(np.arange(len(plan.arms)), plan.ratio)
    card = deck[within * total // np.take_along_axis(size, block, axis=1)]
    draws = uniforms(seed, copies[:, None], np.arange(length), Purpose.ALLOCATION, draw=stratum)
    dealt = np.empty_like(card)
    np.put_along_axis(dealt, np.argsort(block + draws, axis=1), card, axis=1)
    slots_of_copy: ArmArray = dealt[:, :slots].astype(np.int16)
    return slots_of_copy
