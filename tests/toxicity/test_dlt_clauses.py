"""DLT clauses with duration, recovery, exclusions, features, windows; wordings as registries print them."""

import numpy as np
import pytest

from protorun.errors import NotStated
from protorun.study.dose_rule import DoseRule
from protorun.study.source import Sourced, assumed
from protorun.study.study import Origin, Study
from protorun.toxicity import clauses, judge, judge_patients
from protorun.trial.facts import NO_DAY
from protorun.trial.tables import AdverseEvents

FALSE, UNKNOWN, TRUE = 0, 1, 2
# NCT04047862, outcome 1 (DLT), without its first half.
HEMATOLOGIC = (
    r"Grade 4 neutropenia lasting \> 7 days; \>=Grade 3 febrile neutropenia; Grade 3 thrombocytopenia with clinically "
    r"significant bleeding; Grade 4 thrombocytopenia lasting \> 7 days; \>=Grade 4 anemia occurring during the DLT "
    r"assessment window and considered by the investigator to be related to study drug"
)


def study(definition, window=28, cycles=None):
    rule = DoseRule(
        dlt_definition=assumed(definition, "test"),
        window_days=assumed(window, "test"),
        window_cycles=assumed(cycles, "test") if cycles else Sourced[int](),
    )
    return Study(key="x", origin=Origin(name="x", format="x", digest="0"), dose_rule=rule)


def event(term, grade, day=10, *, end=None, recovered=None, **features):
    one = np.zeros(1, np.int32)
    days = [np.array([NO_DAY if d is None else d], np.int32) for d in (end, recovered)]
    return AdverseEvents(
        one, one, np.array([day], np.int32), np.zeros(1, np.int16), np.array([grade], np.int8),
        np.array([TRUE], np.uint8), (term,), end=days[0], recovered_on=days[1],
        features={name: np.array([value], np.uint8) for name, value in features.items()},
    )  # fmt: skip


def verdict(definition, found, **rule):
    return int(judge(study(definition, **rule), found, window_start=np.ones(1, np.int32)).dlt[0])


@pytest.mark.parametrize(
    ("found", "dlt"),
    [
        (event("Neutrophil count decreased", 4, end=17), TRUE),  # day 10 to 17: 8 days
        (event("Neutrophil count decreased", 4, end=16), FALSE),  # 7 days
        (event("Neutrophil count decreased", 4), UNKNOWN),
        (event("Neutrophil count decreased", 3, end=27), FALSE),
        (event("Febrile neutropenia", 3), TRUE),
        (event("Platelet count decreased", 3, bleeding=TRUE), TRUE),
        (event("Platelet count decreased", 3, bleeding=FALSE), FALSE),
        (event("Platelet count decreased", 3), UNKNOWN),
        (event("Anemia", 4), TRUE),
        (event("Nausea", 4), FALSE),
    ],
)
def test_hematologic_clauses_of_nct04047862(found, dlt):
    assert verdict(HEMATOLOGIC, found) == dlt


def test_recovery_within_days():
    """NCT04670068: grade 3 cytokine release syndrome that does not improve to grade 2 within 7 days."""
    text = "DLTs are defined as Grade ≥3 cytokine release syndrome (CRS) that does not improve to Grade ≤2 within 7 days."
    assert verdict(text, event("Cytokine release syndrome", 3, recovered=17)) == FALSE
    assert verdict(text, event("Cytokine release syndrome", 3, recovered=18)) == TRUE
    assert verdict(text, event("Cytokine release syndrome", 3)) == UNKNOWN
    assert verdict(text, event("Cytokine release syndrome", 2)) == FALSE


def test_exclusions_and_everything_but_a_group():
    text = "Any grade >= 3 non-hematologic toxicity except alopecia or grade 3 fatigue; grade 5 toxicity"
    assert verdict(text, event("Diarrhea", 3)) == TRUE
    assert verdict(text, event("Alopecia", 3)) == FALSE
    assert verdict(text, event("Fatigue", 3)) == FALSE
    assert verdict(text, event("Fatigue", 4)) == TRUE
    assert verdict(text, event("Anemia", 4)) == FALSE
    assert verdict(text, event("Anemia", 5)) == TRUE


