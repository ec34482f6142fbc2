"""Entries for one part of a trial, and parents with the entries below them."""

from __future__ import annotations

import pytest
from said import said
from test_eligibility import read


@pytest.mark.parametrize(
    ("text", "scope", "reads"),
    [
        ("Prior gemcitabine (for Arm A).", "arm a", "gemcitabine"),
        ("Part 2 (asthma participants): FEV1 >= 50% predicted", "part 2 (asthma participants)", None),
        (
            "Cohort A only: HER2-positive breast cancer",
            "cohort a",
            "her2 status is positive and Breast cancer",
        ),
        ("(Phase 2a Cohort 18 ONLY) Metastatic melanoma", "phase 2a cohort 18", None),
        ("Psoriatic group only: Plaque psoriasis", "psoriatic group", None),
        ("Part 1A/1B: ECOG 0-1", "part 1a/1b", "ECOG performance status 0 to 1"),
    ],
)
def test_a_part_before_an_entry_is_its_scope(text, scope, reads):
    (criterion,) = read(f"Inclusion Criteria:\n\n* {text}\n").values()
    assert criterion.scope == scope
    assert criterion.klass == "computable"
    assert criterion.text == text
    if reads:
        assert said(criterion.expr) == reads


@pytest.mark.parametrize(
    "text", ["Stage III: melanoma", "Age group: 18 to 65", "Phase 1, breast cancer", "Arm A: x; Arm B: y"]
)
def test_a_stage_a_group_of_ages_and_two_parts_in_one_line_are_no_scope(text):
    (criterion,) = read(f"Inclusion Criteria:\n\n* {text}\n").values()
    assert not criterion.scope
    assert criterion.klass != "computable"


def test_the_children_of_one_criterion_keep_their_parts():
    text = "Inclusion Criteria:\n\n* Advanced solid tumors as follows:\n  * Group A: melanoma\n  * Group B: lung cancer\n"
    assert "melanoma" not in {said(c.expr).lower() for c in read(text).values() if not c.scope}


def below(parent: str, *children: str) -> dict:
    return read(f"Exclusion Criteria:\n\n* {parent}\n" + "".join(f"  * {c}\n" for c in children))


def test_a_treatment_verb_above_goes_for_each_child():
    found = below("Treatment with any of the following:", "Chemotherapy within 4 weeks", "Live vaccines")
    assert [c.klass for c in found.values()] == ["computable", "computable"]


def test_a_time_above_settles_when_a_treatment_was_given():
    (first, _) = below(
        "Received any of the following within 4 weeks:", "Chemotherapy", "Blood transfusion"
    ).values()
    assert (first.klass, first.doubts) == ("computable", ())


def test_a_class_above_adds_nothing_but_a_general_word_below_needs_it():
    (rhythm, infection) = below("Any of the following cardiac criteria:", "Arrhythmia", "Infection").values()
    assert rhythm.klass == "computable"
    assert infection.klass == "partial"


def test_a_qualifier_above_goes_for_each_child():
    (first, _) = below(
        "Active diagnosis of lung conditions including:", "Pneumonitis", "Severe COPD"
    ).values()
    assert first.expr.qualifiers == ("active",)


def test_a_judgment_above_is_part_of_each_child():
    (first, _) = below(
        "Clinically significant disorders that would preclude participation:", "Diabetes", "Epilepsy"
    ).values()
    assert first.klass == "partial"
    assert first.residual == ()


def test_exceptions_below_a_parent_exclude_nobody():
    (only,) = below(
        "Active autoimmune disease, with the following exceptions:", "Vitiligo.", "Type 1 diabetes"
    ).values()
    assert only.klass == "computable"
    assert said(only.expr).startswith("Autoimmune disease, active unless (")


def test_allowances_below_a_parent_exclude_nobody():
    (only,) = below(
        "Another malignancy. The following malignancies are not excluded:", "Basal cell carcinoma", "Melanoma"
    ).values()
    assert only.klass == "partial"


def test_a_disease_below_a_treatment_verb_is_not_read_alone():
    (first, _) = below("Treatment with any of the following:", "Brain metastases", "Chemotherapy").values()
    assert first.klass == "partial"
