"""Simple randomization: every patient by an independent draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.allocation._plan import ArmArray, Plan
from protorun.errors import UsageError
from protorun.statistics.philox import Purpose, uniforms

DECIDES = "chance"
LISTABLE = True


def assign(plan: Plan, strata: NDArray[np.int16], *, seed: int, copies: NDArray[np.int64]) -> ArmArray:
    """Arm of each (copy, patient); `strata` is (copy, patient, 0 factors). Raises UsageError for a plan with strata."""
    if plan.factors:
        raise UsageError("simple randomization balances no strata; use permuted_blocks or minimization")
    draws = uniforms(seed, copies[:, None], np.arange(strata.shape[1]), Purpose.ALLOCATION)
    return by_ratio(draws, plan)


def by_ratio(draws: NDArray[np.float64], plan: Plan) -> ArmArray:
    """Arms from uniform numbers, in proportion to the ratio."""
    shares = np.cumsum(plan.ratio)[:-1] / sum(plan.ratio)
    return np.searchsorted(shares, draws, side="right").astype(np.int16)
