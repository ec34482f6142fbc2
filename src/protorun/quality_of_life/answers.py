"""Answered questionnaires: who, when, and one column per item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.quality_of_life.questionnaire import Questionnaire, questionnaire
from protorun.trial.facts import NO_DAY, DayArray

NAMES_OF_PATIENT = ("patient", "usubjid", "subject")


@dataclass(frozen=True)
class Answers:
    """One row per questionnaire: `patient` indexes `patients`; `item` is (row, item) in the order of the questionnaire,
    NaN for a missing answer; `day` may be `NO_DAY`. `others` carries the remaining columns, such as the visit."""

    patient: NDArray[np.int64]
    day: DayArray
    item: NDArray[np.float64]
    patients: tuple[str, ...]
    others: dict[str, list[str]]

    def __len__(self) -> int:
        return len(self.patient)


def item_columns(asked: Questionnaire, columns: list[str]) -> list[str]:
    """The column of each item, whatever its case. Raises PatientDataError for an item without a column."""
    known = {name.lower(): name for name in columns}
    lost = [item for item in asked.items if item.lower() not in known]
    if lost:
        few = ", ".join(lost[:6]) + (" ..." if len(lost) > 6 else "")
        says = f"no column for {len(lost)} of the {len(asked.items)} items of {asked.title}: {few}"
        raise PatientDataError(says, hint=f"items are named {asked.items[0]} to {asked.items[-1]}")
    return [known[item.lower()] for item in asked.items]


def twice(answers: Answers, places: Sequence[str] = ()) -> None:
    """Raises PatientDataError when a patient has two questionnaires on one day: which one counts is not known. `places`
    says where each row stands; else rows are counted from 1."""
    dated = np.flatnonzero(answers.day != NO_DAY)
    key = (answers.patient[dated] << 32) + answers.day[dated]
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(np.diff(key[order]) == 0)
    if len(same):
        first, second = (int(dated[order[same[0] + i]]) + 1 for i in (0, 1))
        name = answers.patients[int(answers.patient[second - 1])]
        where = f"{places[first - 1]} and {places[second - 1]}" if places else f"rows {first} and {second}"
        raise PatientDataError(f"patient {name!r} has two questionnaires on one day", where=where)


def from_frame(key: str, frame: Any) -> Answers:
    """Answers out of a polars, pandas or pyarrow table with a column for the patient, `date` or `day` where known, and
    one column per item. Raises PatientDataError, naming column and row, for what is no answer; changes nothing."""
    import narwhals as nw

    table = nw.from_native(frame, eager_only=True)
    columns = list(table.columns)
    lower = {name.lower(): name for name in columns}
    who = next((lower[name] for name in NAMES_OF_PATIENT if name in lower), None)
    if who is None:
        raise PatientDataError(f"no column for the patient; there are: {', '.join(columns[:10])}")
    own = item_columns(questionnaire(key), columns)
    ids = [str(value) for value in table[who].to_list()]
    place = {name: number for number, name in enumerate(dict.fromkeys(ids))}
    item = [[_answer(value, name, row) for row, value in enumerate(table[name].to_list())] for name in own]
    rest = [c for c in columns if c not in (*own, who) and c.lower() not in ("date", "day")]
    found = Answers(
        np.array([place[name] for name in ids], np.int64),
        _days(table, lower, len(ids)),
        np.array(item, np.float64).reshape(len(own), len(ids)).T,
        tuple(place),
        {name: ["" if v is None else str(v) for v in table[name].to_list()] for name in rest},
    )
    twice(found)
    return found


def _answer(value: Any, column: str, row: int) -> float:
    if value is None or value == "":
        return np.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        raise PatientDataError(f"{column} {value!r} is no answer", where=f"row {row + 1}") from None


def _days(table: Any, lower: dict[str, str], count: int) -> DayArray:
    """Days since 1970-01-01 of `date`, or `day` as it stands."""
    from datetime import date, datetime

    name = lower.get("date") or lower.get("day")
    if name is None:
        return np.full(count, NO_DAY, np.int32)
    found = []
    for row, value in enumerate(table[name].to_list()):
        try:
            if value is None or value == "" or value != value:
                found.append(int(NO_DAY))
            elif isinstance(value, datetime):
                found.append((value.date() - date(1970, 1, 1)).days)
            elif isinstance(value, date):
                found.append((value - date(1970, 1, 1)).days)
            elif isinstance(value, str):
                found.append((date.fromisoformat(value) - date(1970, 1, 1)).days)
            else:
                found.append(int(value))
        except ValueError:
            raise PatientDataError(
                f"{name} {value!r} is no date", where=f"row {row + 1}", hint="write YYYY-MM-DD"
            ) from None
    return np.array(found, np.int32)
