"""Two-arm trials simulated patient by patient, with looks at the calendar time of the d-th event.

Every number is drawn by (seed, trial, patient), so that a result depends neither on the batch nor on the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.design.survival.piecewise import Piecewise
from protorun.statistics.design.survival.simulated import Simulated
from protorun.statistics.design.survival.two_arms import TwoArms
from protorun.statistics.philox import Purpose, patient_words
from protorun.statistics.survival._risk import CHUNK
from protorun.statistics.survival.logrank import logrank
from protorun.statistics.survival.weighted_logrank import Weight, weighted_logrank

BoolArray = NDArray[np.bool_]
_LARGEST_BLOCK = 40
_MOST_TRIALS = 10_000_000
_Z_025 = 1.959963984540054


@dataclass(frozen=True)
class _Plan:
    """What every trial of a simulation shares."""

    trial: TwoArms
    patients: int
    block: int
    events: tuple[int, ...]
    upper: FloatArray
    lower: FloatArray
    weight: Weight | None


def simulate_two_arms(
    trial: TwoArms,
    events: int | Sequence[int],
    *,
    upper: float | Sequence[float] = _Z_025,
    lower: Sequence[float] | None = None,
    trials: int = 10_000,
    seed: int = 1,
    patients: int | None = None,
    block: int | None = None,
    weight: Weight | None = None,
) -> Simulated:
    """Power, length and size of a two-arm trial by simulation: as many looks as `events` has planned numbers.

    Patients enter by the accrual rate (a Poisson process that has brought `patients` by its end; their number is that
    of the accrual, rounded, when left out) and take their arm from permuted blocks. Each look stands at the calendar
    time of its planned event, all events of that time included, and compares z, positive when the experimental arm is
    better, with `upper` (stop for efficacy) and `lower` (stop for futility; -inf for none; the last one is not used).
    The test is the log-rank test, or a weighted one. When too few events ever happen, the look is made on all there
    are, as soon as nobody is under observation, against the bound that was planned. Raises UsageError.
    """
    looks = _looks(events, upper, lower)
    plan = _planned(trial, looks, patients=patients, block=block, weight=weight)
    if not 1 <= trials <= _MOST_TRIALS:
        raise UsageError(f"trials must be 1 to {_MOST_TRIALS:,}, not {trials}")
    step = max(1, CHUNK // plan.patients)
    chunks = [np.arange(at, min(at + step, trials)) for at in range(0, trials, step)]
    parts = [_followed(plan, seed, copies) for copies in chunks]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Simulated(plan.events, plan.patients, seed, *columns)


def without_effect(trial: TwoArms) -> TwoArms:
    """The same trial with the control arm's hazard in both arms, for the type I error."""
    return replace(trial, event=(trial.event[0], trial.event[0]))


_Looks = tuple[tuple[int, ...], FloatArray, FloatArray]


def _looks(
    events: int | Sequence[int], upper: float | Sequence[float], lower: Sequence[float] | None
) -> _Looks:
    """Planned events, upper and lower bounds, one of each for each look."""
    numbers = np.atleast_1d(np.asarray(events, np.float64))
    high = np.atleast_1d(np.asarray(upper, np.float64))
    low = np.full(len(numbers), -np.inf)
    if lower is not None:
        if len(lower) not in (len(numbers), len(numbers) - 1):
            raise UsageError(f"{len(numbers)} looks need as many lower bounds, or one less, not {len(lower)}")
        low[: len(lower)] = lower
        low[-1] = -np.inf
    if len(high) != len(numbers) or np.isnan(high).any() or np.isnan(low).any():
        raise UsageError(f"{len(numbers)} looks need as many upper bounds, not {len(high)}")
    if np.any(numbers != np.floor(numbers)) or np.any(np.diff(numbers) <= 0) or numbers[0] < 1:
        raise UsageError(f"events of the looks are whole numbers that rise from 1, not {events}")
    return tuple(int(d) for d in numbers), high, low


def _planned(
    trial: TwoArms,
    looks: _Looks,
    *,
    patients: int | None = None,
    block: int | None = None,
    weight: Weight | None = None,
) -> _Plan:
    count = round(trial.patients) if patients is None else patients
    if count < 2:
        raise UsageError(f"a trial of {count} patients has no two arms")
    if looks[0][-1] > count:
        raise UsageError(f"{looks[0][-1]} events are more than {count} patients can have")
    return _Plan(trial, count, _block(trial.ratio, block), *looks, weight)


