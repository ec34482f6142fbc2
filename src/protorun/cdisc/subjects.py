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


def data_set(frame: Any, name: str, needs: Sequence[str] = ()) -> pl.DataFrame:
    """A data set of the caller as polars; numbers and dates that came as text (from CSV files), and days that came as
    times (from pandas), become what they are by the names CDISC gives them.

    Raises PatientDataError for missing columns and for a text that is no number.
    """
    import polars as pl

    found = polars_of(frame, name, needs=needs)
    changed = []
    for column, kind in found.schema.items():
        if kind == pl.String and re.match(_NUMBERS, column):
            changed.append(_number(found[column], f"{name}.{column}"))
        elif kind == pl.String and re.match(_DATES, column):
            changed.append(found[column].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
        elif kind == pl.Datetime and re.match(_DATES, column):
            changed.append(found[column].cast(pl.Date))
        elif kind == pl.Null:
            changed.append(found[column].cast(pl.String))
    return found.with_columns(changed)


def _number(column: pl.Series, where: str) -> pl.Series:
    import polars as pl

    text = column.str.strip_chars().replace("", None)
    found = text.cast(pl.Float64, strict=False)
    bad = (found.is_null() & text.is_not_null()).arg_true()
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
    dates = frame[column].cast(pl.Date, strict=True) if frame[column].dtype != pl.String else None
    if dates is None:
        dates = frame[column].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return dates.to_physical().cast(pl.Int32).fill_null(int(NO_DAY)).to_numpy()


def dates(day: DayArray) -> pl.Series:
    """Days since 1970-01-01 as a date column, empty for `NO_DAY`."""
    import polars as pl

    values = pl.Series(np.asarray(day, np.int32)).cast(pl.Date)
    return values.set(pl.Series(day == NO_DAY), None)
