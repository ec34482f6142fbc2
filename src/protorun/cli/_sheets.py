"""Tables and drawings where they are wanted: the terminal, standard output, or a file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from protorun.cli.output import Format, emit, say, visible

Row = dict[str, Any]
Table = tuple[str, Sequence[Row]]


def deliver(text: str, output: Path | None) -> None:
    """A finished document to its file, or to standard output."""
    if output is None:
        print(text)
        return
    output.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
    say(f"written: {output}")


def print_rows(rows: Sequence[Row], format: Format, output: Path | None) -> None:
    """Rows as JSON or CSV, or as one table."""
    out = io.StringIO()
    emit(rows, format, out=out)
    deliver(out.getvalue().rstrip("\n"), output)


def print_tables(tables: Sequence[Table], output: Path | None) -> None:
    """Tables for people, one after another, each under its title."""
    out = io.StringIO()
    for title, rows in tables:
        out.write(f"{visible(title)}\n")
        emit(rows, out=out)
    deliver(out.getvalue().rstrip("\n"), output)


def short(rows: Sequence[Row], *, without: Sequence[str] = ("reason",)) -> list[Row]:
    """The rows for people: no codes, no columns that are empty everywhere, numbers to six digits."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    kept = [n for n in names if n not in without and any(r.get(n) not in (None, "", ()) for r in rows)]
    return [{k: f"{r[k]:.6g}" if isinstance(r.get(k), float) else r.get(k) for k in kept} for r in rows]
