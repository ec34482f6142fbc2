"""Exams of leptomeningeal metastases as CSV: what RANO-LM reads, one line per item.

exams.csv   patient, date, visit (0 = baseline; without it, visits are the dates in order), input, item, value

input       item                        value
exam        a domain, such as gait      its level: 0 = normal, up to 3 (2 in NANO-LM)
csf         ventricular or lumbar       negative, positive, improved, not done
mri         an item of the scorecard    absent, present, improved, unchanged, worse, new, not evaluable
reader      (blank)                     the reader's own call of the MRI: CR, PR, SD, PD, NE
steroids    (blank)                     mg of dexamethasone equivalent per day
clinical    (blank)                     improved, stable, worse
nodule      N1, N2, N3                  its two diameters in mm, such as 12x8; absent, not evaluable
parenchymal brain or spine              the reader's call of metastases inside brain or cord: CR, PR, SD, PD, NE

A blank value is unknown, never zero. Domains and items carry the trial's own names.
"""

from __future__ import annotations

import math
import re
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
    "nodule": Input.NODULE,
    "parenchymal": Input.PARENCHYMAL,
}
_CYTOLOGY = {c.name.lower().replace("_", " "): c for c in Cytology}
_CHANGES = {c.name.lower().replace("_", " "): c for c in Change} | {"new": Change.WORSE}
_CALLS = {r.text: r for r in (Response.CR, Response.PR, Response.SD, Response.PD, Response.NE)}
_CLINICAL = {c.name.lower(): c for c in Clinical if c}
_WITH_ITEM = (Input.EXAM, Input.CSF, Input.MRI, Input.NODULE, Input.PARENCHYMAL)
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?[x×] ?(\d+(?:\.\d+)?)", re.ASCII)
_LARGEST_MM = 1000.0


def _word(words: Mapping[str, int]) -> Callable[[CsvRow], float]:
    return lambda row: float(row.word("value", words)) if row.text("value") else math.nan


def _size(row: CsvRow) -> tuple[float, float]:
    """Longest diameter of a nodule and the one at right angles, in mm."""
    text = row.text("value").lower()
    if text in ("", "not evaluable", "absent"):
        return (0.0, 0.0) if text == "absent" else (math.nan, math.nan)
    found = _SIZE.fullmatch(text)
    sizes = sorted(float(word) for word in found.groups()) if found else []
    if not sizes or sizes[1] > _LARGEST_MM:
        raise row.refuse(
            f"{text!r} is no size of a nodule", "write two diameters in mm, such as 12x8, or absent"
        )
    return sizes[1], sizes[0]


_VALUE: dict[Input, Callable[[CsvRow], float]] = {
    Input.EXAM: lambda row: row.number("value"),
    Input.CSF: _word(_CYTOLOGY),
    Input.MRI: _word(_CHANGES),
    Input.READER: _word(_CALLS),
    Input.STEROID: lambda row: row.number("value"),
    Input.CLINICAL: _word(_CLINICAL),
    Input.NODULE: lambda row: _size(row)[0],
    Input.PARENCHYMAL: _word(_CALLS),
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
        across=np.array(
            [
                _size(row)[1] if kind == Input.NODULE else math.nan
                for row, kind in zip(rows, kinds, strict=True)
            ],
            np.float64,
        ),
        line=np.array([r.line for r in rows], np.int32),
    )


def _rows(text: str) -> list[CsvRow]:
    return read_rows(text, "exams.csv", ("patient", "date", "input"))
