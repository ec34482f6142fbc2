"""Minimization: the arm that keeps the factors most even, taken by a biased coin. Pocock & Simon 1975, doi:10.2307/2529712."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.allocation._plan import ArmArray, Plan
from protorun.statistics.philox import Purpose, uniforms

DECIDES = "chance"
LISTABLE = False  # each arm depends on the patients before; there is nothing to print ahead


def assign(plan: Plan, strata: NDArray[np.int16], *, seed: int, copies: NDArray[np.int64]) -> ArmArray:
    """Arm of each (copy, patient), patient after patient; all copies move together.

    `strata` is (copy, patient, factor). Without factors the arms alone are kept even. An unequal ratio is played with
    parts: an arm of ratio 2 is two parts of equal weight, so that the ratio holds at every single allocation.
    Kuznetsova & Tymofyeyev 2012, Statistics in Medicine 31:701.
    """
    if not plan.factors:
        strata = np.zeros((*strata.shape[:2], 1), np.int16)
    rows, patients, factors = strata.shape
    most = max((len(factor.values) for factor in plan.factors), default=1)
    arm_of_part = np.repeat(np.arange(len(plan.arms), dtype=np.int16), plan.ratio)
    counts = np.zeros((rows, factors, most, len(arm_of_part)))
    parts = np.empty((rows, patients), np.int64)
    draws = uniforms(seed, copies[:, None], np.arange(patients), Purpose.ALLOCATION)
    copy, factor = np.arange(rows)[:, None], np.arange(factors)
    for i in range(patients):
        parts[:, i] = choose(plan, counts[copy, factor, strata[:, i]], draws[:, i])
        counts[copy, factor, strata[:, i], parts[:, i, None]] += 1
    arms: ArmArray = arm_of_part[parts]
    return arms


def choose(plan: Plan, alike: NDArray[np.float64], draws: NDArray[np.float64]) -> NDArray[np.int64]:
    """The part (with equal ratios: the arm) of the next patient of each row.

    `alike[row, factor, part]` counts earlier patients who share the patient's category of the factor. For each part that
    he might get, the imbalance is the weighted sum over factors of the range of counts. The parts of least imbalance
    share the coin's probability evenly, the others share the rest.
    """
    parts = alike.shape[2]
    weights = np.array(plan.weights or (1.0,) * alike.shape[1])
    might = alike[:, None] + np.eye(parts)[None, :, None, :]
    imbalance = (might.max(axis=3) - might.min(axis=3)) @ weights
    best = imbalance <= imbalance.min(axis=1, keepdims=True) + 1e-9
    favored = best.sum(axis=1, keepdims=True)
    share = np.where(best, plan.coin / favored, (1 - plan.coin) / np.maximum(parts - favored, 1))
    share = np.where(favored == parts, 1 / parts, share)
    chosen: NDArray[np.int64] = (draws[:, None] >= share.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return chosen
