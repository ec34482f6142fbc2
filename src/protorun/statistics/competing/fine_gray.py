"""Proportional subdistribution hazards: covariates and the cumulative incidence of one cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.competing._counts import IntArray, before, statuses, still_there
from protorun.statistics.hazards._newton import maximum
from protorun.statistics.hazards.ratios import LogHazardRatios


class FineGray(LogHazardRatios):
    """Log subdistribution hazard ratios (covariate,) with the sandwich's standard errors and covariance."""


def fine_gray(time: ArrayLike, status: ArrayLike, covariates: ArrayLike, *, cause: int = 1) -> FineGray:
    """Fine-Gray model of one data set, covariates shaped (patient, covariate); NaN times are absent patients.

    Breslow ties; a patient with another event stays at risk with the weight G(t-) / G(X-) of the pooled Kaplan-Meier
    curve of censoring, and the sandwich counts that G is estimated. Fine & Gray 1999, doi:10.1080/01621459.1999.10474144,
    as `crr` of R's cmprsk. Raises UsageError on unequal lengths, unknown covariates, no event of the cause, or
    covariates of which one follows from the others; an infinite estimate is given as infinite.
    """
    times, said = statuses(time, status)
    x = np.asarray(covariates, np.float64)
    if times.ndim != 1 or x.ndim != 2 or len(x) != len(times):
        raise UsageError(
            f"times {times.shape} and covariates {x.shape} must be (patient,) and (patient, covariate)"
        )
    here = ~np.isnan(times)
    times, said, x = times[here], said[here], x[here]
    if not np.isfinite(x).all():
        raise UsageError("a covariate is NaN or infinite: leave those patients out, or fill it in")
    if not (said == cause).any():
        raise UsageError(f"nobody had event {cause}: there is nothing to fit")
    center, scale = x.mean(axis=0), x.std(axis=0)
    if not np.all(scale > 0):
        raise UsageError("a covariate is the same in all patients: leave it out of the model")
    return _fitted(_Weighted.of(times, said, (x - center) / scale, cause), scale)


@dataclass(frozen=True)
class _Weighted:
    """Patients by time; `line` is the place of each one's time among the distinct times, `g` is G(t-) at those."""

    x: FloatArray
    line: IntArray
    first: IntArray
    had: NDArray[np.bool_]
    other: NDArray[np.bool_]
    censored: NDArray[np.bool_]
    g: FloatArray
    events: FloatArray

    @classmethod
    def of(cls, time: FloatArray, status: IntArray, x: FloatArray, cause: int) -> _Weighted:
        order = np.argsort(time, kind="stable")
        time, status = time[order], status[order]
        first = np.flatnonzero(np.diff(time, prepend=-np.inf) > 0)
        line = np.repeat(np.arange(len(first)), np.diff(first, append=len(time)))
        had, censored = status == cause, status == 0
        gone = np.bincount(line[censored], minlength=len(first))
        g = before(np.cumprod(1 - gone / (len(time) - first), dtype=np.float64), 1.0)
        events = np.bincount(line[had], minlength=len(first)).astype(np.float64)
        return cls(x[order], line, first, had, ~had & ~censored, censored, g, events)

    def tied(self, values: FloatArray) -> FloatArray:
        """Sums over the patients of each distinct time (first axis)."""
        found: FloatArray = np.add.reduceat(values, self.first, axis=0)
        return found

    def at_risk(self, values: FloatArray) -> FloatArray:
        """Weighted sums over those at risk at each distinct time, of a value (patient,) or values (patient, column)."""
        values = values.reshape(len(values), -1)
        there = still_there(self.tied(values).T).T
        kept = self.tied(values * (self.other / self.g[self.line])[:, None])
        earlier = np.cumsum(kept, axis=0) - kept
        return there + self.g[:, None] * earlier

    def at(self, b: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log partial likelihood, score and information."""
        risk, p = np.exp(self.x @ b), self.x.shape[1]
        pairs = (self.x[:, :, None] * self.x[:, None, :]).reshape(len(risk), -1)
        sums = self.at_risk(risk[:, None] * np.column_stack([np.ones(len(risk)), self.x, pairs]))
        hit = self.events > 0
        whole, d = sums[hit, :1], self.events[hit]
        mean = sums[hit, 1 : p + 1] / whole
        loglik = float((self.x[self.had] @ b).sum() - d @ np.log(whole[:, 0]))
        square = (sums[hit, p + 1 :] / whole).T @ d
        return loglik, self.x[self.had].sum(axis=0) - mean.T @ d, square.reshape(p, p) - (mean.T * d) @ mean

    def residuals(self, b: FloatArray) -> FloatArray:
        """What each patient adds to the score, with his part in the estimate of G: eta + psi of Fine & Gray, section 4."""
        risk = np.exp(self.x @ b)
        sums = self.at_risk(risk[:, None] * np.column_stack([np.ones(len(risk)), self.x]))
        step = (self.events / sums[:, 0])[:, None]
        mean = sums[:, 1:] / sums[:, :1]
        own = risk[:, None] * self._drift(np.cumsum(step, axis=0), np.cumsum(step * mean, axis=0))
        g = self.g[:, None]
        ahead, ahead_mean = (still_there((g * part).T).T for part in (step, step * mean))
        after = [part - g * one for part, one in ((ahead, step), (ahead_mean, step * mean))]
        kept = (risk * self.other / self.g[self.line])[:, None]
        eta = self.had[:, None] * (self.x - mean[self.line]) - own - kept * self._drift(*after)
        weighed, weighed_x = self.tied(kept), self.tied(kept * self.x)
        q = (np.cumsum(weighed_x, 0) - weighed_x) * ahead - (np.cumsum(weighed, 0) - weighed) * ahead_mean
        return eta + self._censoring(q)

    def _drift(self, hazard: FloatArray, hazard_mean: FloatArray) -> FloatArray:
        return self.x * hazard[self.line] - hazard_mean[self.line]

    def _censoring(self, q: FloatArray) -> FloatArray:
        at_risk = (len(self.line) - self.first)[:, None]
        gone = self.tied(self.censored.astype(np.float64))[:, None]
        met = np.cumsum(q * gone / at_risk**2, axis=0)
        found: FloatArray = self.censored[:, None] * (q / at_risk)[self.line] - met[self.line]
        return found


def _fitted(data: _Weighted, scale: FloatArray) -> FineGray:
    found = maximum(data, len(scale))
    change = data.residuals(found.b) @ found.covariance
    coefficient, covariance = found.reported(scale, change.T @ change)
    error = np.sqrt(np.diag(covariance))
    return FineGray(coefficient, error, covariance, np.array(found.null), np.array(found.best))
