"""A design that meets the calendar: bounds for the information really seen, and conditional power.

Lan & DeMets 1983, doi:10.1093/biomet/70.3.659; Jennison & Turnbull 2000, chapters 7 and 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from protorun.errors import UsageError
from protorun.statistics.design.sequential._recursion import Going, above, go_on
from protorun.statistics.design.sequential.bounds import both_bounds, lower_bounds, upper_bounds
from protorun.statistics.design.sequential.crossing import crossing, rising
from protorun.statistics.design.sequential.group_sequential import GroupSequential, reached
from protorun.statistics.design.sequential.spending import CLASSICAL, Parameter, spent


@dataclass(frozen=True)
class Monitored:
    """Bounds at the looks so far, for the information seen; `spent` is cumulative alpha, `power` the cumulative chance
    to cross under the effect planned for."""

    information: tuple[float, ...]
    fraction: tuple[float, ...]
    upper: tuple[float, ...]
    lower: tuple[float, ...] | None
    spent: tuple[float, ...]
    power: tuple[float, ...]

    def table(self) -> list[dict[str, float | int | None]]:
        """One row for each look so far."""
        return [
            {
                "look": at + 1,
                "information_fraction": self.fraction[at],
                "information": self.information[at],
                "upper_z": reached(self.upper[at]),
                "alpha_spent": self.spent[at],
                "lower_z": None if self.lower is None else reached(self.lower[at]),
                "power": self.power[at],
            }
            for at in range(len(self.upper))
        ]


def monitor(design: GroupSequential, seen: Sequence[float], *, last: bool = False) -> Monitored:
    """Bounds of a planned design at the information really seen at each look so far (patients, events), look numbers and
    times free.

    Error is spent by the fraction of the planned maximum; with `last`, or once the maximum is reached, the final look
    spends all that is left and a lower bound meets the upper one. Raises UsageError for classical bounds, which have no
    spending function: plan with LDOF or LDPocock.
    """
    information = rising(seen, "the information seen")
    if design.upper_function[0] in CLASSICAL:
        raise UsageError(
            f"{design.upper_function[0]} bounds hold for the planned looks only; plan with LDOF or LDPocock to move them"
        )
    fraction = [i / design.information[-1] for i in information]
    ends = last or fraction[-1] >= 1
    over = [at + 1 for at, share in enumerate(fraction[:-1]) if share >= 1]
    if over:
        raise UsageError(
            f"look {over[0]} has reached the planned maximum of {design.information[-1]:g}: it is the last one"
        )
    upper, lower = _bounds(design, fraction, ends)
    if lower is not None and design.test_type > 2:
        lower = [min(a, b) for a, b in zip(lower, upper, strict=True)]
    if ends and design.test_type > 2 and lower is not None:
        lower[-1] = upper[-1]
    binds = lower is not None and design.test_type in (2, 3, 5)
    none = crossing(information, upper, lower if binds else None, 0.0)
    planned = crossing(information, upper, lower, design.theta)
    return Monitored(
        information,
        tuple(fraction),
        tuple(upper),
        None if lower is None else tuple(lower),
        tuple(float(p) for p in np.cumsum(none.upper[:, 0])),
        tuple(float(p) for p in np.cumsum(planned.upper[:, 0])),
    )


def conditional_power(design: GroupSequential, look: int, z: float, *, theta: float | None = None) -> float:
    """The chance to cross a later upper bound of the design after `look` (from 1) showed z, for drift `theta` (the planned
    one when None; z / sqrt(information) is the trend so far). Lower bounds stop the trial. Raises UsageError."""
    if not 1 <= look < len(design.upper):
        raise UsageError(
            f"conditional power is that of an interim look, 1 to {len(design.upper) - 1}, not {look}"
        )
    now = design.information[look - 1]
    score = z * sqrt(now)
    drift = design.theta if theta is None else theta
    going = Going(np.array([score]), np.ones(1), now, drift, score)
    total = 0.0
    for at in range(look, len(design.upper)):
        low = -inf if design.lower is None else design.lower[at]
        total += above(going, design.information[at], design.upper[at])
        if at < len(design.upper) - 1:
            going = go_on(going, design.information[at], low, design.upper[at])
    return total


Bounds = tuple[list[float], list[float] | None]


def _bounds(design: GroupSequential, fraction: list[float], ends: bool) -> Bounds:
    alphas = _steps(design.upper_function, design.alpha, fraction, ends)
    if design.test_type <= 2:
        upper = upper_bounds(fraction, alphas, two_sided=design.test_type == 2)
        return upper, [-b for b in upper] if design.test_type == 2 else None
    by_beta = design.test_type in (3, 4)
    total = design.beta if by_beta else float(design.lower_prob[:, 0].sum())
    steps = _steps(design.lower_function, total, fraction, ends)
    # In units in which the planned maximum is 1.
    theta = design.theta * sqrt(design.information[-1]) if by_beta else 0.0
    if design.test_type in (3, 5):
        upper, lower = both_bounds(fraction, alphas, steps, (0.0, theta))
        return upper, lower
    upper = upper_bounds(fraction, alphas)
    return upper, lower_bounds(fraction, steps, upper, theta)


def _steps(function: tuple[str, Parameter], total: float, fraction: list[float], ends: bool) -> list[float]:
    """Error to spend at each look."""
    name, parameter = function
    if name == "points":
        raise UsageError(
            "`points` are shares for the planned looks only; plan with another spending function to move them"
        )
    at = [*fraction[:-1], 1.0] if ends else fraction
    cumulative = spent(name, total, at, parameter)
    return [b - a for a, b in zip([0.0, *cumulative], cumulative, strict=False)]
