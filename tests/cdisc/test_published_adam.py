"""SDTM of the pharmaverse -> its published ADaM: every cell of ADRS, ADTR and ADTTE, and the known defect of CBCP."""

import polars as pl
import pytest
from cdisc_comparing import differing

from protorun.cdisc.adrs import adrs
from protorun.cdisc.adtr import adtr
from protorun.cdisc.adtte import adtte
from protorun.errors import UsageError

READERS = ("INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2")


@pytest.fixture(scope="module")
def data(shared):
    return lambda name: pl.read_parquet(shared / "data" / "adam" / f"{name}.parquet")


@pytest.fixture(scope="module")
def sdtm(data):
    return {d: data(f"sdtm/{d}_onco_recist") for d in ("rs", "tu", "tr")} | {"adsl": data("adam/adsl")}


@pytest.fixture(scope="module")
def made(sdtm):
    return adrs(sdtm["rs"], sdtm["tu"], sdtm["adsl"])


def test_adrs_of_3694_rows_has_every_published_cell_but_cbcp(made, data):
    published = data("adam/adrs_onco")
    assert made.height == 3694
    kept = pl.col("PARAMCD") != "CBCP"
    assert differing(made.filter(kept), published.filter(kept), ["USUBJID", "ASEQ"]) == {}


def test_cbcp_is_yes_for_the_one_confirmed_response_that_the_template_misses(made, data):
    ours, theirs = (d.filter(pl.col("PARAMCD") == "CBCP") for d in (made, data("adam/adrs_onco")))
    assert theirs["AVALC"].unique().to_list() == ["N"]
    yes = ours.filter(pl.col("AVALC") == "Y")
    assert yes["USUBJID"].to_list() == ["01-701-1118"]
    cbor = made.filter((pl.col("PARAMCD") == "CBOR") & (pl.col("USUBJID") == "01-701-1118"))
    assert (cbor["AVALC"][0], cbor["ADT"][0], cbor["RSSEQ"][0]) == ("PR", yes["ADT"][0], yes["RSSEQ"][0])
    others = pl.col("USUBJID") != "01-701-1118"
    assert differing(ours.filter(others), theirs.filter(others), ["USUBJID"]) == {}


def test_adtr_of_181_rows_has_every_published_cell(sdtm, data):
    made = adtr(sdtm["tr"], sdtm["tu"], sdtm["rs"], sdtm["adsl"])
    assert made.height == 181
    assert differing(made, data("adam/adtr_onco"), ["USUBJID", "ASEQ"]) == {}


def test_adtte_of_512_rows_has_every_published_cell(made, sdtm, data):
    times = adtte(made, sdtm["adsl"])
    assert times.height == 512
    assert differing(times, data("adam/adtte_onco"), ["USUBJID", "ASEQ"]) == {}


@pytest.mark.parametrize("reader", READERS)
def test_three_readers_of_205_subjects(reader, data):
    subjects = data("adam/adsl")
    made = adrs(
        data("sdtm/rs_onco"), data("sdtm/tu_onco"), subjects, reader=reader, reader_says="Investigator"
    )
    key, kept = ["USUBJID", "ASEQ"], pl.col("PARAMCD") != "CBCP"
    expected = data("oracle/rs_onco_expected_adrs").filter(pl.col("READER") == reader).drop("READER")
    assert differing(made.filter(kept), expected.filter(kept), key) == {}
    cbcp = {name: d.filter(~kept).sort("USUBJID")["AVALC"] for name, d in (("ours", made), ("old", expected))}
    assert (cbcp["ours"] != cbcp["old"]).sum() in (26, 27)
    times = data("oracle/rs_onco_expected_adtte").filter(pl.col("READER") == reader).drop("READER")
    assert differing(adtte(made, subjects), times, key) == {}


def test_who_reads_is_named_when_the_reader_is_not_there(sdtm):
    with pytest.raises(UsageError, match="INVESTIGATOR"):
        adrs(sdtm["rs"], sdtm["tu"], sdtm["adsl"], reader="PATHOLOGIST")


@pytest.fixture(scope="module")
def synthetic(data):
    """The 3,878 synthetic responses in the shape of ADRS."""
    subjects, seen = data("oracle/syn_adsl_1000"), data("oracle/syn_ovr_1000").sort("USUBJID", "ADT")
    first_pd = seen.filter(pl.col("AVALC") == "PD").group_by("USUBJID").agg(pl.col("ADT").min().alias("PDDT"))
    early = pl.col("PDDT").is_null() | (pl.col("ADT") <= pl.col("PDDT"))
    responses = seen.join(first_pd, on="USUBJID", how="left").filter(
        pl.col("AVALC").is_in(["CR", "PR"]) & early
    )
    parts = {
        "OVR": seen,
        "LSTA": seen.group_by("USUBJID").last(),
        "PD": first_pd.select("USUBJID", pl.col("PDDT").alias("ADT"), pl.lit("Y").alias("AVALC")),
        "RSP": responses.group_by("USUBJID").agg(pl.col("ADT").min(), pl.lit("Y").alias("AVALC")),
        "DEATH": subjects.drop_nulls("DTHDT").select(
            "USUBJID", pl.col("DTHDT").alias("ADT"), pl.lit("Y").alias("AVALC")
        ),
    }
    columns = ("USUBJID", "ADT", "AVALC")
    rows = [d.select(*columns, pl.lit(name).alias("PARAMCD")) for name, d in parts.items()]
    return pl.concat(rows).with_columns(ANL01FL=pl.lit("Y")), subjects


def test_six_times_of_1000_synthetic_subjects(synthetic, data):
    names = ("OS", "PFS", "PFSE", "PFSNACT", "TTP", "RSD")
    expected = data("oracle/syn_expected_tte_1000").drop("STUDYID")
    made = adtte(*synthetic, parameters=names)
    assert made.height == 5591
    assert differing(made, expected, ["USUBJID", "PARAMCD"]) == {}


def test_shuffled_rows_give_the_same_data_sets(sdtm, made):
    mixed = {name: d.sample(fraction=1, shuffle=True, seed=7) for name, d in sdtm.items()}
    again = adrs(mixed["rs"], mixed["tu"], mixed["adsl"])
    key = ["USUBJID", "ASEQ"]
    assert again.sort(key).equals(made.sort(key))
    lesions = [adtr(d["tr"], d["tu"], d["rs"], d["adsl"]).sort(key) for d in (sdtm, mixed)]
    assert lesions[0].equals(lesions[1])
    times = [adtte(a, d["adsl"]).sort(key) for a, d in ((made, sdtm), (again, mixed))]
    assert times[0].equals(times[1])
