"""LB (SDTM) and ADLB (ADaM) -> laboratory results for grading; grades -> ATOXGRL, ATOXGRH, ATOXGR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

_LB = {
    "USUBJID": "patient",
    "LBTESTCD": "test",
    "LBSTRESN": "value",
    "LBSTRESU": "unit",
    "LBSTNRLO": "lln",
    "LBSTNRHI": "uln",
}
_ADLB = {
    "USUBJID": "patient",
    "ADT": "date",
    "ATOXDSCL": "term_low",
    "ATOXDSCH": "term_high",
    "AVAL": "value",
    "ANRLO": "lln",
    "ANRHI": "uln",
    "BASE": "baseline",
    "BNRIND": "baseline_indicator",
    "PCHG": "change_percent",
    "SEX": "sex",
}


def labs_from_sdtm(lb: Any, dm: Any = None) -> pl.DataFrame:
    """LB as laboratory results: standard units, limits, and the baseline of the patient's row with LBBLFL = Y.

    Without LBBLFL no baseline is known. Results of urine (LBCAT or LBSPEC) are no blood results and get no test name.
    `dm` gives the sex and, where it has BRTHDTC, the date of birth. Rows keep their order.
    """
    import polars as pl

    frame = _polars(lb)
    found = frame.select(pl.col(name).alias(to) for name, to in _LB.items() if name in frame.columns)
    found = found.with_columns(_day(frame, "LBDTC"))
    for name in ("LBCAT", "LBSPEC"):
        if name in frame.columns:
            urine = frame[name].cast(pl.String).str.to_uppercase().str.contains("URIN").fill_null(value=False)
            found = found.with_columns(test=pl.when(~urine).then(pl.col("test")))
    if "LBBLFL" in frame.columns:
        found = _with_baseline(frame, found)
    return found if dm is None else _with_person(found, _polars(dm))


def labs_from_adlb(adlb: Any) -> pl.DataFrame:
    """ADLB as laboratory results with the terms of ATOXDSCL and ATOXDSCH; the unit is the text in brackets of PARAM."""
    import polars as pl

    frame = _polars(adlb)
    unit = pl.col("PARAM").str.extract(r"\(([^()]*)\)\s*$").alias("unit")
    return frame.select(
        unit, *(pl.col(name).alias(to) for name, to in _ADLB.items() if name in frame.columns)
    )


def toxicity_grades(graded: pl.DataFrame) -> pl.DataFrame:
    """ATOXGRL, ATOXGRH and ATOXGR as ADaM prints them, one row per source row of the table of `grade_labs`."""
    import polars as pl

    from protorun.toxicity.grading import overall

    return overall(graded).select(
        "source_row",
        pl.col("low").cast(pl.String).alias("ATOXGRL"),
        pl.col("high").cast(pl.String).alias("ATOXGRH"),
        pl.col("overall").alias("ATOXGR"),
    )


def _with_baseline(frame: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    chosen = [pl.col("LBSTRESN").alias("baseline")]
    if "LBNRIND" in frame.columns:
        chosen.append(pl.col("LBNRIND").alias("baseline_indicator"))
    base = (
        frame.filter(pl.col("LBBLFL") == "Y")
        .select(pl.col("USUBJID").alias("patient"), pl.col("LBTESTCD").alias("test"), *chosen)
        .unique(["patient", "test"], keep="last", maintain_order=True)
    )
    return found.join(base, on=["patient", "test"], how="left", maintain_order="left")


def _with_person(found: pl.DataFrame, dm: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    wanted = {"SEX": "sex", "BRTHDTC": "birth_date"}
    there = [pl.col(name).alias(to) for name, to in wanted.items() if name in dm.columns]
    people = dm.select(pl.col("USUBJID").alias("patient"), *there).unique("patient", keep="first")
    return found.join(people, on="patient", how="left", maintain_order="left")


def _day(frame: pl.DataFrame, name: str) -> pl.Expr:
    import polars as pl

    if name not in frame.columns:
        return pl.lit(None, pl.Date).alias("date")
    column = frame[name]
    if column.dtype == pl.String:
        column = column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return pl.lit(column.cast(pl.Date)).alias("date")


def _polars(frame: Any) -> pl.DataFrame:
    import narwhals as nw

    given = nw.from_native(frame)
    return (given.collect() if isinstance(given, nw.LazyFrame) else given).to_polars()
