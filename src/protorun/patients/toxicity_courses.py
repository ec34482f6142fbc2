"""What happened to one patient under treatment, as CSV: toxicities with the course of their grade, laboratory values.

toxicities  date, term, grade: the grade from that date on, one line for each change (0 = over); an event that comes back
            after it was over is a new event
labs        date, variable, value, unit

A table of several patients has a column `patient`, and the patient is picked by name.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from protorun.patients._csv_rows import CsvRow, read_rows, read_text
from protorun.schedule.doses import LabValue, Toxicity

_EPOCH = date(1970, 1, 1)


def read_toxicities(path: Path, patient: str = "") -> tuple[Toxicity, ...]:
    """The toxicities of the patient in the order they began. Raises PatientDataError, with file and line, for what is no
    date, no grade or no term, two grades of a term on one day, and several patients where none was picked."""
    rows = _mine(read_rows(read_text(path), path.name, ("date", "term", "grade")), patient)
    courses: list[tuple[str, list[tuple[date, int]]]] = []
    latest: dict[str, list[tuple[date, int]]] = {}
    for row in sorted(rows, key=lambda row: row.day("date")):
        term, on, grade = row.text("term"), _date(row), int(row.grade("grade"))
        course = latest.get(term.lower())
        if course is not None and course[-1][0] == on:
            raise row.refuse(f"{term} has two grades on {on}")
        if course is None or course[-1][1] == 0:
            if grade == 0:
                raise row.refuse(f"{term} is over before it began")
            course = latest[term.lower()] = []
            courses.append((term, course))
        course.append((on, grade))
    return tuple(Toxicity(term, tuple(course)) for term, course in courses)


def read_lab_values(path: Path, patient: str = "") -> tuple[LabValue, ...]:
    """The laboratory values of the patient. Raises PatientDataError, with file and line."""
    rows = _mine(read_rows(read_text(path), path.name, ("date", "variable", "value", "unit")), patient)
    return tuple(
        LabValue(row.text("variable"), _date(row), row.number("value"), row.text("unit")) for row in rows
    )


def _mine(rows: list[CsvRow], patient: str) -> list[CsvRow]:
    names = list(dict.fromkeys(row.text("patient") for row in rows if "patient" in row.cells))
    if not names:
        return rows
    if patient:
        return [row for row in rows if row.text("patient") == patient]
    if len(names) > 1:
        other = next(row for row in rows if row.text("patient") != names[0])
        raise other.refuse(f"the table has {len(names)} patients", "pick one with --patient")
    return rows


def _date(row: CsvRow) -> date:
    return _EPOCH + timedelta(days=row.day("date"))
