"""CSV tables of a recorded trial: what a cell means, and refusals that name file and line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protorun.errors import PatientDataError
from protorun.patients.tables import load_lesions, parse_lesions, parse_patients, parse_tables
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Finding, Response

LESIONS = "patient,date,lesion,role,compartment,diameter_mm,finding,visit\n"


def test_a_blank_cell_is_unknown_and_never_zero():
    lesions, _, _ = parse_lesions(LESIONS + "A,2025-01-01,T1,target,cns,,,0\nA,2025-02-01,T1,target,cns,0,,1")
    assert lesions.diameter.tolist() == [-1, 0]
    assert lesions.finding.tolist() == [Finding.NOT_ASSESSED, Finding.ABSENT]
    people = parse_patients("patient,enrolled_on,baseline_complete\nA,,\n")
    assert people.enrolled_on[0] == NO_DAY
    assert people.baseline_complete[0] == 1


def test_diameters_are_whole_hundredths():
    lesions, _, _ = parse_lesions(LESIONS + "A,2025-01-01,T1,target,cns,25.29,,0")
    assert lesions.diameter.tolist() == [2529]


def test_without_visit_numbers_visits_are_the_dates_in_order_over_both_tables():
    lesions, visits, _ = parse_lesions(
        "patient,date,lesion,role,compartment,diameter_mm\nA,2025-03-01,T1,target,cns,9\nA,2025-01-01,T1,target,cns,10",
        "patient,date,steroid_mg\nA,2025-01-01,4\nA,2025-02-01,4\nA,2025-03-01,2",
    )
    assert lesions.visit.tolist() == [2, 0]
    assert visits.visit.tolist() == [0, 1, 2]
    assert visits.steroid_mg.tolist() == [4, 4, 2]


def test_a_readers_call_stands_for_its_criteria_and_compartment():
    tables = parse_tables(
        "patient\nA\nB\n",
        "",
        "patient,date,criteria,compartment,response\nB,2025-03-01,rano_bm,cns,PR\nB,2025-02-01,rano_bm,cns,NON-CR/NON-PD",
    )
    points = tables.timepoints["rano_bm", "cns"]
    assert points.overall.tolist() == [Response.NON_CR_NON_PD, Response.PR]
    assert points.patient.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("A,2025-02-30,T1,target,cns,10,,0", "lesions.csv:2: date '2025-02-30' is no date"),
        ("A,2025-02-01,T1,tumor,cns,10,,0", "role 'tumor' is not known"),
        ("A,2025-02-01,T1,target,brain,10,,0", "compartment 'brain' is not known"),
        ("A,2025-02-01,T1,target,cns,ten,,0", "diameter_mm 'ten' is no number"),
        ("A,2025-02-01,T1,target,cns,nan,,0", "is no number"),
        ("A,2025-02-01,T1,target,cns,-3,,0", "is negative"),
        ("A,2025-02-01,T1,target,cns,2000,,0", "longer than a meter"),
        ("A,2025-02-01,T1,target,cns,2_8,,0", "diameter_mm '2_8' is no number"),
        ("A,2025-02-01,T1,target,cns,\uff12\uff18,,0", "is no number"),
        ("A,2025-02-01,T1,target,cns,10,,0.5", "no whole number"),
        ("A,2025-02-01,T1,target,cns,10,,99999999999", "is beyond 9999"),
        ("A,2025-02-01,T1,target,cns,10,,0\n" * 2, "lesion T1 of patient A stands twice in one visit"),
        ("A,2025-02-01,T1,target,cns,10", "6 cells under 8 columns"),
        (",2025-02-01,T1,target,cns,10,,0", "patient is blank"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named(row, says):
    with pytest.raises(PatientDataError) as refused:
        parse_lesions(LESIONS + row)
    assert says in str(refused.value)
    assert "lesions.csv:" in str(refused.value)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (("patient\nA\nA\n",), "patients.csv:3: patient 'A' stands twice"),
        (("name\nA\n",), "no column 'patient'"),
        (("",), "the table is empty"),
        (
            ("patient\nA\n", LESIONS + "B,2025-02-01,T1,target,cns,10,,0"),
            "'B' is not in the list of patients",
        ),
        (("patient\nA\n", "", "patient,date,response\nA,2025-01-01,PR"), "a response without its criteria"),
        (("patient\nA\n", "", "patient,date\nA,2025-01-01\nA,2025-01-01"), "the visit stands twice"),
    ],
)
def test_tables_that_do_not_fit_together_are_refused(texts, says):
    with pytest.raises(PatientDataError) as refused:
        parse_tables(*texts)
    assert says in str(refused.value)


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=300)
def test_any_text_is_read_or_refused_with_a_place(people, lesions):
    where = ""
    try:
        parse_tables("patient,enrolled_on,arm\n" + people, LESIONS + lesions)
    except PatientDataError as refused:
        where = str(refused)
    assert not where or ".csv" in where


def test_an_empty_file_is_not_taken_for_an_absent_one(tmp_path):
    (tmp_path / "lesions.csv").write_text("")
    with pytest.raises(PatientDataError, match=r"lesions\.csv: the table is empty"):
        load_lesions(tmp_path / "lesions.csv")


def test_blank_columns_behind_the_last_one_are_left_out_and_filled_ones_refused():
    spreadsheet = "patient,arm,,\nA,x,,\nB,y,,\n"
    assert parse_patients(spreadsheet).names == ("A", "B")
    with pytest.raises(PatientDataError, match=r"patients\.csv:3: column 4 has no name"):
        parse_patients(spreadsheet.replace("B,y,,", "B,y,,z"))
