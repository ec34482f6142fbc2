"""Sums of diameters over the visits of a subject: baseline, change, nadir, and the flags that pick visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def with_nadir(sums: pl.DataFrame) -> pl.DataFrame:
    """Adds ABLFL, BASE, CHG, PCHG and the smallest complete sum (ANL01FL) before each visit: NADIR, CHGNAD, PCHGNAD.

    Baseline is the last visit up to study day 1. Percentages from 0 are empty.
    """
    import polars as pl

    sums = sums.sort("row", "ADY", "AVISITN", nulls_last=True, maintain_order=True)
    early = pl.col("ADY") <= 1
    last = pl.col("ADY").filter(early).max().over("row")
    complete = pl.when(pl.col("ANL01FL") == "Y").then("AVAL")
    sums = sums.with_columns(ABLFL=pl.when(early & (pl.col("ADY") == last)).then(pl.lit("Y")))
    base = pl.col("AVAL").filter(pl.col("ABLFL") == "Y").last().over("row")
    # Visits of one day do not count as earlier: the running minimum is taken over days.
    by_day = sums.group_by("row", "ADY", maintain_order=True).agg(lowest=complete.min())
    by_day = by_day.with_columns(
        NADIR=pl.col("lowest").cum_min().shift(1).over("row"),
    ).with_columns(NADIR=pl.col("NADIR").forward_fill().over("row"))
    sums = sums.join(by_day.drop("lowest"), on=["row", "ADY"], how="left", maintain_order="left")
    sums = sums.with_columns(BASE=base).with_columns(
        CHG=pl.col("AVAL") - pl.col("BASE"), CHGNAD=pl.col("AVAL") - pl.col("NADIR")
    )
    return sums.with_columns(PCHG=_percent("CHG", "BASE"), PCHGNAD=_percent("CHGNAD", "NADIR"))


def _percent(change: str, of: str) -> pl.Expr:
    import polars as pl

    return pl.when(pl.col(of) != 0).then(100 * pl.col(change) / pl.col(of))


def with_flags(sums: pl.DataFrame) -> pl.DataFrame:
    """Adds ANL02FL (best change after randomization), ANL03FL (before the first PD) and ANL04FL (complete, or PD)."""
    import polars as pl

    complete, worse = pl.col("ANL01FL").is_not_null(), pl.col("PDFL").is_not_null()
    after = complete & (pl.col("ADT") > pl.col("RANDDT")) & pl.col("PCHG").is_not_null()
    best = pl.col("PCHG").filter(after).min().over("row")
    hit = after & (pl.col("PCHG") == best)
    yes = pl.lit("Y")
    return sums.with_columns(
        ANL02FL=pl.when(hit & (hit.cast(pl.Int32).cum_sum().over("row") == 1)).then(yes),
        ANL03FL=pl.when((complete | worse) & (worse.cast(pl.Int32).cum_sum().over("row") == 0)).then(yes),
        ANL04FL=pl.when(complete | worse).then(yes),
    )
