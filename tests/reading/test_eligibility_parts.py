"""Entries for one part of a trial, and parents with the entries below them."""

from __future__ import annotations

import pytest
from said import said
from test_eligibility import read


@pytest.mark.parametrize(
    ("text", "scope", "reads"),
    [
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
