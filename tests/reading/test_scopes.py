"""Whom a criterion is for: titles of lists and titles inside them, labels before an entry, brackets behind it."""

from __future__ import annotations

import pytest
from test_eligibility import read

from protorun.reading.eligibility.trees.walks import leaves
from protorun.study.criterion import Treated

LISTS = "Inclusion Criteria:\n\n* ECOG 0-1\n\n{title}\n\n* Melanoma\n"


def scopes(text: str) -> dict[str, str]:
    return {" ".join(c.text.split()): c.scope for c in read(text).values()}


@pytest.mark.parametrize(
    ("title", "scope"),
    [
        ("Inclusion Criteria for Sub Study 2:", "sub study 2"),
        ("Additional Inclusion Criteria for HCC Participants", "hcc participants"),
        ("Sibling Inclusion Criteria for Gene Testing:", "sibling, gene testing"),
        ("Cohort B (2L Esophageal Carcinoma [ESCC]) - Specific Inclusion Criteria:", None),
        ("Part 2 (H&N cancer)", "part 2 (h&n cancer)"),
        ("Study Group:", "study group"),
        ("For Triplet combination ovarian cancer:", "triplet combination ovarian cancer"),
        ("Healthy controls:", "healthy controls"),
        ("Inclusion criteria: healthy subjects", "healthy subjects"),
        ("Cohorts A1 and A2 must meet the following enrollment criteria:", "cohorts a1 and a2"),
    ],
)
def test_a_title_limits_what_stands_below_it_and_nothing_above(title, scope):
    found = scopes(LISTS.format(title=title))
    assert found["ECOG 0-1"] == ""
    assert found["Melanoma"] == (scope or "cohort b (2l esophageal carcinoma [escc])")


@pytest.mark.parametrize(
    "title",
    [
        "Key Inclusion Criteria:",
        "Common Inclusion Criteria for All Participants",
        "General inclusion criteria for all cohorts",
        "Inclusion criteria (all must be met):",
        "Inclusion Criteria at Screening:",
        "Patients must meet all of the following criteria:",
        "DISEASE CHARACTERISTICS:",
    ],
)
def test_a_title_for_everybody_limits_nothing(title):
    assert scopes(LISTS.format(title=title))["Melanoma"] == ""


def test_a_title_with_a_number_reaches_to_the_next_number():
    found = scopes(
        "Inclusion Criteria:\n\n1. ECOG 0-1\n2. CRPC subjects (Phase 2a Cohort 4 ONLY):\n\n"
        "   * Prior docetaxel\n   * Melanoma\n3. Age >= 18 years\n"
    )
    assert found == {
        "ECOG 0-1": "",
        "Prior docetaxel": "crpc subjects (phase 2a cohort 4)",
        "Melanoma": "crpc subjects (phase 2a cohort 4)",
        "Age >= 18 years": "",
    }


def test_an_entry_with_entries_of_its_own_does_not_limit_those_behind_it():
    found = scopes(
        "Inclusion Criteria:\n\n* Cohort B: patients with prior surgery must fulfill the following requirements:\n"
        "  * Melanoma\n* Age >= 18 years\n"
    )
    assert found["Age >= 18 years"] == ""
    assert found["Melanoma"] == "cohort b: patients with prior surgery"


def test_one_cohort_ends_where_the_next_begins_also_deeper_in():
    found = scopes(
        "Inclusion Criteria:\n\n1. Subjects (Cohort 12 ONLY)\n\n   * Melanoma\n\n     2, Subjects (Cohort 14 ONLY)\n   * Asthma\n"
    )
    assert found["Asthma"] == "subjects (cohort 14)"


def test_a_part_above_both_lists_limits_both():
    found = scopes(
        "Part A:\n\nInclusion Criteria:\n\n* Melanoma\n\nExclusion Criteria:\n\n* Asthma\n\n"
        "Part B:\n\nInclusion Criteria:\n\n* Eczema\n"
    )
    assert found == {"Melanoma": "part a", "Asthma": "part a", "Eczema": "part b"}


def test_a_list_of_cohorts_is_no_list_of_titles():
    text = "Inclusion Criteria:\n\n* Metastatic disease for the respective cohort:\n\n  1. Cohort B1 (Melanoma)\n  2. Cohort B2 (Asthma)\n"
    (criterion,) = read(text).values()
    assert "Cohort B2" in criterion.text
    assert criterion.klass == "partial"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("Chemotherapy within 4 weeks (Part 2 only)", "part 2"),
        ("Presence of a KRAS mutation (applicable only to the lung cohort).", "lung cohort"),
        ("Subjects with rare tumors (Cohort 10 ONLY) Melanoma", "subjects with rare tumors (cohort 10)"),
        ("For the six-patient safety cohort, subjects must have melanoma", "six-patient safety cohort"),
        ("Inclusion criterion for the dose-escalation: melanoma", "dose-escalation"),
    ],
)
def test_words_before_and_behind_an_entry_limit_it(text, scope):
    (criterion,) = read(f"Inclusion Criteria:\n\n* {text}\n").values()
    assert criterion.scope == scope
    assert criterion.text == text


