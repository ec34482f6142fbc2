"""The mirror pages and their traps, one test each; the pages are in our own words."""

from pathlib import Path

import pytest

from protorun.records import open_records, recognize

FIXTURES = Path(__file__).parent / "fixtures"


def page(name):
    return (FIXTURES / f"{name}.txt").read_text(encoding="utf-8")


def of(name):
    return open_records(FIXTURES / f"{name}.txt")[0]


def changed(name, *edits):
    text = page(name)
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return recognize(text.encode(), f"{name}.txt")[0]


def texts(record, field):
    return [p.text for p in record.all(field)]


def rows(record):
    return [
        {p.field.removeprefix("related."): p.text for p in found} for _, found in record.groups("related")
    ]


# Summary, description, key lines, See also.


def test_a_status_with_a_comma_is_one_status():
    assert texts(of("summary_and_see_also"), "status.overall") == ["Active, not recruiting"]


def test_phase_n_a_is_a_value_and_a_missing_phase_is_not():
    assert texts(of("summary_and_see_also"), "phase") == ["N/A"]
    without = changed("summary_and_see_also", ("Phase N/A\n", ""))
    assert texts(without, "phase") == []
    assert texts(changed("summary_and_see_also", ("Phase N/A\n", "Phase\n")), "phase") == []
    assert changed("summary_and_see_also", ("Phase N/A\n", "Phase\n")).absent["phase"] == "empty label"


def test_a_date_keeps_the_precision_that_is_printed():
    record = of("summary_and_see_also")
    assert (record.first("date.start").text, record.first("date.completion").text) == (
        "July 2024",
        "June 15, 2027",
    )


def test_what_is_no_date_is_left_over_and_not_stated():
    record = changed("summary_and_see_also", ("Start date July 2024", "Start date soon after July"))
    assert record.first("date.start") is None
    assert any("'Start date'" in left.reason for left in record.leftovers)


def test_related_rows_with_and_without_a_phase_and_with_brackets_open():
    assert rows(of("summary_and_see_also")) == [
        {
            "status": "Active, not recruiting",
            "nct": "NCT00000102",
            "title": "A Phase 2 Study of Something (in (Brackets)",
            "phase": "Phase 1/Phase 2",
        },
        {"status": "Terminated", "nct": "NCT00000103", "title": "Registry Without a Phase [Her2(+]"},
        {"status": "Completed", "nct": "NCT00000104", "title": "Observation of Patients", "phase": "N/A"},
    ]


def test_a_related_trial_gives_its_number_to_nobody_else():
    assert texts(of("summary_and_see_also"), "identifier.nct") == ["NCT00000101"]


def test_a_row_that_is_no_related_trial_is_left_over():
    record = changed("summary_and_see_also", ("Completed NCT00000104 - ", "Maybe NCT00000104 - "))
    assert len(rows(record)) == 2
    assert any(left.source.quote.startswith("Maybe NCT00000104") for left in record.leftovers)


def test_the_semicolon_that_closes_the_description_is_not_part_of_it():
    description = of("summary_and_see_also").first("summary.detailed").text
    assert description.endswith("the drug is given twice.")


def test_a_heading_inside_the_description_does_not_end_it():
    record = of("summary_and_see_also")
    assert "Study Design\n\nThis is a heading inside" in record.first("summary.detailed").text
    assert record.absent["design.text"] == "empty label"


def test_a_description_that_only_repeats_the_summary_is_none():
    record = recognize(
        b"Clinical Trial Summary\n\nThe summary.\n\nClinical Trial Description\n\nThe summary. ;\n\nStudy Design\n\n"
        b"Related Conditions & MeSH terms\n\nNCT number NCT00000001\nStudy type Interventional\n\nSee also\n"
    )[0]
    assert record.first("summary.detailed") is None
    assert record.absent["summary.detailed"] == "empty label"


def test_empty_labels_and_what_the_layout_never_carries_are_two_kinds_of_absence():
    absent = of("summary_and_see_also").absent
    assert {absent[f] for f in ("condition", "design.text", "contact.phone")} == {"empty label"}
    assert {absent[f] for f in ("eligibility.criteria", "arm.label", "outcome.primary", "title.brief")} == {
        "layout"
    }


def test_the_keys_may_stand_in_any_order():
    record = changed(
        "summary_and_see_also", ("Phase N/A\n", ""), ("Contact n/a\n", "Contact n/a\nPhase Phase 3\n")
    )
    assert texts(record, "phase") == ["Phase 3"]


def test_conditions_are_read_when_the_site_prints_them():
    heading = "Related Conditions & MeSH terms\n"
    record = changed("summary_and_see_also", (heading, heading + "\n* Brain Neoplasms\n* Phase Disorder\n"))
    assert texts(record, "condition") == ["Brain Neoplasms", "Phase Disorder"]


# The detail page of the same mirror.


def test_the_status_of_the_detail_page_stands_in_its_heading():
    record = of("administrative_details")
    assert texts(record, "status.overall") == ["Active, not recruiting"]
    assert texts(record, "date.completion") == ["May 2026"]
    assert texts(record, "date.verified") == ["February 2024"]


