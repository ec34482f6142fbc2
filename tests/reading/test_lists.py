"""Lists of criteria: what the members share, and that their order does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from said import said
from test_eligibility import read

from protorun.study.criterion import All, Any, Expr, Flag, Judgment, Treated, Unparsed

ILLNESSES = (
    "stroke",
    "asthma",
    "pancreatitis",
    "abscess",
    "fistula",
    "deep vein thrombosis",
    "skull fracture",
    "pericarditis",
    "gout",
)
TIMES = ("within 6 months", "in the past 2 years", "within 28 days prior to enrollment")
MEMBERS = st.lists(st.sampled_from(ILLNESSES), min_size=2, max_size=5, unique=True)


def excluded(words: str) -> Expr:
    return read(f"Exclusion Criteria:\n\n* {words}\n")["E1"].expr


def listed(members: list[str]) -> str:
    return f"{', '.join(members[:-1])} or {members[-1]}"


def members_of(expr: Expr) -> list[Expr]:
    assert isinstance(expr, Any), said(expr)
    return list(expr.parts)


@settings(max_examples=60, deadline=None)
@given(MEMBERS, st.sampled_from(TIMES))
def test_a_time_at_the_end_of_a_list_goes_for_each_member(members, time):
    once = excluded(f"{listed(members)} {time}")
    each = excluded(listed([f"{m} {time}" for m in members]))
    assert said(once) == said(each)


@settings(max_examples=60, deadline=None)
@given(MEMBERS, st.sampled_from(("", *TIMES)), st.randoms())
def test_the_order_of_a_list_does_not_matter(members, time, random):
    other = random.sample(members, len(members))
    one, two = excluded(f"{listed(members)} {time}"), excluded(f"{listed(other)} {time}")
    assert sorted(map(said, members_of(one))) == sorted(map(said, members_of(two)))


@settings(max_examples=30, deadline=None)
@given(MEMBERS)
def test_a_slash_is_an_or(members):
    assert said(excluded("/".join(members))) == said(excluded(listed(members)))


@pytest.mark.parametrize(
    "words",
    [
        "Pleural effusion, pericardial effusion, or ascites requiring frequent drainage",
        "Psychiatric illness or social situations that would limit compliance",
        "Diabetes, hypertension or asthma that would be unsafe in the opinion of the investigator",
        "Clinically significant bleeding or thrombosis",
    ],
)
def test_what_narrows_a_list_leaves_no_member_that_excludes_alone(words):
    for member in members_of(excluded(words)):
        narrowed = isinstance(member, All) and isinstance(member.parts[-1], (Unparsed, Judgment))
        needs = isinstance(member, Flag) and "requiring_frequent_drainage" in member.qualifiers
        assert narrowed or needs or isinstance(member, (Unparsed, Judgment)), said(member)


@pytest.mark.parametrize(
    "words",
    [
        "Stroke or abscess within 6 months",
        "Severe trauma or bleeding",
        "Pneumonitis or pericarditis requiring steroids",
        "Clinically significant bleeding or thrombosis",
    ],
)
def test_the_narrower_reading_of_a_shared_part_is_kept_beside(words):
    (criterion,) = read(f"Exclusion Criteria:\n\n* {words}\n").values()
    assert criterion.alternatives
    assert all(a.expr != criterion.expr for a in criterion.alternatives)


def test_a_lasting_illness_before_a_treatment_keeps_no_time():
    """Diabetes is no event: the four weeks are those of the treatment."""
    first, second = members_of(excluded("Diabetes or chemotherapy within 4 weeks"))
    assert isinstance(first, Flag)
    assert isinstance(second, Treated)
    assert first.window is None
    assert second.window is not None


@pytest.mark.parametrize(
    "lead",
    [
        "None of the following:",
        "Absence of the following",
        "No prior history of",
        "Must not have any of these:",
    ],
)
def test_what_stands_below_a_denial_is_denied(lead: str) -> None:
    below = read(f"Inclusion Criteria:\n\n* {lead}\n  * gout\n  * asthma\n")
    assert [said(c.expr) for c in below.values()] == ["not gout", "not Asthma"]


@pytest.mark.parametrize("lead", ["At least two of the following:", "No more than 2 of the following:"])
@pytest.mark.parametrize("heading", ["Inclusion", "Exclusion"])
def test_so_many_of_a_list_are_no_single_one(lead: str, heading: str) -> None:
    (criterion,) = read(f"{heading} Criteria:\n\n* {lead}\n  * gout\n  * asthma\n").values()
    assert criterion.klass == "partial"
    assert criterion.residual
