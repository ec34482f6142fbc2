"""How likely a trial with looks crosses its bounds, and how much information it uses, for any true effect.

Armitage, McPherson & Rowe 1969, doi:10.2307/2343787; Jennison & Turnbull 2000, chapter 19.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.design._recursion import above, at_start, below, go_on


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
    found = np.array([_of_one(info, upper, low, float(drift)) for drift in drifts])  # drift, look, side
    up, down = found[:, :, 0].T, found[:, :, 1].T
    stop = up + down
    expected = np.asarray(info) @ stop + info[-1] * (1 - stop.sum(0))
    return Crossing(up, down, expected)


def _of_one(
    info: Sequence[float], upper: Sequence[float], lower: Sequence[float], drift: float
) -> list[tuple[float, float]]:
    going, found = at_start(drift), []
    for at, (i, b, a) in enumerate(zip(info, upper, lower, strict=True)):
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
