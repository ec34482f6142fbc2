"""The hazard under a Cox model: what a patient with given covariates has to expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray
from protorun.statistics.hazards._likelihood import IntArray
from protorun.statistics.hazards.cox import Cox
from protorun.statistics.hazards.cox_regression import HowTied, data


@dataclass(frozen=True)
class Baseline:
    """Cumulative hazard at each event time, strata after one another in the order of their labels (`stratum` 0, 1 ...).

    `standard_error` is that of the cumulative hazard, the uncertainty of the coefficients included.
    """

    stratum: IntArray
    time: FloatArray
    hazard: FloatArray
    standard_error: FloatArray

    @property
    def survival(self) -> FloatArray:
        """exp(-hazard)."""
        return np.exp(-self.hazard)


def baseline_hazard(
    fit: Cox,
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    at: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    ties: HowTied = "efron",
) -> Baseline:
    """Cumulative hazard of a patient with covariates `at`, from a fit and the data it was fitted to.

    Breslow 1972, or Efron's form of it, as `survfit` of a `coxph` in R survival 3.5; `at` of zeros is the baseline, of
    means what `basehaz` gives. Raises UsageError for exact ties, or covariates of another number.
    """
    given = data(time, event, covariates, strata, ties)
    values = np.asarray(at, np.float64)
    if values.shape != given.scale.shape or ties == "exact" or not np.isfinite(fit.coefficient).all():
        raise UsageError(
            f"a hazard needs {len(given.scale)} covariates, efron or breslow ties and finite estimates"
        )
    likelihood, ties_ = given.likelihood(), given.ties
    b = fit.coefficient * given.scale
    z = (values - given.center) / given.scale
    found = likelihood.factors(np.exp(b @ ties_.x))
    relative = np.exp(b @ z)
    hazard = ties_.so_far(likelihood.spread(found, found.once)) * relative
    mean = found.weighed * found.once_2 - found.dead_weighed * found.both
    drift = ties_.so_far(likelihood.spread(found, mean)) * relative - z[:, None] * hazard
    covariance = fit.covariance * np.outer(given.scale, given.scale)
    chance = ties_.so_far(likelihood.spread(found, found.once_2)) * relative**2
    variance = chance + np.einsum("it,ij,jt->t", drift, covariance, drift)
    stratum = ties_.stratum[ties_.first]
    keep = ties_.deaths > 0
    return Baseline(stratum[keep], ties_.time[keep], hazard[keep], np.sqrt(variance[keep]))
