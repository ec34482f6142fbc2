"""The exact partial likelihood of tied times: those who died against every equally large part of those at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from protorun.statistics._order import FloatArray
from protorun.statistics.hazards._likelihood import Ties


@dataclass(frozen=True)
class Exact:
    """Cox 1972, section 6: sums over all subsets by the recursion of Gail, Lubin & Rubinstein 1981, doi:10.1093/biomet/68.3.703.

    The sums are kept as means over the subsets, which neither over- nor underflow. Work grows as patients times the
    largest tie.
    """

    ties: Ties

    def at(self, b: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log partial likelihood, score and information."""
        ties = self.ties
        relative = b @ ties.x
        loglik, score = float(relative @ ties.died), ties.x @ ties.died
        information = np.zeros((len(b), len(b)))
        ends = np.append(ties.first, len(relative))
        for begin, end in zip(ties.opens[:-1], ties.opens[1:], strict=True):
            subsets = _Subsets.of(int(ties.deaths[begin:end].max()), len(b))
            for tie in range(end - 1, begin - 1, -1):
                for patient in range(ends[tie], ends[tie + 1]):
                    subsets.add(np.exp(relative[patient]), ties.x[:, patient])
                if ties.deaths[tie]:
                    log, mean, spread = subsets.of_size(int(ties.deaths[tie]))
                    loglik, score, information = loglik - log, score - mean, information + spread
        return loglik, score, information


@dataclass
class _Subsets:
    """Means over the subsets of each size of the product of risks, and their first and second derivatives."""

    mean: FloatArray
    slope: FloatArray
    bend: FloatArray
    size: FloatArray
    patients: int = 0

    @classmethod
    def of(cls, most: int, covariates: int) -> _Subsets:
        mean = np.zeros(most + 1)
        mean[0] = 1.0
        shape = (most + 1, covariates)
        return cls(mean, np.zeros(shape), np.zeros((*shape, covariates)), np.arange(most + 1.0))

    def add(self, risk: float, x: FloatArray) -> None:
        """One patient more at risk: each subset of some size is without him, or with him and one smaller."""
        self.patients += 1
        share = np.minimum(self.size / self.patients, 1.0)
        keep, take = 1 - share, risk * share[1:]
        mean, slope, bend = self.mean[:-1], self.slope[:-1], self.bend[:-1]
        cross = slope[:, :, None] * x
        outer = cross + cross.transpose(0, 2, 1) + mean[:, None, None] * np.outer(x, x)
        more_bend = take[:, None, None] * (bend + outer)
        more_slope = take[:, None] * (slope + mean[:, None] * x)
        more_mean = take * mean
        for values, more in ((self.mean, more_mean), (self.slope, more_slope), (self.bend, more_bend)):
            values *= keep.reshape(-1, *(1,) * (values.ndim - 1))
            values[1:] += more

    def of_size(self, size: int) -> tuple[float, FloatArray, FloatArray]:
        """Logarithm of the sum over subsets of a size, its gradient and its second derivative."""
        n, mean = self.patients, self.mean[size]
        log = float(np.log(mean) + gammaln(n + 1) - gammaln(size + 1) - gammaln(n - size + 1))
        gradient = self.slope[size] / mean
        return log, gradient, self.bend[size] / mean - np.outer(gradient, gradient)
