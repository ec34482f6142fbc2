"""Tests of two-by-two tables: Fisher's exact test, and Cochran-Mantel-Haenszel over strata."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, gammaln

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.proportions._counts import Compared, TwoByTwo, share, z_of

_TOLERANCE = 1e-7  # R: probabilities this much larger than the one seen are as large
_HALVINGS = 80
_FAR = 40.0


@dataclass(frozen=True)
class Fisher:
    """p-values in the shape of the counts: two-sided, and for fewer or more successes in group 1."""

    p: FloatArray
    p_less: FloatArray
    p_greater: FloatArray


def fisher(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike) -> Fisher:
    """Fisher's exact test of x1 of n1 against x0 of n0, of any shape; two-sided by probability, as R's `fisher.test`.

    Raises UsageError unless 0 <= x <= n.
    """
    support = _Support.of(TwoByTwo.of(x1, n1, x0, n0))
    chance = support.chance(np.zeros(support.seen.shape))
    mine = np.take_along_axis(chance, support.place, -1)
    less = np.where(support.x <= support.seen[..., None], chance, 0.0).sum(axis=-1)
    greater = np.where(support.x >= support.seen[..., None], chance, 0.0).sum(axis=-1)
    both = np.where(chance <= mine * (1 + _TOLERANCE), chance, 0.0).sum(axis=-1)
    return Fisher(*(np.minimum(p, 1.0) for p in (both, less, greater)))


def conditional_odds_ratio(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> Compared:
    """Odds ratio given the margins, with exact limits, as R's `fisher.test`: 0 and infinity where a cell is empty."""
    support = _Support.of(TwoByTwo.of(x1, n1, x0, n0))
    z_of(level)
    tail = (1 - level) / 2
    seen, x = support.seen[..., None], support.x
    lowest, highest = support.seen <= support.least, support.seen >= support.most

    def mean(chance: FloatArray) -> FloatArray:
        found: FloatArray = (chance * (x - seen)).sum(axis=-1)
        return found

    value = support.root(mean)
    lower = support.root(lambda chance: np.where(x >= seen, chance, 0.0).sum(axis=-1) - tail)
    upper = support.root(lambda chance: tail - np.where(x <= seen, chance, 0.0).sum(axis=-1))
    value = np.where(highest, np.inf, np.where(lowest, 0.0, value))
    value = np.where(lowest & highest, np.nan, value)
    return Compared(value, np.where(lowest, 0.0, lower), np.where(highest, np.inf, upper))


