"""Adverse events of a recorded trial as CSV.

adverse_events.csv  patient, date, term, grade (1 to 5; blank = not graded), soc (system organ class), related,
                    end_date (the last day at this grade), recovered_on (the first day back at grade 1 or baseline),
                    and yes, no or blank (nobody judged it) for: serious, discontinued, bleeding, infection, fever,
                    transfusion, hospitalization, symptoms, clinically_significant, despite_treatment, disease

Only patient, date and term must be there. An event counts from its date. The last nine columns are what the words of a
DLT definition can ask of an event beside its grade and its length (`toxicity/features.toml`).
"""

from __future__ import annotations

import numpy as np

from protorun.patients._csv_rows import CsvRow, read_rows
from protorun.toxicity.qualifiers import features
from protorun.trial.facts import NO_DAY
from protorun.trial.tables import AdverseEvents, Patients

_TRUTH = {"": 1, "unknown": 1, "yes": 2, "no": 0}
FEATURES = ("serious", "discontinued")
"""Features every table has; those a definition may ask are there when they have a column."""
DAYS = ("end_date", "recovered_on")


def columns() -> tuple[str, ...]:
    """Every column that is read."""
    asked = dict.fromkeys(name for name, _, _ in features())
    return ("patient", "date", "term", "soc", "grade", "related", *DAYS, *FEATURES, *asked)


def parse_adverse_events(text: str, people: Patients) -> AdverseEvents:
    """The events of a CSV text, in order of patient and day. Raises PatientDataError, naming file and line, for a patient
    who is not in the list, an event without a term, a grade that is none, an end before the beginning, and words that are
    neither yes nor no."""
    rows = read_rows(text, "adverse_events.csv", ("patient", "date", "term"))
    place = {name: row for row, name in enumerate(people.names)}
    for row in rows:
        _check(row, place)
    given = rows[0].cells if rows else {}
    terms = tuple(dict.fromkeys(row.text("term") for row in rows))
    classes = tuple(dict.fromkeys(row.text("soc") for row in rows if row.text("soc")))
    asked = [name for name in dict.fromkeys(name for name, _, _ in features()) if name in given]
    end, recovered = (
        np.array([row.day(name) for row in rows], np.int32) if name in given else None for name in DAYS
    )
    found = AdverseEvents(
        copy=np.zeros(len(rows), np.int32),
        patient=np.array([place[row.text("patient")] for row in rows], np.int32),
        day=np.array([row.day("date") for row in rows], np.int32),
        term=np.array([terms.index(row.text("term")) for row in rows], np.int16),
        grade=np.array([row.grade("grade") for row in rows], np.int8),
        related=np.array([row.word("related", _TRUTH) for row in rows], np.uint8),
        terms=terms,
        organ_class=np.array([classes.index(s) if (s := row.text("soc")) else -1 for row in rows], np.int16),
        organ_classes=classes,
        end=end,
        recovered_on=recovered,
        features={
            name: np.array([row.word(name, _TRUTH) for row in rows], np.uint8) for name in (*FEATURES, *asked)
        },
    )
    return found.where(np.lexsort((found.day, found.patient)))  # type: ignore[arg-type]


def _check(row: CsvRow, place: dict[str, int]) -> None:
    if row.text("patient") not in place:
        raise row.refuse(f"patient {row.text('patient')!r} is not in the list of patients")
    if not row.text("term"):
        raise row.refuse("an adverse event without a term")
    for name in DAYS:
        if row.day(name) != NO_DAY and row.day(name) < row.day("date"):
            raise row.refuse(f"{name} lies before the date itself")