def test_an_exclusion_that_depends_on_something_unknown_is_unknown():
    text = "grade >= 3 hematologic (excluding grade 3 thrombocytopenia without bleeding)"
    assert verdict(text, event("Platelet count decreased", 3)) == UNKNOWN
    assert verdict(text, event("Platelet count decreased", 3, bleeding=TRUE)) == TRUE
    assert verdict(text, event("Platelet count decreased", 3, bleeding=FALSE)) == FALSE


def test_grade_3_or_grade_4_is_one_clause():
    (clause,) = clauses("Grade 3 or Grade 4 febrile neutropenia of any duration")
    assert (clause.low, clause.high, clause.terms) == (3, 4, ("febrile neutropenia",))


def test_laboratory_findings_without_symptoms():
    text = "grade >= 3 hepatic that is symptomatic"
    assert verdict(text, event("ALT increased", 3, symptoms=TRUE)) == FALSE  # not a CTCAE term of the group
    assert verdict(text, event("Alanine aminotransferase increased", 3, symptoms=TRUE)) == TRUE
    assert verdict(text, event("Alanine aminotransferase increased", 3, symptoms=FALSE)) == FALSE


def test_a_clause_may_have_its_own_window():
    """NCT07134153: the first two cycles; here 42 days, and one clause for the first cycle only."""
    text = "grade >= 3 hepatic in cycle 1; grade 4 hematologic in the first two cycles"
    late = event("Alanine aminotransferase increased", 3, day=25)
    assert verdict(text, late, window=42, cycles=2) == FALSE
    assert verdict(text, event("Alanine aminotransferase increased", 3, day=21), window=42, cycles=2) == TRUE
    assert verdict(text, event("Anemia", 4, day=42), window=42, cycles=2) == TRUE
    with pytest.raises(NotStated, match="how many days 1 cycles are"):
        verdict(text, late, window=42)


def test_missed_doses_and_who_is_evaluable():
    definition = study("missed > 25 % of planned doses due to toxicity; grade >= 3 hepatic")
    found = event("Alanine aminotransferase increased", 3)
    judged = judge_patients(
        definition,
        found,
        window_start=np.ones(5, np.int32),
        completed=np.array([FALSE, TRUE, FALSE, FALSE, TRUE], np.uint8),
        missed_percent=np.array([0, 25, 26, 0, np.nan]),
    )
    assert judged.dlt.tolist() == [TRUE, FALSE, TRUE, FALSE, UNKNOWN]
    assert judged.evaluable.tolist() == [TRUE, TRUE, TRUE, FALSE, TRUE]
    assert judged.row.tolist() == [0, -1, -1, -1, -1]
    assert judged.reasons[0] == "grade >= 3 hepatic"
    assert judged.reasons[2] == "doses missed for toxicity"


def test_features_follow_the_rows():
    found = event("Anemia", 4, bleeding=TRUE)
    assert found.where(np.array([True])).features["bleeding"].tolist() == [TRUE]
    assert found.where(np.array([False])).features["bleeding"].tolist() == []


@pytest.mark.parametrize(
    "text",
    [
        "grade >= 3 hepatic in the first 14 days of treatment only if severe",
        "grade >= 3 hepatic during the DLT not window",
        "grade 4 neutropenia lasting 48 hours > 7 days",
        "grade >= 3 hepatic that does not resolve within 3 days that does not resolve within 7 days",
        "missed > 25 % of planned doses not due to toxicity",
        "missed > 25 % of planned doses unless due to toxicity",
        "grade >= 3 hepatic except",
        "grade 4-3 hepatic",
        "grade 3 or 5 hepatic",
        "grade >= 3 non-hematologic or hepatic",
    ],
)
def test_a_word_that_changes_the_meaning_is_never_dropped(text):
    with pytest.raises(NotStated):
        clauses(text)


def test_a_list_in_brackets_behind_any_toxicity_is_what_counts():
    text = "grade >= 3 toxicity (neutropenia)"
    assert verdict(text, event("Neutrophil count decreased", 3)) == TRUE
    assert verdict(text, event("Nausea", 3)) == FALSE
    assert verdict("grade >= 3 toxicity (nausea)", event("Vomiting", 3)) == FALSE


@pytest.mark.parametrize(
    ("start", "dlt"), [(0, FALSE), (1, TRUE), (28, TRUE), (29, FALSE)]
)  # a window of 28 days from day 1
def test_the_first_and_the_last_day_of_the_window_count(start, dlt):
    assert verdict("grade >= 3 hepatic", event("Hepatic failure", 3, day=start)) == dlt
