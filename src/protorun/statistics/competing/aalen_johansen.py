"""Cumulative incidence when one of several events comes first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.competing._counts import before, counted, divided, statuses


@dataclass(frozen=True)
class Incidence:
    """Chance to be in each state (axis before the last: 0 event-free, 1, 2 ... the causes) at the times (last axis).

    `standard_error` is the infinitesimal jackknife's (`survfit` of R survival 3.5); `variance` of the causes is the one
    that goes with Gray's test (`cuminc` of R's cmprsk), NaN for state 0.
    """

    time: FloatArray
    at_risk: FloatArray
    probability: FloatArray
    standard_error: FloatArray
    variance: FloatArray


@dataclass(frozen=True)
class At:
    """The states (last axis) at one time, as `Incidence`."""

    value: FloatArray
    standard_error: FloatArray
    variance: FloatArray

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Limits on the scale log(-log), as cmprsk's authors advise; NaN where the chance is 0 or 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log(self.value)
            half = ndtri(0.5 + level / 2) * self.standard_error / (self.value * np.abs(log))
            return self.value ** np.exp(half), self.value ** np.exp(-half)


def aalen_johansen(time: ArrayLike, status: ArrayLike, causes: int | None = None) -> Incidence:
    """Aalen-Johansen estimate along the last axis; status 0 is censored, 1 ... `causes` are the events (all that occur).

    Aalen & Johansen 1978; variance of Gray 1988, doi:10.1214/aos/1176350951. NaN times are absent patients; a patient
    censored on a day is at risk on it. Raises UsageError on unequal shapes or another status.
    """
    times, said = statuses(time, status)
    most = int(said.max(initial=0))
    count = most if causes is None else causes
    if count < max(most, 1):
        raise UsageError(f"there are {count} causes, but a status of {most}")
    counts = counted(times, said, count + 1)
    events, at_risk = counts.of[:, 1:], counts.at_risk
    hazard = divided(events, at_risk[:, None])
    free = np.cumprod(1 - hazard.sum(axis=1), axis=-1, dtype=np.float64)
    incidence = np.cumsum(before(free, 1.0)[:, None] * hazard, axis=-1)
    probability = np.concatenate([free[:, None], incidence], axis=1)
    left = _Left(at_risk, counts.of[:, 0], events, hazard, free)
    error = np.stack([left.jackknife(state, probability) for state in range(count + 1)], axis=1)
    variance = np.stack([left.binomial(cause, incidence) for cause in range(count)], axis=1)
    unknown = np.full((len(free), 1, free.shape[-1]), np.nan)
    columns = (probability, error, np.concatenate([unknown, variance], axis=1))
    batch = times.shape[:-1]
    shaped = [column.reshape(*batch, *column.shape[1:]) for column in (counts.time, at_risk, *columns)]
    return Incidence(*shaped)


@dataclass(frozen=True)
class _Left:
    """At risk, censored (trial, time), events and hazards (trial, cause, time), event-free share (trial, time)."""

    at_risk: FloatArray
    censored: FloatArray
    events: FloatArray
    hazard: FloatArray
    free: FloatArray

    @property
    def growth(self) -> FloatArray:
        """1 / (1 - hazard): how much later changes weigh; 0 once nobody is left."""
        return divided(before(self.free, 1.0), self.free)

    def jackknife(self, state: int, probability: FloatArray) -> FloatArray:
        """Root of the sum of the squared influences of the patients on the chance of a state, at every time.

        The influence of a patient is linear in the chance F(t) at the end, p - F(t) q; what he adds at his own time
        and what the hazards took until then are kept apart for both parts, and running sums give every t.
        """
        now, q = probability[:, state], self.growth
        held = 1 / np.maximum(self.at_risk, 1)
        causes = self.events.shape[1]
        move = q * held
        fixed = [now * move * (state > 0)] * causes
        if state:
            fixed[state - 1] = fixed[state - 1] + before(self.free, 1.0) * held
        taken = np.cumsum(sum(f * self.hazard[:, k] for k, f in enumerate(fixed)), axis=-1)
        taken_q = np.cumsum(move * self.hazard.sum(axis=1), axis=-1)
        parts = [(self.events[:, k], f - taken, move - taken_q) for k, f in enumerate(fixed)]
        parts.append((self.censored, -taken, -taken_q))
        terms = [(n * p * p, n * p * m, n * m * m) for n, p, m in parts]
        square, cross, bend = (np.cumsum(sum(column), axis=-1) for column in zip(*terms, strict=True))
        after = self.at_risk - self.censored - self.events.sum(axis=1)
        total = square - 2 * now * cross + now**2 * bend + after * (taken - now * taken_q) ** 2
        root: FloatArray = np.sqrt(np.maximum(total, 0))
        return root

    def _spread(self, count: FloatArray) -> FloatArray:
        """Events with the correction for ties; the last patient alone has none."""
        share = divided(self.at_risk - count, self.at_risk - 1)
        found: FloatArray = count * np.where(self.at_risk > 1, share, 1.0)
        return found

    def binomial(self, cause: int, incidence: FloatArray) -> FloatArray:
        """Gray's variance of the incidence of a cause, at every time; quadratic in the incidence there."""
        now, q = incidence[:, cause], self.growth
        mine = self.events[:, cause]
        other = self.events.sum(axis=1) - mine
        own, rest = (self._spread(count) / np.maximum(self.at_risk, 1) ** 2 for count in (mine, other))
        stay = before(self.free, 1.0) + now * q
        square = np.cumsum(stay**2 * own + (now * q) ** 2 * rest, axis=-1)
        cross = np.cumsum(q * (stay * own + now * q * rest), axis=-1)
        bend = np.cumsum(q**2 * (own + rest), axis=-1)
        found: FloatArray = np.maximum(square - 2 * now * cross + now**2 * bend, 0)
        return found


def incidence_at(curves: Incidence, at: float) -> At:
    """The states at one time; NaN beyond the last observed time of a trial in which somebody is still event-free."""
    passed = (curves.time <= at).sum(axis=-1)
    free = curves.probability[..., 0, :]
    beyond = ~np.any((curves.time >= at) | (free <= 0), axis=-1)
    start = np.zeros(curves.probability.shape[-2])
    start[0] = 1.0

    def read(values: FloatArray, first: FloatArray) -> FloatArray:
        opening = np.broadcast_to(first[:, None], (*values.shape[:-1], 1))
        whole = np.concatenate([opening, values], axis=-1)
        found = np.take_along_axis(whole, passed[..., None, None], -1)[..., 0]
        return np.where(np.expand_dims(beyond, -1), np.nan, found)

    none = np.zeros_like(start)
    return At(read(curves.probability, start), read(curves.standard_error, none), read(curves.variance, none))
