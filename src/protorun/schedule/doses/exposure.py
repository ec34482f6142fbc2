"""Exposure: duration, total dose and dose intensity over intervals of constant dose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Exposure:
    """Per patient: days with a dose, total dose and total planned dose (unit of the doses), mean dose per day, and dose
    intensity in percent of the plan (NaN where nothing was planned)."""

    days: FloatArray
    total: FloatArray
    planned: FloatArray
    per_day: FloatArray
    intensity: FloatArray


def exposure(
    patient: NDArray[np.integer],
    *,
    per_day: FloatArray,
    planned_per_day: FloatArray,
    days: FloatArray,
    patients: int,
) -> Exposure:
    """Sums over intervals of constant dose, one row per interval; `patient` counts from 0.

    An interval whose length is not known (NaN) adds nothing. Dose intensity is 100 x total / planned. The rules of ADaM's
    TDURD, TDOSE, TPDOSE, AVDDSE and TDOSINT.
    """

    def summed(values: FloatArray) -> FloatArray:
        return np.bincount(patient, np.nan_to_num(values), patients).astype(np.float64)

    length = summed(days)
    total, planned = summed(per_day * days), summed(planned_per_day * days)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(length > 0, total / length, np.nan)
        intensity = np.where(planned > 0, 100 * total / planned, np.nan)
    return Exposure(length, total, planned, mean, intensity)
