"""protorun grade"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from protorun.cli._recorded import named_as_given, one_patient
from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    import polars as pl

_VERSIONS = {"v4": "ctcae_v4", "v5": "ctcae_v5", "v6": "ctcae_v6", "daids": "daids"}
_MOST_REASONS = 8


def grade(
    labs: Path,
    *,
    ctcae: Literal["v4", "v5", "v6", "daids"],
    clinical: Literal["", "worst_case", "lab_only"] = "",
    units: Literal["either", "si", "us"] = "either",
    convert_units: Annotated[bool, Parameter(negative="")] = False,
    explain: str = "",
    format: Format = "table",
) -> int:
    """Grade laboratory results by CTCAE or DAIDS, low and high, with the clause that decided.

    Exit code 3 when a result has another unit than its rule or is not plausible in its unit or has turned limits; all grades are printed.

    Parameters
    ----------
    labs
        A CSV or parquet table: patient, date, test (or term), value, unit, lln, uln, baseline, baseline_indicator; an
        SDTM LB or ADaM ADLB table is understood as it is.
    ctcae
        The version of the criteria; it has no default.
    clinical
        worst_case takes signs and symptoms for granted where a grade depends on them, lab_only grades by the value alone.
    units
        si or us: rules of one system of units only; either takes the rule that has the unit of the result.
    convert_units
        Convert results by exact factors into the unit of their rule; without it another unit gives no grade.
    explain
        One patient: every result with all clauses of its rule.
    format
        How to print.
    """
    from protorun.toxicity.grading import grade_labs

    table = _read(labs)
    if not clinical:
        say(
            "assumed: --clinical worst_case (signs and symptoms taken for granted where a grade depends on them)"
        )
    version = _VERSIONS[ctcae]
    chosen: Literal["worst_case", "lab_only"] = "lab_only" if clinical == "lab_only" else "worst_case"
    with named_as_given({"labs": labs, "": labs}):
        graded = grade_labs(table, version=version, clinical=chosen, units=units, convert_units=convert_units)
    if explain:
        names = (
            graded["patient"].cast(str).unique(maintain_order=True).to_list() if "patient" in graded else []
        )
        one_patient(explain, [str(name) for name in names], labs)
        graded = _explained(graded.filter(graded["patient"].cast(str) == explain), version, chosen)
    emit(_rows(graded), format, title=f"{version}, {chosen}")
    return _told(graded)


def _read(path: Path) -> pl.DataFrame:
    from protorun.cdisc.labs import labs_from_adlb, labs_from_sdtm
    from protorun.patients.labs import read_labs

    table = read_labs(path)
    if {"USUBJID", "LBTESTCD", "LBSTRESN"} <= set(table.columns):
        return labs_from_sdtm(table)
    if {"USUBJID", "PARAM", "AVAL", "ATOXDSCL"} <= set(table.columns):
        return labs_from_adlb(table)
    return table


def _explained(graded: pl.DataFrame, version: str, clinical: Any) -> pl.DataFrame:
    """The rows with every clause of the rules of their term."""
    import polars as pl

    from protorun.toxicity.grading import rules

    texts: dict[tuple[str, str], list[str]] = {}
    for rule in rules(version, clinical):
        said = f"[{rule.unit or 'any unit'}] {rule.text}"
        known = texts.setdefault((rule.term.casefold(), rule.direction), [])
        if said not in known:
            known.append(said)
    keys = zip(graded["term"], graded["direction"], strict=True)
    return graded.with_columns(
        rule=pl.Series(
            [" | ".join(texts.get(((t or "").casefold(), d or ""), [])) for t, d in keys], dtype=pl.String
        )
    )


def _rows(graded: pl.DataFrame) -> list[dict[str, Any]]:
    import polars as pl

    dates = [name for name, kind in graded.schema.items() if kind in (pl.Date, pl.Datetime)]
    shown = graded.with_columns(pl.col("source_row") + 1, *(pl.col(d).dt.strftime("%Y-%m-%d") for d in dates))
    return shown.rename({"source_row": "row"}).to_dicts()


def _told(graded: pl.DataFrame) -> int:
    """Say how many were graded and why others were not; 3 when a unit is in doubt."""
    import polars as pl

    without = graded.filter(pl.col("grade").is_null())
    say(f"{len(graded) - len(without)} of {len(graded)} questions graded")
    counts = without["reason"].value_counts(sort=True)
    for reason, count in list(counts.iter_rows())[:_MOST_REASONS]:
        say(f"not graded, {count}: {reason}")
    units = without.filter(pl.col("reason").str.starts_with("the unit"))
    odd = graded.filter(pl.col("check").str.contains("^(outside|judged by limits)"))
    for row in odd.head(_MOST_REASONS).iter_rows(named=True):
        say(f"check: row {row['source_row'] + 1}, {row['value']} {row['unit']} is {row['check']}")
    return 3 if len(units) or len(odd) else 0
