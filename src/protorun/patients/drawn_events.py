"""Adverse events for virtual patients: those of the scenario, and each drawn DLT as an adverse event with its grade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from protorun.patients.scenario import DltEvent, DrawnEvent, Scenario
from protorun.statistics.philox import Purpose, uniforms
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.trial.facts import NO_DAY
from protorun.trial.tables import AdverseEvents, Patients, Tables

NOTE = (
    "virtual patients: adverse events by the shares of the scenario, independent of one another, on a day uniform over "
    "the days it names; a DLT is an adverse event with the grade the scenario gives (ours)"
)
_SEVERE = 3
_DRAWS = 5  # numbers of one event: whether, when, severe, grade 1 or 2, related
_LATE = np.iinfo(np.int32).max


def with_adverse_events(tables: Tables, scenario: Scenario, *, seed: int, arms: tuple[str, ...]) -> Tables:
    """The tables of a virtual trial with the adverse events of its scenario; `arms` are the ids of the study's arms.

    A patient has nothing after death, withdrawal or the last contact. Without events in the scenario, or beside events
    that are there, the tables stay as they are. `scenario.courses` is keyed as in `Scenario`.
    """
    if tables.adverse_events is not None or not len(tables.patients):
        return tables
    keys = _keys(scenario, arms)
    parts: list[tuple[DrawnEvent | DltEvent, _Drawn]] = []
    for arm, key in keys.items():
        rows = np.flatnonzero(tables.patients.arm == arm)
        course = scenario.courses[key]
        for number, event in enumerate(course.adverse_events):
            parts.append((event, _draw(tables.patients, rows, event, number, seed)))
    if scenario.dlt_event is not None and tables.patients.dlt_on is not None:
        parts.append((scenario.dlt_event, _dlts(tables.patients, scenario.dlt_event)))
    if not parts:
        return tables
    return replace(tables, adverse_events=_table(tables.patients, parts))


_Drawn = tuple[NDArray[np.intp], NDArray[np.int32], NDArray[np.int8], NDArray[np.uint8], NDArray[np.uint8]]
"""Row of the patient, day, grade, related, and whether the trial called it a DLT."""


def _keys(scenario: Scenario, arms: tuple[str, ...]) -> dict[int, str]:
    """The course of each arm by number, -1 for patients of no arm: by its id, as `arm 2`, or `any`."""
    found: dict[int, str] = {}
    for number, arm in enumerate(arms):
        key = next((k for k in (arm, f"arm {number + 1}", "any") if k in scenario.courses), None)
        if key is not None:
            found[number] = key
    return found | ({-1: "any"} if "any" in scenario.courses else {})


def _draw(people: Patients, rows: NDArray[np.intp], event: DrawnEvent, number: int, seed: int) -> _Drawn:
    whether, when, severe, mild, related = (
        uniforms(seed, people.copy[rows], people.patient[rows], Purpose.ADVERSE_EVENT, number * _DRAWS + draw)
        for draw in range(_DRAWS)
    )
    day = people.enrolled_on[rows] + np.floor(when * event.within_days.value).astype(np.int32)
    shown = (
        (whether < event.share.value) & (people.enrolled_on[rows] != NO_DAY) & (day <= _last(people)[rows])
    )
    grade = np.where(severe < event.severe.value, _SEVERE, np.where(mild < 0.5, 1, 2)).astype(np.int8)
    truth = np.where(related < event.related.value, TRUE, FALSE).astype(np.uint8)
    never = np.full(len(rows), FALSE, np.uint8)
    return rows[shown], day[shown], grade[shown], truth[shown], never[shown]


def _last(people: Patients) -> NDArray[np.int32]:
    """The last day on which something can be seen."""
    days = (people.death_on, people.withdrawn_on)
    ends = np.min([np.where(day == NO_DAY, _LATE, day) for day in days], axis=0)
    seen = np.where(people.last_alive_on == NO_DAY, people.enrolled_on, people.last_alive_on)
    return np.where(ends == _LATE, seen, ends).astype(np.int32)


def _dlts(people: Patients, event: DltEvent) -> _Drawn:
    day = people.dlt_on if people.dlt_on is not None else np.full(len(people), NO_DAY, np.int32)
    rows = np.flatnonzero(day != NO_DAY)
    true = np.full(len(rows), TRUE, np.uint8)
    return rows, day[rows], np.full(len(rows), int(event.grade.value), np.int8), true, true


def _table(people: Patients, parts: list[tuple[DrawnEvent | DltEvent, _Drawn]]) -> AdverseEvents:
    terms = tuple(dict.fromkeys(event.term for event, _ in parts))
    classes = tuple(dict.fromkeys(event.soc for event, _ in parts if event.soc))
    row, day, grade, related, dlt = (np.concatenate([drawn[i] for _, drawn in parts]) for i in range(5))
    counts = [len(drawn[0]) for _, drawn in parts]
    found = AdverseEvents(
        copy=people.copy[row],
        patient=people.patient[row],
        day=day.astype(np.int32),
        term=np.repeat([terms.index(event.term) for event, _ in parts], counts).astype(np.int16),
        grade=grade.astype(np.int8),
        related=related.astype(np.uint8),
        terms=terms,
        organ_class=np.repeat(
            [classes.index(event.soc) if event.soc else -1 for event, _ in parts], counts
        ).astype(np.int16),
        organ_classes=classes,
        features={"dlt": dlt.astype(np.uint8), "serious": np.full(len(row), UNKNOWN, np.uint8)},
    )
    return found.where(np.lexsort((found.day, found.patient, found.copy)))  # type: ignore[arg-type]
