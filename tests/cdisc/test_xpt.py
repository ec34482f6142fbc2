"""Transport files: what is written comes back, with its labels, in versions 5 and 8."""

from datetime import date, datetime

import polars as pl
import pytest

from protorun.cdisc import read_xpt, write_xpt
from protorun.errors import PatientDataError, UsageError

SMALL = pl.DataFrame(
    {
        "USUBJID": ["01", "02", None],
        "AVAL": [1.5, None, -3.0],
        "ADT": [date(2014, 3, 6), None, date(1959, 12, 31)],
        "TRTSDTM": [datetime(2014, 1, 2, 3, 4, 5), None, None],
        "ASEQ": pl.Series([1, 2, 3], dtype=pl.Int32),
        "ADTF": pl.Series([None, None, None], dtype=pl.String),
    }
)


@pytest.mark.parametrize("version", [5, 8])
def test_a_data_set_comes_back_with_its_labels(tmp_path, version):
    path = tmp_path / "adrs.xpt"
    write_xpt(SMALL, path, name="ADRS", version=version)
    found, labels = read_xpt(path)
    for column in SMALL.columns:
        ours = SMALL[column].cast(pl.Float64) if column == "ASEQ" else SMALL[column]
        assert found[column].to_list() == ours.to_list()
    assert labels["ADT"] == "Analysis Date"
    assert labels["USUBJID"] == "Unique Subject Identifier"


@pytest.mark.parametrize("version", [5, 8])
@pytest.mark.parametrize("name", ["adrs_onco", "adtr_onco", "adtte_onco"])
def test_published_data_sets_come_back(shared, tmp_path, name, version):
    data = pl.read_parquet(shared / "data" / "adam" / "adam" / f"{name}.parquet")
    write_xpt(data, tmp_path / "x.xpt", name=name.split("_")[0].upper(), version=version)
    found, labels = read_xpt(tmp_path / "x.xpt")
    assert all(labels[c] for c in data.columns)
    for column in data.columns:
        ours = data[column].cast(pl.Float64) if data[column].dtype.is_numeric() else data[column]
        assert found[column].to_list() == ours.to_list(), column


def test_what_version_5_cannot_hold_is_named(tmp_path):
    path = tmp_path / "x.xpt"
    with pytest.raises(UsageError, match="LONGVARIABLE"):
        write_xpt(pl.DataFrame({"LONGVARIABLE": [1.0]}), path, name="A")
    with pytest.raises(UsageError, match="a text of TEXT has 201 bytes"):
        write_xpt(pl.DataFrame({"TEXT": ["x" * 201]}), path, name="A")
    with pytest.raises(UsageError, match="label"):
        write_xpt(pl.DataFrame({"X": [1.0]}), path, name="A", labels={"X": "y" * 41})
    write_xpt(pl.DataFrame({"LONGVARIABLE": ["x" * 201]}), path, name="A", version=8)
    assert read_xpt(path)[0]["LONGVARIABLE"][0] == "x" * 201


def test_a_file_that_is_no_transport_file_is_said_so(tmp_path):
    (tmp_path / "x.xpt").write_text("hello")
    with pytest.raises(PatientDataError, match=r"x\.xpt"):
        read_xpt(tmp_path / "x.xpt")
    with pytest.raises(UsageError, match="List"):
        write_xpt(pl.DataFrame({"X": [[1]]}), tmp_path / "y.xpt", name="A")
