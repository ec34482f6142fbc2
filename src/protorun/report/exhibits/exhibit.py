"""One figure or table with its title, population, notes, and the rows behind it; and the files it becomes."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from protorun.report.exhibits.publication import as_html, as_rtf

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Exhibit:
    """`key` becomes the name of the files. `data` are the numbers, as CSV. A figure has a `picture`; a table has `shown`:
    the same as printed, a row each, every row with the same columns."""

    key: str
    title: str
    population: str
    notes: tuple[str, ...]
    data: Sequence[dict[str, Any]]
    picture: Markup | None = None
    shown: Sequence[dict[str, str]] = field(default=())


def write(found: Sequence[Exhibit], folder: Path) -> list[Path]:
    """Write every exhibit into the folder, which is made when it is not there; a file is whole or is not written.

    Raises OSError with the path of a file that could not be written; its half is taken away again.
    A figure becomes `key.svg` and `key.csv`, a table `key.html`, `key.rtf` and `key.csv`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for exhibit in found:
        for ending, text in _files(exhibit).items():
            path = folder / f"{exhibit.key}.{ending}"
            half = path.with_name(f"{path.name}.part")
            try:
                half.write_text(text, encoding="utf-8")
                os.replace(half, path)
            except OSError as error:  # a full disk does not say for which file
                half.unlink(missing_ok=True)
                raise OSError(error.errno, error.strerror, str(path)) from error
            written.append(path)
    return written


def _files(exhibit: Exhibit) -> dict[str, str]:
    files = {"csv": _csv(exhibit.data)}
    if exhibit.picture is not None:
        files["svg"] = _alone(exhibit.picture)
    if exhibit.shown:
        files["html"] = as_html(exhibit.title, exhibit.population, exhibit.notes, exhibit.shown)
        files["rtf"] = as_rtf(exhibit.title, exhibit.population, exhibit.notes, exhibit.shown)
    return files


def _alone(picture: Markup) -> str:
    """The picture as a file of its own, on white."""
    head, rest = str(picture).split(">", 1)
    return f'{head} style="background:#fff">{rest}\n'


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    """CSV that no spreadsheet takes for formulas; a missing number is an empty cell."""
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
