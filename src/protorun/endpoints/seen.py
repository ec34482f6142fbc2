"""All that time-to-event rules may look at, one entry per patient, as known at the cutoff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.baseline import complete_baseline
from protorun.endpoints.course import course_of, rows_of
from protorun.errors import NothingRecorded, NotStated
from protorun.study.endpoint import Endpoint, EndpointEvent
from protorun.terms.truth import TRUE, UNKNOWN
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import IntArray, Tables, TimePoints

Bools = NDArray[np.bool_]
Days = NDArray[np.int64]
NEVER = np.int64(2**40)
_NOT_ADEQUATE = (Response.NONE, Response.NE, Response.ND, Response.MISSING)
_BY_CRITERIA = ("progression", "neurological_progression", "intracranial_progression")


@dataclass(frozen=True)
class Seen:
    """Days are 64-bit, `NEVER` for what did not happen or is not known. `which` is the number of the deciding event."""

    start: Days
    event_on: Days
    which: NDArray[np.int64]
    adequate_on: Days
    """(patient, time point): days of adequate assessments, `NEVER` elsewhere."""
    alive_on: Days
    new_therapy_on: Days
    withdrawn_on: Days
    baseline: NDArray[np.uint8]
    cutoff: int | None

    @property
    def has_event(self) -> Bools:
        """Who had an event."""
        return np.asarray(self.event_on != NEVER)

    def last_adequate(self, until: Days | None = None) -> Days:
        """Day of the last adequate assessment, up to a day when one is given; the start where there is none."""
        limit = NEVER - 1 if until is None else np.minimum(until, NEVER - 1)[:, None]
        days = np.where(self.adequate_on <= limit, self.adequate_on, -NEVER)
        last: Days = np.maximum(days.max(axis=1, initial=-NEVER), self.start)
        return last


def look(endpoint: Endpoint, tables: Tables, origin: DayArray, cutoff: int | None) -> Seen:
    """What is known at the cutoff. Raises NotStated for an event nobody can see in tables, NothingRecorded for
    assessments that are not there."""
    if not endpoint.events:
        raise NotStated(f"what counts as an event of {endpoint.id}", path=f"endpoints[{endpoint.id}].events")
    found = tables.patients
    points = _points(endpoint, tables)
    sources = np.stack([_event_on(e, endpoint, tables, cutoff) for e in endpoint.events])
    death, alive = _days(found.death_on), np.where(found.last_alive_on == NO_DAY, -NEVER, found.last_alive_on)
    died_later = np.full(len(alive), False) if cutoff is None else (death != NEVER) & (death > cutoff)
    alive = np.where(died_later, NEVER - 1, alive)
    if cutoff is not None:
        alive = np.minimum(alive, cutoff)
    return Seen(
        start=_days(origin),
        event_on=sources.min(axis=0),
        which=sources.argmin(axis=0),
        adequate_on=_adequate(tables, points, cutoff),
        alive_on=np.where(alive == -NEVER, NEVER, alive),
        new_therapy_on=_until(_days(found.new_therapy_on), cutoff),
        withdrawn_on=_until(_days(found.withdrawn_on), cutoff),
        baseline=complete_baseline(tables),
        cutoff=cutoff,
    )


def points_for(tables: Tables, criteria: str, compartment: str) -> TimePoints:
    """The time points by a criterion in a compartment. Raises NothingRecorded when the tables hold none."""
    for key in ((criteria, compartment), ("", compartment)):
        if key in tables.timepoints:
            return tables.timepoints[key]
    raise NothingRecorded(
        f"there is no assessment by {criteria} ({compartment})",
        hint="give lesions.csv, or a reader's response in assessments.csv",
    )


def criteria_of(endpoint: Endpoint, event: EndpointEvent | None = None) -> tuple[str, str]:
    """By which criteria and in which compartment progression or response is judged. Raises NotStated."""
    criteria = (event.criteria if event else "") or endpoint.criteria.value
    if not criteria:
        raise NotStated(f"the response criteria of {endpoint.id}", path=f"endpoints[{endpoint.id}].criteria")
    in_cns = criteria == "rano_bm" or (event is not None and event.kind == "intracranial_progression")
    return criteria, "cns" if in_cns else endpoint.compartment


def _points(endpoint: Endpoint, tables: Tables) -> TimePoints | None:
    """The assessments that tell whether a patient was looked at: those of the first event that needs criteria."""
    for event in endpoint.events:
        if event.kind in _BY_CRITERIA:
            return points_for(tables, *criteria_of(endpoint, event))
    return None


def _event_on(event: EndpointEvent, endpoint: Endpoint, tables: Tables, cutoff: int | None) -> Days:
    if event.kind == "death":
        return _until(_days(tables.patients.death_on), cutoff)
    if event.kind not in _BY_CRITERIA:
        raise NotStated(f"how {event.kind} of {endpoint.id} is seen in the tables", looked_in=event.kind)
    points = points_for(tables, *criteria_of(endpoint, event))
    worse = (points.overall == Response.PD) & (points.day <= (NEVER if cutoff is None else cutoff))
    row = rows_of(tables.patients, points.copy, points.patient)
    on = np.full(len(tables.patients), NEVER)
    day = np.where(points.progression_on == NO_DAY, points.day, points.progression_on).astype(np.int64)
    np.minimum.at(on, row[worse], day[worse])
    return on


def _adequate(tables: Tables, points: TimePoints | None, cutoff: int | None) -> Days:
    """Assessments count as adequate unless NE or not done; a reader's own word on a visit goes first."""
    if points is None:
        return np.full((len(tables.patients), 1), NEVER)
    said = _said_adequate(tables, points)
    good = np.where(said == UNKNOWN, ~np.isin(points.overall, _NOT_ADEQUATE), said == TRUE)
    kept = points.where(np.asarray(good & (points.day <= (NEVER if cutoff is None else cutoff)), np.bool_))
    course = course_of(tables.patients, kept)
    return np.where(course.day == NO_DAY, NEVER, course.day.astype(np.int64))


def _said_adequate(tables: Tables, points: TimePoints) -> NDArray[np.uint8]:
    """The reader's word on each time point, UNKNOWN where there is none."""
    visits = tables.visits
    said = np.full(len(points), UNKNOWN, np.uint8)
    if visits is None or not len(visits) or not len(points):
        return said
    key = _visit_key(visits.copy, visits.patient, visits.visit)
    mine = _visit_key(points.copy, points.patient, points.visit)
    order = np.argsort(key)
    place = order[np.minimum(np.searchsorted(key[order], mine), len(key) - 1)]
    return np.where(key[place] == mine, visits.adequate[place], said).astype(np.uint8)


def _visit_key(copy: IntArray, patient: IntArray, visit: NDArray[np.int16]) -> Days:
    return (
        (copy.astype(np.int64) << 40) | (patient.astype(np.int64) << 16) | (visit.astype(np.int64) & 0xFFFF)
    )


def _days(column: DayArray) -> Days:
    return np.where(column == NO_DAY, NEVER, column.astype(np.int64))


def _until(day: Days, cutoff: int | None) -> Days:
    return day if cutoff is None else np.where(day <= cutoff, day, NEVER)
