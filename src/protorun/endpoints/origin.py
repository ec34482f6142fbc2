"""Day 0 of an endpoint: the stated origin, with a named fallback where the trial has none; or the first response."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from protorun.endpoints.best import best_of_rows
from protorun.endpoints.best.policy import policy
from protorun.endpoints.course import rows_of
from protorun.endpoints.points import criteria_of, points_for
from protorun.errors import NotStated
from protorun.study.endpoint import Endpoint
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import IntArray, Patients, Tables

_COLUMNS = {"randomization": "randomized_on", "enrollment": "enrolled_on", "first_dose": "first_dose_on"}
FIRST_RESPONSE = "first_response"


def origin_of(endpoint: Endpoint, patients: Patients) -> tuple[DayArray, tuple[str, ...]]:
    """The origin day of every patient (`NO_DAY` = not known) and what was assumed. Raises NotStated without an origin."""
    stated = endpoint.origin.value
    if stated is None and endpoint.kind == "response_rate":
        return patients.enrolled_on, (
            f"{endpoint.id}: no origin is stated; time counts from enrollment (ours)",
        )
    if stated is None and endpoint.kind == "safety":
        treated = bool(len(patients)) and bool(np.any(patients.first_dose_on != NO_DAY))
        since = patients.first_dose_on if treated else patients.enrolled_on
        says = "the first dose" if treated else "enrollment: no first dose is recorded"
        return since, (f"{endpoint.id}: no origin is stated; events count from {says} (ours)",)
    if stated is None:
        raise NotStated(f"from which day {endpoint.id} counts", path=f"endpoints[{endpoint.id}].origin")
    if stated not in _COLUMNS:
        raise NotStated(
            f"an origin of {endpoint.id} that the tables carry ({stated!r} is none of {', '.join(_COLUMNS)})",
            path=f"endpoints[{endpoint.id}].origin",
        )
    day: DayArray = getattr(patients, _COLUMNS[stated])
    if stated == "randomization" and len(day) and bool(np.all(day == NO_DAY)):
        says = f"{endpoint.id}: nobody was randomized; the day of enrollment stands in for the day of randomization"
        return patients.enrolled_on, (says,)
    return day, ()


def first_response(
    endpoint: Endpoint, tables: Tables, cutoff: int | None
) -> tuple[DayArray, IntArray, tuple[str, ...]]:
    """Day and time point of the response that counts, up to the first PD; `NO_DAY` and -1 for everybody else.

    Where the study asks for confirmation it is the first of the two confirming responses. Raises NotStated without
    criteria, NothingRecorded without assessments.
    """
    points = points_for(tables, *criteria_of(endpoint))
    use = points.overall != Response.NONE
    if cutoff is not None:
        use = use & (points.day <= cutoff)
    at = np.flatnonzero(use)
    row = rows_of(tables.patients, points.copy[at], points.patient[at])
    confirm = endpoint.confirm_days.value
    settings = replace(policy("recist_table3"), min_sd_days=0).stated(confirm_days=confirm)
    best = best_of_rows(
        row, points.day[at], points.overall[at], reference_on=tables.patients.enrolled_on, settings=settings
    )
    on, chosen = (
        (best.response_on, best.response_row) if confirm is None else (best.confirmed_on, best.confirmed_row)
    )
    told = "not stated; the first response counts" if confirm is None else f"after {confirm} days"
    notes = (f"{endpoint.id}: confirmation of responses: {told}",) if confirm is None else ()
    return on, np.append(at, -1)[chosen].astype(np.int32), notes
