"""Data frames of three libraries become our tables and come back; the caller's data stay as they were."""

from dataclasses import fields
from datetime import date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.endpoints import derive
from protorun.errors import PatientDataError, UsageError
from protorun.patients.frame_files import load_frames, read_frame, write_frames
from protorun.study.endpoint import Endpoint, EndpointEvent
from protorun.study.source import assumed
from protorun.trial.facts import NO_DAY
from protorun.trial.frames import polars_of
from protorun.trial.from_frames import adverse_events_from, patients_from, tables_from
from protorun.trial.response import Finding, Response
from protorun.trial.tables import Tables
from protorun.trial.to_frames import adverse_events_frame, frames_of

PATIENTS = {
    "patient": ["P1", "P2", "P3"],
    "arm": ["a", "b", None],
    "enrolled_on": ["2025-01-06", "2025-01-07", None],
    "died_on": [None, "2025-06-01", None],
    "baseline_complete": ["yes", "no", None],
}
LESIONS = {
    "patient": ["P1", "P1", "P1", "P2"],
    "date": ["2025-01-02", "2025-02-17", "2025-02-18", "2025-01-03"],
    "lesion": ["T1", "T1", "N1", "T1"],
    "role": ["target", "target", "new", "target"],
    "organ": ["lymph node", "lymph node", "liver", "lung"],
    "diameter_mm": [20.5, 0.0, None, 31.25],
    "finding": [None, None, "equivocal", None],
}
VISITS = {
    "patient": ["P1", "P1"],
    "date": ["2025-01-02", "2025-02-17"],
    "steroid_mg": [4.0, None],
    "clinical": ["stable", None],
    "adequate": [None, "no"],
}
RESPONSES = {
    "patient": ["P1", "P2", "P1"],
    "date": ["2025-02-17", "2025-03-01", "2025-04-01"],
    "response": ["PR", "NON-CR/NON-PD", "PD"],
}
FRAMES = {
    "polars": lambda d: pl.DataFrame(d, strict=False),
    "polars lazy": lambda d: pl.DataFrame(d, strict=False).lazy(),
    "pandas": pd.DataFrame,
    "pyarrow": pa.table,
    "columns": dict,
}


def same(one: Tables, two: Tables) -> None:
    for part in ("patients", "lesions", "visits"):
        equal(getattr(one, part), getattr(two, part))
    assert one.timepoints.keys() == two.timepoints.keys()
    for key in one.timepoints:
        equal(one.timepoints[key], two.timepoints[key])


def equal(one, two) -> None:
    for f in fields(one):
        np.testing.assert_array_equal(getattr(one, f.name), getattr(two, f.name), err_msg=f.name)


def tables(make=dict) -> Tables:
    return tables_from(make(PATIENTS), lesions=make(LESIONS), visits=make(VISITS), responses=make(RESPONSES))


@pytest.mark.parametrize("library", FRAMES)
def test_every_library_gives_the_same_tables(library):
    found = tables(FRAMES[library])
    same(found, tables())
    assert found.patients.names == ("P1", "P2", "P3")
    assert found.patients.arm.tolist() == [0, 1, -1]
    assert found.patients.enrolled_on[2] == NO_DAY
    assert found.patients.baseline_complete.tolist() == [2, 0, 1]
    lesions = found.lesions
    assert lesions.visit.tolist() == [0, 1, 2, 0]  # visits are the days of both tables in order
    assert lesions.diameter.tolist() == [2050, 0, -1, 3125]
    assert lesions.finding.tolist() == [Finding.PRESENT, Finding.ABSENT, Finding.EQUIVOCAL, Finding.PRESENT]
    assert lesions.nodal.tolist() == [True, True, False, False]
    points = found.timepoints["recist_1_1", "whole_body"]
    assert points.overall.tolist() == [Response.PR, Response.PD, Response.NON_CR_NON_PD]


def test_dates_times_texts_and_whole_numbers_are_the_same_day():
    day = (date(2025, 1, 6) - date(1970, 1, 1)).days
    for given_ in (
        date(2025, 1, 6),
        datetime(2025, 1, 6, 11, 30),
        "2025-01-06",
        "2025-01-06T11:30",
        day,
        float(day),
    ):
        assert patients_from({"patient": ["P"], "enrolled_on": [given_]}).enrolled_on.tolist() == [day]
    stamped = pd.DataFrame({"patient": ["P", "Q"], "enrolled_on": [pd.Timestamp("2025-01-06"), pd.NaT]})
    assert patients_from(stamped).enrolled_on.tolist() == [day, NO_DAY]


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_the_callers_data_are_not_changed(library):
    given_ = [FRAMES[library](d) for d in (PATIENTS, LESIONS, VISITS, RESPONSES)]
    before = [FRAMES[library](d) for d in (PATIENTS, LESIONS, VISITS, RESPONSES)]
    tables_from(given_[0], lesions=given_[1], visits=given_[2], responses=given_[3])
    for now, then in zip(given_, before, strict=True):
        assert now.equals(then)


def test_what_goes_out_comes_back():
    found = tables()
    again = frames_of(found)
    assert again["patients"]["died_on"].to_list() == [None, date(2025, 6, 1), None]
    same(tables_from(again.pop("patients"), **again), found)
    numbers = frames_of(found, calendar=False)
    assert numbers["patients"]["enrolled_on"].dtype == pl.Int32
    same(tables_from(numbers.pop("patients"), **numbers), found)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_files_come_back(tmp_path, kind):
    found = tables()
    files = write_frames(found, tmp_path / "trial", kind=kind)
    assert [p.name for p in files] == [f"{n}.{kind}" for n in ("patients", "lesions", "visits", "responses")]
    same(load_frames(tmp_path / "trial"), found)


