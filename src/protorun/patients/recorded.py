"""Recorded patients: a trial kept as CSV tables, replayed as it happened.

Beside the tables of `patients/tables.py`, which analyses read, these columns and files are used:

patients.csv     level (a dose level by its label, as the study names it), eligible (yes, no; blank = not recorded),
                 screened_on; a patient without enrolled_on was screened and not enrolled
events.csv       patient, date, kind (dlt, progression, died, withdrawn, inevaluable, completed window, visit,
                 last contact, treatment ended, new therapy), grade, known_on, note
doses.csv        patient, date, drug, amount, unit, known_on

`known_on` is the day the trial learned of it, the day itself when blank. Without doses.csv and without first_dose_on
the DLT window starts on the day of enrollment; where doses are kept, it starts with the patient's first one. Days that
cannot be true together (a scan after death, a DLT before the first dose) are refused with their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.patients._consistent import check_events, unread, unused
from protorun.patients._csv_rows import CsvRow, read_rows, read_text
from protorun.patients.adverse_events import parse_adverse_events
from protorun.patients.source import Arrivals, Entries, IntArray
from protorun.patients.tables import parse_tables
from protorun.trial.events import NEVER, Events, Kind, joined, rows
from protorun.trial.facts import NO_DAY
from protorun.trial.tables import Tables

ScalarT = TypeVar("ScalarT", bound=np.generic)

FILES = ("patients", "events", "doses", "lesions", "assessments", "exams", "adverse_events")
_EPOCH = date(1970, 1, 1)
_KINDS = {
    "dlt": Kind.DLT,
    "progression": Kind.PROGRESSION,
    "died": Kind.DEATH,
    "withdrawn": Kind.DROPPED_OUT,
    "inevaluable": Kind.INEVALUABLE,
    "completed window": Kind.COMPLETED_WINDOW,
    "visit": Kind.VISIT,
    "last contact": Kind.LAST_CONTACT,
    "treatment ended": Kind.TREATMENT_ENDED,
    "new therapy": Kind.NEW_THERAPY,
}
_ELIGIBLE = {"": 2, "yes": 2, "no": 0, "unknown": 1}


@dataclass(frozen=True)
class Recorded:
    """A patient source that replays. Patients are numbered in order of arrival; `names` and `places` follow that order.

    `events` hold every patient's events, sorted by patient, in days of the trial: day 1 is `day_one`.
    """

    names: tuple[str, ...]
    places: tuple[str, ...]
    day_one: date
    arrivals: Arrivals
    events: Events
    tables: Tables
    doses_recorded: bool
    unused: tuple[str, ...] = ()
    """Columns of the tables that nobody reads, as `patients.csv: died`, and tables of another name."""
    endless: bool = False

    def arrive(self, copies: IntArray, count: int) -> Arrivals:
        """The recorded candidates, the same in every copy."""
        known = self.arrivals
        return Arrivals(
            _row(known.day, count, NEVER, len(copies)),
            _row(known.eligible, count, 0, len(copies)),
            _row(known.level, count, -1, len(copies)),
            _row(known.arm, count, -1, len(copies)),
            _row(known.enrolled, count, 0, len(copies)),
        )

    def course(self, entries: Entries) -> Events:
        """Everything recorded of these patients."""
        first = np.searchsorted(self.events.patient, entries.patient, side="left")
        number = np.searchsorted(self.events.patient, entries.patient, side="right") - first
        owner = np.repeat(np.arange(len(entries)), number)
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(number) - number, number)
        mine = self.events.take(first[owner] + offset)
        return Events(
            **{n: getattr(mine, n) for n in ("patient", "day", "known_on", "kind", "level", "value", "text")},
            copy=entries.copy[owner],
        )

    def day(self, on: date) -> int:
        """The day of the trial on a date."""
        return (on - self.day_one).days + 1


def load_recorded(folder: Path, *, levels: Sequence[str] = (), arms: Sequence[str] = ()) -> Recorded:
    """The recorded trial in a folder of CSV tables. Raises PatientDataError, with file and line, for bad tables."""
    there = {name: folder / f"{name}.csv" for name in FILES}
    if not folder.is_dir():
        raise PatientDataError("there is no such folder", where=str(folder))
    texts = {n: read_text(p) for n, p in there.items() if n == "patients" or p.is_file()}
    found = parse_recorded(texts, levels=levels, arms=arms)
    return replace(found, unused=(*found.unused, *unread(folder, FILES)))


def parse_recorded(
    texts: dict[str, str], *, levels: Sequence[str] = (), arms: Sequence[str] = ()
) -> Recorded:
    """The recorded trial from the texts of its files. `levels` are the labels of the study's dose levels, lowest first,
    `arms` the ids of its arms."""
    tables = parse_tables(
        texts["patients"], *(texts.get(name, "") for name in ("lesions", "assessments", "exams"))
    )
    if text := texts.get("adverse_events", ""):
        tables = replace(tables, adverse_events=parse_adverse_events(text, tables.patients))
    people = read_rows(texts["patients"], "patients.csv", ("patient",))
    came = np.array([_came(row) for row in people], np.int64)
    if not len(people):
        raise PatientDataError("the table has no patients", where="patients.csv")
    order = np.argsort(came, kind="stable")
    start = int(came.min())
    place = {people[i].text("patient"): rank for rank, i in enumerate(order.tolist())}
    people = [people[i] for i in order]
    happened = [_of_people(people, start)]
    happened += [_listed(texts[n], f"{n}.csv", place, start) for n in ("events", "doses") if texts.get(n)]
    happened.append(_of_tables(tables, order, start))
    events = joined([e for e in happened if len(e)])
    names, day_one = tuple(row.text("patient") for row in people), _EPOCH + timedelta(days=start)
    check_events(events, names, came[order] - start + 1, day_one)
    return Recorded(
        names=names,
        places=tuple(f"{row.file}:{row.line}" for row in people),
        day_one=day_one,
        arrivals=_arrivals(people, came[order] - start + 1, levels, arms),
        events=events.take(np.lexsort((events.known_on, events.patient))),
        tables=tables,
        doses_recorded=bool((events.kind == Kind.DOSE_GIVEN).any()),
        unused=unused(texts),
    )


def _came(row: CsvRow) -> int:
    """Enrollment, or screening for those who were not enrolled."""
    enrolled, screened = row.day("enrolled_on"), row.day("screened_on")
    if enrolled == NO_DAY and screened == NO_DAY:
        hint = "one of them is needed to place the patient"
        if not {"enrolled_on", "screened_on"} & set(row.cells):
            hint += f"; the columns are: {', '.join(row.cells)}"
        raise row.refuse("neither enrolled_on nor screened_on is given", hint)
    if enrolled != NO_DAY and screened > enrolled:
        raise row.refuse("screened_on lies after enrolled_on")
    return enrolled if enrolled != NO_DAY else screened


def _arrivals(
    people: Sequence[CsvRow], day: NDArray[np.int64], levels: Sequence[str], arms: Sequence[str]
) -> Arrivals:
    enrolled = np.array([row.day("enrolled_on") != NO_DAY for row in people], np.bool_)
    eligible = [
        1 if not row.text("eligible") and not e else row.word("eligible", _ELIGIBLE)
        for row, e in zip(people, enrolled, strict=True)
    ]
    return Arrivals(
        day=day.astype(np.int32),
        eligible=np.array(eligible, np.uint8),
        level=np.array([_index(row, "level", levels) for row in people], np.int16),
        arm=np.array([_index(row, "arm", arms) for row in people], np.int16),
        enrolled=enrolled,
    )


def _index(row: CsvRow, column: str, names: Sequence[str]) -> int:
    text = row.text(column)
    if not text or not names:
        return -1
    if text not in names:
        raise row.refuse(f"the study has no {column} {text!r}", f"there are: {', '.join(names)}")
    return names.index(text)


def _of_people(people: Sequence[CsvRow], start: int) -> Events:
    """First dose, death, withdrawal, new therapy and last contact out of patients.csv."""
    columns = {
        "first_dose_on": Kind.DOSE_GIVEN,
        "died_on": Kind.DEATH,
        "withdrawn_on": Kind.DROPPED_OUT,
        "new_therapy_on": Kind.NEW_THERAPY,
        "last_alive_on": Kind.LAST_CONTACT,
    }
    found = []
    for patient, row in enumerate(people):
        for column, kind in columns.items():
            if (on := row.day(column)) == NO_DAY:
                continue
            if on < _came(row):
                raise row.refuse(f"{column} lies before the patient was enrolled")
            note = (f"{row.file}:{row.line}",)
            found.append(rows(kind, 0, patient, on - start + 1, text=note))
    return joined(found)


def _listed(text: str, file: str, place: dict[str, int], start: int) -> Events:
    """The rows of events.csv or doses.csv."""
    doses = file == "doses.csv"
    found = []
    for row in read_rows(text, file, ("patient", "date") if doses else ("patient", "date", "kind")):
        if row.text("patient") not in place:
            raise row.refuse(f"patient {row.text('patient')!r} is not in patients.csv")
        on, known = row.day("date"), row.day("known_on")
        if known != NO_DAY and known < on:
            raise row.refuse("known_on lies before the date itself")
        value = row.number("amount") if doses else row.grade("grade")
        note = " ".join(filter(None, (f"{row.file}:{row.line}", row.text("drug" if doses else "note"))))
        found.append(
            rows(
                Kind.DOSE_GIVEN if doses else row.word("kind", _KINDS),
                0,
                place[row.text("patient")],
                on - start + 1,
                known_on=(on if known == NO_DAY else known) - start + 1,
                value=0.0 if np.isnan(value) else value,
                text=(note,),
            )
        )
    return joined(found)


def _of_tables(tables: Tables, order: NDArray[np.intp], start: int) -> Events:
    """Visits and a reader's responses; who was scanned was seen that day."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    found = []
    seen_in = (
        (tables.lesions, "lesions.csv"),
        (tables.visits, "assessments.csv"),
        (tables.exams, "exams.csv"),
    )
    for table, note in seen_in:
        if table is not None and len(table):
            known = table.day != NO_DAY
            seen = np.unique(np.stack([rank[table.patient[known]], table.day[known]]), axis=1)
            found.append(rows(Kind.VISIT, 0, seen[0], seen[1] - start + 1, text=(note,) * seen.shape[1]))
    for (_, compartment), calls in tables.timepoints.items():
        who, day = rank[calls.patient], calls.day.astype(np.int64) - start + 1
        level = 0 if compartment == "cns" else 1
        note_ = (f"assessments.csv, {compartment}",) * len(calls)
        value = calls.overall.astype(np.float64)
        found.append(rows(Kind.ASSESSMENT, 0, who, day, level=level, value=value, text=note_))
    return joined(found)


def _row(
    column: NDArray[ScalarT], count: int, rest: int | np.int32, copies: int
) -> np.ndarray[tuple[Any, ...], np.dtype[ScalarT]]:
    """The column, filled up to `count` candidates with at least one that never comes, once per copy."""
    whole = np.full(max(count, len(column) + 1), rest, column.dtype)
    whole[: len(column)] = column
    return np.repeat(whole[None, :], copies, axis=0)
