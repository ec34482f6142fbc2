"""A CSV table as columns of trimmed text, bounded, with the place of every cell."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import TypeVar

from protorun.errors import PatientDataError
from protorun.patients._cells import CellError
from protorun.patients._csv_rows import refuse_null

T = TypeVar("T")
_MOST_COLUMNS = 2_000
_MOST_ROWS = 5_000_000


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


def read_grid(text: str, file: str, needed: str) -> Grid:
    """The columns of a CSV text with a header. Raises PatientDataError for a missing or doubled column, a ragged line,
    a null byte, or a table beyond the bounds (2,000 columns, 5 million rows)."""
    refuse_null(text, file)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
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
            if len(rows) >= _MOST_ROWS:
                raise PatientDataError(f"the table has more than {_MOST_ROWS:,} rows", where=file)
            rows.append([c.strip() for c in cells])
            lines.append(reader.line_num)
    except csv.Error as error:
        raise PatientDataError(f"this is no CSV: {error}", where=f"{file}:{reader.line_num}") from error
    if not header:
        raise PatientDataError("the table is empty", where=file)
    columns = {name: [row[i] for row in rows] for i, name in enumerate(header)}
    return Grid(file, columns, lines)


def _header(cells: list[str], file: str, needed: str) -> list[str]:
    if len(cells) > _MOST_COLUMNS:
        raise PatientDataError(f"the table has more than {_MOST_COLUMNS:,} columns", where=f"{file}:1")
    header = [c.strip().lower() for c in cells]
    if needed not in header:
        raise PatientDataError(f"there is no column {needed!r}", where=f"{file}:1")
    doubled = [name for i, name in enumerate(header) if name in header[:i]]
    if doubled:
        raise PatientDataError(f"the column {doubled[0]!r} stands twice", where=f"{file}:1")
    if "" in header:
        raise PatientDataError(f"column {header.index('') + 1} has no name", where=f"{file}:1")
    return header
