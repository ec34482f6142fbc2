"""Best overall response per patient, unconfirmed and confirmed, for all patients at once: from courses laid out as
(patient, time point). The kernels stand in `best`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from protorun.endpoints.best import Best, best_immune_rows, best_of_rows
from protorun.endpoints.best.order import Bools, Index
from protorun.endpoints.best.policy import Policy
from protorun.trial.facts import DayArray
from protorun.trial.response import Response
from protorun.trial.tables import CodeArray, IntArray

__all__ = ["Best", "BestClass", "Course", "best_class", "best_response"]


@dataclass(frozen=True)
class Course:
    """Overall responses as (patient, time point), in order of day; padded with NONE and `NO_DAY` at the end. `row` is
    the row of each in the table of time points, where they come from one."""

    overall: CodeArray
    day: DayArray
    row: IntArray | None = None

    def __len__(self) -> int:
        return len(self.overall)


def best_response(course: Course, reference_on: DayArray, settings: Policy) -> Best:
    """Best overall response of every patient by a complete policy; `reference_on` starts the minimum SD time. A `row` of
    the result is that of `course.row`, else the place in the course.

    Raises NotStated when the policy leaves the minimum SD time open and nobody stated it.
    """
    patient, place = np.nonzero(course.overall != Response.NONE)
    day, overall = course.day[patient, place], course.overall[patient, place]
    found = best_of_rows(patient, day, overall, reference_on=reference_on, settings=settings)
    numbers = np.append(place if course.row is None else course.row[patient, place], -1)
    rows: dict[str, Any] = {
        f.name: numbers[getattr(found, f.name)] for f in fields(found) if f.name.endswith("_row")
    }
    return replace(found, **rows)


@dataclass(frozen=True)
class BestClass:
    """The best overall response that counts, one entry per patient: its code, day and row, and who responded at all."""

    code: CodeArray
    on: DayArray
    row: Index
    responded: Bools


def best_class(course: Course, reference_on: DayArray, settings: Policy, *, confirmed: bool) -> BestClass:
    """The confirmed or unconfirmed best overall response; courses by iRECIST get the classes of iRECIST (iBOR, iCBOR).

    Raises NotStated when the policy leaves the minimum SD time open and nobody stated it.
    """
    if not np.any(course.overall >= Response.ICR):
        plain = best_response(course, reference_on, settings)
        responded = np.isin(plain.bor, (Response.CR, Response.PR))
        if confirmed:
            return BestClass(plain.cbor, plain.cbor_on, plain.cbor_row, responded)
        return BestClass(plain.bor, plain.bor_on, plain.bor_row, responded)
    patient, place = np.nonzero(course.overall != Response.NONE)
    rows = (patient, course.day[patient, place], course.overall[patient, place])
    best = best_immune_rows(*rows, reference_on=reference_on, settings=settings)
    numbers = np.append(place if course.row is None else course.row[patient, place], -1)
    responded = np.isin(best.ibor, (Response.ICR, Response.IPR))
    if confirmed:
        return BestClass(best.icbor, best.icbor_on, numbers[best.icbor_row], responded)
    return BestClass(best.ibor, best.ibor_on, numbers[best.ibor_row], responded)
