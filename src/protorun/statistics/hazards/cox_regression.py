"""Proportional hazards regression on several covariates, with strata, for one data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray, rows, strata_of
from protorun.statistics.hazards._exact import Exact
from protorun.statistics.hazards._likelihood import IntArray, Likelihood, Partial, Ties
from protorun.statistics.hazards._newton import maximum
from protorun.statistics.hazards._residuals import sandwich
from protorun.statistics.hazards.cox import Cox

HowTied = Literal["efron", "breslow", "exact"]


def cox_regression(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    ties: HowTied = "efron",
    robust: bool = False,
    cluster: ArrayLike | None = None,
) -> Cox:
    """Cox model of one data set with covariates shaped (patient, covariate); NaN times are absent patients.

    Strata have baseline hazards of their own. Cox 1972; ties by Efron 1977, doi:10.1080/01621459.1977.10480613,
    Breslow 1974, or exact (Cox's discrete likelihood, for which a group alone gives the log-rank test as its score
    test). `robust` gives the sandwich variance of Lin & Wei 1989, doi:10.1080/01621459.1989.10478874, and `cluster`
    (a label for each patient) the same over clusters; the model's own variance stays in `model_covariance`.

    A covariate that separates all events gets an infinite coefficient. Raises UsageError on unequal lengths, unknown
    covariates (NaN), no events, covariates of which one follows from the others, or a sandwich with exact ties.
    """
    sorted_out = data(time, event, covariates, strata, ties)
    labels = None if cluster is None else strata_of(cluster, sorted_out.times)[sorted_out.here]
    robust = robust or cluster is not None
    if robust and ties == "exact":
        raise UsageError("there is no robust variance with exact ties: take efron or breslow")
    return _fitted(sorted_out, labels, robust)


@dataclass(frozen=True)
class Data:
    """Present patients with covariates of mean 0 and standard deviation 1."""

    times: FloatArray  # of all, absent ones as NaN
    here: NDArray[np.bool_]
    ties: Ties
    center: FloatArray
    scale: FloatArray
    way: str

    def likelihood(self) -> Partial:
        """Efron's or Breslow's likelihood."""
        return Partial(self.ties, self.way == "efron")


def data(
    time: ArrayLike, event: ArrayLike, covariates: ArrayLike, strata: ArrayLike | None, ties: str
) -> Data:
    """The patients of a Cox model, checked, sorted and standardized; errors as `cox_regression`."""
    if ties not in get_args(HowTied):
        raise UsageError(f"no way to handle ties called {ties!r}; there are: {', '.join(get_args(HowTied))}")
    times, events = rows(time, event)
    x = np.asarray(covariates, np.float64)
    if times.ndim != 1 or x.ndim != 2 or len(x) != len(times):
        raise UsageError(
            f"times {times.shape} and covariates {x.shape} must be (patient,) and (patient, covariate)"
        )
    here = ~np.isnan(times)
    if not here.all():
        x = x[here]
    if not np.isfinite(x).all():
        raise UsageError(
            "a covariate is NaN or infinite: leave those patients out, or fill it in, before the model"
        )
    if not events[here].any():
        raise UsageError("nobody had the event: there is nothing to fit a Cox model to")
    stratum = np.zeros(len(x), np.int64) if strata is None else strata_of(strata, times)[here]
    codes = np.unique(stratum, return_inverse=True)[1] if strata is not None else stratum
    sorted_out = Ties.of(times[here], events[here], x, codes)
    return Data(times, here, sorted_out, *_standardized(sorted_out.x), ties)


def _standardized(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rows brought to mean 0 and standard deviation 1 in place; which means and standard deviations they had."""
    if np.any(x.max(axis=1) == x.min(axis=1)):
        raise UsageError("a covariate is the same in all patients: leave it out of the Cox model")
    center = x.mean(axis=1)
    x -= center[:, None]
    scale = np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[1])
    x /= scale[:, None]
    return center, scale


def _fitted(given: Data, labels: IntArray | None, robust: bool) -> Cox:
    likelihood: Likelihood = Exact(given.ties) if given.way == "exact" else given.likelihood()
    found = maximum(likelihood, len(given.scale))
    coefficient, model = found.reported(given.scale, found.covariance)
    covariance = model
    if robust:
        meat = sandwich(given.likelihood(), found.b, found.covariance, labels)
        covariance = found.reported(given.scale, meat)[1]
    return Cox(
        coefficient,
        np.sqrt(np.diag(covariance)),
        covariance,
        np.array(found.null),
        np.array(found.best),
        np.array(found.test),
        model if robust else None,
    )
