"""Sums of diameters against recorded target responses: a check of the data, 1,899 rows with 169 known differences.

The recorded target responses of the published domain ignore the nadir by design: input, never truth.
"""

import numpy as np
import polars as pl

from protorun.response import assess, settings_for
from protorun.trial.response import Finding, Response, Role
from protorun.trial.tables import Lesions

KEY = ["USUBJID", "reader", "VISITNUM", "day"]


def read(shared, name: str, test: str) -> pl.DataFrame:
    """Rows of one test, by subject, reader (the committee's by name), visit and day."""
    table = pl.read_parquet(shared / "data" / "adam" / "sdtm" / f"{name}.parquet")
    domain = name[:2].upper()
    told = pl.col(f"{domain}EVALID")
    reader = pl.when(told.is_null() | (told == "")).then(pl.col(f"{domain}EVAL")).otherwise(told)
    return table.filter(pl.col(f"{domain}TESTCD") == test).with_columns(
        reader.alias("reader"), pl.col(f"{domain}DTC").str.slice(0, 10).alias("day")
    )


def test_169_rows_progress_by_the_nadir_and_were_recorded_as_pr_or_sd_and_no_other_differs(shared):
    sums = read(shared, "tr_onco", "SUMDIAM").drop_nulls("TRSTRESN").sort(KEY)
    sums = sums.with_columns(
        (pl.struct("USUBJID", "reader").rank("dense") - 1).alias("patient"),
        (pl.struct("VISITNUM", "day").rank("dense").over("USUBJID", "reader") - 1).alias("visit"),
    )
    n, size = len(sums), np.round(sums["TRSTRESN"].to_numpy() * 100).astype(np.int32)
    visit = sums["visit"].to_numpy()
    # Visits in order of VISITNUM, as the check was made; two subjects have dates that run against it.
    lesions = Lesions(
        copy=np.zeros(n, np.int32), patient=sums["patient"].to_numpy().astype(np.int32), visit=visit.astype(np.int16),
        day=visit.astype(np.int32), lesion=np.zeros(n, np.int32), role=np.full(n, Role.TARGET, np.int8),
        compartment=np.ones(n, np.int8), nodal=np.zeros(n, bool), diameter=size,
        finding=np.where(size > 0, Finding.PRESENT, Finding.ABSENT).astype(np.int8),
        organ=np.full(n, -1, np.int16), perpendicular=np.full(n, -1, np.int32),
    )  # fmt: skip
    points = assess("recist_1_1", lesions, settings=settings_for("recist_1_1", "strict_table"))
    ours = pl.DataFrame(
        {
            "patient": points.patient.astype(np.uint32),
            "visit": points.visit.astype(np.uint32),
            "ours": [Response(int(c)).text for c in points.target],
        }
    )
    called = read(shared, "rs_onco", "TRGRESP").select(*KEY, "RSSTRESC")
    both = (
        sums.with_columns(pl.col("patient", "visit").cast(pl.UInt32))
        .join(ours, on=["patient", "visit"])
        .join(called, on=KEY)
    )
    assert len(both) == 1_899
    different = both.filter(pl.col("ours") != pl.col("RSSTRESC"))
    counts = {(a, b): n for a, b, n in different.group_by("ours", "RSSTRESC").len().iter_rows()}
    assert counts == {("PD", "PR"): 69, ("PD", "SD"): 100}
