"""Bounds of a group-sequential trial on the Z scale: classical shapes with one constant, or from spent error.

O'Brien & Fleming 1979, doi:10.2307/2530245; Pocock 1977, doi:10.1093/biomet/64.2.191; Wang & Tsiatis 1987,
doi:10.2307/2531959; Lan & DeMets 1983, doi:10.1093/biomet/70.3.659.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from scipy.optimize import brentq
from scipy.special import ndtri

from protorun.errors import UsageError
from protorun.statistics.design.sequential._recursion import (
    Going,
    above,
    at_start,
    below,
    bound_above,
    bound_below,
    go_on,
)

_FAR = 50.0  # a bound no trial reaches, as a number for the root finder


def classical(timing: Sequence[float], alpha: float, delta: float, *, two_sided: bool = False) -> list[float]:
    """Bounds C t^(delta - 1/2): delta 0 is O'Brien-Fleming, 1/2 Pocock, others Wang-Tsiatis.

    `timing`: information fractions; `alpha` is one-sided; with `two_sided` both bounds are in the recursion.
    """
    shape = [t ** (delta - 0.5) for t in timing]

    def error(constant: float) -> float:
        going, total = at_start(), 0.0
        for at, (t, s) in enumerate(zip(timing, shape, strict=True)):
            b = constant * s
            total += above(going, t, b)
            if at < len(timing) - 1:
                going = go_on(going, t, -b if two_sided else -inf, b)
        return alpha - total

    low = float(-ndtri(alpha)) / shape[-1]
    constant = low if len(timing) == 1 else root_near(error, low, low * 1.15 + 1e-3)
    return [constant * s for s in shape]


def upper_bounds(
    timing: Sequence[float],
    steps: Sequence[float],
    *,
    two_sided: bool = False,
    lower: Sequence[float] | None = None,
) -> list[float]:
    """Upper bounds that spend `steps` of the error look by look under no effect; with `two_sided` also below -b; with
    `lower` those bounds stop the trial too (binding futility)."""
    going, found = at_start(), []
    for at, (t, step) in enumerate(zip(timing, steps, strict=True)):
        b = bound_above(going, t, step)
        found.append(b)
        if at < len(timing) - 1:
            a = -b if two_sided else -inf if lower is None else lower[at]
            going = go_on(going, t, a, b)
    return found


def lower_bounds(
    information: Sequence[float], steps: Sequence[float], upper: Sequence[float], theta: float
) -> list[float]:
    """Lower bounds that spend `steps` of the chance to stop for futility when the drift is theta."""
    going, found = at_start(theta), []
    for at, (i, step, b) in enumerate(zip(information, steps, upper, strict=True)):
        a = bound_below(going, i, step)
        found.append(a)
        if at < len(information) - 1:
            going = go_on(going, i, a, b)
    return found


def both_bounds(
    information: Sequence[float], alphas: Sequence[float], betas: Sequence[float], thetas: tuple[float, float]
) -> tuple[list[float], list[float]]:
    """Upper bounds that spend `alphas` under thetas[0] and binding lower bounds that spend `betas` under thetas[1]."""
    none, some = at_start(thetas[0]), at_start(thetas[1])
    upper: list[float] = []
    lower: list[float] = []
    for at, i in enumerate(information):
        b, a = bound_above(none, i, alphas[at]), bound_below(some, i, betas[at])
        upper.append(b)
        lower.append(a)
        if at < len(information) - 1:
            none, some = go_on(none, i, a, b), go_on(some, i, a, b)
    return upper, lower


def power_of(
    information: Sequence[float], upper: Sequence[float], lower: Sequence[float], theta: float
) -> float:
    """The chance to cross the upper bound before the lower one when the drift is theta."""
    going, total = at_start(theta), 0.0
    for at, (i, a, b) in enumerate(zip(information, lower, upper, strict=True)):
        total += above(going, i, b)
        if at < len(information) - 1:
            going = go_on(going, i, a, b)
    return total


def root_near(function: Callable[[float], float], first: float, second: float) -> float:
    """The root of a rising function by secants from two guesses, by Brent's method where they run off.

    Raises UsageError when there is none between a hundredth and a hundred times the guesses.
    """
    x, y, fx, fy = first, second, _held(function(first)), _held(function(second))
    for _ in range(20):
        if abs(fy) >= _FAR or abs(fx) >= _FAR or fy <= fx if y > x else fy >= fx:
            break
        z = y - fy * (y - x) / (fy - fx)
        if abs(z - y) < 1e-8 * abs(z):  # the next step would be as small as the product of the last two
            return z
        if not first / 3 < z < second * 3:
            break
        x, fx, y, fy = y, fy, z, _held(function(z))
    return _bracketed(function, first, second)


def _bracketed(function: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(24):
        if _held(function(low)) < 0:
            break
        low /= 1.25
    for _ in range(24):
        if _held(function(high)) > 0:
            break
        high *= 1.25
    try:
        return float(brentq(lambda x: _held(function(x)), low, high, xtol=1e-12, rtol=1e-13))
    except ValueError:
        raise UsageError(
            "no design meets these error rates; check alpha, beta and the spending functions"
        ) from None


def _held(number: float) -> float:
    return max(-_FAR, min(_FAR, number))


__all__ = [
    "Going",
    "below",
    "both_bounds",
    "classical",
    "lower_bounds",
    "power_of",
    "root_near",
    "upper_bounds",
]
