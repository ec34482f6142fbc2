"""The partial likelihood of one data set with several covariates: patients sorted once, summed tie by tie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protorun.statistics._order import FloatArray, time_order

IntArray = NDArray[np.int64]


class Likelihood(Protocol):
    """A partial likelihood: value, score and information at a coefficient."""

    def at(self, b: FloatArray) -> tuple[float, FloatArray, FloatArray]: ...


@dataclass(frozen=True)
class Ties:
    """Patients by stratum and time, those who die in a tie before those censored at it; covariates lie in rows.

    A tie is one event time of one stratum with the patients from then until before its next event time: first the
    `deaths`, then the censored. The patients of a stratum before its first event time make a tie without deaths.
    """

    order: IntArray
    x: FloatArray
    died: NDArray[np.bool_]
    stratum: IntArray
    time: FloatArray  # of each tie
    deaths: IntArray
    first: IntArray  # of each tie: its first patient
    opens: IntArray  # of each stratum: its first tie, and the number of ties at last

    @classmethod
    def of(cls, time: FloatArray, event: NDArray[np.bool_], x: FloatArray, stratum: IntArray) -> Ties:
        """Sorted from times, events, covariates (patient, covariate) and strata numbered from 0."""
        order = time_order(time, (~event).view(np.int8), stratum)
        time, died, stratum = time[order], event[order], stratum[order]
        begins = np.diff(stratum, prepend=-1) != 0
        new = begins.copy()
        new[1:] |= died[1:] & (time[1:] != time[:-1])
        first = np.flatnonzero(new)
        deaths = np.add.reduceat(died.astype(np.int64), first)
        opens = np.append(np.flatnonzero(begins[first]), len(first))
        columns = np.stack([np.ascontiguousarray(column)[order] for column in x.T])
        return cls(order, columns, died, stratum, time[first], deaths, first, opens)

    def parts(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sums of a value of each patient over each tie: of those who die, and of all."""
        every = np.add.reduceat(values, self.first)
        if self.deaths.max() <= 1:
            return np.where(self.deaths > 0, values[self.first], 0.0), every
        segment, first, _ = self._segments
        sums = np.zeros(2 * len(self.time))
        sums[segment] = np.add.reduceat(values, first)
        return sums[::2], every

    @cached_property
    def _segments(self) -> tuple[IntArray, IntArray, IntArray]:
        """Parts of ties that die (2 * tie) or are censored (2 * tie + 1) with their first patients and sizes; none is empty."""
        size = np.diff(self.first, append=len(self.died))
        sizes = np.stack([self.deaths, size - self.deaths], -1).ravel()
        segment = np.flatnonzero(sizes)
        return segment, (np.cumsum(sizes) - sizes)[segment], sizes[segment]

    def later(self, values: FloatArray) -> FloatArray:
        """Sum over this tie and all later ones of its stratum, for values of each tie (last axis)."""
        total = np.empty_like(values)
        for begin, end in zip(self.opens[:-1], self.opens[1:], strict=True):
            total[..., begin:end] = np.cumsum(values[..., begin:end][..., ::-1], axis=-1)[..., ::-1]
        return total

    def so_far(self, values: FloatArray) -> FloatArray:
        """Sum over this tie and all earlier ones of its stratum."""
        total = np.empty_like(values)
        for begin, end in zip(self.opens[:-1], self.opens[1:], strict=True):
            total[..., begin:end] = np.cumsum(values[..., begin:end], axis=-1)
        return total

    def to_patients(self, dying: FloatArray, censored: FloatArray) -> FloatArray:
        """A value of each tie handed to its patients, in sorted order: one for those who die, one for the censored."""
        segment, _, count = self._segments
        both = np.stack([dying, censored], -1).reshape(*dying.shape[:-1], -1)
        return np.repeat(both[..., segment], count, axis=-1)


