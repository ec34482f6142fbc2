"""EX (SDTM) -> ADEX: exposure per interval of constant dose and over the whole treatment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from protorun.schedule.doses import exposure
from protorun.trial.frames import polars_of

if TYPE_CHECKING:
    import polars as pl

_OVERALL = {
    "TDURD": "days",
    "TDOSE": "total",
    "AVDDSE": "per_day",
    "TPDOSE": "planned",
    "TDOSINT": "intensity",
}
_PART = {"PDURD": "days", "PDOSE": "total", "PAVDDSE": "per_day", "PPDOSE": "planned", "PDOSINT": "intensity"}


def adex(ex: Any, *, planned: str = "EXPLDOS", part: Sequence[str] = (), part_name: str = "") -> pl.DataFrame:
    """ADEX: DURD, DOSE and PLDOSE per row of EX; TDURD, TDOSE, AVDDSE, TPDOSE and TDOSINT per subject, and the same with P
    in front over the visits named in `part`.

    DOSE = EXDOSE x EXDURD, where EXDURD is the days from start to end, both counted; the daily dose that was planned is
    in the column `planned` (mg or the unit of EXDOSE). An interval without its end adds nothing to the sums. With a
    column EXADJ (why a dose was adjusted) also ADJ, ADJAE, TADJ, TADJAE, PADJ and PADJAE: Y where there is a reason, and
    where it is ADVERSE EVENT. Columns: USUBJID, PARAMCD, PARCAT1, AVAL, AVALC, ASTDT, AENDT, VISIT, EXSEQ.
    """
    import polars as pl

    doses = polars_of(ex, "EX", needs=("USUBJID", "EXSEQ", "EXDOSE", "EXSTDTC", "EXENDTC", planned))
    doses = doses.with_columns(_date(doses, "EXSTDTC", "ASTDT"), _date(doses, "EXENDTC", "AENDT"))
    length = ((pl.col("AENDT") - pl.col("ASTDT")).dt.total_days() + 1).cast(pl.Float64)
    doses = doses.with_columns(length.alias("EXDURD"), pl.col(planned).cast(pl.Float64).alias("_planned"))
    each = [_interval(doses, code, value) for code, value in _intervals().items()]
    tables = [*each, *_adjusted(doses, "", "INDIVIDUAL"), _sums(doses, _OVERALL, "OVERALL")]
    tables += _adjusted(doses, "T", "OVERALL")
    if part:
        some = doses.filter(pl.col("VISIT").is_in(list(part)))
        tables += [_sums(some, _PART, part_name), *_adjusted(some, "P", part_name)]
    return pl.concat(tables, how="diagonal").sort("USUBJID", maintain_order=True)


def _intervals() -> dict[str, pl.Expr]:
    import polars as pl

    days = pl.col("EXDURD")
    return {"DURD": days, "DOSE": pl.col("EXDOSE") * days, "PLDOSE": pl.col("_planned") * days}


def _interval(doses: pl.DataFrame, code: str, value: pl.Expr) -> pl.DataFrame:
    import polars as pl

    kept = [name for name in ("VISIT", "EXSEQ") if name in doses.columns]
    return doses.select(
        "USUBJID",
        pl.lit(code).alias("PARAMCD"),
        pl.lit("INDIVIDUAL").alias("PARCAT1"),
        value.cast(pl.Float64).alias("AVAL"),
        "ASTDT",
        "AENDT",
        *kept,
    )


def _adjusted(doses: pl.DataFrame, prefix: str, category: str) -> list[pl.DataFrame]:
    """ADJ and ADJAE per interval, or over intervals with a prefix."""
    import polars as pl

    if "EXADJ" not in doses.columns:
        return []
    cases = {"ADJ": pl.col("EXADJ").is_not_null(), "ADJAE": pl.col("EXADJ") == "ADVERSE EVENT"}
    found = []
    for code, yes in cases.items():
        answer = pl.when(yes).then(pl.lit("Y")).alias("AVALC")
        if prefix:
            rows = _span(doses, pl.when(yes.any()).then(pl.lit("Y")).alias("AVALC"))
        else:
            rows = _interval(doses, code, pl.lit(None)).with_columns(doses.select(answer))
        named = (pl.lit(f"{prefix}{code}").alias("PARAMCD"), pl.lit(category).alias("PARCAT1"))
        found.append(rows.with_columns(*named))
    return found


def _span(doses: pl.DataFrame, *more: pl.Expr) -> pl.DataFrame:
    """First and last day of each subject."""
    import polars as pl

    last = pl.coalesce(pl.col("AENDT").max(), pl.col("ASTDT").max()).alias("AENDT")
    return doses.group_by("USUBJID", maintain_order=True).agg(pl.col("ASTDT").min(), last, *more)


def _sums(doses: pl.DataFrame, codes: dict[str, str], category: str) -> pl.DataFrame:
    import polars as pl

    subjects = doses["USUBJID"].unique(maintain_order=True)
    place = {name: row for row, name in enumerate(subjects)}
    found = exposure(
        np.array([place[name] for name in doses["USUBJID"]], np.int64),
        per_day=_floats(doses["EXDOSE"]),
        planned_per_day=_floats(doses["_planned"]),
        days=_floats(doses["EXDURD"]),
        patients=len(subjects),
    )
    return pl.concat(
        _span(doses).with_columns(
            pl.lit(code).alias("PARAMCD"),
            pl.lit(category).alias("PARCAT1"),
            pl.Series("AVAL", getattr(found, name)).fill_nan(None),
        )
        for code, name in codes.items()
    )


def _floats(column: pl.Series) -> Any:
    import polars as pl

    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _date(doses: pl.DataFrame, column: str, to: str) -> pl.Expr:
    import polars as pl

    if doses[column].dtype == pl.String:
        return pl.col(column).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias(to)
    return pl.col(column).cast(pl.Date).alias(to)
