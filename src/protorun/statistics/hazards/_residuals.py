"""What each patient adds to the score of a Cox model, and the variance that follows from it."""

from __future__ import annotations

import numpy as np

from protorun.statistics._order import FloatArray
from protorun.statistics.hazards._likelihood import IntArray, Partial


def score_residuals(likelihood: Partial, b: FloatArray) -> FloatArray:
    """Score residuals (covariate, patient) in sorted order, as Therneau, Grambsch & Fleming 1990, doi:10.1093/biomet/77.1.147.

    Those who die together share the mean covariates of the factors of their tie.
    """
    ties = likelihood.ties
    risk = np.exp(b @ ties.x)
    found = likelihood.factors(risk)
    met = likelihood.met(found)
    # Sums over the factors of mean / divisor, and of left times that.
    drift = found.weighed * found.once_2 - found.dead_weighed * found.both
    drift_part = found.weighed * found.both - found.dead_weighed * found.part_2
    total = ties.so_far(likelihood.spread(found, drift))
    met_mean = ties.to_patients(total - likelihood.spread(found, drift_part), total)
    own = likelihood.spread(found, found.mean / ties.deaths[found.at])
    own_mean = ties.to_patients(own, np.zeros_like(own))
    residual: FloatArray = ties.died * ties.x - own_mean - risk * (ties.x * met - met_mean)
    return residual


def sandwich(
    likelihood: Partial, b: FloatArray, covariance: FloatArray, cluster: IntArray | None
) -> FloatArray:
    """Sum over patients, or clusters of them, of the squared change that leaving one out makes (Lin & Wei 1989)."""
    change = covariance @ score_residuals(likelihood, b)
    if cluster is not None:
        which = cluster[likelihood.ties.order]
        change = np.stack([np.bincount(which, row) for row in change])
    found: FloatArray = change @ change.T
    return found
