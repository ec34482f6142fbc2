"""All that time-to-event rules may look at, one entry per patient, as known at the cutoff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.baseline import complete_baseline
from protorun.endpoints.censoring import NEVER, Assessments, Days, assessments
from protorun.endpoints.censoring.filling import BY_CRITERIA, Filled
from protorun.endpoints.course import rows_of
from protorun.endpoints.origin import first_response
from protorun.endpoints.points import clinical_points, criteria_of, named, points_for
from protorun.endpoints.times.first_event import Dated, extreme
from protorun.errors import NotStated
from protorun.study.endpoint import Endpoint, EndpointEvent
from protorun.terms.truth import TRUE, UNKNOWN
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import IntArray, Patients, Tables, TimePoints

Bools = NDArray[np.bool_]
_NOT_ADEQUATE = (Response.NONE, Response.NE, Response.ND, Response.MISSING)
_NOT_THERE = (Response.NONE, Response.MISSING)
_PROGRESSION = (Response.PD, Response.ICPD)


@dataclass(frozen=True)
class Seen:
    """Days are 64-bit, `NEVER` for what did not happen or is not known. `which` is the number of the deciding event and
    `event_row` the row of its table; `stopped` are the days after which a rule may look no further."""

    start: Days
    event_on: Days
    which: NDArray[np.int64]
    event_row: Days
    event_tables: tuple[str, ...]
    event_kinds: tuple[str, ...]
    death_on: Days
    cause_known: Bools
    adequate: Assessments
    adequate_table: str
    alive_on: Days
    stopped: Mapping[str, Days]
    baseline: NDArray[np.uint8]
    cutoff: int | None

    @property
    def has_event(self) -> Bools:
        """Who had an event."""
        return np.asarray(self.event_on != NEVER)

    def first_is(self, kind: str) -> Bools:
        """Whose first event is of that kind."""
        return np.asarray(self.has_event & (np.array(self.event_kinds)[self.which] == kind))

    def last_adequate(self, until: Days | None = None) -> tuple[Days, Days]:
        """Day and row of the last adequate assessment, up to a day when one is given; the start and -1 without one."""
        limit = np.full(len(self.start), NEVER) if until is None else until
        return self.adequate.last(self.start, limit)


def look(endpoint: Endpoint, rules: Filled, tables: Tables, origin: DayArray, cutoff: int | None) -> Seen:
    """What is known at the cutoff. Raises NotStated for an event nobody can see in tables, NothingRecorded for
    assessments that are not there."""
    if not rules.events:
        raise NotStated(f"what counts as an event of {endpoint.id}", path=f"endpoints[{endpoint.id}].events")
    people = tables.patients
    points, table = _points(endpoint, rules.events, tables)
    found = [_dated(event, endpoint, rules, tables, cutoff) for event in rules.events]
    event_on, which, event_row = _first(found, len(people))
    clinical = _clinical(endpoint, rules, tables, cutoff)
    return Seen(
        start=_days(origin),
        event_on=event_on,
        which=which,
        event_row=event_row,
        event_tables=tuple(source.name for source in found),
        event_kinds=tuple(event.kind for event in rules.events),
        death_on=_days(people.death_on),
        cause_known=_cause(people) != UNKNOWN,
        adequate=_adequate(tables, points, cutoff, rules.adequate),
        adequate_table=table,
        alive_on=_alive(people, cutoff),
        stopped={
            "new_therapy": _until(_days(people.new_therapy_on), cutoff),
            "clinical_progression": extreme(clinical, len(people), last=False)[0],
            "lost_to_follow_up": _until(_days(people.withdrawn_on), cutoff),
        },
        baseline=complete_baseline(tables),
        cutoff=cutoff,
    )


def _first(found: Sequence[Dated], count: int) -> tuple[Days, NDArray[np.int64], Days]:
    """The earliest event of each patient, ties to the first listed: day, number of the event, row of its table."""
    on, which, row = np.full(count, NEVER), np.zeros(count, np.int64), np.full(count, -1, np.int64)
    for number, source in enumerate(found):
        day, named_row = extreme(source, count, last=False)
        hit = day < on
        on[hit], which[hit], row[hit] = day[hit], number, named_row[hit]
    return on, which, row


def _alive(people: Patients, cutoff: int | None) -> Days:
    """The last day known alive; one who died after the cutoff was alive at it."""
    death = _days(people.death_on)
    alive = np.where(people.last_alive_on == NO_DAY, -NEVER, people.last_alive_on.astype(np.int64))
    if cutoff is not None:
        alive = np.where((death != NEVER) & (death > cutoff), cutoff, np.minimum(alive, cutoff))
    return np.where(alive == -NEVER, NEVER, alive)


def _points(
    endpoint: Endpoint, events: Sequence[EndpointEvent], tables: Tables
) -> tuple[TimePoints | None, str]:
    """The assessments that tell whether a patient was looked at: those of the first event that needs criteria."""
    for event in events:
        if event.kind in (*BY_CRITERIA, "response"):
            key = criteria_of(endpoint, event)
            return points_for(tables, *key), named(*key)
    return None, ""


def _dated(
    event: EndpointEvent, endpoint: Endpoint, rules: Filled, tables: Tables, cutoff: int | None
) -> Dated:
    """The rows of one event. Raises NotStated for an event that no table shows."""
    people = tables.patients
    last = NEVER if cutoff is None else cutoff
    everybody = np.arange(len(people))
    if event.kind in ("death", "new_therapy"):
        column = f"{event.kind}_on"
        day = getattr(people, column)
        return Dated(f"patients.{column}", everybody, np.where(day <= last, day, NO_DAY))
    if event.kind == "neurological_death":
        day = np.where(_cause(people) == TRUE, people.death_on, NO_DAY)
        return Dated("patients.death_on", everybody, np.where(day <= last, day, NO_DAY))
    if event.kind == "clinical_progression":
        return _clinical(endpoint, rules, tables, cutoff)
    if event.kind == "response":
        on, chosen, _ = first_response(endpoint, tables, cutoff)
        return Dated(named(*criteria_of(endpoint)), everybody, on, chosen)
    if event.kind not in BY_CRITERIA:
        raise NotStated(f"how {event.kind} of {endpoint.id} is seen in the tables", looked_in=event.kind)
    key = criteria_of(endpoint, event)
    points = points_for(tables, *key)
    at = np.flatnonzero(_progressed(points, rows_of(people, points.copy, points.patient), int(last)))
    day = _progression_day(tables, points, rules.pd_date)[at]
    return Dated(named(*key), rows_of(people, points.copy[at], points.patient[at]), day, at)


def _progressed(points: TimePoints, row: NDArray[np.intp], last: int) -> Bools:
    """Time points of progression known by a day: PD, iCPD, and an iUPD that carries a day of progression (the policy
    counts it) when nothing but iUPD and NE follow it."""
    known = points.day <= last
    pending = (points.overall == Response.IUPD) & (points.progression_on != NO_DAY) & known
    if pending.any():
        ends = known & ~np.isin(points.overall, (Response.IUPD, *_NOT_ADEQUATE))
        latest = np.full(int(row.max()) + 1, -NEVER)
        np.maximum.at(latest, row[ends], points.day[ends].astype(np.int64))
        pending &= points.day > latest[row]
    return np.asarray((np.isin(points.overall, _PROGRESSION) & known) | pending)


def _progression_day(tables: Tables, points: TimePoints, pd_date: str) -> DayArray:
    """The day a progression counts from: its first evidence, or the last scan of the time point."""
    if pd_date == "latest":
        return last_scan(tables, points)
    return np.where(points.progression_on == NO_DAY, points.day, points.progression_on)


def last_scan(tables: Tables, points: TimePoints) -> DayArray:
    """The last day on which a lesion was looked at for each time point; its own day where the lesions do not tell."""
    lesions = tables.lesions
    if lesions is None or not len(lesions) or not len(points):
        return points.day
    key, mine = (_visit_key(t.copy, t.patient, t.visit) for t in (lesions, points))
    order = np.lexsort((lesions.day, key))
    place = np.searchsorted(key[order], mine, side="right") - 1
    row = order[np.maximum(place, 0)]
    same = (place >= 0) & (key[row] == mine) & (lesions.day[row] != NO_DAY) & (points.visit >= 0)
    return np.where(same, np.maximum(lesions.day[row], points.day), points.day).astype(np.int32)


def _clinical(endpoint: Endpoint, rules: Filled, tables: Tables, cutoff: int | None) -> Dated:
    """Progressions recorded without documentation; none when nothing is recorded under these criteria."""
    points = clinical_points(tables)
    if points is None:
        none = np.zeros(0, np.int32)
        return Dated(named("clinical", "whole_body"), none, none)
    worse = (points.overall == Response.PD) & (points.day <= (NEVER if cutoff is None else cutoff))
    at = np.flatnonzero(worse)
    row = rows_of(tables.patients, points.copy[at], points.patient[at])
    return Dated(named("clinical", "whole_body"), row, points.day[at], at)


def _adequate(tables: Tables, points: TimePoints | None, cutoff: int | None, which: str) -> Assessments:
    """Assessments count as adequate unless NE or not done (`evaluable`), or always (`any`); a reader's own word on a
    visit goes first."""
    if points is None:
        none = np.zeros(0, np.int64)
        return assessments(none, none, none)
    said = _said_adequate(tables, points)
    bad = _NOT_ADEQUATE if which == "evaluable" else _NOT_THERE
    good = np.where(said == UNKNOWN, ~np.isin(points.overall, bad), said == TRUE)
    at = np.flatnonzero(good & (points.day <= (NEVER if cutoff is None else cutoff)) & (points.day != NO_DAY))
    row = rows_of(tables.patients, points.copy[at], points.patient[at])
    return assessments(row, points.day[at], at)


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


def _cause(people: Patients) -> NDArray[np.uint8]:
    """Was the death neurological: UNKNOWN where nobody recorded it."""
    if people.neurological_death is None:
        return np.full(len(people), UNKNOWN, np.uint8)
    return people.neurological_death


def _days(column: DayArray) -> Days:
    return np.where(column == NO_DAY, NEVER, column.astype(np.int64))


def _until(day: Days, cutoff: int | None) -> Days:
    return day if cutoff is None else np.where(day <= cutoff, day, NEVER)
