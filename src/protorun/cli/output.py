"""Data to stdout in the format asked for; words and progress to stderr."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TextIO

Format = Literal["table", "json", "csv"]
# Control characters but tab and newline, and the marks that override the direction of writing.
_STEERING = dict.fromkeys(
    (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def emit(
    rows: Sequence[Mapping[str, Any]], format: Format = "table", *, title: str = "", out: TextIO | None = None
) -> None:
    """Print rows as a table for people, as JSON, or as CSV that no spreadsheet will take for formulas."""
    out = out or sys.stdout
    if format == "json":
        json.dump(list(rows), out, ensure_ascii=False, indent=2, default=str, allow_nan=False)
        out.write("\n")
    elif format == "csv":
        _csv(rows, out)
    else:
        _table(rows, title, out)


def say(text: str) -> None:
    """A word to the person at the terminal, on stderr."""
    print(visible(text), file=sys.stderr)


def spreadsheet_safe(value: Any) -> Any:
    """The cell with a leading apostrophe when a spreadsheet would run it; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        try:
            float(value)
        except ValueError:
            return "'" + value
    return value


def _csv(rows: Sequence[Mapping[str, Any]], out: TextIO) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([spreadsheet_safe(_plain(row.get(name, ""))) for name in names])


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return "; ".join(str(v) for v in value)
    return "" if value is None else value


def _table(rows: Sequence[Mapping[str, Any]], title: str, out: TextIO) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=out, width=None if out.isatty() else 160, highlight=False)
    table = Table(title=Text(visible(title)) if title else None, box=SIMPLE_HEAD, title_justify="left")
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(str(_plain(row.get(name, ""))))) for name in names))
    console.print(table)


def visible(text: str) -> str:
    """The text without signs that would steer a terminal or turn the direction of writing."""
    return text.translate(_STEERING)
