"""SDTM of other studies: what cannot be read is refused by name, and nothing drops out of an analysis in silence."""

from datetime import date

import polars as pl
import pytest

from protorun.cdisc.adrs import adrs
from protorun.cdisc.adtr import adtr
from protorun.cdisc.adtte import adtte
from protorun.cdisc.from_sdtm import from_sdtm
from protorun.errors import PatientDataError, UsageError

ADSL = pl.DataFrame(
    {
        "USUBJID": ["A", "B"],
        "RANDDT": [date(2024, 1, 10), date(2024, 1, 20)],
        "TRTSDT": [date(2024, 1, 10), date(2024, 1, 20)],
        "DTHDT": [None, date(2024, 9, 1)],
        "LSTALVDT": [date(2024, 8, 1), None],
    }
)
RS = pl.DataFrame(
    {
        "USUBJID": ["A", "A", "B"],
        "VISIT": ["WEEK 6", "WEEK 12", "WEEK 6"],
        "VISITNUM": [2.0, 3.0, 2.0],
        "RSTESTCD": ["OVRLRESP"] * 3,
        "RSSTRESC": ["PR", "PR", "PD"],
        "RSEVAL": ["INVESTIGATOR"] * 3,
        "RSDTC": ["2024-02-21", "2024-04-03", "2024-03"],
        "RSSEQ": [1, 2, 1],
    }
)
TU = pl.DataFrame(
    {
        "USUBJID": ["A", "B"],
        "TULNKID": ["T01", "T01"],
        "TUSTRESC": ["TARGET", "TARGET"],
        "TULOC": ["LIVER", "AXILLARY LYMPH NODE"],
        "TUEVAL": ["INVESTIGATOR"] * 2,
        "VISIT": ["SCREENING"] * 2,
    }
)
TR = pl.DataFrame(
    {
        "USUBJID": ["A", "A", "B", "B"],
        "TRGRPID": ["TARGET"] * 4,
        "TRLNKID": ["T01"] * 4,
        "TRTESTCD": ["LDIAM", "LDIAM", "LDIAM", "LPERP"],
        "TRSTRESC": ["30", "18", "28", "20"],
        "TRSTRESN": [30.0, 18.0, 28.0, 20.0],
        "TRSTRESU": ["mm"] * 4,
        "TRDTC": ["2024-01-05", "2024-02-21", "2024-01-12", "2024-01-12"],
        "TRSEQ": [1, 2, 1, 2],
        "TREVAL": ["INVESTIGATOR"] * 4,
        "VISIT": ["SCREENING", "WEEK 6", "SCREENING", "SCREENING"],
        "VISITNUM": [1.0, 2.0, 1.0, 1.0],
    }
)


def _best(rs=RS, adsl=ADSL, **more):
    made = adrs(rs, TU, adsl, **more).filter(pl.col("PARAMCD") == "CBOR")
    return dict(zip(made["USUBJID"], made["AVALC"], strict=True))


def test_the_plain_tables_give_a_confirmed_response_and_a_progression():
    assert _best() == {"A": "PR", "B": "PD"}


@pytest.mark.parametrize("column", ["RANDDT", "DTHDT"])
@pytest.mark.parametrize("written", ["%d/%m/%Y", "%Y-%m"])
def test_a_day_of_a_subject_that_is_no_whole_date_is_refused_and_not_taken_as_missing(column, written):
    text = ADSL.with_columns(pl.col(column).dt.strftime(written))
    with pytest.raises(PatientDataError, match=f"ADSL.{column}, row"):
        adtte(adrs(RS, TU, text), text)


def test_a_day_that_is_a_bare_number_is_refused_for_sas_counts_from_1960():
    with pytest.raises(PatientDataError, match="1960"):
        adrs(RS, TU, ADSL.with_columns(pl.col("RANDDT").to_physical()))


def test_a_response_dated_day_first_is_refused_with_its_row():
    bad = RS.with_columns(RSDTC=pl.Series(["2024-02-21", "03/04/2024", "2024-03"]))
    for run in (lambda: adrs(bad, TU, ADSL), lambda: from_sdtm(subjects=ADSL, rs=bad)):
        with pytest.raises(PatientDataError, match=r"RS\.RSDTC, row 2: '03/04/2024' is no ISO 8601 date"):
            run()


@pytest.mark.parametrize("text", ["2024", "2024---15", "--04-03", "2024-04-", "2024-04-03T10:15", "", None])
def test_partial_dates_of_iso_8601_stay_allowed(text):
    assert adrs(RS.with_columns(RSDTC=pl.Series(["2024-02-21", text, "2024-03"])), TU, ADSL).height == 27


