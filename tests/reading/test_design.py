"""The design in the words of a record: only words about this very study count."""

import pytest

from protorun.reading.design import read_design
from protorun.study.study import Design
from reading.texts import empty, record


def design(*passages: tuple[str, str]) -> Design:
    found = read_design(record(*passages), empty()).fields["design"]
    assert isinstance(found, Design)
    return found


@pytest.mark.parametrize(
    ("words", "allocation", "masking"),
    [
        ("This is a randomized, double-blind trial of X.", "randomized", "double_blind"),
        ("In this open-label, single-arm study we give X.", "single_arm", "open_label"),
        ("This study is an open, uncontrolled trial.", None, "open_label"),
        ("This is a non-randomized, open-label study.", "non_randomized", "open_label"),
        ("Patients will be randomly assigned to one of two groups.", "randomized", None),
        ("A single-blind, randomized trial is planned.", "randomized", "single_blind"),
    ],
)
def test_design_words(words: str, allocation: str | None, masking: str | None) -> None:
    found = design(("summary.detailed", words))
    assert (found.allocation.value, found.masking.value) == (allocation, masking)
    assert all(s.quote in words for s in found.allocation.sources)


@pytest.mark.parametrize(
    "words",
    [
        "A previous randomized trial showed a benefit.",
        "Several randomized, double-blind studies have been done.",
        "In the ASCENT study, patients had a longer survival.",
        "Randomized evidence is lacking.",
        "Patients are not randomized.",
        "A randomized, open-label study showed a benefit.",
        "A randomized study that has been performed is not repeated.",
    ],
)
def test_other_peoples_studies_say_nothing_about_this_one(words: str) -> None:
    assert design(("summary.detailed", words)).allocation.basis == "absent"


@pytest.mark.parametrize(
    ("printed", "masking"),
    [
        ("None (Open Label)", "open_label"),
        ("Double (Participant, Investigator)", "double_blind"),
        ("QUADRUPLE (PARTICIPANT, CARE_PROVIDER, INVESTIGATOR, OUTCOMES_ASSESSOR)", "quadruple_blind"),
        ("Somehow", None),
    ],
)
def test_the_field_names_a_masking_we_know_or_stays_unread(printed: str, masking: str | None) -> None:
    found = design(("masking", printed)).masking
    assert (found.value, found.basis) == (masking, "stated" if masking else "unread")


def test_words_that_disagree_settle_nothing() -> None:
    one = record(
        ("summary.brief", "This is a single-arm study."),
        ("summary.detailed", "Patients will be randomly assigned to two groups."),
    )
    found = read_design(one, empty())
    assert found.fields["design"].allocation.basis == "unread"
    assert len(found.conflicts) == 1


def test_a_field_stands_against_words_and_the_conflict_is_shown() -> None:
    one = record(("allocation", "RANDOMIZED"), ("summary.brief", "This is a single-arm study."))
    found = read_design(one, empty())
    assert found.fields["design"].allocation.value == "randomized"
    assert "the text says single_arm" in found.conflicts[0].says


def test_not_applicable_means_a_single_arm_and_is_derived() -> None:
    found = design(("allocation", "NA")).allocation
    assert (found.value, found.basis) == ("single_arm", "derived")


@pytest.mark.parametrize(
    ("words", "phases"),
    [
        ("A Phase I/II Study of X", ("Phase 1", "Phase 2")),
        ("A phase 1b/2a trial of X", ("Phase 1", "Phase 2")),
        ("An Early Phase 1 Study of X", ("Early Phase 1",)),
        ("A Phase III Trial of X", ("Phase 3",)),
    ],
)
def test_the_phase_is_read_from_the_title_where_no_field_has_it(words: str, phases: tuple[str, ...]) -> None:
    assert read_design(record(("title.official", words)), empty()).fields["phases"].value == phases