@dataclass(frozen=True)
class _Support:
    """All numbers of successes in group 1 that the margins allow (last axis), with the logarithm of their chance."""

    x: FloatArray
    log: FloatArray
    seen: FloatArray
    least: FloatArray
    most: FloatArray

    @classmethod
    def of(cls, t: TwoByTwo) -> _Support:
        hits = t.x1 + t.x0
        least, most = np.maximum(0, hits - t.n0), np.minimum(t.n1, hits)
        x = least[..., None] + np.arange(int((most - least).max(initial=0)) + 1)
        allowed = x <= most[..., None]
        at = np.where(allowed, x, least[..., None])
        n1, n0, c = t.n1[..., None], t.n0[..., None], hits[..., None]
        log = -gammaln(at + 1) - gammaln(n1 - at + 1) - gammaln(c - at + 1) - gammaln(n0 - c + at + 1)
        return cls(x.astype(np.float64), np.where(allowed, log, -np.inf), t.x1, least, most)

    @property
    def place(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """Where on the last axis the table seen stands."""
        return (self.seen - self.least).astype(np.int64)[..., None]

    def chance(self, log_odds: FloatArray) -> FloatArray:
        """Chance of each number of successes under a log odds ratio."""
        log = self.log + log_odds[..., None] * (self.x - self.seen[..., None])
        chance = np.exp(log - log.max(axis=-1, keepdims=True))
        found: FloatArray = chance / chance.sum(axis=-1, keepdims=True)
        return found

    def root(self, gap: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Odds ratio at which a quantity that grows with it is 0."""
        low, high = (np.full(self.seen.shape, end) for end in (-_FAR, _FAR))
        for _ in range(_HALVINGS):
            half = (low + high) / 2
            above = gap(self.chance(half)) > 0
            low, high = np.where(above, low, half), np.where(above, half, high)
        found: FloatArray = np.exp((low + high) / 2)
        return found


@dataclass(frozen=True)
class MantelHaenszel:
    """Test of no association inside strata, and the common odds ratio, relative risk and risk difference."""

    chisq: FloatArray
    p: FloatArray
    chisq_corrected: FloatArray
    p_corrected: FloatArray
    odds_ratio: Compared
    relative_risk: Compared
    difference: Compared


def mantel_haenszel(
    x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> MantelHaenszel:
    """Cochran-Mantel-Haenszel test over strata (last axis) and the estimates that go with it.

    Without and with continuity correction, as R's `mantelhaen.test`. Limits: odds ratio by Robins, Breslow & Greenland
    1986, doi:10.2307/2531052; relative risk and difference by Greenland & Robins 1985, doi:10.2307/2530643. A stratum of
    one patient adds nothing. Raises UsageError unless 0 <= x <= n and there is a last axis.
    """
    t = TwoByTwo.of(x1, n1, x0, n0)
    if t.n1.ndim == 0:
        raise UsageError("strata lie on the last axis: there is none")
    z = z_of(level)
    n, hits = t.n1 + t.n0, t.x1 + t.x0
    held = np.maximum(n, 1)
    gap = np.abs((t.x1 - t.n1 * hits / held).sum(axis=-1))
    variance = (t.n1 * t.n0 * hits * (n - hits) / (held**2 * np.maximum(n - 1, 1))).sum(axis=-1)
    plain = share(gap**2, variance)
    corrected = share((gap - np.where(gap >= 0.5, 0.5, 0.0)) ** 2, variance)
    return MantelHaenszel(
        plain, chdtrc(1, plain), corrected, chdtrc(1, corrected),
        _common_odds(t, held, z), _common_risk(t, held, z), _common_difference(t, held, z),
    )  # fmt: skip


def _common_odds(t: TwoByTwo, n: FloatArray, z: float) -> Compared:
    y1, y0 = t.n1 - t.x1, t.n0 - t.x0
    same, cross = (t.x1 + y0) / n, (t.x0 + y1) / n
    up, down = t.x1 * y0 / n, t.x0 * y1 / n
    ups, downs = up.sum(axis=-1), down.sum(axis=-1)
    parts = (
        share((same * up).sum(axis=-1), 2 * ups**2),
        share((same * down + cross * up).sum(axis=-1), 2 * ups * downs),
        share((cross * down).sum(axis=-1), 2 * downs**2),
    )
    return _log_limits(share(ups, downs), sum(parts, np.zeros(ups.shape)), z)


def _common_risk(t: TwoByTwo, n: FloatArray, z: float) -> Compared:
    up, down = (t.x1 * t.n0 / n).sum(axis=-1), (t.x0 * t.n1 / n).sum(axis=-1)
    spread = (t.n1 * t.n0 * (t.x1 + t.x0) - t.x1 * t.x0 * n) / n**2
    return _log_limits(share(up, down), share(spread.sum(axis=-1), up * down), z)


def _log_limits(value: FloatArray, variance: FloatArray, z: float) -> Compared:
    with np.errstate(invalid="ignore"):
        half = np.exp(z * np.sqrt(np.where(np.isfinite(variance), variance, np.nan)))
    return Compared(value, value / half, value * half)


def _common_difference(t: TwoByTwo, n: FloatArray, z: float) -> Compared:
    weight = t.n1 * t.n0 / n
    total = weight.sum(axis=-1)
    value = share((t.x1 * t.n0 / n - t.x0 * t.n1 / n).sum(axis=-1), total)
    y1, y0 = t.n1 - t.x1, t.n0 - t.x0
    spread = share(t.x1 * y1 * t.n0**3 + t.x0 * y0 * t.n1**3, t.n1 * t.n0 * n**2)
    half = z * np.sqrt(share(np.where(weight > 0, spread, 0.0).sum(axis=-1), total**2))
    return Compared(value, value - half, value + half)
