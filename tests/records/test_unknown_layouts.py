"""Pages of no known layout, and known pages that are damaged: what cannot be cut for sure is not presented as stated."""

import pytest

from protorun.reading import understand
from protorun.records import recognize
from protorun.study.record import Passage, Record
from protorun.study.study import Study
from records.test_recognize import bytes_of


def page(*lines: str) -> Record:
    (record,) = recognize("\n".join(lines).encode(), "page.txt")
    return record


def read(*lines: str) -> Study:
    return understand(page(*lines))


def first(record: Record, field: str) -> Passage:
    found = record.first(field)
    assert found is not None
    return found


HEAD = ("Trial ID: NCT00000123", "Study title: A Study of One Drug in Solid Tumors", "Phase: Phase 2")
BODY = ("Sponsor: Somewhere University", "Start date: 2024-07-01")


def test_texts_of_an_unknown_page_are_inferred_and_its_numbers_are_stated() -> None:
    study = read(*HEAD, *BODY, "Summary: We give the drug.", "Eligible sex: All")
    assert study.summary.basis == "derived"
    assert "inferred" in study.summary.note
    assert study.nct == "NCT00000123"
    assert study.dates.start.basis == study.sponsor.lead.basis == "stated"


def test_what_stands_below_a_list_of_other_trials_is_not_of_this_one() -> None:
    study = read(
        *HEAD, *BODY, "Similar trials", "Phase: Phase 4", "Start date: 2011-01-01", "Status: Completed"
    )
    assert study.phases.value == ("Phase 2",)
    assert study.dates.start.value == "2024-07-01"
    assert study.status.value is None


def test_the_foot_of_a_site_is_no_contact() -> None:
    study = read(
        *HEAD, *BODY, "Sign up to our newsletter", "Email: someone@example.org", "Phone: 0123 456789"
    )
    assert study.contacts == ()


def test_a_field_with_two_values_has_none() -> None:
    record = page(*HEAD, *BODY, "Phase: Phase 3", "Start date: 2012-01-01", "Enrollment: 30")
    assert record.all("phase") == record.all("date.start") == ()
    assert any("several values" in warning for warning in record.warnings)


@pytest.mark.parametrize(
    ("line", "below", "field"),
    [
        ("Email:", "Affiliation: Somewhere", "contact.email"),
        ("Phone", "Monday to Friday", "contact.phone"),
        ("Acronym", "Study hypothesis", "title.acronym"),
        ("Allocation", "Patients are seen weekly", "allocation"),
    ],
)
def test_the_next_line_is_no_value_when_it_cannot_be_one(line: str, below: str, field: str) -> None:
    assert page(*HEAD, *BODY, line, below).first(field) is None


def test_a_printed_nothing_is_no_text() -> None:
    assert page(*HEAD, *BODY, "Detailed description: Not Provided").first("summary.detailed") is None


def test_a_value_in_a_column_goes_on_in_that_column() -> None:
    record = page(
        *HEAD[:1], "Title           A Study of One Drug", "                in Many Tumors", *BODY, HEAD[2]
    )
    assert first(record, "title.brief").text.split() == [
        "A",
        "Study",
        "of",
        "One",
        "Drug",
        "in",
        "Many",
        "Tumors",
    ]


def test_numbered_sections_have_labels() -> None:
    record = page(*HEAD[:1], "A.3 Full title of the trial", "One Drug in Solid Tumors", *BODY, HEAD[2])
    assert first(record, "title.official").text == "One Drug in Solid Tumors"


def test_a_label_in_another_form_than_the_page_prints_is_part_of_the_text() -> None:
    rows = ["NCT NUMBER: NCT00000123", "PHASE: Phase 2", "SPONSOR: Somewhere", "START DATE: 2024-07-01"]
    record = page(
        *rows, "SUMMARY: We give a drug.", "Sponsor: another one", "DESCRIPTION: Twice.", "SEX: All"
    )
    assert first(record, "summary.brief").text == "We give a drug.\nSponsor: another one"
    assert first(record, "summary.detailed").text == "Twice."
    assert first(record, "sponsor.lead").text == "Somewhere"


@pytest.mark.parametrize("layout", ["summary_and_see_also", "labels_with_help"])
def test_two_records_in_one_page_are_two_records(layout: str) -> None:
    one = bytes_of(layout)
    records = recognize(one + b"\n\n" + one, "two.txt")
    (alone,) = recognize(one, "one.txt")
    assert len(records) == 2
    for record in records:
        assert [(p.field, p.text) for p in record.passages] == [(p.field, p.text) for p in alone.passages]
        assert all(record.quote(p.source) == p.text for p in record.passages)


def test_a_page_cut_off_in_its_description_says_so() -> None:
    text = bytes_of("summary_and_see_also").decode()
    (record,) = recognize(text[: text.index("Patients receive") + 12].encode())
    assert not first(record, "summary.detailed").sure
    assert any("not whole" in warning for warning in record.warnings)


def test_a_first_line_of_sentences_is_no_sure_title() -> None:
    (record,) = recognize("We give a drug. Then we look.\n\n• Adults\n• Able to walk\n• No fever\n".encode())
    assert not first(record, "title.official").sure


def test_character_entities_are_read() -> None:
    study = read(*HEAD, "Sponsor: Smith &amp; Sons", "Start date: 2024-07-01")
    assert study.sponsor.lead.value == "Smith & Sons"
