"""Two survival curves compared at a milestone and by restricted mean survival, for many trials at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray, groups_of, rows
from protorun.statistics.survival.kaplan_meier import Curve, Estimate, kaplan_meier

Scale = Literal["plain", "log", "log-log"]


@dataclass(frozen=True)
class Contrast:
    """Group 1 against group 0 with the batch shape; `z` and the two-sided `p` are those of the stated scale.

    `value` is an estimate with its standard error on that scale; `of` (batch, group) are the two estimates themselves.
    """

    value: FloatArray
    standard_error: FloatArray
    z: FloatArray
    p: FloatArray
    of: FloatArray
    of_standard_error: FloatArray

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Confidence limits on the scale of `value`."""
        half = ndtri(0.5 + level / 2) * self.standard_error
        return self.value - half, self.value + half


def rmst(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, tau: float, *, small_sample: bool = True
) -> Contrast:
    """Difference of restricted mean survival up to `tau`, in the unit of time; positive = group 1 lives longer.

    Areas under the Kaplan-Meier curves with Greenwood's variance; `small_sample` multiplies it by m / (m - 1) for the m
    events until `tau`, as simtrial 1.0.2 does and R's survival does not. Royston & Parmar 2011, doi:10.1002/sim.4274.
    NaN where a curve ends before `tau` with somebody alive. Raises UsageError on unequal shapes or another group.
    """
    mean, variance = _restricted(time, event, group, tau, small_sample)
    return _contrast(mean, np.sqrt(variance), mean[..., 1] - mean[..., 0], np.sqrt(variance.sum(-1)))


def restricted_mean(curve: Curve, tau: float, level: float = 0.95) -> Estimate:
    """Mean survival of each curve up to `tau` with limits, Greenwood's variance as in R; NaN as for `rmst`."""
    if not 0 < tau < np.inf:
        raise UsageError(f"a restricted mean needs a finite time after 0, not {tau:g}")
    mean, variance, _ = _area(curve, tau)
    half = ndtri(0.5 + level / 2) * np.sqrt(variance)
    return Estimate(mean, mean - half, mean + half)


def rmst_ratio(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, tau: float, *, small_sample: bool = True
) -> Contrast:
    """Ratio of restricted mean survival up to `tau`, given as its logarithm: exp(value) and exp of the limits to report.

    Arguments and sources are those of `rmst`; the variance is that of the logarithm by the delta method.
    """
    mean, variance = _restricted(time, event, group, tau, small_sample)
    with np.errstate(divide="ignore", invalid="ignore"):
        log, relative = np.log(mean), variance / mean**2
    return _contrast(mean, np.sqrt(variance), log[..., 1] - log[..., 0], np.sqrt(relative.sum(-1)))


def milestone(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, at: float, scale: Scale = "log-log"
) -> Contrast:
    """Difference of survival at one time; positive = group 1 lives longer. Klein et al. 2007, doi:10.1002/sim.2864.

    On the scale "plain" the difference of S, on "log" of log S, on "log-log" of -log(-log S). NaN where it does not exist.
    """
    if scale not in _SCALES:
        raise UsageError(f"no scale called {scale!r}; there are: {', '.join(_SCALES)}")
    if not at >= 0:
        raise UsageError(f"a milestone is a time of 0 or more, not {at:g}")
    parts = [_at(curve, at) for curve in _curves(time, event, group)]
    survival = np.stack([s for s, _ in parts], -1)
    sigma = np.stack([g for _, g in parts], -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, error = _SCALES[scale](survival, sigma)
        gap = value[..., 1] - value[..., 0]
    return _contrast(survival, survival * sigma, gap, np.sqrt((error**2).sum(axis=-1)))


_SCALES = {
    "plain": lambda s, sigma: (s, s * sigma),
    "log": lambda s, sigma: (np.log(s), sigma),
    "log-log": lambda s, sigma: (-np.log(-np.log(s)), sigma / np.abs(np.log(s))),
}


def _contrast(of: FloatArray, errors: FloatArray, value: FloatArray, error: FloatArray) -> Contrast:
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(error > 0, value / error, np.nan)
    return Contrast(value, error, z, 2 * ndtr(-np.abs(z)), of, errors)


def _curves(time: ArrayLike, event: ArrayLike, group: ArrayLike) -> list[Curve]:
    times, events = rows(time, event)
    groups = groups_of(group, times)
    if groups.size and not 0 <= groups.min() <= groups.max() <= 1:
        raise UsageError("two survival curves are compared for groups 0 and 1")
    return [kaplan_meier(np.where(groups == g, times, np.nan), events) for g in (0, 1)]


def _restricted(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, tau: float, small_sample: bool
) -> tuple[FloatArray, FloatArray]:
    if not 0 < tau < np.inf:
        raise UsageError(f"a restricted mean needs a finite time after 0, not {tau:g}")
    parts = [_area(curve, tau) for curve in _curves(time, event, group)]
    factor = [deaths / np.maximum(deaths - 1, 1) if small_sample else 1.0 for *_, deaths in parts]
    variance = [one * spread for one, (_, spread, _) in zip(factor, parts, strict=True)]
    return np.stack([mean for mean, *_ in parts], -1), np.stack(variance, -1)


def _area(curve: Curve, tau: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Area under the curve up to `tau`, Greenwood's variance of it, and the events until then."""
    if not curve.time.shape[-1]:
        none = np.full(curve.time.shape[:-1], np.nan)
        return none, none, none
    start = np.minimum(np.where(np.isnan(curve.time), np.inf, curve.time), tau)
    width = np.diff(start, axis=-1, append=tau)
    after = np.cumsum((width * curve.survival)[..., ::-1], axis=-1)[..., ::-1]  # from each time to tau
    left = curve.at_risk - curve.events
    counts = (curve.time <= tau) & (left > 0)
    hazard = np.where(counts, curve.events, 0.0) / np.maximum(curve.at_risk * left, 1)
    last = np.nanmax(np.where(np.isnan(curve.time), -np.inf, curve.time), axis=-1)
    known = (last >= tau) | (curve.survival[..., -1] == 0)
    mean = np.where(known, start[..., 0] + after[..., 0], np.nan)
    deaths = np.where(curve.time <= tau, curve.events, 0.0).sum(axis=-1)
    return mean, np.where(known, (after**2 * hazard).sum(axis=-1), np.nan), deaths


def _at(curve: Curve, at: float) -> tuple[FloatArray, FloatArray]:
    """Survival at one time and Greenwood's sigma; NaN beyond the end of a curve that has not reached 0."""
    passed = (curve.time <= at).sum(axis=-1)
    beyond = ~((curve.time >= at) | (curve.survival == 0)).any(axis=-1)

    def read(values: FloatArray, before: float) -> FloatArray:
        whole = np.concatenate([np.full((*values.shape[:-1], 1), before), values], axis=-1)
        return np.where(beyond, np.nan, np.take_along_axis(whole, passed[..., None], -1)[..., 0])

    return read(curve.survival, 1.0), read(curve.sigma, 0.0)