def _block(ratio: float, block: int | None) -> int:
    """The size of the blocks: the least one of four or more patients that holds the ratio, when left out."""
    whole = Fraction(ratio).limit_denominator(_LARGEST_BLOCK)
    least = whole.numerator + whole.denominator
    if abs(float(whole) - ratio) > 1e-9 or ratio <= 0 or least > _LARGEST_BLOCK:
        raise UsageError(f"permuted blocks need a ratio of small whole numbers, not {ratio}")
    size = least * -(-4 // least) if block is None else block
    if size % least or not 0 < size <= _LARGEST_BLOCK:
        raise UsageError(f"a block of {size} does not hold the ratio {whole.numerator}:{whole.denominator}")
    return size


@dataclass(frozen=True)
class _Courses:
    """Patients' courses shaped (trial, patient): calendar entry and end, time on study, event (or dropout), arm."""

    entry: FloatArray
    end: FloatArray
    time: FloatArray
    died: BoolArray
    group: NDArray[np.int64]

    def of(self, trials: NDArray[np.int64]) -> _Courses:
        """Those of some of the trials."""
        if len(trials) == len(self.entry):
            return self
        parts = (self.entry[trials], self.end[trials], self.time[trials], self.died[trials])
        return _Courses(*parts, self.group[trials])


def _followed(plan: _Plan, seed: int, copies: NDArray[np.int64]) -> tuple[NDArray[np.generic], ...]:
    """Some trials from the first patient to the look at which each stops: one array for each column of the result."""
    courses = _courses(plan, seed, copies)
    cuts = _cuts(plan.events, courses)
    count = len(copies)
    look, z = np.zeros(count, np.int64), np.full(count, np.nan)
    going = np.arange(count)
    for k in range(len(plan.events)):
        look[going] = k
        z[going] = found = _tested(courses.of(going), cuts[going, k], plan.weight)
        going = going[(found < plan.upper[k]) & ~(found < plan.lower[k])]
    cut = cuts[np.arange(count), look][:, None]
    events = ((courses.end <= cut) & courses.died).sum(axis=-1)
    enrolled = (courses.entry <= cut).sum(axis=-1)
    return look, z >= plan.upper[look], z, events, enrolled, cut[:, 0], cuts


def _courses(plan: _Plan, seed: int, copies: NDArray[np.int64]) -> _Courses:
    trial, n = plan.trial, plan.patients
    blocks = -(-(n + 1) // plan.block)  # one more than come: the gap until the accrual closes
    entering, dealt, happens, leaves = patient_words(seed, copies, blocks * plan.block, Purpose.TWO_ARM)
    gaps = np.cumsum(-np.log(entering[:, : n + 1]), axis=-1)
    entry = _when(trial.accrual, gaps[:, :n] * (trial.patients / gaps[:, n:]))
    group = _arms(dealt.reshape(len(copies), blocks, plan.block), trial.shares[1])[:, :n]
    time = event = _by_arm(trial.event, happens[:, :n], group)
    died = np.isfinite(event)
    if any(rate > 0 for part in trial.dropout for rate in part.rates):
        dropout = _by_arm(trial.dropout, leaves[:, :n], group)
        time, died = np.minimum(event, dropout), died & (event <= dropout)
    return _Courses(entry, entry + time, time, died, group)


def _arms(keys: FloatArray, share: float) -> NDArray[np.int64]:
    """The patients with the lowest keys of each block get the experimental arm (1)."""
    trials, blocks, size = keys.shape
    columns = np.ascontiguousarray(np.moveaxis(keys, 2, 0))
    group = np.empty(keys.shape, np.int64)
    for i in range(size):
        rank = np.zeros((trials, blocks), np.int8)
        for j in range(size):
            if j != i:  # of two equal keys the earlier patient's is the lower one
                rank += (columns[j] <= columns[i]) if j < i else (columns[j] < columns[i])
        group[:, :, i] = rank < round(share * size)
    return group.reshape(trials, -1)


def _by_arm(rates: tuple[Piecewise, Piecewise], uniform: FloatArray, group: NDArray[np.int64]) -> FloatArray:
    """Times with each arm's own hazard, from one uniform number for each patient."""
    amount = -np.log(uniform)
    if all(len(rate.rates) == 1 and rate.rates[0] > 0 for rate in rates):
        control, experimental = (1 / rate.rates[0] for rate in rates)
        amount *= control if control == experimental else np.where(group == 1, experimental, control)
        return amount
    if rates[0] == rates[1]:
        return _when(rates[0], amount)
    return np.where(group == 1, _when(rates[1], amount), _when(rates[0], amount))


def _when(rate: Piecewise, amount: FloatArray) -> FloatArray:
    """When the integral of a rate reaches each amount; never (inf) where the last rate is 0."""
    starts, rates = np.array(rate.starts), np.array(rate.rates)
    reached = rate.until(starts)
    time: FloatArray = np.zeros(amount.shape)
    for start, value, before in zip(starts, rates, reached, strict=True):
        if value > 0:
            np.copyto(time, start + (amount - before) / value, where=amount > before)
        else:
            np.copyto(time, np.inf, where=amount > before)
    return time


def _cuts(events: tuple[int, ...], courses: _Courses) -> FloatArray:
    """Calendar time of each look (trial, look): that of its planned event, else of the last patient's last day."""
    places = [d - 1 for d in events]
    calendar = np.partition(np.where(courses.died, courses.end, np.inf), places, axis=-1)[:, places]
    if np.isinf(calendar).any():
        over = np.where(np.isinf(courses.end), courses.entry, courses.end).max(axis=-1)
        calendar = np.where(np.isinf(calendar), over[:, None], calendar)
    return calendar


def _tested(courses: _Courses, cut: FloatArray, weight: Weight | None) -> FloatArray:
    """z of each trial at its cut, positive when the experimental arm is better."""
    # entry + time compared with the cut, never the time with cut - entry: (a + t) - a < t would lose the event itself.
    at = cut[:, None]
    over = courses.end <= at
    seen = np.where(over, courses.time, at - courses.entry)
    seen[seen < 0] = np.nan  # not yet enrolled
    trial = (seen, courses.died & over, courses.group)
    z = logrank(*trial).z if weight is None else weighted_logrank(*trial, weight).z
    return -np.nan_to_num(z)
