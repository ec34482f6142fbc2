"""Group-sequential designs: bounds, inflation of the fixed design's information, error rates, expected information.

Jennison & Turnbull 2000; types of tests and argument names as in the R package gsDesign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.design.sequential.bounds import (
    both_bounds,
    classical,
    lower_bounds,
    power_of,
    root_near,
    upper_bounds,
)
from protorun.statistics.design.sequential.crossing import crossing, rising
from protorun.statistics.design.sequential.spending import CLASSICAL, Parameter, named, spent

TEST_TYPES = {
    1: "one-sided, efficacy only",
    2: "two-sided, symmetric",
    3: "futility by beta spending, binding",
    4: "futility by beta spending, non-binding",
    5: "lower bound spends under no effect, binding",
    6: "lower bound spends under no effect, non-binding",
}
_DELTAS = {"OF": 0.0, "Pocock": 0.5}
_MOST_LOOKS = 300  # more take minutes
_LEAST = 1e-12  # smaller error rates lie beyond the reach of the nodes
_HSD_DEFAULTS = (-4.0, -2.0)  # gsDesign's, upper and lower


@dataclass(frozen=True)
class GroupSequential:
    """A design; one entry per look. `information` is `n_fix` x `inflation` x `timing` (gsDesign's n.I); bounds are on
    the Z scale, `lower` None for test type 1; probabilities are by look (row) for no effect and for the effect planned
    for (columns), with both bounds kept; `expected` is the mean information at the stop for the two;
    functions are named with their parameters."""

    test_type: int
    alpha: float
    beta: float
    timing: tuple[float, ...]
    upper: tuple[float, ...]
    lower: tuple[float, ...] | None
    inflation: float
    information: tuple[float, ...]
    theta: float
    spent_upper: tuple[float, ...]
    spent_lower: tuple[float, ...] | None
    upper_prob: FloatArray
    lower_prob: FloatArray
    expected: tuple[float, float]
    upper_function: tuple[str, Parameter]
    lower_function: tuple[str, Parameter]
    n_fix: float

    @property
    def nominal(self) -> tuple[float, ...]:
        """One-sided p value that reaches the upper bound of each look."""
        return tuple(float(p) for p in ndtr(-np.asarray(self.upper)))

    def table(self) -> list[dict[str, Any]]:
        """One row for each look: bounds (None where nobody can stop), and cumulative chances under no effect and under the effect planned for."""
        up, down = self.upper_prob.cumsum(0), self.lower_prob.cumsum(0)
        return [
            {
                "look": at + 1,
                "information_fraction": self.timing[at],
                "information": self.information[at],
                "upper_z": reached(self.upper[at]),
                "nominal_p": self.nominal[at],
                "alpha_spent": self.spent_upper[at],
                "lower_z": None if self.lower is None else reached(self.lower[at]),
                "beta_spent": None if self.lower is None else float(down[at, 1]),
                "power": float(up[at, 1]),
                "stopped_under_no_effect": float(up[at, 0] + down[at, 0]),
            }
            for at in range(len(self.upper))
        ]


def reached(bound: float) -> float | None:
    """The bound as a cell of a table: None when it is infinite, so that nobody stops there."""
    return bound if isfinite(bound) else None


@dataclass(frozen=True)
class _Asked:
    test_type: int
    alpha: float
    beta: float
    timing: tuple[float, ...]
    upper: tuple[str, Parameter]
    lower: tuple[str, Parameter]
    astar: float

    @property
    def theta(self) -> float:
        """Drift for which the fixed design of information 1 has its power."""
        return float(-ndtri(self.alpha) - ndtri(self.beta))


def group_sequential(
    k: int = 3,
    *,
    test_type: int = 4,
    alpha: float = 0.025,
    beta: float = 0.1,
    astar: float = 0.0,
    n_fix: float = 1.0,
    timing: Sequence[float] = (),
    sfu: str = "HSD",
    sfupar: Parameter = None,
    sfl: str = "HSD",
    sflpar: Parameter = None,
) -> GroupSequential:
    """A group-sequential design with k looks, in gsDesign's words and with its defaults.

    `test_type` as in TEST_TYPES; `alpha` is one-sided in every type (2: alpha on each side); `timing` are information
    fractions (k of them, or k - 1 without the final 1; equal steps when empty); `sfu` and `sfl` name bounds or spending
    functions, `sfupar` and `sflpar` their parameters (HSD's default to -4 and -2); `astar` is what the lower bound of
    types 5 and 6 spends under no effect (0: all that is left, 1 - alpha); `n_fix` is the information, patients or
    events of the fixed design. Raises UsageError for what does not fit.
    """
    if not 0 < n_fix < inf:
        raise UsageError(f"n_fix must be positive and finite, not {n_fix}")
    looks = fractions(k, timing)
    upper = _named(sfu, sfupar, _HSD_DEFAULTS[0])
    lower = _named(sfl, sflpar, _HSD_DEFAULTS[1])
    asked = _Asked(test_type, alpha, beta, looks, upper, lower, astar)
    _check(asked)
    return _with_characteristics(asked, n_fix, *_solved(asked))


def fractions(k: int, timing: Sequence[float]) -> tuple[float, ...]:
    """Information fractions of k looks: equal steps when `timing` is empty, a final 1 added when it has k - 1.

    Raises UsageError unless they rise to 1.
    """
    if not 1 <= k <= _MOST_LOOKS or k != int(k):
        raise UsageError(f"a design needs at least one look, and at most {_MOST_LOOKS}, not k = {k}")
    found = list(timing) or [at / k for at in range(1, k + 1)]
    if len(found) == k - 1:
        found.append(1.0)
    looks = rising(found, "timing")
    if len(looks) != k or abs(looks[-1] - 1) > 1e-9:
        raise UsageError(f"timing must hold {k} information fractions that rise to 1, not {list(timing)}")
    return (*looks[:-1], 1.0)


def _named(name: str, parameter: Parameter, default: float) -> tuple[str, Parameter]:
    kind = named(name)
    return kind, default if parameter is None and kind == "HSD" else parameter


def _check(asked: _Asked) -> None:
    if asked.test_type not in TEST_TYPES:
        there_are = "; ".join(f"{n} {text}" for n, text in TEST_TYPES.items())
        raise UsageError(f"no test type {asked.test_type}; there are: {there_are}")
    if not _LEAST <= asked.alpha < 0.5 or not _LEAST <= asked.beta < 1 - asked.alpha:
        raise UsageError(
            f"alpha must lie between {_LEAST} and 0.5 and beta between {_LEAST} and 1 - alpha, "
            f"not {asked.alpha} and {asked.beta}"
        )
    if asked.test_type > 2 and (asked.upper[0] in CLASSICAL or asked.lower[0] in CLASSICAL):
        raise UsageError("classical bounds go with test types 1 and 2; the others need spending functions")
    if not 0 <= asked.astar <= 1 - asked.alpha:
        raise UsageError(f"astar must lie between 0 and 1 - alpha, not {asked.astar}")
    if asked.upper[0] == "WT" and not (isinstance(asked.upper[1], (int, float)) and isfinite(asked.upper[1])):
        raise UsageError("Wang-Tsiatis bounds (WT) need sfupar, their delta (0 O'Brien-Fleming, 0.5 Pocock)")


Solved = tuple[list[float], list[float] | None, float]


def _solved(asked: _Asked) -> Solved:
    if asked.test_type <= 2:
        return _efficacy_only(asked)
    return _by_beta(asked) if asked.test_type <= 4 else _by_null(asked)


def _efficacy_only(asked: _Asked) -> Solved:
    both = asked.test_type == 2
    kind, parameter = asked.upper
    if kind in CLASSICAL:
        delta = _DELTAS[kind] if kind in _DELTAS else float(parameter)  # type: ignore[arg-type]
        upper = classical(asked.timing, asked.alpha, delta, two_sided=both)
    else:
        upper = upper_bounds(asked.timing, _steps(asked, "upper"), two_sided=both)
    lower = [-b for b in upper] if both else None
    return upper, lower, _inflation(asked, upper, lower)


def _by_beta(asked: _Asked) -> Solved:
    """The inflation at which the two bounds meet at the last look."""
    alphas, betas = _steps(asked, "upper"), _steps(asked, "lower")
    alone = upper_bounds(asked.timing, alphas) if asked.test_type == 4 else []

    def at(inflation: float) -> tuple[list[float], list[float]]:
        information = [inflation * t for t in asked.timing]
        if asked.test_type == 3:
            return both_bounds(information, alphas, betas, (0.0, asked.theta))
        return alone, lower_bounds(information, betas, alone, asked.theta)

    def gap(inflation: float) -> float:
        upper, lower = at(inflation)
        return lower[-1] - upper[-1]

    inflation = 1.0 if len(alphas) == 1 else root_near(gap, 1.05, 1.12)
    upper, lower = at(inflation)
    return upper, [*lower[:-1], upper[-1]], inflation


def _by_null(asked: _Asked) -> Solved:
    """Lower bounds that spend under no effect; unless `astar` says how much, they meet the upper one at the last look."""
    alphas, total = _steps(asked, "upper"), asked.astar or 1 - asked.alpha
    upper = upper_bounds(asked.timing, alphas)
    lower: list[float] = []
    for _ in range(40):
        shares = _differences(spent(asked.lower[0], total, asked.timing, asked.lower[1]))
        if asked.test_type == 5:
            upper, lower = both_bounds(asked.timing, alphas, shares, (0.0, 0.0))
        else:
            lower = lower_bounds(asked.timing, shares, upper, 0.0)
        left = 1 - power_of(asked.timing, upper, lower, 0.0)
        if asked.astar or abs(left - total) < 1e-13:
            break
        total = left
    if not asked.astar:
        lower[-1] = upper[-1]
    return upper, lower, _inflation(asked, upper, lower)


def _inflation(asked: _Asked, upper: list[float], lower: list[float] | None) -> float:
    if len(upper) == 1 and asked.test_type == 1:
        return 1.0
    low = [-inf] * len(upper) if lower is None else lower
    goal = ndtri(1 - asked.beta)

    def missing(inflation: float) -> float:
        power = power_of([inflation * t for t in asked.timing], upper, low, asked.theta)
        return float(ndtri(min(power, 1 - 1e-16)) - goal)

    return root_near(missing, 1.0, 1.03)


def _steps(asked: _Asked, side: str) -> list[float]:
    name, parameter = asked.upper if side == "upper" else asked.lower
    return _differences(spent(name, asked.alpha if side == "upper" else asked.beta, asked.timing, parameter))


def _differences(cumulative: Sequence[float]) -> list[float]:
    return [b - a for a, b in zip([0.0, *cumulative], cumulative, strict=False)]


def _with_characteristics(
    asked: _Asked, n_fix: float, upper: list[float], lower: list[float] | None, inflation: float
) -> GroupSequential:
    scaled = [inflation * t for t in asked.timing]
    found = crossing(scaled, upper, lower, (0.0, asked.theta))
    # A bound that does not bind leaves the error as if it were not there.
    held = crossing(scaled, upper) if asked.test_type in (4, 6) else found
    return GroupSequential(
        test_type=asked.test_type,
        alpha=asked.alpha,
        beta=asked.beta,
        timing=asked.timing,
        upper=tuple(upper),
        lower=None if lower is None else tuple(lower),
        inflation=inflation,
        information=tuple(n_fix * i for i in scaled),
        theta=asked.theta / sqrt(n_fix),
        spent_upper=tuple(float(p) for p in np.cumsum(held.upper[:, 0])),
        spent_lower=None if lower is None else tuple(float(p) for p in np.cumsum(found.lower[:, 1])),
        upper_prob=found.upper,
        lower_prob=found.lower,
        expected=(n_fix * float(found.expected[0]), n_fix * float(found.expected[1])),
        upper_function=asked.upper,
        lower_function=asked.lower,
        n_fix=n_fix,
    )