def test_columns_that_are_only_passed_on_may_say_anything():
    odd = ADSL.with_columns(BRTHDT=pl.lit("unknown"), AGE=pl.lit(">89"), ARFSTDT=pl.lit(23000), row=pl.lit(1))
    more = RS.with_columns(at=pl.lit(7), subject=pl.lit("x"), code=pl.lit(0), PARAMCD=pl.lit("OVR"))
    assert _best(more, odd) == {"A": "PR", "B": "PD"}


def test_blanks_at_the_end_of_a_text_mean_nothing_as_in_sas():
    assert _best(RS.with_columns(pl.col("RSSTRESC", "RSTESTCD") + "   ")) == {"A": "PR", "B": "PD"}


def test_categories_are_texts():
    assert _best(RS.with_columns(pl.col(pl.String).cast(pl.Categorical))) == {"A": "PR", "B": "PD"}


def test_responses_need_no_visit_number():
    assert _best(RS.drop("VISITNUM")) == {"A": "PR", "B": "PD"}


def test_empty_data_sets_give_empty_ones():
    assert adrs(RS.clear(), TU.clear(), ADSL.clear()).height == 0
    assert adtr(TR.clear(), TU.clear(), RS.clear(), ADSL.clear()).height == 0
    assert adtr(TR, TU, RS, ADSL.with_columns(RANDDT=pl.lit(None)))["ANL02FL"].null_count() == 7


def test_two_radiologists_are_one_assessor_only_by_their_accepted_rows():
    two = pl.concat([RS, RS.with_columns(RSSEQ=pl.col("RSSEQ") + 10, RSSTRESC=pl.lit("PD"))]).with_columns(
        RSEVAL=pl.lit("INDEPENDENT ASSESSOR"),
        RSEVALID=pl.when(pl.col("RSSEQ") > 10)
        .then(pl.lit("RADIOLOGIST 2"))
        .otherwise(pl.lit("RADIOLOGIST 1")),
    )
    tumors = TU.with_columns(TUEVAL=pl.lit("INDEPENDENT ASSESSOR"))
    with pytest.raises(UsageError, match="RADIOLOGIST 1, RADIOLOGIST 2"):
        adrs(two, tumors, ADSL, reader="INDEPENDENT ASSESSOR")
    accepted = two.with_columns(RSACPTFL=pl.when(pl.col("RSSEQ") < 10).then(pl.lit("Y")))
    made = adrs(accepted, tumors, ADSL, reader="INDEPENDENT ASSESSOR").filter(pl.col("PARAMCD") == "CBOR")
    assert made["AVALC"].to_list() == ["PR", "PD"]


def test_responses_of_nobody_are_not_left_out_in_silence():
    with pytest.raises(UsageError, match="names no reader in RSEVAL"):
        adrs(RS.with_columns(RSEVAL=pl.lit(None)), TU, ADSL)
    assert _best(RS.drop("RSEVAL")) == {"A": "PR", "B": "PD"}


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("TRSTRESU", "cm", "TR.TRSTRESU, row 1: the unit is 'cm'"),
        ("TRSTRESN", -12.0, "TR.TRSTRESN, row 1: -12 is no diameter"),
        ("TRSTRESN", 1e300, "no diameter"),
    ],
)
def test_diameters_are_millimeters_from_0_up(column, value, says):
    bad = TR.with_columns(pl.lit(value).alias(column))
    for run in (lambda: adtr(bad, TU, RS, ADSL), lambda: from_sdtm(subjects=ADSL, tu=TU, tr=bad)):
        with pytest.raises(PatientDataError, match=says):
            run()


def test_a_node_of_a_named_region_is_measured_by_its_short_axis():
    lesions = from_sdtm(subjects=ADSL, tu=TU, tr=TR).tables.lesions
    assert [(bool(n), int(d)) for n, d in zip(lesions.nodal, lesions.diameter, strict=True)] == [
        (False, 3000),
        (False, 1800),
        (True, 2000),
    ]


def test_lesions_that_cannot_be_used_are_named():
    notes = from_sdtm(subjects=ADSL, tu=TU.head(1), tr=TR).notes
    assert "TR: lesion T01 of B is no target, non-target or new lesion in TU and is left out" in notes


def test_a_lesion_measured_twice_on_one_day_with_two_results_is_refused():
    twice = pl.concat([TR, TR.head(1).with_columns(TRSTRESN=pl.lit(50.0), TRSTRESC=pl.lit("50"))])
    with pytest.raises(PatientDataError, match="LDIAM of lesion T01 stands twice"):
        from_sdtm(subjects=ADSL, tu=TU, tr=twice)
    same = from_sdtm(subjects=ADSL, tu=TU, tr=pl.concat([TR, TR.head(1)]))
    assert len(same.tables.lesions) == 3