@dataclass(frozen=True)
class Factors:
    """Of each tie with deaths: sums over those at risk (`whole`, `weighed`) and over those who die (`dead`, `dead_weighed`).

    The factors of Efron's likelihood divide by whole - left * dead, with left = 0, 1/d ... (d - 1)/d; `once`, `part`,
    `once_2`, `both`, `part_2` are the sums over them of u, left u, u^2, left u^2 and left^2 u^2, where u is 1 over
    that. `log` is the sum of its logarithm. Breslow's likelihood leaves left at 0.
    """

    at: IntArray
    whole: FloatArray
    dead: FloatArray
    weighed: FloatArray
    dead_weighed: FloatArray
    log: FloatArray
    once: FloatArray
    part: FloatArray
    once_2: FloatArray
    both: FloatArray
    part_2: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Sum over the factors of the mean covariates, (covariate, tie)."""
        if not self.part.any():
            return self.weighed * self.once
        return self.weighed * self.once - self.dead_weighed * self.part

    def mean_squares(self, g: FloatArray | None = None) -> FloatArray:
        """Sum over ties, weighted by g, of the outer products of the means with themselves."""
        w, d = self.weighed, self.dead_weighed
        once, both, part = (u if g is None else g * u for u in (self.once_2, self.both, self.part_2))
        found: FloatArray = (w * once) @ w.T
        if self.part.any():
            cross = (w * both) @ d.T
            found += (d * part) @ d.T - cross - cross.T
        return found


@dataclass(frozen=True)
class Partial:
    """The partial likelihood with Efron's or Breslow's factors."""

    ties: Ties
    efron: bool

    def at(self, b: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log partial likelihood, score and information."""
        ties = self.ties
        relative = b @ ties.x
        risk = np.exp(relative)
        found = self.factors(risk)
        died = ties.died
        loglik = float(relative @ died - found.log.sum())
        score = ties.x @ died - found.mean.sum(axis=-1)
        weight = self.met(found) * risk
        return loglik, score, (ties.x * weight) @ ties.x.T - found.mean_squares()

    def factors(self, risk: FloatArray) -> Factors:
        """The sums of each tie with deaths, for relative risks in sorted order."""
        ties = self.ties
        at = np.flatnonzero(ties.deaths)
        dead, every = ties.parts(risk)
        parts = [ties.parts(risk * column) for column in ties.x]
        dead_weighed = np.stack([d[at] for d, _ in parts])
        weighed = ties.later(np.stack([e for _, e in parts]))[:, at]
        whole, dead = ties.later(every)[at], dead[at]
        return Factors(at, whole, dead, weighed, dead_weighed, *self._sums(ties.deaths[at], whole, dead))

    def _sums(self, deaths: IntArray, whole: FloatArray, dead: FloatArray) -> tuple[FloatArray, ...]:
        if not self.efron or deaths.max(initial=0) <= 1:
            u, none = 1 / whole, np.zeros(len(whole))
            d = deaths.astype(np.float64)
            return d * np.log(whole), d * u, none, d * u * u, none, none
        first = np.cumsum(deaths) - deaths
        left = (np.arange(deaths.sum()) - np.repeat(first, deaths)) / np.repeat(deaths, deaths)
        divisor = np.repeat(whole, deaths) - left * np.repeat(dead, deaths)
        u = 1 / divisor
        v = left * u
        columns = (np.log(divisor), u, v, u * u, u * v, v * v)
        return tuple(np.add.reduceat(column, first) for column in columns)

    def spread(self, found: Factors, values: FloatArray) -> FloatArray:
        """Values of the ties with deaths (last axis) among all ties."""
        every = np.zeros((*values.shape[:-1], len(self.ties.time)))
        every[..., found.at] = values
        return every

    def met(self, found: Factors, g: FloatArray | None = None) -> FloatArray:
        """Cumulative baseline hazard that each patient has met, weighted by g; of those who die in a tie, less in the tie."""
        once, part = (found.once, found.part) if g is None else (g * found.once, g * found.part)
        total = self.ties.so_far(self.spread(found, once))
        return self.ties.to_patients(total - self.spread(found, part), total)
