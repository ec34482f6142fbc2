"""Rows of a CSV table that know their file and line, so that every refusal names the cell."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import TypeVar

from protorun.errors import PatientDataError
from protorun.trial.facts import NO_DAY

T = TypeVar("T")
_EPOCH = date(1970, 1, 1)
_LARGEST_BYTES = 200_000_000
_LARGEST_MM = 1000.0
_LARGEST_WHOLE = 9999
# Written out: Python's own reading would also take 2_8, full-width digits, nan and inf.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class CsvRow:
    """One line of a table; a blank or absent cell is ''."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, name: str) -> str:
        """The cell without surrounding blanks."""
        return self.cells.get(name, "")

    def refuse(self, says: str, hint: str = "") -> PatientDataError:
        """An error that names the file and the line."""
        return PatientDataError(says, where=f"{self.file}:{self.line}", hint=hint)

    def day(self, name: str) -> int:
        """The date of a cell as days since 1970-01-01; `NO_DAY` when blank."""
        text = self.text(name)
        if not text:
            return int(NO_DAY)
        try:
            return (date.fromisoformat(text) - _EPOCH).days
        except ValueError:
            raise self.refuse(f"{name} {text!r} is no date", "write YYYY-MM-DD") from None

    def word(self, name: str, words: Mapping[str, T]) -> T:
        """The meaning of a cell out of a closed list."""
        text = self.text(name).lower() if self.text(name).lower() in words else self.text(name)
        if text not in words:
            there_are = ", ".join(w or "(blank)" for w in words)
            raise self.refuse(f"{name} {self.text(name)!r} is not known", f"one of: {there_are}")
        return words[text]

    def number(self, name: str) -> float:
        """The number of a cell, NaN when blank."""
        text = self.text(name)
        if not text:
            return math.nan
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not math.isfinite(value):
            raise self.refuse(f"{name} {text!r} is no number")
        if value < 0:
            raise self.refuse(f"{name} {text!r} is negative")
        return value

    def hundredths(self, name: str) -> int:
        """A length in mm as whole hundredths, -1 when blank."""
        value = self.number(name)
        if math.isnan(value):
            return -1
        if value > _LARGEST_MM:
            raise self.refuse(f"{name} {value:g} is longer than a meter", "lengths are in millimeters")
        return round(value * 100)

    def whole(self, name: str) -> int | None:
        """A whole number, None when blank."""
        value = self.number(name)
        if math.isnan(value):
            return None
        if value != int(value):
            raise self.refuse(f"{name} {self.text(name)!r} is no whole number")
        if value > _LARGEST_WHOLE:
            raise self.refuse(f"{name} {self.text(name)!r} is beyond {_LARGEST_WHOLE}")
        return int(value)

    def grade(self, name: str) -> float:
        """A grade of toxicity, 0 when blank."""
        value = self.number(name)
        if not math.isnan(value) and value not in range(6):
            raise self.refuse(f"{name} {self.text(name)!r} is no grade", "CTCAE grades are 1 to 5; 0 is none")
        return 0.0 if math.isnan(value) else value


def read_text(path: Path) -> str:
    """The text of a table. Raises PatientDataError when it is missing, too large, empty or not UTF-8."""
    if not path.is_file():
        raise PatientDataError("there is no such table", where=str(path))
    if path.stat().st_size > _LARGEST_BYTES:
        raise PatientDataError("the table is larger than 200 MB", where=str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PatientDataError(
            f"the table is not UTF-8: {error.reason}", where=f"{path}, byte {error.start}"
        ) from error
    if not text.strip():
        raise PatientDataError("the table is empty", where=path.name)
    return text


def refuse_null(text: str, file: str) -> None:
    """Raises PatientDataError, with the line, for a null byte."""
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise PatientDataError("there is a null byte in the table", where=f"{file}:{line}")


def read_rows(text: str, file: str, needed: Sequence[str]) -> list[CsvRow]:
    """The rows of a CSV text with a header. Raises PatientDataError for a missing column, a ragged line or a null byte."""
    refuse_null(text, file)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    rows: list[CsvRow] = []
    header: list[str] = []
    try:
        for cells in reader:
            if not any(c.strip() for c in cells):
                continue
            if not header:
                header = _header(cells, file, needed)
                continue
            if len(cells) != len(header):
                raise PatientDataError(
                    f"{len(cells)} cells under {len(header)} columns", where=f"{file}:{reader.line_num}"
                )
            named = {n: c.strip() for n, c in zip(header, cells, strict=True)}
            rows.append(_complete(CsvRow(file, reader.line_num, named), needed))
    except csv.Error as error:
        raise PatientDataError(f"this is no CSV: {error}", where=f"{file}:{reader.line_num}") from error
    if not header:
        raise PatientDataError("the table is empty", where=file)
    return rows


def _header(cells: Sequence[str], file: str, needed: Sequence[str]) -> list[str]:
    header = [c.strip().lower() for c in cells]
    if lacking := [n for n in needed if n not in header]:
        raise PatientDataError(f"there is no column {lacking[0]!r}", where=f"{file}:1")
    if twice := [n for i, n in enumerate(header) if n in header[:i]]:
        raise PatientDataError(f"the column {twice[0]!r} stands twice", where=f"{file}:1")
    return header


def _complete(row: CsvRow, needed: Sequence[str]) -> CsvRow:
    for name in needed:
        if not row.text(name):
            raise row.refuse(f"{name} is blank")
    return row
