"""The tables an analysis works on: a recorded trial with its events folded in, or a simulated trial read off its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.censoring.filling import BY_CRITERIA
from protorun.endpoints.course import rows_of
from protorun.endpoints.origin import FIRST_RESPONSE
from protorun.endpoints.points import criteria_of
from protorun.errors import NothingRecorded, NotStated, PluginNotFound
from protorun.patients.recorded import Recorded
from protorun.response import Settings, assess, check, in_compartment, settings_for, switches, with_switches
from protorun.study.endpoint import Endpoint
from protorun.study.study import Study
from protorun.terms.plugins import load, names
from protorun.terms.truth import TRUE, UNKNOWN
from protorun.trial.events import Events, Kind
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response
from protorun.trial.tables import Patients, Tables, TimePoints, calls, patients
from protorun.trial.trial import Trial

Key = tuple[str, str]
_FIRST = {
    "death_on": Kind.DEATH,
    "new_therapy_on": Kind.NEW_THERAPY,
    "withdrawn_on": Kind.DROPPED_OUT,
    "first_dose_on": Kind.DOSE_GIVEN,
}
_WINDOW: dict[str, tuple[Kind, ...]] = {
    "dlt_on": (Kind.DLT,),
    "inevaluable_on": (Kind.INEVALUABLE, Kind.PROGRESSION),
    "completed_window_on": (Kind.COMPLETED_WINDOW,),
}
_SIGNS_OF_LIFE = (Kind.VISIT, Kind.ASSESSMENT, Kind.DOSE_GIVEN, Kind.LAST_CONTACT, Kind.PROGRESSION, Kind.DLT)


def tables_of(trial: Trial) -> Tables:
    """The tables of a trial that was conducted or simulated, in days of the trial, as far as its events tell."""
    events = trial.events
    entered = events.of(Kind.ENROLLED)
    order = np.lexsort((entered.patient, entered.copy))
    copy, patient = entered.copy[order] - trial.first_copy, entered.patient[order]
    day = entered.day[order]
    people = patients(
        copy,
        patient,
        enrolled_on=day.astype(np.int32),
        arm=entered.value[order].astype(np.int16),
        arms=tuple(a.label.value or a.id for a in trial.study.arms),
        names=trial.names,
        level=entered.level[order].astype(np.int16),
        levels=_levels(trial.study),
        # Events do not tell of a baseline: virtual patients have one by construction, of real ones it stays unknown.
        baseline_complete=np.full(len(day), TRUE if trial.day_one is None else UNKNOWN, np.uint8),
    )
    mine = replace(events, copy=events.copy - trial.first_copy)
    inside = _of(mine, people)
    return Tables(_filled(people, inside), timepoints=_seen(inside, people))


def with_events(recorded: Recorded, *, known_by: int | None = None) -> Tables:
    """The tables of a recorded trial, with deaths, progressions and contacts of events.csv folded in; with `known_by`
    (days since 1970-01-01) only those the trial had learned of by then."""
    tables = recorded.tables
    place = {name: row for row, name in enumerate(tables.patients.names)}
    row = np.array([place[name] for name in recorded.names], np.int32)
    start = recorded.day_one.toordinal() - _epoch() - 1
    events = recorded.events
    dated = replace(
        events, patient=row[events.patient], day=events.day + start, known_on=events.known_on + start
    )
    if known_by is not None:
        dated = dated.cut(known_by)
    points = dict(tables.timepoints)
    worse = dated.of(Kind.PROGRESSION)
    if len(worse) and not any(where == "whole_body" for _, where in points) and tables.lesions is None:
        points["", "whole_body"] = _seen(dated, tables.patients)["", "whole_body"]
    level = np.full(len(tables.patients), -1, np.int16)
    level[row] = recorded.arrivals.level
    people = replace(_filled(tables.patients, dated), level=level)
    return replace(tables, patients=people, timepoints=points)


def with_time_points(
    tables: Tables, endpoint: Endpoint, policies: Mapping[str, str]
) -> tuple[Tables, tuple[str, ...], tuple[str, ...]]:
    """The tables with the time points an endpoint needs, what was assumed, and doubts about the lesions.

    Raises NotStated for criteria nobody named, PluginNotFound for criteria nobody wrote, NothingRecorded when there is
    nothing to assess.
    """
    notes: list[str] = []
    doubts: list[str] = []
    for key in _needed(endpoint):
        if key in tables.timepoints or ("", key[1]) in tables.timepoints:
            continue
        criteria, compartment = key
        if criteria not in names("response"):
            raise PluginNotFound("response criterion", criteria, names("response"))
        lesions, reads = tables.lesions, load("response", criteria).READS
        if (tables.exams if reads == "exams" else lesions) is None:
            raise NothingRecorded(
                f"there is no assessment by {criteria} ({compartment})",
                hint=f"give {reads}.csv, or a reader's response in assessments.csv",
            )
        settings = response_settings(criteria, policies)
        points = assess(
            criteria, lesions, tables.visits, exams=tables.exams, compartment=compartment, settings=settings
        )
        tables = replace(tables, timepoints={**tables.timepoints, key: points})
        if lesions is not None and reads == "lesions":
            doubts += _doubts(tables, in_compartment(lesions, compartment), settings)
        notes.append(_switches_of(criteria, settings, chosen=criteria in policies))
    return tables, tuple(notes), tuple(doubts)


def response_settings(criteria: str, policies: Mapping[str, str]) -> Settings:
    """The switches of a criterion: those of the policy under its name, or of the usual one, with what stands under
    `criteria.switch` in their place. Raises PluginNotFound and UsageError for what does not exist."""
    mine = {key.partition(".")[2]: value for key, value in policies.items() if key.startswith(f"{criteria}.")}
    return with_switches(criteria, settings_for(criteria, policies.get(criteria, "")), mine)


def _switches_of(criteria: str, settings: Settings, *, chosen: bool) -> str:
    """The policy in force, and every switch with its value; a switch the caller set is marked."""
    told = [
        f"{switch.name} = {str(switch.value).lower()}{' (chosen)' if switch.name in settings.overridden else ''}"
        for switch in switches(criteria, settings)
    ]
    how = "chosen policy" if chosen else "policy"
    return f"{criteria}: {how} {settings.name} ({settings.says}): {', '.join(told)}"


def _doubts(tables: Tables, lesions: Any, settings: Any) -> list[str]:
    return [
        f"patient {tables.patients.name(int(rows_of(tables.patients, np.array([d.copy]), np.array([d.patient]))[0]))}"
        f"{', lesion ' + d.lesion if d.lesion else ''}: {d.says}"
        for d in check(lesions, settings)
    ]


def _needed(endpoint: Endpoint) -> list[Key]:
    if endpoint.kind == "response_rate":
        return [criteria_of(endpoint)]
    if endpoint.kind in ("time_to_event", "duration"):
        scanned = [criteria_of(endpoint, e) for e in endpoint.events if e.kind in (*BY_CRITERIA, "response")]
        return [*scanned, criteria_of(endpoint)] if endpoint.origin.value == FIRST_RESPONSE else scanned
    if endpoint.kind == "safety":
        return []
    raise NotStated(
        f"an endpoint that tables of patients and lesions answer: {endpoint.id} is of the kind {endpoint.kind}"
    )


def _of(events: Events, people: Patients) -> Events:
    """The events of enrolled patients, `patient` unchanged."""
    known = (people.copy.astype(np.int64) << 32) | people.patient
    return events.where(
        np.isin((events.copy.astype(np.int64) << 32) | events.patient, known) & (events.patient >= 0)
    )


def _levels(study: Study) -> tuple[str, ...]:
    return tuple(level.label for level in study.dose_rule.levels) if study.dose_rule else ()


def _filled(people: Patients, events: Events) -> Patients:
    """Days the events tell and the table does not: the first of each kind, and the last sign of life."""
    columns: dict[str, Any] = {}
    for name, kind in _FIRST.items():
        told = _day(people, events.of(kind), last=False)
        had = getattr(people, name)
        columns[name] = np.where(had == NO_DAY, told, had).astype(np.int32)
    for name, kinds in _WINDOW.items():
        columns[name] = _day(people, events.of(*kinds), last=False)
    columns["last_alive_on"] = np.maximum(
        people.last_alive_on, _day(people, events.of(*_SIGNS_OF_LIFE), last=True)
    )
    return replace(people, **columns)


def _day(people: Patients, events: Events, *, last: bool) -> NDArray[np.int32]:
    row = rows_of(people, events.copy, events.patient)
    if last:
        day = np.full(len(people), NO_DAY)
        np.maximum.at(day, row, events.day)
        return day
    late = np.full(len(people), np.iinfo(np.int32).max)
    np.minimum.at(late, row, events.day)
    return np.where(late == np.iinfo(np.int32).max, NO_DAY, late).astype(np.int32)


def _seen(events: Events, people: Patients) -> dict[Key, TimePoints]:
    """Responses as they were called, for any criteria; whoever is contacted without progression counts as assessed when
    no scans are recorded at all."""
    scans, worse = events.of(Kind.ASSESSMENT), events.of(Kind.PROGRESSION)
    looks = scans if len(scans) else events.of(Kind.VISIT, Kind.LAST_CONTACT)
    whole = scans.level != 0 if len(scans) else np.zeros(0, np.bool_)
    # A scan of the brain is a day the patient was looked at; its response stands for the CNS alone.
    code = (
        np.where(whole, scans.value, Response.NON_CR_NON_PD)
        if len(scans)
        else np.full(len(looks), Response.NON_CR_NON_PD)
    )
    points = {
        ("", "whole_body"): calls(
            np.concatenate([looks.copy, worse.copy]),
            np.concatenate([looks.patient, worse.patient]),
            np.concatenate([looks.day, worse.day]),
            np.concatenate([code, np.full(len(worse), Response.PD)]).astype(np.int8),
        )
    }
    if len(scans):
        cns = scans.where(scans.level == 0)
        points["", "cns"] = calls(cns.copy, cns.patient, cns.day, cns.value.astype(np.int8))
    return points


def _epoch() -> int:
    from datetime import date

    return date(1970, 1, 1).toordinal()
