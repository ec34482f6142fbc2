"""Score limits of two proportions: the values that a score test does not reject."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from protorun.statistics._order import FloatArray
from protorun.statistics.proportions._counts import TwoByTwo

_HALVINGS = 64


def limits_of(
    z: Callable[[FloatArray], FloatArray], middle: FloatArray, reach: tuple[float, float], most: float
) -> tuple[FloatArray, FloatArray]:
    """Where a falling z passes +most below `middle` and -most above it, by halving between there and the ends of reach.

    An end that is not rejected is the limit; NaN where the middle is NaN.
    """
    middle = np.asarray(middle, np.float64)
    found = []
    for end, sign in zip(reach, (1, -1), strict=True):
        inside, outside = middle.copy(), np.full(middle.shape, end)
        for _ in range(_HALVINGS):
            half = (inside + outside) / 2
            kept = ~(sign * z(half) > most)  # 0 / 0 at an end that the data allow
            inside, outside = np.where(kept, half, inside), np.where(kept, outside, half)
        found.append(np.where(np.isnan(middle), np.nan, (inside + outside) / 2))
    return found[0], found[1]


def restricted_difference(t: TwoByTwo, gap: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Most likely shares of both groups when they differ by `gap`: a cubic equation (Miettinen & Nurminen 1985, appendix 1)."""
    n, c = t.n1 + t.n0, t.x1 + t.x0
    square = ((t.n1 + 2 * t.n0) * gap - n - c) / (3 * n)
    line = ((t.n0 * gap - n - 2 * t.x0) * gap + c) / n
    rest = t.x0 * gap * (1 - gap) / n
    q = square**3 - square * line / 2 + rest / 2
    p = np.copysign(np.sqrt(np.maximum(square**2 - line / 3, 0)), q)
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = (np.pi + np.arccos(np.clip(np.where(p == 0, 0.0, q / p**3), -1, 1))) / 3
    p0 = 2 * p * np.cos(angle) - square
    p0 = np.clip(p0, np.maximum(0, -gap), np.minimum(1, 1 - gap))
    return p0 + gap, p0


def restricted_ratio(t: TwoByTwo, ratio: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Most likely shares of both groups when group 1 has `ratio` times that of group 0."""
    n, c = t.n1 + t.n0, t.x1 + t.x0
    a, b = n * ratio, -(t.n1 * ratio + t.x1 + t.n0 + t.x0 * ratio)
    p0 = 2 * c / (-b + np.sqrt(np.maximum(b * b - 4 * a * c, 0)))
    return np.clip(p0 * ratio, 0, 1), p0


def restricted_odds(t: TwoByTwo, odds: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Most likely shares of both groups when the odds ratio is `odds`."""
    c = t.x1 + t.x0
    a, b = t.n0 * (odds - 1), t.n1 * odds + t.n0 - c * (odds - 1)
    p0 = 2 * c / (b + np.sqrt(np.maximum(b * b + 4 * a * c, 0)))
    return p0 * odds / (1 + p0 * (odds - 1)), p0
