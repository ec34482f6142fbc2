"""Exams of leptomeningeal metastases as CSV: what RANO-LM reads, one line per item.

exams.csv   patient, date, visit (0 = baseline; without it, visits are the dates in order), input, item, value

input       item                        value
exam        a domain, such as gait      its level: 0 = normal, up to 3 (2 in NANO-LM)
csf         ventricular or lumbar       negative, positive, improved, not done
mri         an item of the scorecard    absent, present, improved, unchanged, worse, new, not evaluable
reader      (blank)                     the reader's own call of the MRI: CR, PR, SD, PD, NE
steroids    (blank)                     mg of dexamethasone equivalent per day
clinical    (blank)                     improved, stable, worse

A blank value is unknown, never zero. Domains and items carry the trial's own names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from protorun.patients._csv_rows import CsvRow, read_rows, read_text
from protorun.patients._visit_numbers import visit_numbers
from protorun.trial.leptomeninges import Change, Cytology, Input, LeptomeningealExams
from protorun.trial.response import Clinical, Response

_INPUTS = {
    "exam": Input.EXAM,
    "csf": Input.CSF,
    "mri": Input.MRI,
    "reader": Input.READER,
    "steroids": Input.STEROID,
    "clinical": Input.CLINICAL,
}
_CYTOLOGY = {c.name.lower().replace("_", " "): c for c in Cytology}
_CHANGES = {c.name.lower().replace("_", " "): c for c in Change} | {"new": Change.WORSE}
_CALLS = {r.text: r for r in (Response.CR, Response.PR, Response.SD, Response.PD, Response.NE)}
_CLINICAL = {c.name.lower(): c for c in Clinical if c}
_WITH_ITEM = (Input.EXAM, Input.CSF, Input.MRI)


def _word(words: Mapping[str, int]) -> Callable[[CsvRow], float]:
    return lambda row: float(row.word("value", words)) if row.text("value") else math.nan


_VALUE: dict[Input, Callable[[CsvRow], float]] = {
    Input.EXAM: lambda row: row.number("value"),
    Input.CSF: _word(_CYTOLOGY),
    Input.MRI: _word(_CHANGES),
    Input.READER: _word(_CALLS),
    Input.STEROID: lambda row: row.number("value"),
    Input.CLINICAL: _word(_CLINICAL),
}


def load_exams(path: Path) -> tuple[LeptomeningealExams, tuple[str, ...]]:
    """Exams and patient ids of a file that stands alone, without a list of patients."""
    return parse_exams(read_text(path))


def parse_exams(text: str) -> tuple[LeptomeningealExams, tuple[str, ...]]:
    """Exams and the ids of the patients, in the order of the table."""
    names = tuple(dict.fromkeys(row.text("patient") for row in _rows(text)))
    return exams_of(text, {name: i for i, name in enumerate(names)}), names


def exams_of(text: str, names: Mapping[str, int]) -> LeptomeningealExams:
    """The exams of patients by name. Raises PatientDataError, which names the line, for a patient who is not in the list,
    an input or value that is not known, and an item that is missing or stands twice."""
    rows = _rows(text)
    number = visit_numbers(rows)
    kinds = [row.word("input", _INPUTS) for row in rows]
    labels: dict[str, int] = {}
    seen: dict[tuple[str, int, Input, str], int] = {}
    for row, kind in zip(rows, kinds, strict=True):
        who, item = row.text("patient"), row.text("item").lower()
        if who not in names:
            raise row.refuse(f"patient {who!r} is not in the list of patients")
        if (kind in _WITH_ITEM) != bool(item):
            raise row.refuse(f"{row.text('input')} {'without its' if not item else 'with an'} item")
        labels.setdefault(item, len(labels))
        first = seen.setdefault((who, number[who, row.day("date")], kind, item), row.line)
        if first != row.line:
            raise row.refuse(f"{item or row.text('input')} stands twice in one visit (first on line {first})")
    return LeptomeningealExams(
        copy=np.zeros(len(rows), np.int32),
        patient=np.array([names[r.text("patient")] for r in rows], np.int32),
        visit=np.array([number[r.text("patient"), r.day("date")] for r in rows], np.int16),
        day=np.array([r.day("date") for r in rows], np.int32),
        kind=np.array(kinds, np.int8),
        item=np.array([labels[r.text("item").lower()] for r in rows], np.int16),
        value=np.array([_VALUE[kind](row) for row, kind in zip(rows, kinds, strict=True)], np.float64),
        items=tuple(labels),
        line=np.array([r.line for r in rows], np.int32),
    )


def _rows(text: str) -> list[CsvRow]:
    return read_rows(text, "exams.csv", ("patient", "date", "input"))
