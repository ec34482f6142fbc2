"""From tables of a trial to the lanes of a swimmer plot, the bars of a waterfall plot and the lines of a spider plot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.analyze import EndpointResult, Results
from protorun.report.figures.spider import Thread
from protorun.report.figures.swimmer import Lane
from protorun.study.study import Study
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response
from protorun.trial.tables import Patients, TimePoints

Key = tuple[str, str]


def lanes(results: Results, key: Key | None) -> list[Lane]:
    """One lane per enrolled patient of the first copy, from the first dose (else the enrollment) to death or last contact,
    with the first response and progression of the time points of that (criteria, compartment)."""
    people = results.tables.patients
    marks = _marks(results, key)
    found = []
    for row in np.flatnonzero((people.copy == 0) & (people.enrolled_on != NO_DAY)):
        start = int(
            people.first_dose_on[row] if people.first_dose_on[row] != NO_DAY else people.enrolled_on[row]
        )
        died, left = int(people.death_on[row]), int(people.withdrawn_on[row])
        ends = [d for d in (died, left) if d != NO_DAY]
        end = min(ends) if ends else int(people.last_alive_on[row])
        if end == NO_DAY:
            continue
        seen = [(d - start, w) for d, w in marks.get(int(people.patient[row]), []) if start <= d <= end]
        if died != NO_DAY and died == end:
            seen.append((died - start, "death"))
        group = people.arms[people.arm[row]] if people.arms and people.arm[row] >= 0 else "all patients"
        found.append(Lane(people.name(int(row)), end - start, group, not ends, tuple(seen)))
    return found


def best_changes(
    results: Results, endpoint: EndpointResult, key: Key
) -> tuple[NDArray[np.float64], list[str]] | None:
    """Best change of the sum up to progression per patient in percent (NaN without one) and the best response, from the
    time points of that (criteria, compartment); None without sums."""
    points = results.tables.timepoints.get(key)
    if points is None or not (points.sum >= 0).any():
        return None
    return _changes(results.tables.patients, points, endpoint)


def _changes(
    people: Patients, points: TimePoints, endpoint: EndpointResult
) -> tuple[NDArray[np.float64], list[str]]:
    best = np.full(len(people), np.nan)
    with_sum = (points.sum >= 0) & (points.baseline > 0) & (points.copy == 0)
    change = 100.0 * (points.sum - points.baseline) / np.maximum(points.baseline, 1)
    for row, patient in enumerate(people.patient):
        mine = with_sum & (points.patient == patient)
        worse = points.day[mine & (points.overall == Response.PD)]
        if len(worse):
            mine &= points.day <= worse.min()
        if mine.any():
            best[row] = change[mine].min()
    named = [Response(int(endpoint.rows.response[i])).text for i in range(len(endpoint.rows))]
    return best[endpoint.rows.row], named


def threads(results: Results, endpoint: EndpointResult, key: Key) -> list[Thread]:
    """Change of the sum at every time point up to progression, one thread per patient who has one."""
    points, people = results.tables.timepoints[key], results.tables.patients
    with_sum = (points.sum >= 0) & (points.baseline > 0) & (points.copy == 0)
    change = 100.0 * (points.sum - points.baseline) / np.maximum(points.baseline, 1)
    found = []
    for at, row in enumerate(endpoint.rows.row.tolist()):
        mine = np.flatnonzero(with_sum & (points.patient == people.patient[row]))
        mine = mine[np.argsort(points.day[mine], kind="stable")]
        worse = np.flatnonzero(points.overall[mine] == Response.PD)
        mine = mine[: worse[0] + 1] if len(worse) else mine
        start = int(endpoint.rows.start_on[at])
        if len(mine) and start != NO_DAY:
            days = tuple((points.day[mine].astype(np.int64) - start).tolist())
            best = Response(int(endpoint.rows.response[at])).text
            found.append(Thread(people.name(row), days, tuple(change[mine].tolist()), best))
    return found


def judged_by(study: Study, results: Results) -> Key | None:
    """The (criteria, compartment) of the first endpoint that has time points: marks of several would not be told apart."""
    named = [(e.criteria.value or "", e.compartment) for e in study.endpoints]
    there = results.tables.timepoints
    return next((key for key in (*named, *there) if key in there), None)


def _marks(results: Results, key: Key | None) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    if key is None:
        return found
    points = results.tables.timepoints[key]
    for i in np.flatnonzero(points.copy == 0):
        word = Response(int(points.overall[i])).text
        if word in ("CR", "PR", "PD"):
            found.setdefault(int(points.patient[i]), []).append((int(points.day[i]), word))
    return {patient: _first_of_each(marks) for patient, marks in found.items()}


def _first_of_each(marks: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The first day of each word, up to progression."""
    first: dict[str, int] = {}
    for day, word in sorted(marks):
        if "PD" not in first:
            first.setdefault(word, day)
    return [(day, word) for word, day in first.items()]
