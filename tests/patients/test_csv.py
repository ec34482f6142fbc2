"""Patients from CSV: cells with units and dates, refusals that name file, line and column, hostile files."""

from __future__ import annotations

import contextlib
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protorun.errors import PatientDataError
from protorun.patients.csv import parse_patients, read_patients
from protorun.terms.reasons import Reason
from protorun.trial.facts import NO_DAY

AS_OF = date(2025, 1, 15)


def one(column: str, cell: str):
    return parse_patients(f"patient,{column}\np,{cell}\n", as_of=AS_OF).facts.columns[column.split(" ")[0]]


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("platelets", "80 10^9/L", 80),
        ("platelets", "80 10*9/L", 80),
        ("platelets", "80 K/uL", 80),
        ("platelets", "80000 /mm3", 80),
        ("platelets", "80000 cells/µL", 80),
        ("platelets", "8 10^4/uL", 80),
        ("hemoglobin", "120 g/L", 12),
        ("hemoglobin", "12 g/dL", 12),
        ("hemoglobin", "7.4472 mmol/L", 12),
        ("creatinine", "88.42 umol/L", 1),
        ("creatinine", "88.42 µmol/L", 1),
        ("bilirubin", "17.1 umol/L", 1),
        ("alt", "40 IU/L", 40),
        ("albumin", "35 g/L", 3.5),
        ("weight", "100 lb", 45.359237),
        ("height", "1.7 m", 170),
        ("age", "6 months", 0.5),
        ("platelets [K/uL]", "80", 80),
        ("hemoglobin (g/L)", "120", 12),
        ("inr", "1.2", 1.2),
    ],
)
def test_every_unit_of_the_table_becomes_the_canonical_one(column, cell, value):
    assert one(column, cell).low[0] == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("creatinine", "60 mL/min"),
        ("platelets", "80 g/L"),
        ("hemoglobin", "12 furlongs"),
        ("creatinine_clearance", "80 mL/min/1.73m2"),
    ],
)
def test_a_unit_outside_the_table_is_unknown_never_converted(column, cell):
    found = one(column, cell)
    assert np.isnan(found.low[0])
    assert found.reason[0] == Reason.NO_UNIT


@pytest.mark.parametrize(
    ("column", "cell"),
    [("hemoglobin", "120"), ("ecog", "-1"), ("neutrophils", "3000"), ("platelets", "0"), ("age", "500")],
)
def test_an_implausible_value_is_unknown_never_corrected(column, cell):
    assert one(column, cell).reason[0] == Reason.IMPLAUSIBLE_VALUE


def test_a_sign_makes_an_interval():
    low = one("bilirubin", "<0.3")
    assert low.low[0] == 0
    assert 0.3 * (1 - 1e-8) < low.high[0] < 0.3 * (1 - 1e-9)
    high = one("hbv_dna", ">=1000")
    assert (high.low[0], high.high[0]) == (1000.0, np.inf)


def test_a_limit_without_unit_is_in_the_unit_of_its_value():
    table = parse_patients(
        "patient,creatinine,creatinine_uln\np,88.42 umol/L,106.104\nq,1 mg/dL,1.2\n", as_of=AS_OF
    )
    assert table.facts.columns["creatinine"].uln.tolist() == pytest.approx([1.2, 1.2])


def test_partial_dates_are_intervals():
    table = parse_patients("patient,alt,alt_on\np,30,2024-02\nq,30,2024\nr,30,\n", as_of=AS_OF).facts.columns[
        "alt"
    ]
    days = [
        (d - date(1970, 1, 1)).days
        for d in (date(2024, 2, 1), date(2024, 2, 29), date(2024, 1, 1), date(2024, 12, 31))
    ]
    assert [table.day[0], table.day_last[0], table.day[1], table.day_last[1]] == days
    assert table.day[2] == NO_DAY


def test_someone_born_on_a_leap_day_is_18_on_28_february():
    table = parse_patients(
        "patient,birth_on,screened_on\np,2004-02-29,2022-02-28\nq,2004-03-01,2022-02-28\n"
    ).facts
    assert np.floor(table.columns["age"].low).tolist() == [18, 17]


def test_what_is_not_used_is_counted():
    table = parse_patients(
        "patient,favorite_color,alt\np,red,30\nq,,30\n",
        as_of=AS_OF,
        treatments="patient,treatment\np,xyz-9\n",
    )
    assert table.unmapped == {"column favorite_color": 1, "treatment xyz-9": 1}


