"""Dates of SDTM: ISO text, sometimes without its day, into days of the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from protorun.errors import PatientDataError

if TYPE_CHECKING:
    import polars as pl

MissingDay = Literal["first", "last"]
_WHOLE = r"^\d{4}-\d{2}-\d{2}"
_ISO = r"^(\d{4}(-(\d{2}|-)(-(\d{2}|-))?)?-{0,2}(T.*| \d.*)?|--.*)$"
_MONTH = r"^\d{4}-\d{2}(-{1,2})?$"


def dated(column: str, *, missing_day: MissingDay) -> pl.Expr:
    """The day of an ISO 8601 text; without its day the first or the last of the month, without its month no day.

    Date columns pass through unchanged. ADRS takes the last day and ADTR the first, so the same scan can have two dates
    (published data of the pharmaverse, `adrs_onco` and `adtr_onco`)."""
    import polars as pl

    text = pl.col(column).cast(pl.String)
    whole = text.str.extract(f"({_WHOLE})").str.to_date("%Y-%m-%d", strict=False)
    month = pl.when(text.str.contains(_MONTH)).then(text.str.slice(0, 7) + "-01")
    first = month.str.to_date("%Y-%m-%d", strict=False)
    return pl.coalesce(whole, first if missing_day == "first" else first.dt.month_end())


def check_dates(frame: pl.DataFrame, domain: str, column: str) -> pl.DataFrame:
    """The frame itself. Raises PatientDataError for a text in `column` that is no ISO 8601 date, whole or partial: a day
    that cannot be read would silently take its row out of every analysis."""
    import polars as pl

    text = frame[column].cast(pl.String).str.strip_chars().replace("", None)
    whole = text.str.extract(f"({_WHOLE})")
    no_day = whole.is_not_null() & whole.str.to_date("%Y-%m-%d", strict=False).is_null()
    bad = ((~text.str.contains(_ISO)).fill_null(False) | no_day.fill_null(False)).arg_true()
    if not len(bad):
        return frame
    at = int(bad[0])
    raise PatientDataError(
        f"{text[at]!r} is no ISO 8601 date",
        where=f"{domain}.{column}, row {at + 1}",
        hint="write 2024-05-31, or 2024-05 where the day is not known",
    )


def imputed(column: str) -> pl.Expr:
    """The imputation flag: `D` where the day was not in the text, else null."""
    import polars as pl

    return pl.when(pl.col(column).cast(pl.String).str.contains(_MONTH)).then(pl.lit("D"))
