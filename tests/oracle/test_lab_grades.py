"""Laboratory grades against published vectors and the published ADLB; the numbers are those of the design note."""

import polars as pl
import pytest

from protorun.cdisc.labs import labs_from_adlb, labs_from_sdtm, toxicity_grades
from protorun.toxicity.grading import grade_labs

VERSIONS = {"ctcv4": "ctcae_v4", "ctcv5": "ctcae_v5", "ctcv6": "ctcae_v6", "daids": "daids"}


@pytest.mark.parametrize("system", ["si", "us"])
@pytest.mark.parametrize("criteria", VERSIONS)
def test_published_vectors(shared, criteria, system):
    """2,487 values recorded from admiral's own tests."""
    rows = pl.read_csv(shared / "data" / "adam" / "ctcae" / "lab_vectors.csv", infer_schema=False)
    rows = rows.filter(pl.col("CRITERIA") == (criteria if system == "si" else f"{criteria}_uscv"))
    labs = rows.rename(
        {"TERM": "term", "DIRECTION": "direction", "AVAL": "value", "AVALU": "unit", "ANRLO": "lln", "ANRHI": "uln",
         "BASE": "baseline", "BNRIND": "baseline_indicator", "PCHG": "change_percent", "SEX": "sex",
         "BRTHDT": "birth_date", "ADT": "date"}
    )  # fmt: skip
    found = grade_labs(labs, version=VERSIONS[criteria], clinical="worst_case", units=system)
    assert found["source_row"].to_list() == list(range(len(rows)))
    wrong = rows.with_columns(found=found["grade"].cast(pl.String)).filter(
        pl.col("found").ne_missing(pl.col("ATOXGR"))
    )
    assert wrong.is_empty(), wrong.head(5)
    # Rules of the other system never change a grade: units that both have, have one threshold.
    either = grade_labs(labs, version=VERSIONS[criteria], clinical="worst_case")
    assert either.filter(found["grade"].is_not_null())["grade"].equals(found["grade"].drop_nulls())


@pytest.fixture(scope="module")
def adlb(shared):
    return pl.read_parquet(shared / "data" / "adam" / "adam" / "adlb.parquet")


def test_the_grades_of_the_published_adlb(adlb):
    """83,652 rows, 60,083 questions by CTCAE v4; hemoglobin is in mmol/L and gets none."""
    graded = grade_labs(labs_from_adlb(adlb), version="ctcae_v4", clinical="worst_case")
    assert len(graded.filter(pl.col("term") != "")) == 60_083
    found = toxicity_grades(graded)
    for name in ("ATOXGRL", "ATOXGRH", "ATOXGR"):
        assert found[name].equals(adlb[name], null_equal=True), name
    assert found.filter(adlb["PARAMCD"] == "HGB")["ATOXGR"].null_count() == (adlb["PARAMCD"] == "HGB").sum()


def test_the_same_grades_come_out_of_lb_itself(shared, adlb):
    """LB with its own limits and baseline flag gives the grades of ADLB wherever both have the baseline and the term."""
    lb = pl.read_parquet(shared / "data" / "adam" / "sdtm" / "lb.parquet")
    labs = labs_from_sdtm(lb)
    found = grade_labs(labs, version="ctcae_v4", clinical="worst_case")
    high = found.filter(
        (pl.col("direction") == "high") & pl.col("test").is_in(["ALT", "AST", "ALP", "BILI", "SODIUM"])
    )
    keys = (
        lb.select("USUBJID", "LBSEQ")
        .with_row_index("source_row")
        .with_columns(pl.col("source_row").cast(pl.Int32))
    )
    both = adlb.filter(pl.col("LBSEQ").is_not_null() & pl.col("DTYPE").is_null()).join(
        keys.join(high, on="source_row"), on=["USUBJID", "LBSEQ"]
    )
    assert len(both) > 5_000
    assert both.filter(pl.col("grade").cast(pl.String).ne_missing(pl.col("ATOXGRH"))).is_empty()