@pytest.mark.parametrize(
    ("table", "column", "cell", "says"),
    [
        ("patients", "enrolled_on", "06.01.2025", r"patients\.enrolled_on, row 2: '06\.01\.2025' is no date"),
        ("patients", "patient", "P1", r"patients\.patient, row 1: 'P1' stands twice"),
        ("patients", "baseline_complete", "perhaps", r"patients\.baseline_complete, row 2.*one of: unknown, yes"),
        ("lesions", "diameter_mm", 1200.0, r"lesions\.diameter_mm, row 2.*longer than a meter"),
        ("lesions", "diameter_mm", -1.0, r"lesions\.diameter_mm, row 2"),
        ("lesions", "role", "primary", r"lesions\.role, row 2: 'primary' is not known; one of: target, non-target"),
        ("lesions", "patient", "P9", r"lesions\.patient, row 2: 'P9' is not in patients"),
        ("lesions", "date", "2025-01-02", r"lesions, row 2: lesion T1 of patient P1 stands twice in one visit"),
        ("visits", "date", "2025-01-02", r"visits, row 2: a visit of patient P1 stands twice"),
        ("visits", "steroid_mg", "much", r"visits\.steroid_mg, row 2: 'much' is no number"),
        ("responses", "response", "stable", r"responses\.response, row 2: 'stable' is not known"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_by_table_column_and_row(table, column, cell, says):
    given_ = {"patients": PATIENTS, "lesions": LESIONS, "visits": VISITS, "responses": RESPONSES}
    cells = list(given_[table][column])
    cells[1] = cell
    given_ = {**given_, table: {**given_[table], column: cells}}
    with pytest.raises(PatientDataError, match=says):
        tables_from(given_["patients"], lesions=given_["lesions"], visits=given_["visits"], responses=given_["responses"])  # fmt: skip


def test_a_missing_column_and_something_that_is_no_table_are_said():
    with pytest.raises(
        PatientDataError, match=r"lesions: there is no column role; the table has patient, date"
    ):
        tables_from(PATIENTS, lesions={k: LESIONS[k] for k in ("patient", "date", "lesion")})
    with pytest.raises(PatientDataError, match="patients: a list is no table"):
        patients_from([1, 2])
    with pytest.raises(UsageError, match="parquet or"):
        read_frame(__import__("pathlib").Path("x.sas7bdat"))


def test_adverse_events_come_back():
    people = patients_from(PATIENTS)
    given_ = {
        "patient": ["P2", "P1"],
        "date": ["2025-02-01", "2025-01-20"],
        "term": ["nausea", "anemia"],
        "grade": [2, None],
        "related": ["yes", None],
    }
    found = adverse_events_from(pd.DataFrame(given_), people)
    assert found.grade.tolist() == [0, 2]
    equal_again = adverse_events_from(adverse_events_frame(found, people), people)
    assert [equal_again.terms[t] for t in equal_again.term] == ["anemia", "nausea"]
    with pytest.raises(PatientDataError, match=r"adverse_events\.grade, row 1"):
        adverse_events_from({**given_, "grade": [6, 1]}, people)


def test_everything_a_definition_asks_of_an_adverse_event_comes_back():
    given_ = {
        "patient": ["P1", "P1"],
        "date": ["2025-01-20", "2025-01-25"],
        "term": ["anemia", "nausea"],
        "grade": [3, 1],
        "soc": ["blood", None],
        "related": ["yes", "no"],
        "end_date": ["2025-01-28", None],
        "recovered_on": [None, "2025-02-02"],
        "serious": ["yes", None],
        "transfusion": ["no", "yes"],
    }
    tables = tables_from(PATIENTS, adverse_events=given_)
    back = frames_of(tables)["adverse_events"]
    again = tables_from(PATIENTS, adverse_events=back).adverse_events
    assert back["soc"].to_list() == ["blood", None]
    assert [str(d) for d in back["end_date"].to_list()] == ["2025-01-28", "None"]
    for name in ("end", "recovered_on", "organ_class", "day", "grade", "related"):
        np.testing.assert_array_equal(getattr(again, name), getattr(tables.adverse_events, name))
    assert again.features["transfusion"].tolist() == [0, 2]
    assert again.features["serious"].tolist() == [2, 1]


def test_an_empty_table_is_a_table():
    nobody = tables_from({"patient": []}, responses={"patient": [], "date": [], "response": []})
    assert len(nobody.patients) == 0
    assert polars_of({}, "x").height == 0


@given(st.permutations(range(3)), st.permutations(range(3)))
def test_the_order_of_rows_changes_nothing(first, second):
    def mixed(columns, order):
        return {name: [cells[i] for i in order] for name, cells in columns.items()}

    event = EndpointEvent(kind="progression", criteria="recist_1_1")
    facts = {"name": assumed("PFS", "x"), "origin": assumed("enrollment", "x"), "kind": "time_to_event"}
    pfs = Endpoint(id="PFS", events=(event, EndpointEvent(kind="death")), **facts)

    def rows(found):
        derived = derive(pfs, found, policy="treatment_policy")
        return {
            found.patients.name(int(row)): (int(derived.days[at]), int(derived.status[at]))
            for at, row in enumerate(derived.row)
        }

    plain = tables_from(PATIENTS, responses=RESPONSES)
    assert rows(tables_from(mixed(PATIENTS, first), responses=mixed(RESPONSES, second))) == rows(plain)
