"""Safety endpoints: their words, who counts, and what is not known."""

import numpy as np
import pytest

from protorun.endpoints import Derived, derive
from protorun.endpoints.safety import asked_of
from protorun.errors import NothingRecorded, NotStated, PatientDataError
from protorun.patients.adverse_events import parse_adverse_events
from protorun.patients.tables import parse_tables
from protorun.study.endpoint import Endpoint
from protorun.study.source import assumed
from protorun.trial.response import Status
from protorun.trial.tables import Tables

PEOPLE = """patient,enrolled_on,first_dose_on
P1,2026-01-01,2026-01-02
P2,2026-01-01,2026-01-02
P3,2026-01-01,
P4,2026-01-05,2026-01-06
"""
EVENTS = """patient,date,term,soc,grade,related,serious
P1,2026-01-01,headache,nervous system,3,yes,no
P1,2026-01-20,nausea,gastrointestinal,2,yes,no
P1,2026-01-10,fatigue,general,1,no,no
P2,2026-01-03,nausea,gastrointestinal,3,,yes
P2,2026-01-09,rash,skin,,yes,no
"""


def named(text: str) -> Endpoint:
    return Endpoint(id="ae", name=assumed(text, "test"), kind="safety")


def tables(events: str = EVENTS) -> Tables:
    found = parse_tables(PEOPLE)
    return Tables(found.patients, adverse_events=parse_adverse_events(events, found.patients))


def said(name: str, patient: int, **more: object) -> tuple[str, str]:
    rows: Derived = derive(named(name), tables(), **more)  # type: ignore[arg-type]
    return Status(int(rows.status[patient])).name, rows.why(patient).code


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("Number of participants with adverse events (AEs)", "adverse event"),
        (
            "Incidence of treatment-related adverse events as assessed by CTCAE v5.0",
            "treatment-related adverse event",
        ),
        ("Number of patients with serious adverse events (SAEs)", "serious adverse event"),
        ("Incidence of AEs and SAEs", "adverse event"),
        (
            "Number of participants experiencing a grade 3 or higher adverse event",
            "adverse event of grade 3 to 5",
        ),
        ("Incidence of grade 3 to 4 toxicity", "adverse event of grade 3 to 4"),
        ("Grade >=3 treatment-related adverse events", "treatment-related adverse event of grade 3 to 5"),
        ("Adverse events of >= grade 3", "adverse event of grade 3 to 5"),
        ("Adverse events of at least grade 3", "adverse event of grade 3 to 5"),
        ("Adverse events of grade 3 and more", "adverse event of grade 3 to 5"),
        ("Adverse events of grade 3 and grade 4", "adverse event of grade 3 to 4"),
        ("Adverse events of grade 1 to grade 3", "adverse event of grade 1 to 3"),
        ("Grade 3, 4 and 5 adverse events (CTCAE v5.0)", "adverse event of grade 3 to 5"),
        ("Grade 3/4/5 toxicity", "adverse event of grade 3 to 5"),
        ("Serious and non-serious adverse events", "adverse event"),
        ("Percentage (%) of patients with at least one adverse event of any grade", "adverse event"),
    ],
)
def test_the_name_says_which_events_count(words: str, says: str) -> None:
    assert asked_of(named(words)).says == says


@pytest.mark.parametrize(
    "words",
    [
        "Dose-limiting toxicities",
        "Adverse events leading to discontinuation",
        "Hematologic toxicity",
        "Adverse events during part 2",
        "Laboratory abnormalities",
        "Serious infections",
        "Serious hepatic adverse events",
        "Number of patients with 3 or more adverse events",
        "Patients with >= 2 adverse events",
        "Adverse events in 10 patients",
        "Adverse events of > grade 2",
        "Adverse events of grade 3 or 5",
        "Grade 1-2 and grade 3-5 adverse events",
        "Adverse events and treatment-related adverse events",
        "Grade 3 or higher adverse events and serious adverse events",
    ],
)
def test_a_word_that_is_not_understood_is_named_and_nothing_is_counted(words: str) -> None:
    with pytest.raises(NotStated):
        asked_of(named(words))


def test_an_event_before_day_1_does_not_count_and_the_earliest_one_decides() -> None:
    rows = derive(named("treatment-related adverse events"), tables())
    assert rows.explain(0)["status"] == "event"
    assert (
        rows.days[0] == 19
    )  # 2026-01-20 is day 19 from 2026-01-02: the headache came the day before the first dose
    assert rows.came_from(0)[0] == "adverse events"


def test_no_event_is_no_success() -> None:
    assert said("adverse events", 3) == ("CENSORED", "none")
    assert said("serious adverse events", 0) == ("CENSORED", "none")


def test_an_event_that_nobody_judged_or_graded_leaves_the_row_open_unless_another_is_sure() -> None:
    assert said("grade 3 or higher treatment-related adverse events", 1) == ("UNDETERMINED", "unknown")
    assert said("treatment-related adverse events", 1) == ("EVENT", "adverse event")
    assert said("grade 3 or higher adverse events", 1) == ("EVENT", "adverse event")


def test_a_patient_without_a_first_dose_has_no_day_1() -> None:
    assert said("adverse events", 2) == ("UNDETERMINED", "no origin")


def test_nothing_after_the_cutoff_counts() -> None:
    day = int((np.datetime64("2026-01-15") - np.datetime64("1970-01-01")).astype(int))
    assert said("treatment-related adverse events", 0, cutoff_day=day) == ("CENSORED", "none")


def test_without_a_table_nothing_is_derived() -> None:
    with pytest.raises(NothingRecorded, match=r"adverse_events\.csv"):
        derive(named("adverse events"), parse_tables(PEOPLE))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("P9,2026-01-01,rash,,1,,", "P9"),
        ("P1,2026-01-01,,,1,,", "term"),
        ("P1,2026-01-01,rash,,7,,", "grade"),
        ("P1,2026-01-01,rash,,1,perhaps,", "perhaps"),
        ("P1,1/2/26,rash,,1,,", "1/2/26"),
    ],
)
def test_a_bad_line_is_refused_with_its_place(line: str, names: str) -> None:
    with pytest.raises(PatientDataError, match=r"adverse_events\.csv:2") as refused:
        tables(f"patient,date,term,soc,grade,related,serious\n{line}\n")
    assert names in str(refused.value)
