"""The score statistic of a trial with looks, as a density on nodes that is carried from look to look.

Armitage, McPherson & Rowe 1969, doi:10.2307/2343787; Jennison & Turnbull 2000, chapter 19. Between looks the score
S = Z sqrt(I) moves by a normal step of mean theta d and variance d, d the information gained.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil, inf, log, sqrt

import numpy as np
from scipy.special import ndtr

from protorun.statistics._order import FloatArray

_NODES = 96
_REACH = 9.0  # standard deviations from the mean; 2e-19 of a normal lies beyond
_PER_STEP = 2.4  # nodes wanted for each standard deviation of a step: below that Gauss-Legendre loses digits
_MOST_PANELS = 40
_ROOT_2_PI = sqrt(2 * np.pi)


@dataclass(frozen=True)
class Going:
    """Trials still going on: probability `mass` at each score, after the information so far; `drift` is theta of the
    next step, `mean` the mean score of a trial without bounds."""

    score: FloatArray
    mass: FloatArray
    information: float
    drift: float
    mean: float = 0.0


def at_start(drift: float = 0.0) -> Going:
    """Every trial, before the first patient."""
    return Going(np.zeros(1), np.ones(1), 0.0, drift)


def above(going: Going, information: float, z: float) -> float:
    """The chance to go on until this look and to be at or above z there."""
    return _beyond(going, information, z, -1.0) if z < inf else 0.0


def below(going: Going, information: float, z: float) -> float:
    """The chance to go on until this look and to be below z there."""
    return _beyond(going, information, z, 1.0) if z > -inf else 0.0


def bound_above(going: Going, information: float, chance: float) -> float:
    """The z at this look that is reached with this chance; infinite when the chance is 0."""
    return _bound(going, information, chance, -1.0)


def bound_below(going: Going, information: float, chance: float) -> float:
    """The z at this look below which a trial falls with this chance; minus infinite when the chance is 0."""
    return _bound(going, information, chance, 1.0)


def go_on(going: Going, information: float, low: float, high: float) -> Going:
    """The trials that stay between the bounds at this look."""
    gain = information - going.information
    root, step = sqrt(information), sqrt(gain)
    mean = going.mean + going.drift * gain
    middle = mean / root
    low, high = max(low, middle - _REACH), min(high, middle + _REACH)
    if low >= high:
        return Going(np.zeros(1), np.zeros(1), information, going.drift, mean)
    z, weight = _nodes_between(low, high, step / root)
    score = z * root
    far = (score[:, None] - (going.score + going.drift * gain)) / step
    far *= far
    far *= -0.5
    np.exp(far, out=far)
    mass = (far @ going.mass) * weight * (root / (step * _ROOT_2_PI))
    return Going(score, mass, information, going.drift, mean)


def _beyond(going: Going, information: float, z: float, side: float) -> float:
    gain = information - going.information
    place = (z * sqrt(information) - going.score - going.drift * gain) * (side / sqrt(gain))
    return float(going.mass @ ndtr(place))


def _bound(going: Going, information: float, chance: float, side: float) -> float:
    """Newton's method for the logarithm of the chance, which is concave in z: it never leaves for good."""
    if chance <= 0:
        return -side * inf
    gain, root = information - going.information, sqrt(information)
    middle, step = going.score + going.drift * gain, sqrt(gain)
    if chance >= going.mass.sum():
        return side * inf
    z = float(middle @ going.mass / going.mass.sum()) / root
    for _ in range(60):
        place = (z * root - middle) * (side / step)
        found = float(going.mass @ ndtr(place))
        density = float(going.mass @ np.exp(-0.5 * place * place)) * root / (step * _ROOT_2_PI)
        if found < 1e-280 or density < 1e-280:
            z = z + side * 0.5
            continue
        move = (log(found) - log(chance)) * found / density
        z -= side * max(-3.0, min(3.0, move))
        if abs(move) < 1e-12:
            break
    return z


@cache
def _legendre() -> tuple[FloatArray, FloatArray]:
    place, weight = np.polynomial.legendre.leggauss(_NODES)
    return (place + 1) / 2, weight / 2


def _nodes_between(low: float, high: float, step: float) -> tuple[FloatArray, FloatArray]:
    """96 Gauss-Legendre nodes, and as many more such panels as looks in quick succession need."""
    place, weight = _legendre()
    panels = min(_MOST_PANELS, max(1, ceil((high - low) / step * _PER_STEP / _NODES)))
    width = (high - low) / panels
    if panels == 1:
        return low + place * width, weight * width
    starts = low + width * np.arange(panels)
    return (starts[:, None] + place * width).ravel(), np.tile(weight * width, panels)