def test_the_criteria_of_the_detail_page_end_with_their_section():
    record = of("administrative_details")
    assert record.first("eligibility.criteria").text.endswith("- Pregnancy")
    assert texts(record, "allocation") == ["Randomized"]
    assert texts(record, "masking") == ["None (Open Label)"]


def test_a_key_word_inside_the_description_is_no_key():
    record = of("administrative_details")
    assert "Contact: none of these words" in record.first("summary.detailed").text
    assert texts(record, "contact.name") == ["n/a"]


# Labels with help.


def test_a_value_ends_where_the_next_label_starts_without_a_blank_line():
    record = of("labels_with_help")
    assert texts(record, "eligibility.healthy_volunteers") == ["No"]
    assert texts(record, "study_type") == ["Interventional"]
    assert texts(record, "sponsor.lead") == ["University of Somewhere"]
    assert texts(record, "sponsor.class") == ["Other"]


def test_a_sentence_between_label_and_value_is_not_the_value():
    record = of("labels_with_help")
    assert texts(record, "phase") == ["Phase 1", "Phase 2"]
    assert [left.reason for left in record.leftovers] == ["stands between 'Phase' and its value"]


def test_a_label_word_inside_the_criteria_is_no_label():
    record = of("labels_with_help")
    assert "\nConditions\n" in record.first("eligibility.criteria").text
    assert texts(record, "condition") == ["Solid Tumor, Adult", "Brain Cancer"]


def test_a_line_without_a_bullet_stays_with_the_criteria():
    assert of("labels_with_help").first("eligibility.criteria").text.endswith("is cured may take part.")


def test_a_country_may_hold_a_comma():
    assert texts(of("labels_with_help"), "country") == [
        "Iran, Islamic Republic of",
        "Korea, Republic of",
        "United States",
    ]


def test_an_arm_label_is_glued_to_its_text_as_printed():
    arms = [{p.field: p.text for p in found} for _, found in of("labels_with_help").groups("arm")]
    assert arms == [
        {
            "arm.type": "Experimental",
            "arm.label": "Phase I/Arm A(Given Into the Vein)",
            "arm.description": "Patients receive the drug.",
        },
        {"arm.type": "No Intervention", "arm.label": "Control"},
    ]


def test_a_number_of_a_geographic_database_is_no_part_of_a_place():
    site = {p.field: p.text for p in dict(of("labels_with_help").groups("site"))["site/0"]}
    assert site["site.city"] == "Sometown"
    assert site["site.state"] == "Some Province"
    assert site["site.postal_code"] == "200032"
    assert site["site.country"] == "China"


def test_a_comma_in_the_name_of_a_site_stays_in_it():
    assert texts(of("labels_with_help"), "site.facility") == ["Hospital, North", "Clinic"]


def test_a_masked_e_mail_is_no_e_mail():
    record = of("labels_with_help")
    assert texts(record, "site.contact_email") == []
    assert texts(record, "site.contact_phone") == ["+1 555 0101 #3"]


def test_the_name_of_a_region_is_no_contact():
    record = of("labels_with_help")
    assert texts(record, "site.contact_name") == ["Ada Example, MD"]


# Title, summary, bullets.


def test_every_glyph_of_the_list_opens_an_item_and_escapes_stay_in_the_quote():
    criteria = of("title_summary_bullets").first("eligibility.criteria").text
    assert [line[0] for line in criteria.splitlines()] == ["•", "•", "•", "‣", "∙", "⁃"]
    assert r"≥80\*10\^9/L" in criteria


def test_a_page_of_bullets_carries_no_number_and_no_labels():
    absent = of("title_summary_bullets").absent
    assert {absent[f] for f in ("identifier.nct", "phase", "arm.label", "date.start")} == {"layout"}


def test_a_summary_of_several_paragraphs_ends_at_the_first_bullet():
    record = changed("title_summary_bullets", ("two hospitals.", "two hospitals.\n\nIt goes on here."))
    assert record.first("summary.brief").text.endswith("It goes on here.")


# Bare cells.


def test_bars_part_conditions_and_interventions_but_not_a_bar_inside_a_name():
    record = of("bare_cells")
    assert texts(record, "condition") == ["Breast Cancer, Male", "Brain Metastases"]
    assert texts(record, "intervention.name") == ["Madeupinib | Plus", "Radiotherapy, 30 Gy"]
    assert texts(record, "intervention.type") == ["DRUG", "RADIATION"]


def test_outcomes_with_commas_in_every_part():
    record = of("bare_cells")
    found = [{p.field.rpartition(".")[2]: p.text for p in group} for _, group in record.groups("outcome")]
    assert found == [
        {
            "measure": "Objective response rate (ORR)",
            "description": "ORR is the share of patients with response, by RANO-BM",
            "time_frame": "Up to 12 weeks",
        },
        {
            "measure": "Progression-free survival (PFS)",
            "description": "Time from enrollment to progression, or death",
            "time_frame": "From enrollment until progression or death, whichever comes first, up to 24 months",
        },
        {"measure": "Overall survival", "time_frame": "3 years"},
    ]


