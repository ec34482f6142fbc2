"""Intervals of the DLT rate and their posterior mass: what TPI, mTPI, mTPI-2 and Keyboard have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from protorun.errors import UsageError
from protorun.escalation._local import DE_ESCALATE, ESCALATE, STAY, Verdict

Interval = tuple[float, float]
Key = tuple[Interval, int]
"""An interval with the move it stands for."""


def keys(target: Interval, *, cut: bool) -> tuple[Key, ...]:
    """Keys as wide as the target interval laid out to both sides of it; `cut` keeps the narrower ones at 0 and 1."""
    low, high = target
    width = high - low
    found: list[Key] = [(target, STAY)]
    below, over = (int(room / width + 1e-9) for room in (low, 1 - high))
    found += [((low - i * width, low - (i - 1) * width), ESCALATE) for i in range(1, below + 1)]
    found += [((high + (i - 1) * width, high + i * width), DE_ESCALATE) for i in range(1, over + 1)]
    if cut:
        first, last = min(k[0][0] for k in found), max(k[0][1] for k in found)
        found += [((0.0, first), ESCALATE)] if first > 1e-9 else []
        found += [((last, 1.0), DE_ESCALATE)] if last < 1 - 1e-9 else []
    return tuple(found)


def heaviest(
    n: NDArray[np.int64], dlt: NDArray[np.int64], of: tuple[Key, ...], *, per_width: bool
) -> Verdict:
    """The move of the interval with the most posterior mass under a uniform prior; `per_width`: mass over width.

    Of equal masses the higher interval wins, which is the safer move."""
    ordered = sorted(of, reverse=True)
    bounds = np.array([interval for interval, _ in ordered])
    a, b = 1.0 + dlt[:, None], 1.0 + (n - dlt)[:, None]
    mass = betainc(a, b, np.minimum(bounds[:, 1], 1.0)) - betainc(a, b, np.maximum(bounds[:, 0], 0.0))
    score = mass / (bounds[:, 1] - bounds[:, 0]) if per_width else mass
    best = (score >= score.max(axis=1, keepdims=True) * (1 - 1e-12)).argmax(axis=1)
    moves = np.array([move for _, move in ordered], np.int8)
    found: Verdict = moves[best]
    return found


def target_interval(target: float, below: float, above: float) -> Interval:
    """The interval around the target. Raises UsageError when it leaves 0 to 1."""
    low, high = target - below, target + above
    if not (0 < low < high < 1 and below >= 0 and above >= 0):
        raise UsageError(f"the target interval {low:g} to {high:g} must lie between 0 and 1")
    return low, high
