"""Kaplan-Meier curves with R's conventions for limits and quantiles (R survival 3.5, `survfit`, `quantile.survfit`)."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray, as_given, by_time, first_of_tie
from protorun.statistics.survival._risk import whole_days

Limits = Literal["log", "log-log", "plain", "logit", "arcsin"]
_TOLERANCE = 1.5e-8  # R: two survival values closer than this are one


@dataclass(frozen=True)
class Curve:
    """Curves with a leading batch axis; the last axis runs over the distinct observed times, padded with NaN times.

    `sigma` is Greenwood's: the standard error of survival is `survival * sigma`; NaN where survival has reached 0.
    """

    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    survival: FloatArray
    sigma: FloatArray

    @property
    def standard_error(self) -> FloatArray:
        """Greenwood's standard error of survival."""
        return self.survival * self.sigma


@dataclass(frozen=True)
class Estimate:
    """An estimate with its limits, NaN where it is not reached; scalar arrays for a single curve."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray


def kaplan_meier(time: ArrayLike, event: ArrayLike) -> Curve:
    """Product-limit estimate along the last axis; NaN times are absent patients. Kaplan & Meier 1958.

    A patient censored on a day is at risk on that day. Raises UsageError when the shapes differ.
    """
    times, events = as_given(time, event)
    batch, flat = times.shape[:-1], (prod(times.shape[:-1]), times.shape[-1])
    days = whole_days(times.reshape(flat))
    if days:
        curve = _counted(times.reshape(-1), events.reshape(-1), days)
        return Curve(**{name: column.reshape(*batch, -1) for name, column in curve.items()})
    present = ~np.isnan(times)
    label = (present.astype(np.int64) << 1) | (events & present)
    ordered, label = by_time(times.reshape(flat), label.reshape(flat), join=True)
    curve = _tally_one(ordered[0], label[0]) if flat[0] == 1 and flat[1] else _tally(ordered, label)
    return Curve(**{name: column.reshape(*batch, column.shape[-1]) for name, column in curve.items()})


def _counted(time: FloatArray, event: NDArray[np.bool_], days: int) -> dict[str, FloatArray]:
    """One long curve in whole days, counted day by day instead of sorted."""
    day = np.where(np.isnan(time), days, time).astype(np.int64)
    counts = np.bincount((day << 1) | event, minlength=2 * days + 2)[: 2 * days].reshape(days, 2)
    at = np.flatnonzero(counts.any(axis=1))
    censored, events = counts[at].T.astype(np.float64)
    at_risk = np.cumsum((events + censored)[::-1])[::-1]
    return {
        "time": at.astype(np.float64),
        "at_risk": at_risk,
        "events": events,
        "censored": censored,
        **_product(at_risk, events),
    }


def _tally_one(time: FloatArray, label: NDArray[np.int64]) -> dict[str, FloatArray]:
    """One curve from sorted times, absent patients last."""
    present = int(np.count_nonzero(label >> 1))
    time, died = time[:present], (label[:present] & 1).astype(np.float64)
    opens = np.ones(present, np.bool_)
    np.not_equal(time[1:], time[:-1], out=opens[1:])
    at = np.flatnonzero(opens)
    events = died if len(at) == present else np.add.reduceat(died, at)
    at_risk = (present - at).astype(np.float64)
    censored = np.diff(at, append=present) - events
    found = {"time": time[at], "at_risk": at_risk, "events": events, "censored": censored}
    return {name: c[None] for name, c in {**found, **_product(at_risk, events)}.items()}


def _tally(time: FloatArray, label: NDArray[np.int64]) -> dict[str, FloatArray]:
    count, n = time.shape
    here, died = (label >> 1).astype(np.bool_), (label & 1).astype(np.bool_)
    opens = here & (first_of_tie(time) == np.arange(n)) if n else here
    rank = np.cumsum(opens, axis=-1) - 1
    width = int(rank[:, -1].max(initial=-1)) + 1 if n else 0
    cell = rank + np.arange(count)[:, None] * width

    def counted(keep: NDArray[np.bool_]) -> FloatArray:
        return np.bincount(cell[keep], minlength=count * width).reshape(count, width).astype(np.float64)

    distinct = np.full(count * width, np.nan)
    distinct[cell[opens]] = time[opens]
    events, censored = counted(died), counted(here & ~died)
    left = np.cumsum(events + censored, axis=-1) - (events + censored)
    at_risk = here.sum(axis=-1, dtype=np.float64)[:, None] - left
    return {
        "time": distinct.reshape(count, width),
        "at_risk": at_risk,
        "events": events,
        "censored": censored,
        **_product(at_risk, events),
    }


def _product(at_risk: FloatArray, events: FloatArray) -> dict[str, FloatArray]:
    held = np.maximum(at_risk, 1)  # padded columns have no events and change nothing
    survival = np.cumprod(1 - events / held, axis=-1)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(np.where(events > 0, events / (held * (held - events)), 0.0), axis=-1)
    return {"survival": survival, "sigma": np.sqrt(np.where(np.isinf(variance), np.nan, variance))}


def limits(curve: Curve, kind: Limits = "log", level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Pointwise confidence limits of survival by the named transformation; NaN where they do not exist. Raises UsageError
    for another transformation, or a level outside 0 to 1."""
    if kind not in _LIMITS:
        raise UsageError(f"no limits called {kind!r}; there are: {', '.join(_LIMITS)}")
    if not 0 <= level <= 1:
        raise UsageError(f"a confidence level lies between 0 and 1; {level:g} does not")
    z = ndtri(0.5 + level / 2)
    with np.errstate(all="ignore"):
        low, high = _LIMITS[kind](curve.survival, curve.sigma, z)
    gone = np.isnan(curve.sigma)
    return np.where(gone, np.nan, low), np.where(gone, np.nan, high)


