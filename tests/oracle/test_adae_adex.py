"""ADAE and ADEX out of SDTM, cell by cell as published (pharmaverseadam)."""

import polars as pl
import pytest

from protorun.cdisc.adae import adae
from protorun.cdisc.adex import adex
from protorun.cdisc.adlbhy import adlbhy


@pytest.fixture(scope="module")
def data(shared):
    folder = shared / "data" / "adam"
    return lambda name: pl.read_parquet(folder / f"{name}.parquet")


def test_adae_of_1191_events(data):
    published = data("adam/adae")
    found = adae(data("sdtm/ae"), data("adam/adsl"))
    assert len(found) == len(published) == 1191
    keys = ["USUBJID", "AESEQ"]
    both = published.join(found, on=keys, suffix="_found", maintain_order="left")
    assert len(both) == 1191
    for name in (
        *("ASTDT", "ASTDTF", "AENDT", "AENDTF", "ASTDY", "AENDY", "ADURN", "ADURU"),
        *("ASEV", "ASEVN", "AREL", "TRTEMFL", "AOCCIFL"),
    ):
        wrong = both.filter(pl.col(name).ne_missing(pl.col(f"{name}_found")))
        assert wrong.is_empty(), (name, wrong.select(*keys, name, f"{name}_found").head(5))


def test_adex_of_591_intervals_and_254_subjects(data):
    published = data("adam/adex")
    # The published table plans 54 mg a day (0 for placebo) and sets three doses to 0 with a reason; EX itself says neither.
    changed = published.filter(pl.col("PARAMCD") == "DOSE").select(
        "USUBJID", "EXSEQ", "EXDOSE", "EXPLDOS", "EXADJ"
    )
    ex = data("sdtm/ex").drop("EXDOSE").join(changed, on=["USUBJID", "EXSEQ"], maintain_order="left")
    found = adex(ex, part=("WEEK 2", "WEEK 24"), part_name="WEEK 2-24")
    codes = found["PARAMCD"].unique().to_list()
    assert len(codes) == 19
    expected = published.filter(pl.col("PARAMCD").is_in(codes))
    keys = ["USUBJID", "PARAMCD", "PARCAT1", "EXSEQ"]
    both = expected.join(found, on=keys, suffix="_found", nulls_equal=True)
    assert len(both) == len(expected) == len(found)
    for name in ("ASTDT", "AENDT", "AVALC"):
        assert both.filter(pl.col(name).ne_missing(pl.col(f"{name}_found"))).is_empty(), name
    close = (pl.col("AVAL") - pl.col("AVAL_found")).abs() <= 1e-9 * pl.col("AVAL").abs()
    same = close | (pl.col("AVAL").is_null() & pl.col("AVAL_found").is_null())
    wrong = both.filter(~same.fill_null(value=False))
    assert wrong.is_empty(), wrong.select(*keys, "AVAL", "AVAL_found").head(10)


def test_hys_law_of_the_published_subjects(data):
    published = data("adam/adlbhy")
    adlb = data("adam/adlb").filter(pl.col("USUBJID").is_in(published["USUBJID"].unique().to_list()))
    found = adlbhy(adlb.filter(pl.col("LBSEQ").is_not_null()))
    law = published.filter(pl.col("PARAMCD") == "HYSLAW").join(
        found, on=["USUBJID", "PARAMCD"], suffix="_found"
    )
    assert len(law) == 11
    assert law["AVALC"].to_list() == law["AVALC_found"].to_list()
    results = published.filter(pl.col("PARAMCD") != "HYSLAW").join(
        found, on=["USUBJID", "PARAMCD", "LBSEQ", "AVISIT"], suffix="_found"
    )
    assert len(results) == 240
    assert results["CRIT1FL"].to_list() == results["CRIT1FL_found"].to_list()
    assert results["CRIT1"].to_list() == results["CRIT1_found"].to_list()
