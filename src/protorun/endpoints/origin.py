"""Day 0 of an endpoint: the stated origin, with a named fallback where the trial has none."""

from __future__ import annotations

import numpy as np

from protorun.errors import NotStated
from protorun.study.endpoint import Endpoint
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.tables import Patients

_COLUMNS = {"randomization": "randomized_on", "enrollment": "enrolled_on", "first_dose": "first_dose_on"}


def origin_of(endpoint: Endpoint, patients: Patients) -> tuple[DayArray, tuple[str, ...]]:
    """The origin day of every patient (`NO_DAY` = not known) and what was assumed. Raises NotStated without an origin."""
    stated = endpoint.origin.value
    if stated is None and endpoint.kind == "response_rate":
        return patients.enrolled_on, (
            f"{endpoint.id}: no origin is stated; time counts from enrollment (ours)",
        )
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
