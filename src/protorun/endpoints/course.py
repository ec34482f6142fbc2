"""Long tables laid beside the list of patients: one row per patient, whatever the copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best.order import order_of
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
    """The overall responses of every patient in order of day; one row per patient, even without an assessment.

    A progression dated back (an equivocal new lesion that became clear) makes PD of what lies between its day and the
    visit that showed it: a response after the first sign of progression is none.
    """
    row = rows_of(patients, points.copy, points.patient)
    order = order_of(row, points.day)
    row, day, overall = row[order], points.day[order], _dated_back(points, row, order)
    start = np.searchsorted(row, row)
    place = np.arange(len(row)) - start
    shape = (len(patients), int(place.max(initial=-1)) + 1)
    codes, days = np.full(shape, Response.NONE, np.int8), np.full(shape, NO_DAY, np.int32)
    numbers = np.full(shape, -1, np.int32)
    codes[row, place], days[row, place], numbers[row, place] = overall, day, order
    return Course(codes, days, numbers)


def _dated_back(points: TimePoints, row: NDArray[np.intp], order: NDArray[np.int64]) -> NDArray[np.int8]:
    """Overall responses in order, PD from the day a later progression is dated back to."""
    overall, day, on = points.overall[order], points.day[order], points.progression_on[order]
    early = np.flatnonzero((overall == Response.PD) & (on != NO_DAY) & (on < day))
    if len(early):
        overall = overall.copy()
    for at in early:
        first = np.searchsorted(row, row[at])
        overall[first:at][day[first:at] >= on[at]] = Response.PD
    return overall