def test_unusable_values_are_named_with_their_place():
    table = parse_patients("patient,hemoglobin\np,12\nq,120\n", "labs.csv", as_of=AS_OF)
    assert table.notes == ("hemoglobin: 1 unknown (IMPLAUSIBLE_VALUE): labs.csv:3",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the table is empty"),
        ("patient,alt\np\n", "1 cells under 2 columns"),
        ("name,alt\np,3\n", "no column 'patient'"),
        ("patient,alt,alt\np,3,4\n", "'alt' stands twice"),
        ("patient,alt\n,3\n", "p.csv:2:patient: the patient has no identifier"),
        ("patient,alt\np,3\np,4\n", "p.csv:3:patient: the patient 'p' stands twice"),
        ("patient,alt\np,=1+1\n", "p.csv:2:alt: '=1+1' is no number, and formulas are not run"),
        ("patient,alt\np,@SUM(A1)\n", "formulas are not run"),
        ("patient,alt\np,NaN\n", "'NaN' is no number"),
        ("patient,alt\np,inf\n", "'inf' is no number"),
        ("patient,alt\np,1e999\n", "is no number|out of range"),
        ("patient,alt\np,thirty\n", "p.csv:2:alt: 'thirty' is no number"),
        ("patient,alt,alt_uln\np,30,-40\n", "p.csv:2:alt_uln: '-40' is no reference limit"),
        ("patient,alt,alt_on\np,30,31.12.2024\n", "p.csv:2:alt_on: '31.12.2024' is no date"),
        ("patient,alt,alt_on\np,30,2024-02-30\n", "p.csv:2:alt_on"),
        ("patient,hiv\np,maybe\n", "p.csv:2:hiv: 'maybe' is neither yes nor no"),
        ("patient,sex\np,x\n", "p.csv:2:sex: 'x' is no value of sex; there are: female, male"),
        ("patient,her2_ihc\np,4+\n", "there are: 0, 1"),
        ("patient,hemoglobin [mL]\np,12\n", "'ml' is no unit of hemoglobin"),
        ("patient,alt\np,3\0\n", "null byte"),
        ('patient,alt\np,"3\n', "this is no CSV"),
        ("patient,alt\np," + "3" * 200_000 + "\n", "this is no CSV: field larger"),
        ("patient,,alt\np,1,3\n", "column 2 has no name"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(text, says):
    with pytest.raises(
        PatientDataError, match=says.replace("+", r"\+").replace("(", r"\(").replace(")", r"\)")
    ):
        parse_patients(text, "p.csv", as_of=AS_OF)


def test_a_screening_date_is_needed():
    with pytest.raises(PatientDataError, match=r"p.csv:2:screened_on: the screening date is not given"):
        parse_patients("patient,alt\np,3\n", "p.csv")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("patient,drug\np,x\n", "no column 'treatment'"),
        ("patient,treatment\nz,surgery\n", "t.csv:2:patient: there is no patient 'z'"),
        (
            "patient,treatment,start_on,end_on\np,surgery,2025-01-02,2025-01-01\n",
            "t.csv:2:end_on: the treatment ends before it starts",
        ),
        ("patient,treatment,dose_mg\np,prednisone,-5\n", "t.csv:2:dose_mg: '-5' is no amount"),
        ("patient,treatment,ongoing\np,prednisone,perhaps\n", "t.csv:2:ongoing"),
    ],
)
def test_a_bad_treatment_table_is_refused_with_its_place(text, says):
    with pytest.raises(PatientDataError, match=says):
        parse_patients("patient\np\n", as_of=AS_OF, treatments=text, treatments_name="t.csv")


def test_treatments_are_sorted_by_patient_with_what_is_known_of_the_drug():
    text = "patient,treatment,kind,end_on\nq,surgery,,2025-01\np,pemetrexed,,2025-01-02\np,cisplatin,,\nq,xyz,radiotherapy,\n"
    courses = parse_patients("patient\np\nq\n", as_of=AS_OF, treatments=text).facts.treatments
    assert courses.patient.tolist() == [0, 0, 1, 1]
    assert courses.half_life_known.tolist() == [True, False, True, True]
    assert courses.half_life_days[0] == pytest.approx(3.5 / 24)


def test_missing_and_broken_files_are_typed_errors(tmp_path):
    with pytest.raises(PatientDataError, match="no such table"):
        read_patients(tmp_path / "none.csv", as_of=AS_OF)
    odd = tmp_path / "odd.csv"
    odd.write_bytes("patient,alt\np,3\n".encode("utf-16"))
    with pytest.raises(PatientDataError, match="not UTF-8"):
        read_patients(odd, as_of=AS_OF)


CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "3",
            "<3",
            "80 10^9/L",
            "=A1",
            "-1",
            "1e5",
            "nan",
            "yes",
            "2024-13",
            "2024-02",
            "F",
            "\u202e3",
            "٣",
            "<script>",
            '"',
            "a;b|c",
            "１８",
        ]
    ),
    st.text(max_size=12),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "alt",
                "alt_uln",
                "alt_on",
                "hiv",
                "sex",
                "age",
                "birth_on",
                "screened_on",
                "zzz",
                "platelets [K/uL]",
            ]
        ),
        max_size=5,
        unique=True,
    ),
    st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=4),
)
def test_any_table_is_read_or_refused_by_a_typed_error(header, rows):
    quoted = [
        '"' + str(i) + '",' + ",".join('"' + c.replace('"', '""') + '"' for c in row[: len(header)])
        for i, row in enumerate(rows)
    ]
    try:
        table = parse_patients("\n".join([",".join(["patient", *header]), *quoted]), as_of=AS_OF)
    except PatientDataError:
        return
    for column in table.facts.columns.values():
        assert len(column.day) == len(table.facts)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_table_or_a_typed_error(text):
    with contextlib.suppress(PatientDataError):
        parse_patients(text, as_of=AS_OF, treatments=text)
