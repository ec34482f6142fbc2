"""DLTs by the study's own definition; the definition here is the default offered for NCT06462092."""

import numpy as np
import pytest

from protorun.errors import NotStated
from protorun.study.dose_rule import DoseRule
from protorun.study.source import Sourced, assumed
from protorun.study.study import Origin, Study
from protorun.toxicity import clauses, judge
from protorun.trial.facts import NO_DAY
from protorun.trial.tables import AdverseEvents

DEFINITION = "grade >= 3 neurotoxicity (arachnoiditis, radiculitis), grade 4 hematological, grade >= 3 hepatic, any grade 5"
FALSE, UNKNOWN, TRUE = 0, 1, 2


def study(definition: str | None = DEFINITION, window: int | None = 42) -> Study:
    said = assumed(definition, "default") if definition else Sourced[str]()
    days = assumed(window, "default") if window else Sourced[int]()
    rule = DoseRule(dlt_definition=said, window_days=days)
    return Study(key="x", origin=Origin(name="x", format="x", digest="0"), dose_rule=rule)


def event(term: str, grade: int, day: int = 10, related: int = TRUE) -> AdverseEvents:
    one = np.zeros(1, np.int32)
    return AdverseEvents(
        one, one, np.array([day], np.int32), np.zeros(1, np.int16), np.array([grade], np.int8),
        np.array([related], np.uint8), (term,),
    )  # fmt: skip


def verdict(term: str, grade: int, day: int = 10, related: int = TRUE) -> tuple[int, str]:
    found = judge(study(), event(term, grade, day, related), window_start=np.ones(1, np.int32))
    return int(found.dlt[0]), found.why(0)


@pytest.mark.parametrize(
    ("term", "grade", "dlt", "clause"),
    [
        ("Radiculitis", 3, TRUE, "grade >= 3 neurotoxicity (arachnoiditis, radiculitis)"),
        ("Radiculitis", 2, FALSE, "no clause of the definition fits"),
        ("Platelet count decreased", 4, TRUE, "grade 4 hematological"),
        ("Platelet count decreased", 3, FALSE, "no clause of the definition fits"),
        ("Alanine aminotransferase increased", 3, TRUE, "grade >= 3 hepatic"),
        ("Sepsis", 5, TRUE, "any grade 5"),
        ("Sepsis", 4, FALSE, "no clause of the definition fits"),
    ],
)
def test_each_clause(term, grade, dlt, clause):
    assert verdict(term, grade) == (dlt, clause)


def test_the_window_has_42_days_and_starts_with_its_first():
    assert verdict("Sepsis", 5, day=1)[0] == TRUE
    assert verdict("Sepsis", 5, day=42)[0] == TRUE
    assert verdict("Sepsis", 5, day=43)[0] == FALSE
    assert verdict("Sepsis", 5, day=0)[0] == FALSE


def test_what_is_not_known_is_not_counted_and_not_dismissed():
    assert verdict("Radiculitis", 0) == (UNKNOWN, "the event is not graded")
    assert verdict("Radiculitis", 3, day=int(NO_DAY))[0] == UNKNOWN
    assert verdict("Radiculitis", 3, related=UNKNOWN)[0] == UNKNOWN
    assert verdict("Radiculitis", 3, related=FALSE)[0] == FALSE
    assert verdict("Radiculitis", 2, related=UNKNOWN)[0] == FALSE


def test_without_a_definition_or_a_window_nothing_is_judged():
    with pytest.raises(NotStated, match=r"dose_rule\.dlt_definition"):
        judge(study(None), event("Sepsis", 5), window_start=np.ones(1, np.int32))
    with pytest.raises(NotStated, match=r"dose_rule\.window_days"):
        judge(study(window=None), event("Sepsis", 5), window_start=np.ones(1, np.int32))


@pytest.mark.parametrize(
    "words",
    [
        "unacceptable toxicity",
        "grade 3 malaise",
        "grade >= 3 hepatic, at physician's discretion",
        "grade 4 hematological (excluding malaise)",
        "grade 4 hematological (lasting long)",
        "grade 3 toxicity, unless resolved",
        "Grade 3 neutropenia that lasts for >= 7 days or with documented infection",
        "grade >= 3 non-hematologic except alopecia, grade 4 neutropenia",  # is neutropenia an exception?
        "",
    ],
)
def test_a_definition_is_applied_whole_or_not_at_all(words):
    with pytest.raises(NotStated, match="words protorun understands"):
        clauses(words)


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("grade 4 hematological", 4, 4),
        ("grade 3-4 hepatic", 3, 4),
        ("grade 3 or higher hepatic", 3, 5),
        ("any grade 5", 5, 5),
    ],
)
def test_grades_as_written(words, low, high):
    (clause,) = clauses(words)
    assert (clause.low, clause.high) == (low, high)
