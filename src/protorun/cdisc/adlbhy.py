"""ADLB -> ADLBHY: the criteria of Hy's law per result, and HYSLAW per subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from protorun.cdisc.subjects import days
from protorun.toxicity.hys_law import hys_law
from protorun.trial.frames import polars_of

if TYPE_CHECKING:
    import polars as pl

_CRITERIA = {"ALT": "ALT >=3xULN", "AST": "AST >=3xULN", "BILI": "BILI >= 2xULN"}


def adlbhy(adlb: Any) -> pl.DataFrame:
    """The ALT, AST and BILI rows of ADLB with CRIT1 and CRIT1FL, and one HYSLAW row per subject (AVALC Y or N).

    A result without value or upper limit has no CRIT1FL; a subject without any of the three tests has no HYSLAW row.
    """
    import polars as pl

    labs = polars_of(adlb, "ADLB", needs=("USUBJID", "PARAMCD", "AVAL", "ANRHI", "ADT"))
    labs = labs.filter(pl.col("PARAMCD").is_in(list(_CRITERIA)))
    subjects = labs["USUBJID"].unique(maintain_order=True)
    rows = labs["USUBJID"].replace_strict(subjects, pl.int_range(len(subjects), eager=True))
    found = hys_law(
        rows.to_numpy().astype(np.int64),
        days(labs, "ADT"),
        bilirubin=(labs["PARAMCD"] == "BILI").to_numpy(),
        value=labs["AVAL"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
        uln=labs["ANRHI"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
        patients=len(subjects),
    )
    known = pl.col("AVAL").is_not_null() & pl.col("ANRHI").is_not_null()
    flag = pl.Series("CRIT1FL", np.where(found.met, "Y", "N"))
    kept = [
        n for n in ("ADT", "ADY", "AVISIT", "PARAM", "PARAMCD", "AVAL", "ANRHI", "LBSEQ") if n in labs.columns
    ]
    results = labs.with_columns(flag).select(
        "USUBJID",
        *kept,
        pl.col("PARAMCD").replace_strict(_CRITERIA).alias("CRIT1"),
        pl.when(known).then(pl.col("CRIT1FL")).alias("CRIT1FL"),
    )
    law = pl.DataFrame(
        {
            "USUBJID": subjects,
            "PARAM": "ALT/AST >= 3xULN and BILI >= 2xULN",
            "PARAMCD": "HYSLAW",
            "AVALC": np.where(found.law, "Y", "N"),
        },
        schema_overrides={"PARAM": pl.String, "PARAMCD": pl.String, "AVALC": pl.String},
    )
    return pl.concat([results, law], how="diagonal")
