"""SDTM into the tables of an analysis, and our own derived rows out as ADTTE."""

import numpy as np
import polars as pl
import pytest

from protorun.cdisc import adrs, adtte, from_sdtm, to_adam
from protorun.endpoints import derive
from protorun.errors import PatientDataError, UsageError
from protorun.response import assess, settings_for
from protorun.study.endpoint import Endpoint, EndpointEvent
from protorun.study.source import assumed
from protorun.trial.response import Finding, Response, Role

READERS = ("INVESTIGATOR", "RADIOLOGIST 1", "RADIOLOGIST 2")


@pytest.fixture(scope="module")
def data(shared):
    return lambda name: pl.read_parquet(shared / "data" / "adam" / f"{name}.parquet")


@pytest.fixture(scope="module")
def sdtm(data):
    domains = {d: data(f"sdtm/{d}_onco") for d in ("rs", "tu", "tr")}
    return {**domains, "subjects": data("adam/adsl")}


def endpoint() -> Endpoint:
    def answer(value):
        return assumed(value, "for this test")

    events = (EndpointEvent(kind="progression", criteria="recist_1_1"), EndpointEvent(kind="death"))
    return Endpoint(
        id="PFS", name=answer("PFS"), kind="time_to_event", origin=answer("randomization"), events=events
    )


@pytest.mark.parametrize("reader", READERS)
def test_our_own_pfs_of_the_imported_tables_is_the_published_one(reader, sdtm):
    """The policy that counts every assessment and every event is the template's PFS, row by row."""
    published = adtte(
        adrs(sdtm["rs"], sdtm["tu"], sdtm["subjects"], reader=reader), sdtm["subjects"], parameters=("PFS",)
    )
    imported = from_sdtm(**sdtm, reader=reader)
    from protorun.endpoints import censoring_policy

    found = derive(
        endpoint(), imported.tables, policy=censoring_policy("treatment_policy").stated(adequate="any")
    )
    ours = to_adam([found], imported.tables, subjects=sdtm["subjects"]).filter(
        pl.col("STARTDT").is_not_null()
    )
    key = ["USUBJID", "STARTDT", "ADT", "AVAL", "CNSR"]
    # The template keeps responses after the randomization only.
    assert ours.select(key).sort("USUBJID").equals(published.select(key).sort("USUBJID"))
    from_responses = ours.filter(pl.col("SRCDOM").str.starts_with("timepoints"))
    place = {name: at for at, name in enumerate(imported.tables.patients.names)}
    points = imported.tables.timepoints["recist_1_1", "whole_body"]
    rows = from_responses["SRCSEQ"].to_numpy() - 1
    assert points.patient[rows].tolist() == [place[u] for u in from_responses["USUBJID"].to_list()]
    asked = sdtm["rs"].filter(pl.col("RSTESTCD") == "OVRLRESP").select("USUBJID", "RSSEQ", "RSDTC")
    traced = from_responses.select(
        "USUBJID", "ADT", RSSEQ=pl.Series(imported.response_rows[rows]).cast(pl.Int32)
    )
    traced = traced.join(asked, on=["USUBJID", "RSSEQ"])
    assert traced.height == len(rows) > 150
    assert (traced["ADT"].cast(pl.String) == traced["RSDTC"]).all()


@pytest.mark.parametrize("reader", READERS)
def test_target_responses_of_the_lesions_differ_from_the_recorded_ones_only_where_those_ignore_the_nadir(
    reader, sdtm
):
    """The recorded target responses look at baseline alone: some PR and SD are PD by nadir and 5 mm (MANIFEST, 3)."""
    imported = from_sdtm(**sdtm, reader=reader)
    points = assess(
        "recist_1_1",
        imported.tables.lesions,
        None,
        compartment="whole_body",
        settings=settings_for("recist_1_1", ""),
    )
    names = imported.tables.patients.names
    ours = pl.DataFrame(
        {
            "USUBJID": [names[p] for p in points.patient],
            "day": points.day,
            "ours": [Response(int(c)).text for c in points.target],
        }
    )
    by_reader = (pl.col("RSEVAL") == reader) | (pl.col("RSEVALID") == reader)
    theirs = sdtm["rs"].filter(by_reader & (pl.col("RSTESTCD") == "TRGRESP"))
    theirs = theirs.select("USUBJID", "RSSTRESC", day=pl.col("RSDTC").str.to_date().to_physical())
    both = theirs.join(ours, on=["USUBJID", "day"])
    assert both.height == theirs.height == 633
    pairs = {(a, b): n for a, b, n in both.group_by("RSSTRESC", "ours").len().rows() if a != b}
    lacking = {pair: n for pair, n in pairs.items() if pair[1] == "NE"}
    assert set(pairs) - set(lacking) <= {("PR", "PD"), ("SD", "PD"), ("SD", "PR")}
    assert sum(lacking.values()) <= 20  # a target without a diameter
    assert ("PR", "PD") in pairs
    assert ("SD", "PD") in pairs


