"""Tables of laboratory results -> grades: any data frame in, one row per result and direction out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from protorun.toxicity.grading._columns import codes, frame_of, numeric
from protorun.toxicity.grading._questions import Questions, questions
from protorun.toxicity.grading._units import Results, converted, doubted
from protorun.toxicity.grading.evaluate import Asked, Graded, Units, evaluate
from protorun.toxicity.grading.rules import Clinical, rules

if TYPE_CHECKING:
    import polars as pl

DIRECTIONS = ("low", "high")


def grade_labs(
    labs: Any,
    *,
    version: str,
    clinical: Clinical,
    units: Units = "either",
    convert_units: bool = False,
) -> pl.DataFrame:
    """Grade laboratory results by `ctcae_v4`, `ctcae_v5`, `ctcae_v6` or `daids`; one row per result and direction.

    `labs` is a polars, pandas or pyarrow table with `value`, `unit` and one of `test` (a name of the analyte), `term`
    (of the criteria) or `term_low` and `term_high`; optional are patient, date, lln, uln, baseline, change_percent (else
    computed from the baseline), baseline_indicator (HIGH, LOW, NORMAL; without the column it is found by comparing the
    baseline with the limits of the row), sex (M, F) and birth_date. The result has source_row (from 0), patient, date,
    test, term, direction, value, unit, grade (null = missing), reason, and check (doubts about the unit). A unit other
    than the rule's gives no grade, unless `convert_units` allows the exact factors of the table of units.

    Thresholds: CTCAE (NCI) and DAIDS as coded in pharmaverse/admiral; `clinical` says what is taken for granted about
    signs and symptoms. Raises PatientDataError for a table without the columns, UsageError for another version.
    """
    frame = frame_of(labs)
    by = rules(version, clinical)
    unit, names = codes(frame, "unit")
    found = Results(frame, numeric(frame), unit, names, np.zeros(len(frame), np.int32))
    asked = questions(frame, version, by)
    found = converted(found, asked, by) if convert_units else found
    found = doubted(found, asked)
    graded = evaluate(
        Asked(asked.row, asked.term, found.unit, asked.terms, found.units, found.columns),
        by,
        version=version,
        units=units,
    )
    for term, says in asked.unknown.items():
        graded.give(np.flatnonzero(asked.term == term), -1, says)
    return _table(found, asked, graded)


def overall(graded: pl.DataFrame) -> pl.DataFrame:
    """One grade per result from the table of `grade_labs`: source_row, low, high, and overall as ADaM prints it: -n for a
    low value of grade n, n for a high one, 0 when every direction that can be graded is 0, null otherwise."""
    import polars as pl

    of = {d: pl.col("grade").filter(pl.col("direction") == d).first() for d in DIRECTIONS}
    one = graded.group_by("source_row", maintain_order=True).agg(
        of["low"].alias("low"),
        of["high"].alias("high"),
        (pl.col("grade") == 0).all(ignore_nulls=False).alias("_none"),
    )
    sign = (
        pl.when(pl.col("low") >= 1)
        .then("-" + pl.col("low").cast(pl.String))
        .when(pl.col("high") >= 1)
        .then(pl.col("high").cast(pl.String))
        .when(pl.col("_none"))
        .then(pl.lit("0"))
    )
    return one.with_columns(sign.alias("overall")).drop("_none")


def _table(found: Results, asked: Questions, graded: Graded) -> pl.DataFrame:
    import polars as pl

    row = pl.Series(asked.row)
    given = [name for name in ("patient", "date", "test") if name in found.frame.columns]
    terms = pl.Series([term for term, _ in asked.terms], dtype=pl.String)
    directions = pl.Series([d or None for _, d in asked.terms], dtype=pl.String)
    units = pl.Series([unit or None for unit in found.units], dtype=pl.String)
    grade = pl.Series("grade", graded.grade)
    value = pl.Series("value", found.columns["value"][asked.row])
    return pl.DataFrame(
        [
            row.alias("source_row"),
            *(found.frame[name].gather(row) for name in given),
            terms.gather(asked.term).alias("term"),
            directions.gather(asked.term).alias("direction"),
            value.set(~value.is_finite(), None),
            units.gather(found.unit[asked.row]).alias("unit"),
            grade.set(grade < 0, None),
            pl.Series(graded.reasons, dtype=pl.String).gather(graded.reason).alias("reason"),
            pl.Series(found.notes, dtype=pl.String).gather(found.note[asked.row]).alias("check"),
        ]
    )