def test_the_description_comes_last_and_keeps_its_full_width_brackets():
    assert of("bare_cells").first("summary.detailed").text.endswith("at one hospital（NOWHERE）.")


def test_a_summary_may_run_over_paragraphs():
    assert of("bare_cells").first("summary.brief").text == (
        "This study asks whether the drug helps.\n\nIt has two parts."
    )


# No known layout.


def test_a_fallback_reading_is_always_called_one():
    record = of("labels")
    assert record.format == "labels"
    assert any("fallback" in warning for warning in record.warnings)


def test_only_a_value_of_the_right_kind_is_taken_behind_a_label():
    record = of("labels")
    assert texts(record, "date.start") == ["2021-03"]
    assert texts(record, "date.completion") == []
    assert any("Study Completion Date\nsoon" in left.source.quote for left in record.leftovers)


def test_labels_inside_texts_are_not_labels():
    record = of("labels")
    assert texts(record, "phase") == ["Phase 2"]
    assert "Treatment: one tablet a day." in record.first("summary.brief").text
    assert "1. Age: 18 Years or older" in record.first("eligibility.criteria").text
    assert texts(record, "eligibility.sex") == ["All"]
    assert texts(record, "eligibility.minimum_age") == ["18 Years"]


def test_a_time_frame_in_brackets_belongs_to_its_outcome():
    found = {p.field: p.text for p in dict(of("labels").groups("outcome"))["outcome/0"]}
    assert found == {
        "outcome.primary.measure": "Objective response rate",
        "outcome.primary.time_frame": "12 weeks",
        "outcome.primary.description": "Share of patients with response.",
    }


@pytest.mark.parametrize(
    "line",
    [
        "Phase: Phase 2",
        "**Phase:** Phase 2",
        "| Phase | Phase 2 |",
        "Phase\tPhase 2",
        "- Phase: Phase 2",
        "Phase\nPhase 2",
    ],
)
def test_a_label_and_its_value_may_be_set_in_many_ways(line):
    text = page("labels").replace("Phase: Phase 2", line, 1)
    assert texts(recognize(text.encode())[0], "phase") == ["Phase 2"]


def test_the_first_long_line_is_the_title_when_no_label_names_one():
    assert texts(of("labels"), "title.brief") == [
        "A Phase 2 Study of a Made-Up Drug in Adults With a Made-Up Disease"
    ]


OVERVIEW = """Made-Up Drug in Adults With a Made-Up Disease

ClinicalTrials.gov ID NCT00000112

Study Overview

Brief Summary
This study asks whether the drug helps.

Eligibility:
People with the disease are looked for.

Official Title
A Study of a Made-Up Drug

Conditions
Solid Tumor
Brain Metastases

Intervention / Treatment
Drug: Madeupinib

Study Start (Actual)
2021-03-01

Enrollment (Estimated)
34

Participation Criteria

Eligibility Criteria
Description
Inclusion Criteria:

* Consent

Exclusion Criteria:

* Pregnancy

Ages Eligible for Study
18 Years and older (Adult, Older Adult)

Sexes Eligible for Study
All

Arms and Interventions

Experimental: Arm A
Patients receive the drug.
Drug: Madeupinib

What is the study measuring?

Primary Outcome Measures

Response
The share of patients with response.
It is counted twice.
Time Frame: 12 weeks

Toxicity

Time Frame: Cycle 1
"""


@pytest.fixture(scope="module")
def overview():
    return recognize(OVERVIEW.encode(), "overview.txt")[0]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("identifier.nct", ["NCT00000112"]),
        ("title.brief", ["Made-Up Drug in Adults With a Made-Up Disease"]),
        ("title.official", ["A Study of a Made-Up Drug"]),
        ("condition", ["Solid Tumor", "Brain Metastases"]),
        ("intervention.name", ["Madeupinib"]),
        ("date.start", ["2021-03-01"]),
        ("enrollment", ["34"]),
        ("eligibility.ages", ["18 Years and older (Adult, Older Adult)"]),
        ("eligibility.sex", ["All"]),
        ("arm.label", ["Arm A"]),
        ("outcome.primary.measure", ["Response", "Toxicity"]),
        ("outcome.primary.time_frame", ["12 weeks", "Cycle 1"]),
        ("phase", []),
        ("status.overall", []),
    ],
)
def test_a_page_with_labels_on_lines_of_their_own(overview, field, values):
    assert texts(overview, field) == values


def test_a_heading_with_a_colon_inside_a_text_whose_label_has_none_belongs_to_the_text(overview):
    assert overview.first("summary.brief").text.endswith("People with the disease are looked for.")


def test_the_criteria_begin_behind_the_nearest_label(overview):
    assert overview.first("eligibility.criteria").text == (
        "Inclusion Criteria:\n\n* Consent\n\nExclusion Criteria:\n\n* Pregnancy"
    )


def test_lines_between_measure_and_time_frame_are_the_description(overview):
    first = {p.field: p.text for p in dict(overview.groups("outcome"))["outcome/0"]}
    assert first["outcome.primary.description"].endswith("It is counted twice.")
