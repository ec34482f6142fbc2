"""AE (SDTM) and ADSL -> ADAE: dates, days, treatment emergence, the worst event of each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from protorun.cdisc.subjects import check_subjects, days
from protorun.terms.truth import TRUE
from protorun.toxicity.emergence import emergent, worst_first
from protorun.trial.frames import polars_of

if TYPE_CHECKING:
    import polars as pl

AFTER_TREATMENT_DAYS = 30
"""Window after the last dose of the pharmaverse template."""
SEVERITY = {"MILD": 1, "MODERATE": 2, "SEVERE": 3, "LIFE THREATENING": 4, "FATAL": 5}
_ADSL = ("TRTSDT", "TRTEDT", "DTHDT", "EOSDT")


def adae(ae: Any, adsl: Any, *, days_after: int = AFTER_TREATMENT_DAYS) -> pl.DataFrame:
    """ADAE: the rows of AE with ASTDT, ASTDTF, AENDT, AENDTF, ASTDY, AENDY, ADURN, ADURU, ASEV, ASEVN, AREL, TRTEMFL and
    AOCCIFL, beside the dates of treatment and end of study.

    A partial start becomes the first dose when that lies in the stated period, else the first day of the period; a
    partial end becomes its last day, and not later than death or end of study when they lie in the period; a date without
    its year stays empty. `days_after` is how long after the last dose an event still counts as emergent.
    """
    import polars as pl

    events = polars_of(ae, "AE", needs=("USUBJID", "AESEQ", "AESTDTC", "AEENDTC"))
    people = check_subjects(polars_of(adsl, "ADSL", needs=("USUBJID", "TRTSDT", "TRTEDT")))
    there = [name for name in _ADSL if name in people.columns]
    found = events.join(people.select("USUBJID", *there), on="USUBJID", how="left", maintain_order="left")
    found = found.with_columns(
        _start("AESTDTC").alias("ASTDT"),
        _flag("AESTDTC").alias("ASTDTF"),
        _end("AEENDTC", [name for name in ("DTHDT", "EOSDT") if name in there]).alias("AENDT"),
        _flag("AEENDTC").alias("AENDTF"),
    ).with_columns(
        _study_day("ASTDT").alias("ASTDY"),
        _study_day("AENDT").alias("AENDY"),
        ((pl.col("AENDT") - pl.col("ASTDT")).dt.total_days() + 1).alias("ADURN"),
    )
    found = found.with_columns(ADURU=pl.when(pl.col("ADURN").is_not_null()).then(pl.lit("days")))
    return _flagged(_rated(found), days_after)


def _rated(found: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    if "AESEV" in found.columns:
        code = pl.col("AESEV").replace_strict(SEVERITY, default=None, return_dtype=pl.Int32)
        found = found.with_columns(pl.col("AESEV").alias("ASEV"), code.alias("ASEVN"))
    return found.with_columns(pl.col("AEREL").alias("AREL")) if "AEREL" in found.columns else found


def _flagged(found: pl.DataFrame, days_after: int) -> pl.DataFrame:
    import polars as pl

    starts, first, last = (days(found, name) for name in ("ASTDT", "TRTSDT", "TRTEDT"))
    under = emergent(starts, first, last, end=days(found, "AENDT"), days_after=days_after) == TRUE
    rank = found["ASEVN"] if "ASEVN" in found.columns else _grades(found)
    subject = found["USUBJID"].rank("dense").to_numpy().astype(np.int64)
    worst = worst_first(
        subject,
        rank.fill_null(0).to_numpy(),
        starts,
        found["AESEQ"].fill_null(0).to_numpy().astype(np.int64),
        among=under,
    )
    yes = {"TRTEMFL": under, "AOCCIFL": worst}
    return found.with_columns(
        pl.when(pl.Series(rows)).then(pl.lit("Y")).alias(name) for name, rows in yes.items()
    )


def _grades(found: pl.DataFrame) -> pl.Series:
    import polars as pl

    if "AETOXGR" in found.columns:
        return found["AETOXGR"].cast(pl.Int32, strict=False)
    return pl.Series([0] * len(found), dtype=pl.Int32)


def _period(column: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """First and last day that a text can mean, and whether the day or the month is missing."""
    import polars as pl

    text = pl.col(column).cast(pl.String)
    whole = text.str.extract(r"^(\d{4}-\d{2}-\d{2})").str.to_date("%Y-%m-%d", strict=False)
    month = (text.str.extract(r"^(\d{4}-\d{2})(?:-{1,2})?$") + "-01").str.to_date("%Y-%m-%d", strict=False)
    year = (text.str.extract(r"^(\d{4})-*$") + "-01-01").str.to_date("%Y-%m-%d", strict=False)
    return (
        pl.coalesce(whole, month, year),
        pl.coalesce(whole, month.dt.month_end(), year.dt.offset_by("1y").dt.offset_by("-1d")),
        whole.is_null(),
    )


def _start(column: str) -> pl.Expr:
    import polars as pl

    first, last, partial = _period(column)
    dose = pl.col("TRTSDT").cast(pl.Date)
    return pl.when(partial & dose.is_between(first, last)).then(dose).otherwise(first)


def _end(column: str, caps: list[str]) -> pl.Expr:
    import polars as pl

    first, last, partial = _period(column)
    found = last
    for name in caps:
        cap = pl.col(name).cast(pl.Date)
        found = pl.when(partial & cap.is_between(first, found)).then(cap).otherwise(found)
    return found


def _flag(column: str) -> pl.Expr:
    """D where the day was missing, M where the month was."""
    import polars as pl

    text = pl.col(column).cast(pl.String)
    return (
        pl.when(text.str.contains(r"^\d{4}-*$"))
        .then(pl.lit("M"))
        .when(text.str.contains(r"^\d{4}-\d{2}-{0,2}$"))
        .then(pl.lit("D"))
    )


def _study_day(column: str) -> pl.Expr:
    """Days from the first dose, which is day 1; there is no day 0."""
    import polars as pl

    between = (pl.col(column) - pl.col("TRTSDT").cast(pl.Date)).dt.total_days()
    return pl.when(between >= 0).then(between + 1).otherwise(between)
