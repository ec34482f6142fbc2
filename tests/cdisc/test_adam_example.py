"""The documented script on the pharmaverse's SDTM gives its published ADaM; every library and file kind gives the same."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from cdisc_comparing import differing

from protorun.cdisc import adrs, adtr, adtte, read_xpt
from protorun.errors import PatientDataError

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
KEY = ["USUBJID", "ASEQ"]


def run(*arguments: str, folder: Path) -> str:
    script = str(EXAMPLES / "adam_from_sdtm.py")
    done = subprocess.run(
        [sys.executable, script, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_script_makes_the_published_data_sets_out_of_sdtm(shared, tmp_path):
    data = shared / "data" / "adam"
    adsl = data / "adam" / "adsl.parquet"
    run(str(data / "sdtm"), "made", "--adsl", str(adsl), "--ending", "_onco_recist", folder=tmp_path)
    kept = pl.col("PARAMCD") != "CBCP"  # the template's known defect
    for name in ("adrs", "adtr", "adtte"):
        made = pl.read_parquet(tmp_path / "made" / f"{name}.parquet").filter(kept)
        published = pl.read_parquet(data / "adam" / f"{name}_onco.parquet").filter(kept)
        assert differing(made, published, KEY) == {}
        transported, labels = read_xpt(tmp_path / "made" / f"{name}.xpt")
        assert differing(transported.filter(kept), published, KEY) == {}
        assert labels["PARAMCD"] == "Parameter Code"


def test_three_invented_subjects_one_by_one(tmp_path):
    run(folder=tmp_path)
    times = pl.read_csv(tmp_path / "adam" / "adtte.csv")
    found = {(s, p): (a, c) for s, p, a, c in times.select("USUBJID", "PARAMCD", "AVAL", "CNSR").rows()}
    assert found == {
        ("S-01", "OS"): (267, 1),  # 2024-01-08 to 2024-09-30, alive
        ("S-01", "PFS"): (170, 0),  # PD on 2024-06-25
        ("S-01", "RSD"): (127, 0),  # from the first of two PR
        ("S-02", "OS"): (106, 0),
        ("S-02", "PFS"): (106, 0),  # death without progression
        ("S-03", "OS"): (19, 1),
        ("S-03", "PFS"): (1, 1),  # never assessed
    }


@pytest.fixture
def small():
    return {
        n: pl.read_csv(EXAMPLES / "sdtm" / f"{n}.csv", try_parse_dates=True)
        for n in ("rs", "tu", "tr", "adsl")
    }


@pytest.mark.parametrize("make", [pl.DataFrame.to_pandas, pl.DataFrame.to_arrow, pl.DataFrame.lazy])
def test_every_library_gives_the_same_data_sets_and_is_not_changed(small, make):
    given_ = {n: make(d) for n, d in small.items()}
    before = {n: make(d) for n, d in small.items()}
    plain = adrs(small["rs"], small["tu"], small["adsl"])
    made = adrs(given_["rs"], given_["tu"], given_["adsl"])
    assert differing(made, plain, KEY) == {}
    lesions = [adtr(d["tr"], d["tu"], d["rs"], d["adsl"]) for d in (given_, small)]
    assert differing(*lesions, KEY) == {}
    assert differing(adtte(made, given_["adsl"]), adtte(plain, small["adsl"]), KEY) == {}
    for name, frame in given_.items():
        if isinstance(frame, (pd.DataFrame, pa.Table)):
            assert frame.equals(before[name])


def test_csv_cells_that_are_all_text_give_the_same(small):
    texts = {n: pl.read_csv(EXAMPLES / "sdtm" / f"{n}.csv", infer_schema=False) for n in small}
    made = adrs(texts["rs"], texts["tu"], texts["adsl"])
    assert differing(made, adrs(small["rs"], small["tu"], small["adsl"]), KEY) == {}
    wrong = texts["rs"].with_columns(RSSEQ=pl.lit("first"))
    with pytest.raises(PatientDataError, match=r"RS\.RSSEQ, row 1: 'first' is no number"):
        adrs(wrong, texts["tu"], texts["adsl"])


def test_a_batch_is_its_parts(small):
    whole = adrs(small["rs"], small["tu"], small["adsl"])
    parts = [
        adrs(*(small[n].filter(pl.col("USUBJID").is_in(who)) for n in ("rs", "tu", "adsl")))
        for who in (["S-01"], ["S-02", "S-03"])
    ]
    assert pl.concat(parts, how="vertical_relaxed").equals(whole)


def test_a_later_ne_moves_the_last_assessment_and_nothing_else(small):
    last = small["rs"].filter(pl.col("USUBJID") == "S-02").tail(1)
    later = last.with_columns(RSDTC=pl.lit("2024-05-10"), RSSEQ=pl.lit(9, pl.Int64))
    rs = pl.concat([small["rs"], later], how="vertical_relaxed")
    before, after = (adrs(d, small["tu"], small["adsl"]) for d in (small["rs"], rs))
    kept = ~pl.col("PARAMCD").is_in(["OVR", "LSTA"])
    assert (
        differing(after.filter(kept).drop("ASEQ"), before.filter(kept).drop("ASEQ"), ["USUBJID", "PARAMCD"])
        == {}
    )
