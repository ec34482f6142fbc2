"""Facts of patients as columns: canonical units, dates, reference limits; unknown is allowed everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from protorun.terms.truth import TruthArray

FloatArray = NDArray[np.float64]
ReasonArray = NDArray[np.uint8]
DayArray = NDArray[np.int32]

NO_DAY = np.int32(-(2**31))
"""An unknown date. All other days count from 1970-01-01."""


@dataclass(frozen=True)
class Numbers:
    """A numeric variable, one row per patient. A value is an interval `low..high` (equal when exact); NaN = no record.

    `unit` is canonical for the variable. `uln`, `lln`, `baseline` are NaN where not reported. `day_last` is given where a
    date is partial: the day lies in `day..day_last`. `reason` holds codes of `terms.reasons` for values that are there
    and cannot be used (no unit, implausible); a value with a reason is unknown.
    """

    low: FloatArray
    high: FloatArray
    unit: str
    day: DayArray
    uln: FloatArray
    lln: FloatArray
    baseline: FloatArray
    source: tuple[str, ...] = ()
    day_last: DayArray | None = None
    reason: ReasonArray | None = None


@dataclass(frozen=True)
class Codes:
    """A coded variable: `codes[row]` indexes `values`; -1 = no record.

    A value may be `a|b` (one of them, not known which) or `a;b` (both), and carry a mark behind a colon (`x:cured`).
    """

    codes: NDArray[np.int16]
    values: tuple[str, ...]
    day: DayArray
    source: tuple[str, ...] = ()
    day_last: DayArray | None = None
    reason: ReasonArray | None = None


@dataclass(frozen=True)
class Flags:
    """A condition or assertion: Kleene truth per patient."""

    truth: TruthArray
    day: DayArray
    source: tuple[str, ...] = ()
    day_last: DayArray | None = None
    reason: ReasonArray | None = None


Column = Numbers | Codes | Flags


@dataclass(frozen=True)
class Treatments:
    """Prior and concomitant treatments, one row per course, sorted by patient row.

    Ends and starts are closed intervals of days (`NO_DAY` = open); `half_life_days` is NaN for treatments without one,
    and `half_life_known` tells a known absence (surgery) from ignorance. `dose_mg` is the daily dose in mg (NaN = not
    recorded); `route` and `purpose` are words or ''; an `ongoing` treatment has not ended. `evidence` is `administered`,
    `reported`, `dispensed`, `ordered` or '' (as recorded); an order alone is no treatment.
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
    dose_mg: FloatArray | None = None
    route: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    ongoing: NDArray[np.bool_] | None = None
    evidence: tuple[str, ...] = ()

    def only(self, rows: NDArray[np.intp]) -> Treatments:
        """These courses, of the same patients, in this order."""
        found: dict[str, object] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, np.ndarray):
                found[part.name] = value[rows]
            elif value:
                found[part.name] = tuple(value[i] for i in rows)
        return replace(self, **found)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Facts:
    """Facts of n patients. `documented[domain]` is True where the patient's list of that domain (`conditions`,
    `treatments`) was declared complete, so that silence there means absent under the documented-absence policy.
    `documented_since[domain]` is the first day that list covers (`NO_DAY` or no entry: the whole life).
    `anchors` holds dates other than the screening date that time windows count from (`enrollment`, `first_dose` ...).
    `born` holds the first and the last possible day of birth; where it is known it decides about ages."""

    patients: tuple[str, ...]
    screened_on: DayArray
    columns: Mapping[str, Column]
    treatments: Treatments | None = None
    documented: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    anchors: Mapping[str, DayArray] = field(default_factory=dict)
    documented_since: Mapping[str, DayArray] = field(default_factory=dict)
    born: tuple[DayArray, DayArray] | None = None

    def __len__(self) -> int:
        return len(self.patients)

    def take(self, rows: NDArray[np.intp]) -> Facts:
        """The facts of these rows, in this order; a row must not be taken twice when there are treatments."""
        return Facts(
            patients=tuple(self.patients[i] for i in rows),
            screened_on=self.screened_on[rows],
            columns={name: _take(column, rows) for name, column in self.columns.items()},
            treatments=_take_treatments(self.treatments, rows, len(self)) if self.treatments else None,
            documented={name: known[rows] for name, known in self.documented.items()},
            anchors={name: days[rows] for name, days in self.anchors.items()},
            documented_since={name: days[rows] for name, days in self.documented_since.items()},
            born=(self.born[0][rows], self.born[1][rows]) if self.born else None,
        )


def _take(column: Column, rows: NDArray[np.intp]) -> Column:
    found: dict[str, object] = {}
    for part in fields(column):
        value = getattr(column, part.name)
        if isinstance(value, np.ndarray):
            found[part.name] = value[rows]
        elif part.name == "source" and value:
            found[part.name] = tuple(value[i] for i in rows)
    return replace(column, **found)  # type: ignore[arg-type]


def _take_treatments(all_of: Treatments, rows: NDArray[np.intp], patients: int) -> Treatments:
    if len(rows) == 1:
        first, behind = np.searchsorted(all_of.patient, [rows[0], rows[0] + 1])
        alone = all_of.only(np.arange(first, behind))
        return replace(alone, patient=np.zeros(len(alone.patient), np.int32))
    place = np.full(patients, -1, np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    kept = np.flatnonzero(place[all_of.patient] >= 0)
    kept = kept[np.argsort(place[all_of.patient[kept]], kind="stable")]
    return replace(all_of.only(kept), patient=place[all_of.patient[kept]])
