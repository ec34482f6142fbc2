"""Answered questionnaires as CSV: patient, date, and one column per item; other columns are carried along."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from protorun.errors import PatientDataError
from protorun.patients._csv_rows import read_rows, read_text
from protorun.quality_of_life import Answers, questionnaire
from protorun.quality_of_life.answers import item_columns, twice


def read_answers(path: Path, key: str) -> Answers:
    """The answers of a table to one questionnaire. Raises PatientDataError, with file and line, for an item without a
    column, a cell that is no number or no date, and two questionnaires of one patient on one day."""
    return parse_answers(read_text(path), key, path.name)


def parse_answers(text: str, key: str, name: str = "answers.csv") -> Answers:
    """Like `read_answers`, from text."""
    rows = read_rows(text, name, ("patient",))
    asked = questionnaire(key)
    if not rows:
        raise PatientDataError("the table has no questionnaires", where=name)
    columns = list(rows[0].cells)
    try:
        own = item_columns(asked, columns)
    except PatientDataError as error:
        raise PatientDataError(error.what, where=f"{name}:1", hint=error.hint) from None
    place = {who: number for number, who in enumerate(dict.fromkeys(row.text("patient") for row in rows))}
    item = [[row.number(column) for column in own] for row in rows]
    for row, given in zip(rows, item, strict=True):
        for column, (low, high), value in zip(own, asked.ranges.values(), given, strict=True):
            if not np.isnan(value) and not (low <= value <= high and value == int(value)):
                raise row.refuse(f"{column} {row.text(column)!r} is no answer; it takes {low} to {high}")
    rest = [c for c in columns if c not in (*own, "patient", "date")]
    found = Answers(
        np.array([place[row.text("patient")] for row in rows], np.int64),
        np.array([row.day("date") for row in rows], np.int32),
        np.array(item, np.float64).reshape(len(rows), len(own)),
        tuple(place),
        {column: [row.text(column) for row in rows] for column in rest},
    )
    twice(found, [f"{name}:{row.line}" for row in rows])
    return found
