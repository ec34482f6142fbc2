"""Data frames -> the tables of a trial. Column names are those of the CSV tables; any library narwhals knows will do.

patients        patient, arm, enrolled_on, randomized_on, first_dose_on, died_on, last_alive_on, new_therapy_on,
                withdrawn_on, baseline_complete, neurological_death
lesions         patient, date, lesion, role, diameter_mm, finding, compartment, organ, perpendicular_mm, visit
visits          patient, date, visit, steroid_mg, clinical, adequate
responses       patient, date, response, criteria, compartment, visit, target, non_target, new, progression_on
adverse_events  patient, date, term, grade, related, soc, end_date, recovered_on, serious, discontinued and the others of
                `FEATURES` (yes, no or blank)

Only `patient` must be there, with `date` (and `lesion`, `role`; `response`; `term`) in the long tables; blank is unknown.
Dates may be dates, times, ISO texts, or whole numbers on one calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.trial.facts import NO_DAY
from protorun.trial.frame_columns import Columns
from protorun.trial.frames import polars_of
from protorun.trial.response import Clinical, Compartment, Finding, Response, Role
from protorun.trial.tables import (
    AdverseEvents,
    IntArray,
    Lesions,
    Patients,
    Tables,
    TimePoints,
    Visits,
    patients,
)

DAYS = {
    "enrolled_on": "enrolled_on",
    "randomized_on": "randomized_on",
    "first_dose_on": "first_dose_on",
    "died_on": "death_on",
    "last_alive_on": "last_alive_on",
    "new_therapy_on": "new_therapy_on",
    "withdrawn_on": "withdrawn_on",
}
ROLES = {"target": Role.TARGET, "non-target": Role.NON_TARGET, "new": Role.NEW}
FINDINGS = {f.name.lower().replace("_", " "): f for f in Finding}
COMPARTMENTS = {c.name.lower(): c for c in Compartment}
CLINICAL = {"": Clinical.UNKNOWN} | {c.name.lower(): c for c in Clinical}
FEATURES = (
    "serious", "discontinued", "bleeding", "infection", "fever", "transfusion", "hospitalization", "symptoms",
    "clinically_significant", "despite_treatment", "disease",
)  # fmt: skip
RESPONSES = {"": Response.NONE} | {r.text: r for r in Response if r is not Response.NONE}


def tables_from(
    patients: Any,
    *,
    lesions: Any = None,
    visits: Any = None,
    responses: Any = None,
    adverse_events: Any = None,
) -> Tables:
    """All tables of a trial from data frames. Raises PatientDataError, which names table, column and row."""
    people = patients_from(patients)
    seen, looked = None, None
    if lesions is not None:
        seen = lesions_from(lesions, people, visits=visits)
    if visits is not None:
        looked = visits_from(visits, people, lesions=lesions)
    points = {} if responses is None else timepoints_from(responses, people)
    events = None if adverse_events is None else adverse_events_from(adverse_events, people)
    return Tables(people, lesions=seen, visits=looked, timepoints=points, adverse_events=events)


def patients_from(frame: Any) -> Patients:
    """One row per patient in the order of the frame. Raises PatientDataError for a patient who stands twice."""
    read = Columns(polars_of(frame, "patients", needs=("patient",)), "patients")
    names = read.texts("patient")
    for bad, says in ((names.is_null(), "is no patient"), (names.is_duplicated(), "stands twice")):
        if bad.any():
            raise read.refuse("patient", bad, says)
    arm, arms = read.listed("arm")
    columns: dict[str, Any] = {into: read.days(name) for name, into in DAYS.items()}
    columns |= {"arm": arm.astype(np.int16), "baseline_complete": read.truth("baseline_complete")}
    columns["neurological_death"] = read.truth("neurological_death")
    count = len(read)
    return patients(
        np.zeros(count, int), np.arange(count), arms=arms, names=tuple(names.to_list()), **columns
    )


def lesions_from(frame: Any, people: Patients, *, visits: Any = None) -> Lesions:
    """Lesions in order of patient and visit. Without a column `visit` the dates of `frame` and `visits` count as visits in
    their order, the first being baseline. A blank finding is present beside a diameter, absent beside 0."""
    read = _table(frame, "lesions", ("patient", "date", "lesion", "role"))
    row, day = _rows(read, people), read.days("date")
    lesion, labels = read.listed("lesion")
    organ, organs = read.listed("organ")
    diameter = read.hundredths("diameter_mm")
    said = read.words("finding", {"": -1, **FINDINGS})
    implied = np.where(
        diameter == 0, Finding.ABSENT, np.where(diameter > 0, Finding.PRESENT, Finding.NOT_ASSESSED)
    )
    blank = {} if read.has("compartment") else {"": Compartment.EXTRACRANIAL}
    node = read.texts("organ").str.to_lowercase().str.contains("node").fill_null(False).to_numpy()
    found = Lesions(
        copy=np.zeros(len(read), np.int32),
        patient=row,
        visit=_visit(read, row, day, None if visits is None else (visits, people)),
        day=day,
        lesion=lesion,
        role=read.words("role", ROLES).astype(np.int8),
        compartment=read.words("compartment", {**blank, **COMPARTMENTS}).astype(np.int8),
        nodal=read.truth("nodal") == 2 if read.has("nodal") else node,
        diameter=diameter,
        finding=np.where(said == -1, implied, said).astype(np.int8),
        organ=organ.astype(np.int16),
        perpendicular=read.hundredths("perpendicular_mm"),
        organs=organs,
        labels=labels,
    )
    twice = _first_twice(found.patient, found.visit, found.lesion)
    if twice is not None:
        says = f"lesion {labels[found.lesion[twice]]} of patient {people.names[found.patient[twice]]} stands twice in one visit"
        raise PatientDataError(
            says, where=f"lesions, row {twice + 1}", hint="keep one row per lesion and visit"
        )
    return found.where(np.lexsort((found.lesion, found.visit, found.patient)))  # type: ignore[arg-type]


def visits_from(frame: Any, people: Patients, *, lesions: Any = None) -> Visits:
    """Visits in order of patient and visit; visit numbers as in `lesions_from`."""
    read = _table(frame, "visits", ("patient", "date"))
    row, day = _rows(read, people), read.days("date")
    found = Visits(
        copy=np.zeros(len(read), np.int32),
        patient=row,
        visit=_visit(read, row, day, None if lesions is None else (lesions, people)),
        day=day,
        steroid_mg=read.numbers("steroid_mg"),
        clinical=read.words("clinical", CLINICAL).astype(np.int8),
        adequate=read.truth("adequate"),
    )
    twice = _first_twice(found.patient, found.visit)
    if twice is not None:
        says = f"a visit of patient {people.names[found.patient[twice]]} stands twice"
        raise PatientDataError(says, where=f"visits, row {twice + 1}", hint="keep one row per visit")
    return found.where(np.lexsort((found.visit, found.patient)))  # type: ignore[arg-type]


def timepoints_from(frame: Any, people: Patients) -> dict[tuple[str, str], TimePoints]:
    """A reader's responses by (criteria, compartment), in order of patient and day; criteria `recist_1_1` and compartment
    `whole_body` where the frame has no such column."""
    read = _table(frame, "responses", ("patient", "date", "response"))
    row = _rows(read, people)
    criteria = read.texts("criteria").fill_null("recist_1_1").to_numpy()
    compartment = read.texts("compartment").fill_null("whole_body").str.to_lowercase().to_numpy()
    whole = _points(read, row)
    found = {}
    for key in dict.fromkeys(zip(criteria.tolist(), compartment.tolist(), strict=True)):
        mine = np.flatnonzero((criteria == key[0]) & (compartment == key[1]))
        order = mine[np.lexsort((whole.day[mine], whole.patient[mine]))]
        found[key] = whole.where(order)  # type: ignore[arg-type]
    return found


def _points(read: Columns, row: IntArray) -> TimePoints:
    count = len(read)
    unmeasured = np.full(count, -1, np.int32)
    day, dated_to = read.days("date"), read.days("progression_on")
    known = {word: code for word, code in RESPONSES.items() if word}
    overall = read.words("response", known).astype(np.int8)
    worse = np.isin(overall, (Response.PD, Response.ICPD))
    return TimePoints(
        copy=np.zeros(count, np.int32),
        patient=row,
        visit=read.whole("visit", -1).astype(np.int16),
        day=day,
        target=read.words("target", RESPONSES).astype(np.int8),
        non_target=read.words("non_target", RESPONSES).astype(np.int8),
        new=read.truth("new") == 2,
        overall=overall,
        progression_on=np.where(worse & (dated_to == NO_DAY), day, dated_to).astype(np.int32),
        sum=unmeasured,
        baseline=unmeasured,
        nadir=unmeasured,
        reason=np.zeros(count, np.int16),
        reasons=("recorded by the reader",),
    )


def adverse_events_from(frame: Any, people: Patients) -> AdverseEvents:
    """Adverse events in order of patient and day; a blank grade is 0, not graded. Columns are those of adverse_events.csv."""
    read = _table(frame, "adverse_events", ("patient", "date", "term"))
    row, day = _rows(read, people), read.days("date")
    term, terms = read.listed("term")
    organ_class, organ_classes = read.listed("soc") if read.has("soc") else (None, ())
    found = AdverseEvents(
        copy=np.zeros(len(read), np.int32),
        patient=row,
        day=day,
        term=term.astype(np.int16),
        grade=_grades(read),
        related=read.truth("related"),
        terms=terms,
        organ_class=None if organ_class is None else organ_class.astype(np.int16),
        organ_classes=organ_classes,
        end=read.days("end_date") if read.has("end_date") else None,
        recovered_on=read.days("recovered_on") if read.has("recovered_on") else None,
        features={name: read.truth(name) for name in FEATURES if read.has(name)},
    )
    return found.where(np.lexsort((found.day, found.patient)))  # type: ignore[arg-type]


def _grades(read: Columns) -> NDArray[np.int8]:
    import polars as pl

    grade = read.whole("grade", 0)
    bad = (grade < 0) | (grade > 5)
    if bad.any():
        raise read.refuse(
            "grade", pl.Series(bad), "is no grade", "CTCAE grades are 1 to 5; blank is not graded"
        )
    return grade.astype(np.int8)


def _table(frame: Any, name: str, needs: Sequence[str]) -> Columns:
    return Columns(polars_of(frame, name, needs=needs), name)


def _rows(read: Columns, people: Patients) -> IntArray:
    """The row of each patient in the list. Raises PatientDataError for one who is not there."""
    import polars as pl

    place = {name: row for row, name in enumerate(people.names)}
    named = read.texts("patient")
    found = (
        named.replace_strict(place, default=None, return_dtype=pl.Int32)
        if place
        else named.clear().cast(pl.Int32)
    )
    if found.null_count() or len(found) != len(named):
        raise read.refuse(
            "patient", found.is_null() if len(found) else named.is_null() | True, "is not in patients"
        )
    return found.to_numpy().astype(np.int32)


def _visit(
    read: Columns, row: IntArray, day: IntArray, beside: tuple[Any, Patients] | None
) -> NDArray[np.int16]:
    """Visit numbers as given, else the rank of the day among all days of the patient."""
    if read.has("visit"):
        return read.whole("visit", -1).astype(np.int16)
    everybody, days = row, day
    if beside is not None:
        frame, people = beside
        other = _table(frame, "lesions and visits", ("patient", "date"))
        if other.has("visit"):
            raise PatientDataError("there is no column visit, but the other table has one", where=read.name)
        everybody = np.concatenate([row, _rows(other, people)])
        days = np.concatenate([day, other.days("date")])
    pairs = (
        np.unique(np.stack([everybody, days], axis=1), axis=0) if len(days) else np.zeros((0, 2), np.int64)
    )
    key = (pairs[:, 0].astype(np.int64) << 32) + pairs[:, 1]
    at = np.searchsorted(key, (row.astype(np.int64) << 32) + day)
    return (at - np.searchsorted(pairs[:, 0], row)).astype(np.int16)


def _first_twice(*columns: NDArray[Any]) -> int | None:
    """The first row that repeats an earlier one."""
    if not len(columns[0]):
        return None
    _, first = np.unique(np.stack(columns, axis=1), axis=0, return_index=True)
    again = np.setdiff1d(np.arange(len(columns[0])), first)
    return int(again[0]) if len(again) else None
