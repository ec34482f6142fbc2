"""Patients of a dose finding one by one: level, entry, DLT, follow-up.

Columns: `patient` (needed), `level` (needed; its number or its name), `enrolled_on` (date; rows are put in its order),
`outcome` (N no DLT, T DLT, P pending, X not evaluable, or these words; blank = by the other columns), `dlt_on` (date of the
first DLT), `follow_up_days` (days under observation without DLT; with one, its day), `grade2` (yes where a grade 2
toxicity was seen; no design here reads it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from protorun.errors import PatientDataError
from protorun.escalation import Design
from protorun.escalation.follow_up import FollowedPatient
from protorun.escalation.notation import numbering
from protorun.patients._csv_rows import CsvRow, read_rows, read_text
from protorun.trial.facts import NO_DAY

_NEEDED = ("patient", "level")
_COLUMNS = frozenset({"patient", "level", "enrolled_on", "outcome", "dlt_on", "follow_up_days", "grade2"})
_OUTCOMES = {
    "": "",
    "n": "N",
    "no dlt": "N",
    "t": "T",
    "dlt": "T",
    "p": "P",
    "pending": "P",
    "x": "X",
    "not evaluable": "X",
}
_YES_NO = {"": False, "no": False, "n": False, "0": False, "yes": True, "y": True, "1": True}
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class DosePatient:
    """One row of the table. `followed` are days under observation, NaN where nothing says; with a DLT its day."""

    patient: str
    level: str
    entered: int
    outcome: str
    followed: float
    grade2: bool
    row: CsvRow


def load_dose_outcomes(path: Path, *, on: date | None = None) -> tuple[list[DosePatient], tuple[str, ...]]:
    """The patients of a table in the order of their entry, and the names of columns that are not read.

    `on` is the day of the decision: it gives the follow-up of patients with `enrolled_on` and no `follow_up_days`. Raises
    PatientDataError with file and line for a cell that cannot be, a patient who stands twice, or dates out of order."""
    rows = read_rows(read_text(path), path.name, _NEEDED)
    found = [_patient(row, on) for row in rows]
    seen: dict[str, int] = {}
    for patient in found:
        if patient.patient in seen:
            raise patient.row.refuse(
                f"patient {patient.patient!r} stands on line {seen[patient.patient]} too"
            )
        seen[patient.patient] = patient.row.line
    unread = tuple(name for name in (rows[0].cells if rows else ()) if name not in _COLUMNS)
    dated = [p for p in found if p.entered != NO_DAY]
    if dated and len(dated) < len(found):
        blank = next(p for p in found if p.entered == NO_DAY)
        raise blank.row.refuse(
            "enrolled_on is blank here and not elsewhere", "the order of entry must be known"
        )
    return sorted(found, key=lambda p: p.entered), unread


def _patient(row: CsvRow, on: date | None) -> DosePatient:
    entered, dlt_on, followed = row.day("enrolled_on"), row.day("dlt_on"), row.number("follow_up_days")
    outcome = row.word("outcome", _OUTCOMES)
    if dlt_on != NO_DAY:
        if outcome not in ("", "T"):
            raise row.refuse(f"outcome {row.text('outcome')!r} with a DLT on {row.text('dlt_on')}")
        if entered == NO_DAY or dlt_on < entered:
            raise row.refuse("dlt_on needs an enrolled_on that is not later")
        outcome, followed = "T", float(dlt_on - entered)
    elif on is not None and entered != NO_DAY and math.isnan(followed):
        followed = float((on - _EPOCH).days - entered)
        if followed < 0:
            raise row.refuse(f"enrolled_on {row.text('enrolled_on')} is after {on}")
    return DosePatient(
        row.text("patient"), row.text("level"), entered, outcome, followed, row.word("grade2", _YES_NO), row
    )


def followed(
    patients: Sequence[DosePatient], design: Design, *, window_days: float | None
) -> list[FollowedPatient]:
    """The patients as a design sees them, within a DLT window of so many days.

    Without a window, patients whose `outcome` stands in the table are taken at their word, and pending ones as followed for
    no time. Raises PatientDataError for a level the design does not have, and where follow-up or window is needed and
    missing."""
    return [_followed(patient, design, window_days) for patient in patients]


def _followed(p: DosePatient, design: Design, window: float | None) -> FollowedPatient:
    number = _number(p, design)
    if window is None:
        return _at_its_word(p, number)
    if p.outcome == "X":
        return FollowedPatient(number, False, 0.0, window, evaluable=False)
    days = p.followed
    if p.outcome == "T":
        # A DLT whose day is not known is taken to have come at the end of the window.
        days = window if math.isnan(days) else days
        return FollowedPatient(number, days <= window, min(days, window), window)
    if p.outcome == "N" and (math.isnan(days) or days < window):
        if not math.isnan(days):
            raise p.row.refuse(
                f"outcome N after {days:g} of {window:g} days", "P is pending; leave it blank to be counted"
            )
        days = window
    if math.isnan(days):
        raise p.row.refuse(
            "the outcome is pending and nothing says since when", "give follow_up_days, or --on DATE"
        )
    if p.outcome == "P" and days >= window:
        raise p.row.refuse(f"outcome P after {days:g} days, with a window of {window:g}")
    return FollowedPatient(number, False, days, window)


def _at_its_word(p: DosePatient, number: int) -> FollowedPatient:
    if not p.outcome:
        raise p.row.refuse(
            "the outcome is blank", "write N, T, P or X, or give the DLT window: --window DAYS"
        )
    days = {"N": 1.0, "T": 1.0}.get(p.outcome, 0.0)
    return FollowedPatient(number, p.outcome == "T", days, 1.0, evaluable=p.outcome != "X")


def _number(p: DosePatient, design: Design) -> int:
    """The number of the patient's level: as written, or of the level with this name."""
    names = {design.labels[level].casefold(): number for number, level in enumerate(design.order, 1)}
    number = names.get(p.level.casefold())
    if (
        number is None
        and p.level.isascii()
        and p.level.isdigit()
        and 1 <= int(p.level[:4]) <= len(design.order)
    ):
        number = int(p.level)
    if number is None:
        raise PatientDataError(
            f"there is no level {p.level!r}", where=f"{p.row.file}:{p.row.line}", hint=numbering(design)
        )
    return number
