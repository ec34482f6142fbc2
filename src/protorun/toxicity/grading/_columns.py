"""The columns of a table of laboratory results, as numbers and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError

if TYPE_CHECKING:
    import polars as pl

_NUMBERS = ("value", "lln", "uln", "baseline", "change_percent")
_COLUMNS = (
    *("patient", "date", "test", "term", "direction", "term_low", "term_high", "unit", *_NUMBERS),
    *("baseline_indicator", "sex", "birth_date"),
)
_HIGH, _LOW = ("HIGH", "HIGH HIGH", "H", "HH"), ("LOW", "L")
"""LOW LOW is no LOW in the published rules (creatinine of CTCAE v6 asks for it)."""


def frame_of(labs: Any) -> pl.DataFrame:
    import narwhals as nw

    given = nw.from_native(labs)
    frame = (given.collect() if isinstance(given, nw.LazyFrame) else given).to_polars()
    missing = [name for name in ("value", "unit") if name not in frame.columns]
    named = {"test", "term", "term_low", "term_high"} & set(frame.columns)
    if missing or not named:
        wanted = ", ".join(missing) or "test, term, or term_low and term_high"
        raise PatientDataError(f"the table of laboratory results has no column {wanted}", where="labs")
    return frame.select(name for name in _COLUMNS if name in frame.columns)


def codes(frame: pl.DataFrame, column: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """A text column as codes into its distinct values; missing is ''."""
    import polars as pl

    if column not in frame.columns or frame[column].dtype == pl.Null:
        return np.zeros(len(frame), np.int32), ("",)
    text = frame[column].cast(pl.String).fill_null("").str.strip_chars()
    names = text.unique(maintain_order=True)
    code = text.cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int32)
    return code, tuple(names) or ("",)


def numeric(frame: pl.DataFrame) -> dict[str, NDArray[Any]]:
    """The columns that rules ask about, in the order of the frame."""
    found = {name: _number(frame, name) for name in _NUMBERS}
    change = found.pop("change_percent")
    value, baseline = found["value"], found["baseline"]
    if "change_percent" not in frame.columns:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            change = np.where(baseline != 0, 100 * (value - baseline) / np.abs(baseline), np.nan)
    sex, sexes = codes(frame, "sex")
    columns = found | {"change": change} | _flags(frame, found) | _ages(frame)
    return columns | {"sex": np.array([s[:1].upper() for s in sexes])[sex]}


def _number(frame: pl.DataFrame, name: str) -> NDArray[np.float64]:
    import polars as pl

    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    given = frame[name]
    if given.dtype == pl.String:
        given = given.str.strip_chars().replace("", None)
    read = given.cast(pl.Float64, strict=False)
    if (bad := (read.is_null() & given.is_not_null()).arg_true()).len():
        raise PatientDataError(
            f"{given[bad[0]]!r} is no number",
            where=f"row {bad[0] + 1}, column {name}",
            hint="leave the cell empty where the result is not a number",
        )
    return read.fill_null(np.nan).to_numpy().astype(np.float64)


def _flags(frame: pl.DataFrame, numbers: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.bool_]]:
    if "baseline_indicator" in frame.columns:
        code, names = codes(frame, "baseline_indicator")
        high, low = (np.array([n.upper() in said for n in names]) for said in (_HIGH, _LOW))
        return {"baseline_high": high[code], "baseline_low": low[code]}
    with np.errstate(invalid="ignore"):
        return {
            "baseline_high": numbers["baseline"] > numbers["uln"],
            "baseline_low": numbers["baseline"] < numbers["lln"],
        }


def _ages(frame: pl.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Completed calendar years and months, and days, at the date of the sample."""
    import polars as pl

    unknown = np.full(len(frame), np.nan)
    if not {"date", "birth_date"} <= set(frame.columns):
        return {"age_years": unknown, "age_months": unknown, "age_days": unknown}
    then, born = (_dates(frame[name]) for name in ("date", "birth_date"))
    months = (then.dt.year() - born.dt.year()) * 12 + (then.dt.month() - born.dt.month()).cast(pl.Int32)
    months = months - (then.dt.day() < born.dt.day()).cast(pl.Int32)
    days = (then - born).dt.total_days()
    numbers = {"age_years": months // 12, "age_months": months, "age_days": days}
    return {name: s.cast(pl.Float64).fill_null(np.nan).to_numpy() for name, s in numbers.items()}


def _dates(column: pl.Series) -> pl.Series:
    import polars as pl

    if column.dtype == pl.String:
        return column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return column.cast(pl.Date)
