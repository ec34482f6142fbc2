"""CSV tables as rows or as columns that know their file and line, so that every refusal names the cell."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import TypeVar

from protorun.errors import PatientDataError
from protorun.patients._cells import CellError
from protorun.trial.facts import NO_DAY

T = TypeVar("T")
_EPOCH = date(1970, 1, 1)
_LARGEST_BYTES = 200_000_000
_MOST_COLUMNS = 2_000
_MOST_ROWS = 5_000_000
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


@dataclass(frozen=True)
class Grid:
    """`columns[name][row]` is a cell; `lines[row]` is the line of the file it stands on."""

    file: str
    columns: dict[str, list[str]]
    lines: list[int]

    @cached_property
    def places(self) -> tuple[str, ...]:
        """`file:line` of every row."""
        return tuple(f"{self.file}:{line}" for line in self.lines)

    def each(self, name: str, read: Callable[[str], T]) -> list[T]:
        """Every cell of a column read; equal cells are read once. A refusal names file, line and column."""
        seen: dict[str, T] = {}
        for cell, line in zip(self.columns[name], self.lines, strict=True):
            if cell not in seen:
                try:
                    seen[cell] = read(cell)
                except CellError as error:
                    raise PatientDataError(str(error), where=f"{self.file}:{line}:{name}") from error
        return [seen[cell] for cell in self.columns[name]]


def read_text(path: Path) -> str:
    """The text of a table. Raises PatientDataError when it is missing, too large, empty or not UTF-8."""
    if not path.is_file():
        says = "this is a folder, no table" if path.is_dir() else "there is no such table"
        raise PatientDataError(says, where=str(path))
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


def read_lines(text: str, file: str, needed: Sequence[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The names of the columns and, with its line, the trimmed cells of each row; blank rows and nameless blank columns are
    left out. Raises PatientDataError for a missing, doubled or nameless column, a ragged line, a null byte, or a table
    beyond the bounds (2,000 columns, 5 million rows)."""
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise PatientDataError("there is a null byte in the table", where=f"{file}:{line}")
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if not any(c.strip() for c in cells):
                continue
            if found and len(cells) != len(found[0][1]):
                says = f"{len(cells)} cells under {len(found[0][1])} columns"
                raise PatientDataError(says, where=f"{file}:{reader.line_num}")
            if len(found) > _MOST_ROWS:
                raise PatientDataError(f"the table has more than {_MOST_ROWS:,} rows", where=file)
            found.append((reader.line_num, [c.strip() for c in cells]))
    except csv.Error as error:
        raise PatientDataError(f"this is no CSV: {error}", where=f"{file}:{reader.line_num}") from error
    if not found:
        raise PatientDataError("the table is empty", where=file)
    return _named([name.lower() for name in found[0][1]], found[1:], file, needed)


def read_rows(text: str, file: str, needed: Sequence[str]) -> list[CsvRow]:
    """The rows of a CSV text with a header; the cells of the `needed` columns are filled. Raises as `read_lines`."""
    header, lines = read_lines(text, file, needed)
    return [
        _complete(CsvRow(file, line, dict(zip(header, cells, strict=True))), needed) for line, cells in lines
    ]


def read_grid(text: str, file: str, needed: str) -> Grid:
    """The columns of a CSV text with a header. Raises as `read_lines`."""
    header, lines = read_lines(text, file, (needed,))
    columns = {name: [cells[i] for _, cells in lines] for i, name in enumerate(header)}
    return Grid(file, columns, [line for line, _ in lines])


def _named(
    header: list[str], lines: list[tuple[int, list[str]]], file: str, needed: Sequence[str]
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The columns with a name; one without must be blank, as spreadsheets write them behind the last one."""
    if len(header) > _MOST_COLUMNS:
        raise PatientDataError(f"the table has more than {_MOST_COLUMNS:,} columns", where=f"{file}:1")
    if lacking := [n for n in needed if n not in header]:
        apart = next((sign for sign in (";", "\t") if any(sign in name for name in header)), "")
        hint = f"columns are separated by commas, not by {apart!r}" if apart else ""
        raise PatientDataError(f"there is no column {lacking[0]!r}", where=f"{file}:1", hint=hint)
    kept = [i for i, name in enumerate(header) if name]
    names = [header[i] for i in kept]
    if twice := [n for i, n in enumerate(names) if n in names[:i]]:
        raise PatientDataError(f"the column {twice[0]!r} stands twice", where=f"{file}:1")
    if len(kept) == len(header):
        return header, lines
    for line, cells in lines:
        if lost := [i for i, cell in enumerate(cells) if cell and not header[i]]:
            raise PatientDataError(f"column {lost[0] + 1} has no name", where=f"{file}:{line}")
    return names, [(line, [cells[i] for i in kept]) for line, cells in lines]


def _complete(row: CsvRow, needed: Sequence[str]) -> CsvRow:
    for name in needed:
        if not row.text(name):
            raise row.refuse(f"{name} is blank")
    return row
