"""The cumulative hazard by Nelson-Aalen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, ndtri, polygamma

from protorun.statistics._order import FloatArray
from protorun.statistics.survival.kaplan_meier import Curve, kaplan_meier


@dataclass(frozen=True)
class CumulativeHazard:
    """Cumulative hazard with its standard error at the times of `curve`, with a leading batch axis."""

    curve: Curve
    hazard: FloatArray
    standard_error: FloatArray

    @property
    def time(self) -> FloatArray:
        """The distinct observed times, padded with NaN."""
        return self.curve.time

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Pointwise confidence limits on the log scale; NaN before the first event."""
        with np.errstate(divide="ignore", invalid="ignore"):
            half = np.exp(ndtri(0.5 + level / 2) * self.standard_error / self.hazard)
        return self.hazard / half, self.hazard * half


def nelson_aalen(time: ArrayLike, event: ArrayLike) -> CumulativeHazard:
    """Sum of d / n along the last axis, with variance the sum of d / n^2; NaN times are absent patients.

    Aalen 1978, doi:10.1214/aos/1176344247; the variance is that of R survival 3.5 and lifelines. Raises UsageError when
    the shapes differ.
    """
    curve = kaplan_meier(time, event)
    held = np.maximum(curve.at_risk, 1)
    return _summed(curve, curve.events / held, curve.events / held**2)


def fleming_harrington(time: ArrayLike, event: ArrayLike) -> CumulativeHazard:
    """The same with tied events one after another, 1/n + 1/(n-1) + ...: R's `ctype = 2`, `stype = 2`.

    Fleming & Harrington 1984, doi:10.1080/03610928408828837.
    """
    curve = kaplan_meier(time, event)
    held, left = np.maximum(curve.at_risk, 1), np.maximum(curve.at_risk, 1) - curve.events
    steps = digamma(held + 1) - digamma(left + 1)
    spread = polygamma(1, left + 1) - polygamma(1, held + 1)
    none = curve.events == 0
    return _summed(curve, np.where(none, 0.0, steps), np.where(none, 0.0, spread))


def _summed(curve: Curve, steps: FloatArray, variances: FloatArray) -> CumulativeHazard:
    return CumulativeHazard(curve, np.cumsum(steps, axis=-1), np.sqrt(np.cumsum(variances, axis=-1)))