def test_roles_findings_and_visits_of_a_small_import():
    subjects = {"USUBJID": ["A", "B"], "RANDDT": ["2024-01-01", "2024-01-02"], "ARM": ["x", "y"]}
    tu = {
        "USUBJID": ["A", "A", "A", "B"],
        "TULNKID": ["T01", "NT01", "NEW1", "T01"],
        "TUSTRESC": ["TARGET", "NON-TARGET", "NEW", "TARGET"],
        "TULOC": ["LYMPH NODE", "BRAIN", None, "LIVER"],
    }
    rows = [
        ("A", "T01", "LPERP", "16", 16.0, "2024-01", "SCREENING", 1),
        ("A", "T01", "LDIAM", "20.5", 20.5, "2024-01", "SCREENING", 2),
        ("A", "NT01", "TUMSTATE", "PRESENT", None, "2024-01-03", "SCREENING", 3),
        ("A", "NT01", "TUMSTATE", "UNEQUIVOCAL", None, "2024-02-14", "WEEK 6", 4),
        ("A", "NEW1", "TUMSTATE", "EQUIVOCAL", None, "2024-02-14", "WEEK 6", 5),
        ("A", "T01", "LPERP", "TOO SMALL TO MEASURE", None, "2024-02-15", "WEEK 6", 6),
        ("B", "T01", "LDIAM", "30", 30.0, "2024-01-05", "UNSCHEDULED", 7),
        ("B", "T01", "LDIAM", "0", 0.0, "2024-03-05", "UNSCHEDULED", 8),
    ]
    names = ("USUBJID", "TRLNKID", "TRTESTCD", "TRSTRESC", "TRSTRESN", "TRDTC", "VISIT", "TRSEQ")
    tr = pl.DataFrame(rows, schema=names, orient="row")
    found = from_sdtm(subjects=subjects, tu=tu, tr=tr)
    lesions = found.tables.lesions
    by = {
        (lesions.labels[lesion], int(v)): at
        for at, (lesion, v) in enumerate(zip(lesions.lesion, lesions.visit, strict=True))
        if lesions.patient[at] == 0
    }
    node, later = by["T01", 0], by["T01", 1]
    assert (lesions.diameter[node], lesions.perpendicular[node], bool(lesions.nodal[node])) == (
        1600,
        2050,
        True,
    )
    assert lesions.finding[later] == Finding.TOO_SMALL
    assert lesions.finding[by["NT01", 1]] == Finding.WORSE
    assert lesions.finding[by["NEW1", 1]] == Finding.EQUIVOCAL
    assert lesions.role[by["NEW1", 1]] == Role.NEW
    assert lesions.compartment[by["NT01", 0]] == 0
    b = lesions.patient == 1  # one visit name on two days: two visits
    assert lesions.visit[b].tolist() == [0, 1]
    assert lesions.finding[b].tolist() == [Finding.PRESENT, Finding.ABSENT]
    assert found.lesion_rows[np.flatnonzero(b)].tolist() == [7, 8]
    assert found.tables.patients.arms == ("x", "y")


def test_what_is_lacking_is_named_by_table_and_column():
    with pytest.raises(PatientDataError, match=r"RS: there is no column RSSEQ"):
        from_sdtm(
            subjects={"USUBJID": ["A"]},
            rs={"USUBJID": [], "RSTESTCD": [], "RSSTRESC": [], "RSDTC": []},
        )
    with pytest.raises(PatientDataError, match="subject B is not in ADSL"):
        from_sdtm(
            subjects={"USUBJID": ["A"]},
            rs={
                "USUBJID": ["B"],
                "RSTESTCD": ["OVRLRESP"],
                "RSSTRESC": ["SD"],
                "RSDTC": ["2024-01-01"],
                "RSSEQ": [1],
                "RSEVAL": ["INVESTIGATOR"],
            },
        )
    with pytest.raises(PatientDataError, match="subject A stands twice"):
        from_sdtm(subjects={"USUBJID": ["A", "A"]})
    with pytest.raises(UsageError, match="give both"):
        from_sdtm(subjects={"USUBJID": ["A"]}, tr={"USUBJID": []})
    with pytest.raises(PatientDataError, match="a int is no table"):
        from_sdtm(subjects=3)
