"""The subject-level table (ADSL) that every analysis data set hangs on: one row per subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.frames import polars_of

if TYPE_CHECKING:
    import polars as pl

EPOCH_DAYS = "days since 1970-01-01"


_NUMBERS = r"^(?:.*SEQ|VISITNUM|.*STRESN|AVISITN|AVAL|AGE|[A-Z]{2,4}DY)$"
_DATES = r"^.*DT$"
_READ = frozenset(
    [
        "ADT",
        "ASTDT",
        "AENDT",
        "DTHDT",
        "ENRLDT",
        "EOSDT",
        "LSTALVDT",
        "NACTDT",
        "RANDDT",
        "TRTSDT",
        "TRTEDT",
        "STARTDT",
    ]
)
"""Days that decide something; other columns with the name of a day are only passed on."""


def data_set(frame: Any, name: str, needs: Sequence[str] = ()) -> pl.DataFrame:
    """A data set of the caller as polars; numbers and dates that came as text (from CSV files), and days that came as
    times (from pandas), become what they are by the names CDISC gives them. Blanks at the end of a text mean nothing, as
    in SAS.

    Raises PatientDataError for missing columns; and, in a column that is read, for a text that is no number or no whole
    date, and for a day that is a number: nobody can tell from which year it counts. Other columns then stay as they came.
    """
    import polars as pl

    found = polars_of(frame, name, needs=needs)
    found = found.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    found = found.with_columns(pl.col(pl.String).str.strip_chars_end(" "))
    changed = []
    for column, kind in found.schema.items():
        is_day, where = re.match(_DATES, column) is not None, f"{name}.{column}"
        if kind == pl.Null:
            changed.append(found[column].cast(_kind(column)))
        elif kind == pl.String and re.match(_NUMBERS, column):
            changed.append(_number(found[column], where, strict=column in needs))
        elif kind == pl.String and is_day:
            changed.append(_whole_day(found[column], where, strict=column in _READ))
        elif kind == pl.Datetime and is_day:
            changed.append(found[column].cast(pl.Date))
        elif column in _READ and kind.is_numeric() and found[column].count():
            raise PatientDataError(
                "a day is a number",
                where=where,
                hint="SAS counts from 1960, others from 1970: give dates, or texts such as 2024-05-31",
            )
    return found.with_columns(changed)


def _kind(column: str) -> type[pl.DataType]:
    """The type of a column of which every cell is empty, by its name."""
    import polars as pl

    if re.match(_DATES, column):
        return pl.Date
    return pl.Float64 if re.match(_NUMBERS, column) else pl.String


def _whole_day(column: pl.Series, where: str, *, strict: bool = True) -> pl.Series:
    import polars as pl

    text = column.str.strip_chars().replace(["", "."], [None, None])
    found = text.str.extract(r"^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$").str.to_date("%Y-%m-%d", strict=False)
    bad = (found.is_null() & text.is_not_null()).arg_true()
    if len(bad) and not strict:
        return column
    if len(bad):
        at = int(bad[0])
        raise PatientDataError(
            f"{text[at]!r} is no whole date", where=f"{where}, row {at + 1}", hint="write it as 2024-05-31"
        )
    return found.cast(pl.Date)


def _number(column: pl.Series, where: str, *, strict: bool) -> pl.Series:
    import polars as pl

    text = column.str.strip_chars().replace("", None)
    found = text.cast(pl.Float64, strict=False)
    bad = (found.is_null() & text.is_not_null()).arg_true()
    if len(bad) and not strict:
        return column
    if len(bad):
        raise PatientDataError(f"{text[int(bad[0])]!r} is no number", where=f"{where}, row {int(bad[0]) + 1}")
    whole = found.drop_nulls()
    return found.cast(pl.Int64) if bool((whole == whole.round()).all()) and "SEQ" in where else found


def check_subjects(adsl: pl.DataFrame) -> pl.DataFrame:
    """ADSL itself. Raises PatientDataError for a subject that stands twice."""
    twice = adsl["USUBJID"].is_duplicated()
    if twice.any():
        name = adsl["USUBJID"].filter(twice)[0]
        raise PatientDataError(f"subject {name} stands twice", where="ADSL", hint="keep one row per subject")
    return adsl


def places(subjects: pl.Series, adsl: pl.DataFrame, where: str) -> NDArray[np.int64]:
    """The row of ADSL of each subject id. Raises PatientDataError for one that ADSL lacks."""
    import polars as pl

    rows = pl.int_range(adsl.height, eager=True)
    found = subjects.replace_strict(adsl["USUBJID"], rows, default=None, return_dtype=pl.Int64)
    if found.null_count():
        lost = subjects.filter(found.is_null())[0]
        raise PatientDataError(f"subject {lost} is not in ADSL", where=where)
    return found.to_numpy()


def days(frame: pl.DataFrame, column: str) -> DayArray:
    """A date column as days since 1970-01-01, `NO_DAY` where it is empty; all empty when there is no such column."""
    import polars as pl

    if column not in frame.columns:
        return np.full(frame.height, NO_DAY, np.int32)
    whole = frame[column].dtype != pl.String
    dates = frame[column].cast(pl.Date, strict=True) if whole else _whole_day(frame[column], column)
    return dates.to_physical().cast(pl.Int32).fill_null(int(NO_DAY)).to_numpy()


def dates(day: DayArray) -> pl.Series:
    """Days since 1970-01-01 as a date column, empty for `NO_DAY`."""
    import polars as pl

    values = pl.Series(np.asarray(day, np.int32)).cast(pl.Date)
    return values.set(pl.Series(day == NO_DAY), None)
