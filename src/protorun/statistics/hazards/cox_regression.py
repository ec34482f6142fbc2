"""Proportional hazards regression on several covariates, with strata, for one data set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray, rows, strata_of
from protorun.statistics.hazards.cox import Cox, Ties, checked_ties

_STEPS, _HALVES = 50, 20
_SMALL = 1e-10
_SINGULAR = 1e-10
_FARTHEST = 30.0  # a coefficient beyond this many per standard deviation: the likelihood has no maximum


def cox_regression(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    ties: Ties = "efron",
) -> Cox:
    """Cox model of one data set with covariates shaped (patient, covariate); NaN times are absent patients.

    Strata have baseline hazards of their own. Cox 1972; ties by Efron 1977, doi:10.1080/01621459.1977.10480613, or
    Breslow 1974. A covariate that separates all events gets an infinite coefficient. Raises UsageError on unequal
    lengths, unknown covariates (NaN), no events, or covariates of which one follows from the others.
    """
    checked_ties(ties)
    times, events = rows(time, event)
    x = np.asarray(covariates, np.float64)
    if times.ndim != 1 or x.ndim != 2 or len(x) != len(times):
        raise UsageError(
            f"times {times.shape} and covariates {x.shape} must be (patient,) and (patient, covariate)"
        )
    here = ~np.isnan(times)
    if not np.isfinite(x[here]).all():
        raise UsageError(
            "a covariate is NaN or infinite: leave those patients out, or fill it in, before the model"
        )
    if not events[here].any():
        raise UsageError("nobody had the event: there is nothing to fit a Cox model to")
    stratum = np.zeros(len(times), np.int64) if strata is None else strata_of(strata, times)
    scale = x[here].std(axis=0)
    if not np.all(scale > 0):
        raise UsageError("a covariate is the same in all patients: leave it out of the Cox model")
    standard = (x[here] - x[here].mean(axis=0)) / scale
    codes = np.unique(stratum[here], return_inverse=True)[1]
    return _fitted(_Likelihood.of(times[here], events[here], standard, codes, ties), scale)


@dataclass(frozen=True)
class _Likelihood:
    """Patients sorted by stratum and time, the deaths of a tie first; `starts` are the ties with deaths."""

    x: FloatArray
    died: NDArray[np.bool_]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]  # of each tie: where its stratum ends
    line: NDArray[np.int64]  # of each factor of the likelihood: its tie
    left: FloatArray  # and the share of the tied deaths that has left (Efron)
    ties_before: NDArray[np.int64]  # of each patient: ties with deaths up to his time, all strata
    ties_outside: NDArray[np.int64]  # and of those the ones in earlier strata

    @classmethod
    def of(
        cls,
        time: FloatArray,
        event: NDArray[np.bool_],
        x: FloatArray,
        stratum: NDArray[np.int64],
        ties: Ties,
    ) -> _Likelihood:
        order = np.lexsort((~event, time, stratum))
        time, died, stratum = time[order], event[order], stratum[order]
        opens = np.ones(len(time), np.bool_)
        opens[1:] = (time[1:] != time[:-1]) | (stratum[1:] != stratum[:-1])
        starts = np.flatnonzero(opens & died)
        deaths = np.add.reduceat(died.astype(np.int64), starts)
        line = np.repeat(np.arange(len(starts)), deaths)
        left = (np.arange(len(line)) - np.repeat(np.cumsum(deaths) - deaths, deaths)) / deaths[line]
        before: NDArray[np.int64] = np.cumsum(opens & died, dtype=np.int64)
        begins = np.searchsorted(stratum, stratum, side="left")
        outside = np.concatenate([[0], before])[begins]
        ends = np.searchsorted(stratum, stratum[starts], side="right")
        left = left if ties == "efron" else np.zeros_like(left)
        return cls(x[order], died, starts, ends, line, left, before, outside)

    def at(self, b: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log partial likelihood, score and information."""
        relative = self.x @ b
        risk = np.exp(relative)
        weighed = risk[:, None] * np.column_stack([np.ones(len(risk)), self.x])
        whole = np.concatenate([np.cumsum(weighed[::-1], axis=0)[::-1], np.zeros((1, weighed.shape[1]))])
        at_risk = whole[self.starts] - whole[self.ends]
        tied = np.add.reduceat(weighed * self.died[:, None], self.starts)
        sums = at_risk[self.line] - self.left[:, None] * tied[self.line]
        mean = sums[:, 1:] / sums[:, :1]
        loglik = float(relative[self.died].sum() - np.log(sums[:, 0]).sum())
        score = self.x[self.died].sum(axis=0) - mean.sum(axis=0)
        hazard = self._hazard(1 / sums[:, 0]) * risk
        return loglik, score, (self.x * hazard[:, None]).T @ self.x - mean.T @ mean

    def _hazard(self, steps: FloatArray) -> FloatArray:
        """Cumulative baseline hazard that each patient has met; of those who die in a tie, less in the tie itself."""
        count = len(self.starts)
        total = np.concatenate([[0.0], np.cumsum(np.bincount(self.line, steps, count))])
        met = total[self.ties_before] - total[self.ties_outside]
        lost = np.bincount(self.line, steps * self.left, count)
        met[self.died] -= lost[self.ties_before[self.died] - 1]
        found: FloatArray = met
        return found


def _fitted(likelihood: _Likelihood, scale: FloatArray) -> Cox:
    b = np.zeros(len(scale))
    null, score, information = likelihood.at(b)
    _refuse_dependent(information)
    test = float(score @ np.linalg.solve(information, score))
    best = null
    for _ in range(_STEPS):
        step = np.linalg.lstsq(information, score, rcond=None)[0]
        for _ in range(_HALVES):
            trial, *slopes = likelihood.at(b + step)
            if trial >= best - _SMALL * abs(best):
                break
            step = step / 2
        b, best, (score, information) = b + step, trial, slopes
        if np.abs(step).max() < _SMALL or np.abs(b).max() > _FARTHEST:
            break
    far = np.abs(b) > _FARTHEST / 2
    covariance = np.linalg.pinv(information, hermitian=True) / np.outer(scale, scale)
    covariance[far] = covariance[:, far] = np.nan
    coefficient = np.where(far, np.copysign(np.inf, b), b / scale)
    error = np.sqrt(np.diag(covariance))
    return Cox(coefficient, error, covariance, np.array(null), np.array(best), np.array(test))


def _refuse_dependent(information: FloatArray) -> None:
    spread = np.sqrt(np.diag(information))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = information / np.outer(spread, spread)
    if not np.all(spread > 0) or np.linalg.eigvalsh(correlation)[0] < _SINGULAR:
        raise UsageError(
            "one covariate follows from the others among the patients at risk: leave one out of the Cox model"
        )