@pytest.mark.parametrize(
    "text",
    ["Surgery, or chemotherapy (Part 2 only)", "Lesions by RECIST (cohorts 3, 4), or mRECIST (cohort 1)"],
)
def test_a_bracket_behind_the_last_of_several_does_not_limit_them_all(text):
    (criterion,) = read(f"Inclusion Criteria:\n\n* {text}\n").values()
    assert criterion.scope == ""
    assert criterion.klass != "computable"


def test_diseases_before_neighboring_entries_limit_each():
    found = scopes(
        "Inclusion Criteria:\n\n* NSCLC: no more than 2 prior lines of chemotherapy\n* Melanoma: no prior treatment with nivolumab\n"
        "* Measurable disease\n"
    )
    assert list(found.values()) == ["nsclc", "melanoma", ""]


def test_those_turned_away_at_the_end_of_the_sentence_begin_the_exclusions():
    (criterion,) = read(
        "Participants who meet any of these criteria will be disqualified from the study:\n\n1. Pregnancy\n"
    ).values()
    assert criterion.polarity == "exclusion"


def test_a_bracket_in_a_title_limits_the_line_below_and_no_list_behind_it():
    found = scopes(
        "Inclusion Criteria:\n\nCoagulation profile (for patients not receiving anticoagulation):\n\nINR < 1.5\n\n* Melanoma\n"
    )
    assert found == {"INR < 1.5": "patients not receiving anticoagulation", "Melanoma": ""}


def test_what_the_allowed_must_have_is_asked_of_them_only():
    found = scopes(
        "Inclusion Criteria:\n\n1. Participants with controlled HIV are allowed:\n\n   * CD4 count > 350 cells/mcL\n2. Melanoma\n"
    )
    assert found == {"CD4 count > 350 cells/mcL": "participants with controlled hiv", "Melanoma": ""}


def excluded(*lines: str) -> list:
    return list(read("Exclusion Criteria:\n\n" + "\n".join(lines) + "\n").values())


def test_a_requirement_below_an_exclusion_excludes_nobody():
    (only,) = excluded(
        "* Active hepatitis B. To be included the patients must have:", "  * Negative HBsAg test"
    )
    assert only.klass == "partial"
    assert [p.atom for p in only.expr.parts] == ["flag", "unparsed"]


def test_allowances_alone_below_an_exclusion_leave_the_exclusion_standing():
    (only,) = excluded(
        "* Active autoimmune disease:", "  * Vitiligo is allowed", "  * Type 1 diabetes is permitted"
    )
    assert only.klass == "partial"
    assert [p.atom for p in only.expr.parts] == ["flag", "unparsed"]


def test_exceptions_on_the_same_level_are_exceptions_until_a_capital_begins_anew():
    first, second = excluded(
        "* Prior malignancy except for:", "* localised prostate cancer", "* cured skin cancer", "* Pregnancy"
    )
    assert "prostate" in first.text
    assert first.expr.atom == "unless"
    assert second.text == "Pregnancy"


def test_one_exception_is_one_entry():
    _, second = excluded(
        "* Colitis with the following exception:",
        "* Patients with a colectomy are eligible",
        "* Patients with asthma",
    )
    assert second.text == "Patients with asthma"


def test_a_list_of_parts_before_an_entry_is_its_scope():
    found = scopes("Inclusion Criteria:\n\n* Parts A, C and F: ECOG 0-1\n")
    assert list(found.values()) == ["parts a, c and f"]


def test_a_sentence_for_all_stages_is_the_heading_of_its_list():
    found = scopes(
        "Inclusion Criteria:\n\n* Patients must meet all the following inclusion criteria to be enrolled in the study (applied to all"
        " patients screened in the run-in and expansion stages, unless specified):\n\n  1. Melanoma\n  2. ECOG 0-1\n"
    )
    assert found == {"Melanoma": "", "ECOG 0-1": ""}


def test_the_name_of_a_cohort_is_no_treatment_of_the_patient():
    (criterion,) = read("Inclusion Criteria:\n\n* Prior surgery, nivolumab expansion cohort\n").values()
    assert not any(
        "nivolumab" in leaf.classes for leaf in leaves(criterion.expr) if isinstance(leaf, Treated)
    )
    assert criterion.klass != "computable"
