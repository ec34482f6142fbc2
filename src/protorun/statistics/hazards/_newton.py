"""The highest point of a partial likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.hazards._likelihood import Likelihood

_STEPS, _HALVES = 50, 20
_SMALL = 1e-10  # a step of this many standard deviations is none
_SINGULAR = 1e-10
_FARTHEST = 30.0  # a coefficient beyond this many per standard deviation: the likelihood has no maximum
_FLAT = 1e-9  # the information is down to this share of that at 0: it has none either


@dataclass(frozen=True)
class Maximum:
    """Coefficients per standard deviation; `far` marks those without a finite estimate. `test` is the score test at 0."""

    b: FloatArray
    far: NDArray[np.bool_]
    covariance: FloatArray
    null: float
    best: float
    test: float

    def reported(self, scale: FloatArray, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Coefficients and a covariance in the units of the covariates; what has no estimate is infinite, with NaN."""
        found = covariance / np.outer(scale, scale)
        found[self.far] = found[:, self.far] = np.nan
        return np.where(self.far, np.copysign(np.inf, self.b), self.b / scale), found


def maximum(likelihood: Likelihood, covariates: int) -> Maximum:
    """Newton's way up from 0 for standardized covariates, with half steps. Raises UsageError if one follows from the others."""
    b = np.zeros(covariates)
    null, score, information = likelihood.at(b)
    _refuse_dependent(information)
    test, start = float(score @ np.linalg.solve(information, score)), np.diag(information)
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
    far = (np.abs(b) > _FARTHEST / 2) | (np.diag(information) < _FLAT * start)
    covariance = np.asarray(np.linalg.pinv(information, hermitian=True), np.float64)
    return Maximum(b, far, covariance, null, best, test)


def _refuse_dependent(information: FloatArray) -> None:
    spread = np.sqrt(np.maximum(np.diag(information), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = information / np.outer(spread, spread)
    if not np.all(spread > 0) or np.linalg.eigvalsh(correlation)[0] < _SINGULAR:
        raise UsageError(
            "one covariate follows from the others among the patients at risk: leave one out of the model"
        )
