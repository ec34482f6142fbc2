"""A two-arm trial as it is expected to unfold: who is at risk at a time on study, and when events have happened.

Integrals over the time on study, cut where a rate changes, 40 Gauss-Legendre nodes in each piece. Lachin & Foulkes 1986,
doi:10.2307/2531201.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.design.survival.piecewise import Piecewise

_NODES = 40
_FAST = 20.0  # mean times in one piece that the nodes still resolve to rounding


@dataclass(frozen=True)
class TwoArms:
    """Hazards of event and of dropout by time on study for control and experimental arm; accrual by calendar time, both
    arms together; `ratio` = experimental / control."""

    event: tuple[Piecewise, Piecewise]
    dropout: tuple[Piecewise, Piecewise]
    accrual: Piecewise
    ratio: float = 1.0

    @property
    def shares(self) -> tuple[float, float]:
        """The part of the patients in each arm."""
        return 1 / (1 + self.ratio), self.ratio / (1 + self.ratio)

    @property
    def patients(self) -> float:
        """Everybody who will be enrolled."""
        return float(self.accrual.until(self.accrual.starts[-1]))


@dataclass(frozen=True)
class AtRisk:
    """On nodes of the time on study, at one calendar time: the node, its weight, and by arm (first axis) the expected
    number at risk, the hazard of an event, and the probability of no event yet."""

    time: FloatArray
    weight: FloatArray
    number: FloatArray
    hazard: FloatArray
    survival: FloatArray

    @property
    def events(self) -> FloatArray:
        """Expected events in each arm."""
        return np.asarray((self.number * self.hazard) @ self.weight)

    def integral(self, values: FloatArray) -> FloatArray:
        """The integral of a function of the time on study from 0 to each node, from its values on the nodes (last axis)."""
        panels = np.asarray(values).reshape(*np.shape(values)[:-1], -1, _NODES)
        width = self.weight.reshape(-1, _NODES).sum(1)
        whole = (panels @ _legendre()[1]) * width
        before = np.cumsum(whole, axis=-1) - whole
        return np.asarray(
            (before[..., None] + (panels @ _partial().T) * width[:, None]).reshape(np.shape(values))
        )


def at_risk(trial: TwoArms, calendar: float, *, until: float | None = None) -> AtRisk:
    """The trial as expected at a calendar time, seen along the time on study up to `until` (all of it when None)."""
    if not calendar > 0:
        raise UsageError(f"the calendar time must be positive, not {calendar}")
    last = calendar if until is None else min(until, calendar)
    cuts = {s for rate in (*trial.event, *trial.dropout) for s in rate.starts}
    cuts |= {calendar - s for s in trial.accrual.starts}
    cuts |= _decay(trial, last)
    time, weight = _nodes_in(sorted({0.0, last, *(c for c in cuts if 0 < c < last)}))
    enrolled = trial.accrual.until(calendar - time)
    alive = np.exp([-rate.until(time) for rate in trial.event])
    staying = np.exp([-rate.until(time) for rate in trial.dropout])
    number = alive * staying * enrolled * np.array(trial.shares)[:, None]
    return AtRisk(time, weight, number, np.array([rate.at(time) for rate in trial.event]), alive)


def _decay(trial: TwoArms, last: float) -> set[float]:
    """Cuts for a curve that falls fast against the length of the trial: after 4, 8, 16 ... mean times."""
    fastest = max(max(e.rates) + max(d.rates) for e, d in zip(trial.event, trial.dropout, strict=True))
    cuts: set[float] = set()
    if fastest * last > _FAST:
        cut = 4 / fastest
        while cut < last:
            cuts.add(cut)
            cut *= 2
    return cuts


def expected_events(trial: TwoArms, calendar: float) -> FloatArray:
    """Expected events in control and experimental arm by a calendar time."""
    return at_risk(trial, calendar).events


def enrolled(trial: TwoArms, calendar: float) -> float:
    """Expected patients enrolled by a calendar time."""
    return float(trial.accrual.until(calendar))


def time_of_events(trial: TwoArms, events: float) -> float:
    """The calendar time at which that many events are expected. Raises UsageError when they never come."""
    if not events > 0:
        raise UsageError(f"a look needs a positive number of events, not {events}")

    def missing(calendar: float) -> float:
        return float(expected_events(trial, calendar).sum()) - events

    late = trial.accrual.starts[-1]
    for _ in range(60):
        if missing(late) >= 0:
            return float(brentq(missing, 1e-9 * late, late, xtol=1e-12 * late, rtol=1e-14))
        late *= 1.5
    ever = float(expected_events(trial, late).sum())
    raise UsageError(
        f"{events:.6g} events never come: {ever:.6g} of {trial.patients:.6g} patients ever have one"
    )


@cache
def _legendre() -> tuple[FloatArray, FloatArray]:
    place, weight = np.polynomial.legendre.leggauss(_NODES)
    return (place + 1) / 2, weight / 2


@cache
def _partial() -> FloatArray:
    """What a polynomial through the nodes of (0, 1) integrates to from 0 to each node, from its values."""
    from numpy.polynomial import legendre

    place = 2 * _legendre()[0] - 1
    to_series = np.linalg.inv(legendre.legvander(place, _NODES - 1))
    integrated = legendre.legint(to_series, lbnd=-1, axis=0)
    return np.asarray(legendre.legvander(place, _NODES) @ integrated / 2)


def _nodes_in(cuts: list[float]) -> tuple[FloatArray, FloatArray]:
    place, weight = _legendre()
    low, width = np.array(cuts[:-1])[:, None], np.diff(cuts)[:, None]
    return (low + place * width).ravel(), (weight * width).ravel()