def _log(s: FloatArray, sigma: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    return s * np.exp(-z * sigma), np.minimum(s * np.exp(z * sigma), 1)


def _log_log(s: FloatArray, sigma: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    inner, half = np.log(-np.log(s)), z * sigma / np.log(s)
    inner = np.where(s == 1, np.nan, inner)
    return np.exp(-np.exp(inner - half)), np.exp(-np.exp(inner + half))


def _plain(s: FloatArray, sigma: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    return np.maximum(s - z * s * sigma, 0), np.minimum(s + z * s * sigma, 1)


def _logit(s: FloatArray, sigma: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    inner, half = np.where(s == 1, np.nan, np.log(s / (1 - s))), z * sigma / (1 - s)
    return 1 / (1 + np.exp(half - inner)), 1 / (1 + np.exp(-half - inner))


def _arcsin(s: FloatArray, sigma: FloatArray, z: float) -> tuple[FloatArray, FloatArray]:
    inner, half = np.arcsin(np.sqrt(s)), z / 2 * sigma * np.sqrt(s / (1 - s))
    # R has no limits while everybody is event-free: 0 times infinity.
    low, high = np.clip(inner - half, 0, np.pi / 2), np.clip(inner + half, 0, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


_LIMITS = {"log": _log, "log-log": _log_log, "plain": _plain, "logit": _logit, "arcsin": _arcsin}


def quantile(curve: Curve, p: float = 0.5, kind: Limits = "log", level: float = 0.95) -> Estimate:
    """Time by which a share `p` has had the event, with limits read off the limits of the curve, as R does. Raises
    UsageError unless p lies between 0 and 1."""
    if not 0 <= p <= 1:
        raise UsageError(f"the share of a quantile lies between 0 and 1; {p:g} does not")
    low, high = limits(curve, kind, level)
    return Estimate(
        _crossing(curve.time, curve.survival, 1 - p),
        _crossing(curve.time, low, 1 - p),
        _crossing(curve.time, high, 1 - p),
    )


def _crossing(time: FloatArray, curve: FloatArray, level: float) -> FloatArray:
    """Where a curve passes a level: the time of the largest value below it; the middle of the step when one lies on it."""
    if not time.shape[-1]:
        return np.full(time.shape[:-1], np.nan)
    known = ~np.isnan(time) & ~np.isnan(curve)
    on = known & (np.abs(curve - level) < _TOLERANCE)
    below = known & (curve < level - _TOLERANCE)
    last = np.nanmax(np.where(np.isnan(time), -np.inf, time), axis=-1)
    where_below = np.argmax(np.where(below, curve, -np.inf), axis=-1)
    after = np.where(below.any(axis=-1), _pick(time, where_below), np.nan)
    middle = (_pick(time, np.argmax(on, axis=-1)) + np.where(np.isnan(after), last, after)) / 2
    found: FloatArray = np.where(on.any(axis=-1), middle, after)
    return found


def _pick(values: FloatArray, at: NDArray[np.int64]) -> FloatArray:
    picked: FloatArray = np.take_along_axis(values, at[..., None], -1)[..., 0]
    return picked


def survival_at(curve: Curve, at: float, kind: Limits = "log", level: float = 0.95) -> Estimate:
    """Survival with limits at one time; NaN beyond the last observed time of a curve that has not reached 0."""
    low, high = limits(curve, kind, level)
    passed = (curve.time <= at).sum(axis=-1) - 1
    beyond = ~((curve.time >= at) | (curve.survival == 0)).any(axis=-1)

    def read(values: FloatArray, before: float) -> FloatArray:
        value = np.where(passed < 0, before, _pick(values, np.maximum(passed, 0)))
        return np.where(beyond, np.nan, value)

    return Estimate(read(curve.survival, 1.0), read(low, 1.0), read(high, 1.0))


def at_risk_at(curve: Curve, at: float) -> FloatArray:
    """Patients still under observation just before a time."""
    left = np.where(curve.time >= at, curve.events + curve.censored, 0.0)
    total: FloatArray = left.sum(axis=-1)
    return total


def median_follow_up(time: ArrayLike, event: ArrayLike) -> Estimate:
    """Median follow-up by the reverse Kaplan-Meier curve: censoring is the event. Schemper & Smith 1996."""
    times, events = as_given(time, event)
    return quantile(kaplan_meier(times, ~events))
