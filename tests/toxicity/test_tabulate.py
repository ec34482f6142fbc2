"""Counts of a safety table: each patient counts once, in the worst grade."""

import polars as pl
import pytest

from protorun.errors import PatientDataError, UsageError
from protorun.toxicity.tabulate import adverse_event_table

PATIENTS = pl.DataFrame({"patient": ["A", "B", "C", "D", "E"], "arm": ["x", "x", "x", "y", "y"]})
EVENTS = pl.DataFrame(
    [
        ("A", "Blood", "Anemia", 2, "yes", "no", "no"),
        ("A", "Blood", "Anemia", 3, "yes", "yes", "no"),
        ("A", "Gut", "Nausea", 1, "no", "no", "no"),
        ("B", "Gut", "Nausea", 4, "yes", "no", "yes"),
        ("D", "Gut", "Nausea", None, None, "no", "no"),
        ("D", "Gut", "Vomiting", 5, "no", "yes", "yes"),
    ],
    schema=["patient", "soc", "term", "grade", "related", "serious", "discontinued"],
    orient="row",
)


def cell(table, section, arm, **keys):
    rows = table.filter((pl.col("section") == section) & (pl.col("arm") == arm))
    for name, value in keys.items():
        rows = rows.filter(pl.col(name) == value)
    (row,) = rows.iter_rows(named=True)
    return row["patients"], row["of"], round(row["percent"], 1), row["events"]


def test_patients_with_any_severe_serious_and_fatal_events():
    table = adverse_event_table(EVENTS, PATIENTS)
    assert cell(table, "any", "x") == (2, 3, 66.7, 4)
    assert cell(table, "any", "y") == (1, 2, 50.0, 2)
    assert cell(table, "any", "all") == (3, 5, 60.0, 6)
    assert cell(table, "grade >= 3", "all") == (3, 5, 60.0, 3)
    assert cell(table, "serious", "all") == (2, 5, 40.0, 2)
    assert cell(table, "discontinued", "x") == (1, 3, 33.3, 1)
    assert cell(table, "death", "x") == (0, 3, 0.0, 0)


def test_classes_and_terms_count_a_patient_once():
    table = adverse_event_table(EVENTS, PATIENTS)
    assert cell(table, "soc", "x", soc="Blood") == (1, 3, 33.3, 2)
    assert cell(table, "term", "all", term="Nausea") == (3, 5, 60.0, 3)
    assert cell(table, "term grade >= 3", "x", term="Nausea") == (1, 3, 33.3, 1)
    assert cell(table, "term", "y", term="Anemia") == (0, 2, 0.0, 0)
    assert table.filter(pl.col("section") == "soc")["soc"].unique(maintain_order=True).to_list() == [
        "Gut",
        "Blood",
    ]


def test_the_worst_grade_per_patient_adds_up_to_any():
    table = adverse_event_table(EVENTS, PATIENTS)
    assert cell(table, "worst grade", "x", grade=3) == (1, 3, 33.3, 3)
    assert cell(table, "term worst grade", "y", term="Nausea", grade=0) == (1, 2, 50.0, 1)
    worst = table.filter(pl.col("section") == "worst grade").group_by("arm").agg(pl.col("patients").sum())
    assert dict(worst.iter_rows()) == {"x": 2, "y": 1, "all": 3}


def test_related_only_needs_a_word_on_what_nobody_judged():
    with pytest.raises(UsageError, match="relation to treatment of 1 events is not known"):
        adverse_event_table(EVENTS, PATIENTS, related_only=True)
    strict = adverse_event_table(EVENTS, PATIENTS, related_only=True, unjudged="not_related")
    wide = adverse_event_table(EVENTS, PATIENTS, related_only=True, unjudged="related")
    assert cell(strict, "any", "all") == (2, 5, 40.0, 3)
    assert cell(wide, "any", "all") == (3, 5, 60.0, 4)


def test_who_is_not_on_the_list_and_what_is_no_grade_is_refused():
    with pytest.raises(PatientDataError, match="patient 'E' has events but is not in the list"):
        adverse_event_table(EVENTS.with_columns(patient=pl.lit("E")), PATIENTS.head(4))
    with pytest.raises(PatientDataError, match=r"row 1: grade 6 is none of 1 to 5"):
        adverse_event_table(EVENTS.with_columns(grade=pl.lit(6)), PATIENTS)
    with pytest.raises(PatientDataError, match="patient 'A' stands twice"):
        adverse_event_table(EVENTS, pl.concat([PATIENTS, PATIENTS]))


def test_an_empty_table_counts_nobody():
    table = adverse_event_table(EVENTS.clear(), PATIENTS)
    assert cell(table, "any", "all") == (0, 5, 0.0, 0)


def test_the_order_of_events_does_not_matter():
    assert adverse_event_table(EVENTS, PATIENTS).equals(adverse_event_table(EVENTS.reverse(), PATIENTS))
