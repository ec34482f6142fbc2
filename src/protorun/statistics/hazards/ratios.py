"""Log hazard ratios with standard errors, and what follows from them: ratios, limits, p (Wald)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from protorun.statistics._order import FloatArray


@dataclass(frozen=True)
class LogHazardRatios:
    """Log hazard ratios with their standard errors and covariance, and the log likelihood without and with them."""

    coefficient: FloatArray
    standard_error: FloatArray
    covariance: FloatArray
    loglik_null: FloatArray
    loglik: FloatArray

    @property
    def hazard_ratio(self) -> FloatArray:
        """exp(coefficient); for a group, group 1 against group 0."""
        return np.exp(self.coefficient)

    @property
    def p(self) -> FloatArray:
        """Two-sided p of each coefficient (Wald)."""
        found: FloatArray = 2 * ndtr(-np.abs(self.coefficient / self.standard_error))
        return found

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Confidence limits of the hazard ratios (Wald, on the log scale)."""
        half = ndtri(0.5 + level / 2) * self.standard_error
        return np.exp(self.coefficient - half), np.exp(self.coefficient + half)
