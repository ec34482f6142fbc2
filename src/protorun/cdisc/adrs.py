"""ADRS: the analysis data set of tumor response, from RS, TU and ADSL.

Equal to the template of admiralonco 1.4 (Apache-2.0) as the pharmaverse publishes it, but for CBCP, which the template
leaves at N for everybody; here it follows CBOR. Every derived row copies the row of RS that decided it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.cdisc._tables import table
from protorun.cdisc.chosen import Chosen, chosen_rows
from protorun.cdisc.dates import check_dates, dated, imputed
from protorun.cdisc.readers import of_reader, spoken
from protorun.cdisc.subjects import check_subjects, data_set, dates, days, places
from protorun.endpoints.best.policy import Policy, policy
from protorun.trial.response import Response

if TYPE_CHECKING:
    import polars as pl

_CODES = {r.text: int(r) for r in Response if 1 <= r <= Response.NE}
_AVAL = {**_CODES, "MISSING": 7, "Y": 1, "N": 0}
_OURS = ("row", "at", "code", "subject", "from", "on")
"""Names of our own columns while rows are made; a column of RS with such a name does not come along."""
_ANALYSIS = (
    *("ASEQ", "PARAMCD", "PARAM", "PARCAT1", "PARCAT2", "PARCAT3", "AVAL", "AVALC", "ADT", "ADTF"),
    *("AVISIT", "ANL01FL", "ANL02FL"),
)


def adrs_settings() -> Policy:
    """The switches of the published template: 42 days of SD, confirmation after 28 days, at most one NE between."""
    return replace(policy("admiral"), nd_is_class=False)


def adrs(
    rs: Any,
    tu: Any,
    adsl: Any,
    *,
    reader: str = "INVESTIGATOR",
    criteria: str = "RECIST 1.1",
    reference: str = "RANDDT",
    settings: Policy | None = None,
    baseline_visits: tuple[str, ...] = ("SCREENING", "BASELINE"),
    reader_says: str = "",
) -> pl.DataFrame:
    """One row per subject of ADSL for every parameter, and one per overall response (OVR); polars, sorted by subject.

    `reference` is the column of ADSL that starts the minimum time of stable disease; `settings` a policy of the best
    response (the template's by default). Raises PatientDataError for missing columns and unknown subjects, UsageError
    for a reader who is not there.
    """
    import polars as pl

    subjects = check_subjects(data_set(adsl, "ADSL", needs=("USUBJID", reference)))
    responses = data_set(rs, "RS", needs=("USUBJID", "RSTESTCD", "RSSTRESC", "RSDTC", "RSSEQ", "VISIT"))
    responses = check_dates(responses, "RS", "RSDTC")
    if "VISITNUM" not in responses.columns:
        responses = responses.with_columns(VISITNUM=pl.lit(None, pl.Float64))
    tumors = data_set(tu, "TU", needs=("USUBJID", "TUSTRESC", "VISIT"))
    seen = _overall(responses, subjects, reader, reference)
    target = _measurable(tumors, subjects, reader, baseline_visits)
    chosen = chosen_rows(
        seen, days(subjects, reference), settings or adrs_settings(), days(subjects, "DTHDT"), target
    )
    rows = _laid_out(seen, subjects, chosen)
    return _finished(rows, subjects, reader_says or spoken(reader), criteria)


def _overall(rs: pl.DataFrame, adsl: pl.DataFrame, reader: str, reference: str) -> pl.DataFrame:
    """Overall responses of the reader with day, code and flags; `row` is the subject's row in ADSL."""
    import polars as pl

    mine = (
        of_reader(rs, "RS", reader)
        .filter(pl.col("RSTESTCD") == "OVRLRESP")
        .drop(*_OURS, *_ANALYSIS, strict=False)
    )
    mine = mine.with_columns(
        row=pl.Series(places(mine["USUBJID"], adsl, "RS"), dtype=pl.Int64),
        ADT=dated("RSDTC", missing_day="last"),
        ADTF=imputed("RSDTC"),
        AVALC=pl.col("RSSTRESC"),
        code=pl.col("RSSTRESC").replace_strict(_CODES, default=None, return_dtype=pl.Int8),
        AVISIT=pl.col("VISIT"),
    ).with_row_index("at")
    start = pl.Series(days(adsl, reference)).cast(pl.Int32).gather(mine["row"])
    day = mine["ADT"].to_physical().fill_null(2**30)
    counted = mine["code"].is_not_null() & mine["ADT"].is_not_null() & (day >= start) & (start > -(2**30))
    row, sequence = mine["row"].to_numpy(), mine["RSSEQ"].to_numpy()
    worst = _one_a_day(
        row, day.to_numpy(), mine["code"].fill_null(0).to_numpy(), sequence, counted.to_numpy()
    )
    until = _until_first(row, day.to_numpy(), sequence, (mine["AVALC"] == "PD").fill_null(False).to_numpy())
    yes = pl.lit("Y")
    return mine.with_columns(
        ANL01FL=pl.when(pl.Series(worst)).then(yes), ANL02FL=pl.when(pl.Series(until)).then(yes)
    )


_RANK = np.array([-1, 1, 2, 3, 4, 5, 0], np.int8)
"""Of several responses on one day the last in the order NE, CR, PR, SD, NON-CR/NON-PD, PD counts."""


def _one_a_day(
    row: NDArray[Any],
    day: NDArray[Any],
    code: NDArray[Any],
    sequence: NDArray[Any],
    counted: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    at = np.flatnonzero(counted)
    order = at[np.lexsort((sequence[at], _RANK[code[at]], day[at], row[at]))]
    last = np.ones(len(order), np.bool_)
    last[:-1] = (np.diff(row[order]) != 0) | (np.diff(day[order]) != 0)
    found = np.zeros(len(row), np.bool_)
    found[order[last]] = True
    return found


def _until_first(
    row: NDArray[Any], day: NDArray[Any], sequence: NDArray[Any], condition: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Rows up to and including the first of their subject that meets the condition."""
    order = np.lexsort((sequence, day, row))
    before: NDArray[np.int64] = np.cumsum(condition[order]) - condition[order]
    first = np.searchsorted(row[order], row[order])
    found = np.zeros(len(row), np.bool_)
    found[order] = before == before[first]
    return found


def _measurable(
    tu: pl.DataFrame, adsl: pl.DataFrame, reader: str, visits: tuple[str, ...]
) -> NDArray[np.bool_]:
    import polars as pl

    mine = of_reader(tu, "TU", reader)
    mine = mine.filter((pl.col("TUSTRESC") == "TARGET") & pl.col("VISIT").is_in(visits))
    found = np.zeros(adsl.height, np.bool_)
    found[places(mine["USUBJID"], adsl, "TU")] = True
    return found


def _laid_out(seen: pl.DataFrame, adsl: pl.DataFrame, chosen: list[Chosen]) -> pl.DataFrame:
    """All parameters under one another, each row with the columns of the row of RS it copies."""
    import polars as pl

    count = adsl.height
    derived = pl.DataFrame(
        {
            "subject": np.tile(np.arange(count), len(chosen)),
            "PARAMCD": np.repeat([c.parameter for c in chosen], count),
            "AVALC": pl.Series(np.concatenate([c.says for c in chosen]), dtype=pl.String),
            "from": np.concatenate([c.at for c in chosen]),
            "on": np.concatenate([c.on for c in chosen]),
        }
    ).with_columns(pl.lit("Y").alias("ANL01FL"))
    own = ["row", "at", "code", "AVALC", "ANL01FL", "STUDYID", "USUBJID", "ADT"]
    copied = seen.drop(own, strict=False)
    place = derived["from"].cast(pl.UInt32, strict=False)
    rows = pl.concat([derived, copied.select(pl.all().gather(place))], how="horizontal").with_columns(
        ADT=dates(derived["on"].to_numpy()), AVALC=pl.col("AVALC").replace("", None)
    )
    overall = seen.with_columns(subject="row", PARAMCD=pl.lit("OVR"))
    keep = [c for c in rows.columns if c not in ("from", "on")]
    return pl.concat([rows.select(keep), overall.select(keep)], how="vertical_relaxed")


def _finished(rows: pl.DataFrame, adsl: pl.DataFrame, says: str, criteria: str) -> pl.DataFrame:
    """Subject-level columns, texts of the parameters, AVAL and ASEQ."""
    import polars as pl

    parameters = table("parameters")
    texts = {code: p["param"].format(reader=says) for code, p in parameters.items()}
    category = {code: p["category"] or None for code, p in parameters.items()}
    whole = [code for code, p in parameters.items() if p.get("whole_trial")]
    by_reader = ~pl.col("PARAMCD").is_in(whole)
    name = pl.col("PARAMCD")
    place = rows["subject"]
    levels = adsl.select(pl.all().gather(place)).drop(
        [c for c in rows.columns if c in adsl.columns], strict=False
    )
    found = pl.concat([levels, rows], how="horizontal").with_columns(
        PARAM=name.replace_strict(texts),
        PARCAT1=name.replace_strict(category, return_dtype=pl.String),
        PARCAT2=pl.when(by_reader).then(pl.lit(says)),
        PARCAT3=pl.when(by_reader).then(pl.lit(criteria)),
        AVAL=pl.col("AVALC").replace_strict(_AVAL, default=None, return_dtype=pl.Float64),
        **_without(parameters, levels.columns),
    )
    order = ["subject", "PARAMCD", "ADT", "VISITNUM", "RSSEQ"]
    found = found.sort(order, nulls_last=True, maintain_order=True)
    found = found.with_columns(ASEQ=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("subject"))
    copied = [c for c in rows.columns if c not in (*_ANALYSIS, "subject")]
    return found.select([*levels.columns, *_ANALYSIS, *copied])


def _without(parameters: dict[str, Any], columns: list[str]) -> dict[str, pl.Expr]:
    """Subject-level columns the published rows of a parameter lack."""
    import polars as pl

    lacking: dict[str, list[str]] = {}
    for code, parameter in parameters.items():
        for column in parameter.get("leaves_out", ()):
            lacking.setdefault(column, []).append(code)
    return {
        column: pl.when(~pl.col("PARAMCD").is_in(codes)).then(pl.col(column))
        for column, codes in lacking.items()
        if column in columns
    }
