"""How likely a trial with looks crosses its bounds, and how much information it uses, for any true effect.

Armitage, McPherson & Rowe 1969, doi:10.2307/2343787; Jennison & Turnbull 2000, chapter 19.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.design.sequential._recursion import above, at_start, below, go_on


@dataclass(frozen=True)
class Crossing:
    """Chance to stop at each look (row) by the upper and by the lower bound, for each drift (column); `expected` is
    the mean information at the stop for each drift, that of the last look for a trial that crosses nothing."""

    upper: FloatArray
    lower: FloatArray
    expected: FloatArray


def crossing(
    information: Sequence[float],
    upper: Sequence[float],
    lower: Sequence[float] | None = None,
    theta: ArrayLike = 0.0,
) -> Crossing:
    """Boundary crossing probabilities of bounds on the Z scale; Z at a look with information I has mean theta sqrt(I).

    `lower` None means no lower bound; bounds may be infinite. `theta` may be an array. Exact up to quadrature (96
    nodes, 1e-9). Raises UsageError for information that does not rise or bounds of another length.
    """
    info = rising(information, "information")
    low = [-inf] * len(info) if lower is None else list(lower)
    if len(upper) != len(info) or len(low) != len(info):
        raise UsageError(
            f"{len(info)} looks need as many bounds, not {len(upper)} upper and {len(low)} lower"
        )
    drifts = np.atleast_1d(np.asarray(theta, np.float64))
    means = np.multiply.outer(drifts, np.sqrt(info))
    return crossing_of_means(info, upper, low, means)


def crossing_of_means(
    information: Sequence[float], upper: Sequence[float], lower: Sequence[float], means: ArrayLike
) -> Crossing:
    """As `crossing`, with the mean of Z at each look (last axis) instead of one drift, such as a delayed effect has."""
    info = rising(information, "information")
    rows = np.atleast_2d(np.asarray(means, np.float64))
    if any(len(part) != len(info) for part in (upper, lower, rows[0])):
        raise UsageError(f"{len(info)} looks need as many upper bounds, lower bounds and means")
    if np.isnan([*upper, *lower]).any() or not np.isfinite(rows).all():
        raise UsageError(
            "a bound is NaN, or a drift is none: give infinite bounds for looks that stop nobody"
        )
    scores = rows * np.sqrt(info)
    found = np.array([_of_one(info, upper, lower, score) for score in scores])  # drift, look, side
    up, down = found[:, :, 0].T, found[:, :, 1].T
    stop = up + down
    expected = np.asarray(info) @ stop + info[-1] * (1 - stop.sum(0))
    return Crossing(up, down, expected)


def _of_one(
    info: Sequence[float], upper: Sequence[float], lower: Sequence[float], scores: FloatArray
) -> list[tuple[float, float]]:
    drifts = np.diff(scores, prepend=0.0) / np.diff(info, prepend=0.0)
    going, found = at_start(), []
    for at, (i, b, a) in enumerate(zip(info, upper, lower, strict=True)):
        going = replace(going, drift=float(drifts[at]))
        found.append((above(going, i, b), below(going, i, min(a, b))))
        if at < len(info) - 1:
            going = go_on(going, i, a, b)
    return found


def rising(numbers: Sequence[float], what: str) -> tuple[float, ...]:
    """The numbers as they are. Raises UsageError unless they are positive and rise strictly."""
    found = tuple(float(n) for n in numbers)
    if not found or any(not a < b < inf for a, b in zip((0.0, *found), found, strict=False)):
        raise UsageError(f"{what} must be positive and rise from look to look, not {list(found)}")
    return found
