"""Whether the tables of a recorded trial can be true together, and which of their columns nobody reads."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.patients.adverse_events import columns as adverse_event_columns
from protorun.trial.events import NEVER, Events, Kind

Days = NDArray[np.int64]
COLUMNS = {
    "patients": (
        "patient arm level eligible screened_on enrolled_on randomized_on first_dose_on died_on last_alive_on "
        "new_therapy_on withdrawn_on baseline_complete neurological_death"
    ),
    "events": "patient date kind grade known_on note",
    "doses": "patient date drug amount unit known_on",
    "lesions": (
        "patient date visit lesion role compartment organ diameter_mm perpendicular_mm finding slice_mm method"
    ),
    "assessments": "patient date visit steroid_mg clinical adequate marker criteria compartment response",
    "adverse_events": " ".join(adverse_event_columns()),
    "exams": "patient date visit input item value",
}
"""The columns that are read of each table; others may stand beside them."""


def unused(texts: Mapping[str, str]) -> tuple[str, ...]:
    """`patients.csv: died` for every named column nobody reads: a misspelled one would else be lost without a word."""
    return tuple(
        f"{table}.csv: {name}"
        for table, text in texts.items()
        for name in _header(text)
        if name and name not in COLUMNS[table].split()
    )


def unread(folder: Path, known: Sequence[str]) -> tuple[str, ...]:
    """A line for every CSV file of a folder that is none of the known tables: a misspelled one would be lost too."""
    others = sorted(p.name for p in folder.iterdir() if p.suffix.lower() == ".csv")
    says = f"this table has another name than those that are read: {', '.join(known)}"
    return tuple(f"{name}: {says}" for name in others if name not in [f"{n}.csv" for n in known])


def check_events(events: Events, names: Sequence[str], came: Days, day_one: date) -> None:
    """Raises PatientDataError for two days of one death, anything dated after it, a dose before the day the patient
    `came`, and a DLT before the first dose."""
    _check_deaths(events, names, day_one)
    given, dlts = events.of(Kind.DOSE_GIVEN), events.of(Kind.DLT)
    for row in np.flatnonzero(given.day < came[given.patient]):
        raise _refused(given, int(row), names, day_one, "and the patient came later")
    # Where nobody wrote down doses, the day of entry stands for the first one.
    first = _first(given, len(names)) if len(given) else came
    for row in np.flatnonzero(dlts.day < first[dlts.patient]):
        raise _refused(dlts, int(row), names, day_one, "and no dose was given by then")


def _check_deaths(events: Events, names: Sequence[str], day_one: date) -> None:
    deaths = events.of(Kind.DEATH)
    died = _first(deaths, len(names))
    for row in np.flatnonzero(deaths.day > died[deaths.patient]):
        who, on = names[int(deaths.patient[row])], _date(day_one, int(died[deaths.patient[row]]))
        raise PatientDataError(f"patient {who} died on {on} already", where=_place(deaths, int(row)))
    for row in np.flatnonzero(events.day > died[events.patient]):
        on = _date(day_one, int(died[events.patient[row]]))
        raise _refused(events, int(row), names, day_one, f"after the death on {on}")


def _refused(events: Events, row: int, names: Sequence[str], day_one: date, says: str) -> PatientDataError:
    what = Kind(int(events.kind[row])).name.lower().replace("_", " ")
    who, on = names[int(events.patient[row])], _date(day_one, int(events.day[row]))
    return PatientDataError(
        f"{what} of patient {who} on {on}, {says}",
        where=_place(events, row),
        hint="correct the day, or what it contradicts",
    )


def _first(events: Events, patients: int) -> Days:
    found = np.full(patients, NEVER, np.int64)
    np.minimum.at(found, events.patient, events.day)
    return found


def _place(events: Events, row: int) -> str:
    return events.text[row].partition(" ")[0].rstrip(",") if events.text else ""


def _date(day_one: date, day: int) -> date:
    return day_one + timedelta(days=day - 1)


def _header(text: str) -> list[str]:
    return [cell.strip().lower() for cell in next(csv.reader(StringIO(text, newline="")), [])]
