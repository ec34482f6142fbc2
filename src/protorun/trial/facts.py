"""Facts of patients as columns: canonical units, dates, reference limits; unknown is allowed everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protorun.terms.truth import TruthArray

FloatArray = NDArray[np.float64]
DayArray = NDArray[np.int32]

NO_DAY = np.int32(-(2**31))
"""An unknown date. All other days count from 1970-01-01."""


@dataclass(frozen=True)
class Numbers:
    """A numeric variable, one row per patient. A value is an interval `low..high` (equal when exact); NaN = no record.

    `unit` is canonical for the variable. `uln`, `lln`, `baseline` are NaN where not reported.
    """

    low: FloatArray
    high: FloatArray
    unit: str
    day: DayArray
    uln: FloatArray
    lln: FloatArray
    baseline: FloatArray
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Codes:
    """A coded variable: `codes[row]` indexes `values`; -1 = no record."""

    codes: NDArray[np.int16]
    values: tuple[str, ...]
    day: DayArray
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flags:
    """A condition or assertion: Kleene truth per patient."""

    truth: TruthArray
    day: DayArray
    source: tuple[str, ...] = ()


Column = Numbers | Codes | Flags


@dataclass(frozen=True)
class Treatments:
    """Prior and concomitant treatments, one row per course, sorted by patient row.

    Ends and starts are closed intervals of days (`NO_DAY` = open); `half_life_days` is NaN for treatments without one,
    and `half_life_known` tells a known absence (surgery) from ignorance.
    """

    patient: NDArray[np.int32]
    drug: tuple[str, ...]
    kind: tuple[str, ...]
    start_low: DayArray
    start_high: DayArray
    end_low: DayArray
    end_high: DayArray
    half_life_days: FloatArray
    half_life_known: NDArray[np.bool_]
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """Facts of n patients. `documented[domain]` is True where the patient's list of that domain (`conditions`,
    `treatments`) was declared complete, so that silence there means absent under the documented-absence policy."""

    patients: tuple[str, ...]
    screened_on: DayArray
    columns: Mapping[str, Column]
    treatments: Treatments | None = None
    documented: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.patients)
