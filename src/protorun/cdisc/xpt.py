"""SAS transport files (XPORT v5 and v8) of data sets, with their labels, through pyreadstat."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from protorun.cdisc._tables import table
from protorun.errors import PatientDataError, UsageError
from protorun.trial.frames import polars_of

if TYPE_CHECKING:
    import polars as pl

_V5_NAME, _V5_LABEL, _V5_TEXT = 8, 40, 200
"""Lengths that version 5 allows, in bytes (the SAS XPORT format; FDA Study Data Technical Conformance Guide)."""


def write_xpt(
    frame: Any,
    path: Path,
    *,
    name: str,
    labels: Mapping[str, str] | None = None,
    version: Literal[5, 8] = 5,
) -> None:
    """Writes a data set; `name` is that of the data set, `labels` those of its variables (known ones by default).

    Dates become SAS dates (DATE9.), times DATETIME20., null texts blanks. Raises UsageError for names, labels or texts
    too long for version 5, and for columns that are neither numbers, texts nor dates.
    """
    import pyreadstat

    found = polars_of(frame, name)
    said = {**table("labels"), **(labels or {})}
    said = {column: said.get(column, "") for column in found.columns}
    if version == 5:
        _check_v5(found, name, said)
    ready, formats = _ready(found, name)
    try:
        pyreadstat.write_xport(
            ready,
            str(path),
            column_labels=said,
            table_name=name,
            file_format_version=version,
            variable_format=formats,
        )
    except (pyreadstat.PyreadstatError, OSError) as error:
        raise UsageError(f"{path} cannot be written: {error}") from None


def read_xpt(path: Path) -> tuple[pl.DataFrame, dict[str, str]]:
    """A transport file as a data frame, and the labels of its variables; blank texts become null.

    Raises PatientDataError for a file that cannot be read.
    """
    import polars as pl
    import pyreadstat

    try:
        found, about = pyreadstat.read_xport(str(path), output_format="polars")
    except (pyreadstat.PyreadstatError, pyreadstat.ReadstatError, OSError, UnicodeDecodeError) as error:
        raise PatientDataError(f"it cannot be read as a transport file: {error}", where=str(path)) from None
    texts = [pl.col(c).replace("", None) for c, t in found.schema.items() if t == pl.String]
    blank = [pl.col(c).cast(pl.String) for c, t in found.schema.items() if t == pl.Null]
    return found.with_columns(*texts, *blank), {k: v or "" for k, v in about.column_names_to_labels.items()}


def _ready(frame: pl.DataFrame, name: str) -> tuple[pl.DataFrame, dict[str, str]]:
    """Numbers, texts, dates and times only, with the formats of the latter two."""
    import polars as pl

    formats: dict[str, str] = {}
    columns = []
    for column, kind in frame.schema.items():
        if kind == pl.Boolean or kind.is_numeric():
            columns.append(pl.col(column).cast(pl.Float64))
        elif kind in (pl.String, pl.Categorical, pl.Enum, pl.Null):
            columns.append(pl.col(column).cast(pl.String).fill_null(""))
        elif kind == pl.Date:
            formats[column] = "DATE9."
            columns.append(pl.col(column))
        elif kind == pl.Datetime:
            formats[column] = "DATETIME20."
            columns.append(pl.col(column).dt.cast_time_unit("us"))
        else:
            raise UsageError(f"column {column} of {name} holds {kind}, which a transport file cannot hold")
    return frame.select(columns), formats


def _check_v5(frame: pl.DataFrame, name: str, labels: Mapping[str, str]) -> None:
    import polars as pl

    for text, most, what in (
        (name, _V5_NAME, "the name"),
        *((column, _V5_NAME, "the variable name") for column in frame.columns),
        *((label, _V5_LABEL, "the label") for label in labels.values()),
    ):
        if len(text.encode()) > most:
            raise UsageError(f"{what} {text!r} is longer than the {most} bytes of version 5; write version=8")
    for column in frame.columns:
        if frame.schema[column] == pl.String:
            longest = frame[column].str.len_bytes().max()
            if isinstance(longest, int) and longest > _V5_TEXT:
                says = f"a text of {column} has {longest} bytes, version 5 allows {_V5_TEXT}"
                raise UsageError(f"{says}; write version=8")
