"""Long tables laid beside the list of patients: one row per patient, whatever the copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best_response import Course
from protorun.errors import PatientDataError
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response
from protorun.trial.tables import IntArray, Patients, TimePoints


def rows_of(patients: Patients, copy: IntArray, patient: IntArray) -> NDArray[np.intp]:
    """The row in `patients` of each (copy, patient). Raises PatientDataError for one that is not in the list."""
    known = (patients.copy.astype(np.int64) << 32) | patients.patient
    wanted = (copy.astype(np.int64) << 32) | patient
    order = np.argsort(known, kind="stable")
    place = np.searchsorted(known[order], wanted)
    found = order[np.minimum(place, max(len(known) - 1, 0))] if len(known) else place
    bad = np.ones(len(wanted), np.bool_) if not len(known) else known[found] != wanted
    if bad.any():
        lost = int(patient[np.flatnonzero(bad)[0]])
        raise PatientDataError(f"patient {lost + 1} has assessments but is not in the list of patients")
    return np.asarray(found, np.intp)


def course_of(patients: Patients, points: TimePoints) -> Course:
    """The overall responses of every patient in order of day; one row per patient, even without an assessment."""
    row = rows_of(patients, points.copy, points.patient)
    order = np.lexsort((points.day, row))
    row, day, overall = row[order], points.day[order], points.overall[order]
    start = np.searchsorted(row, row)
    place = np.arange(len(row)) - start
    shape = (len(patients), int(place.max(initial=-1)) + 1)
    codes, days = np.full(shape, Response.NONE, np.int8), np.full(shape, NO_DAY, np.int32)
    codes[row, place], days[row, place] = overall, day
    return Course(codes, days)
