"""Single values inside printed ones."""

import pytest

from protorun.records.pages.help_text import fingerprint, recognize_help
from protorun.records.pages.labeled import in_order
from protorun.records.passages.values import conditions, fits, phases, places, related_row


def cut(text, spans):
    return [text[a:b] for a, b in spans]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Phase 1/Phase 2", ["Phase 1", "Phase 2"]),
        ("PHASE1|PHASE2", ["PHASE1", "PHASE2"]),
        ("Early Phase 1", ["Early Phase 1"]),
        ("Phase II", ["Phase II"]),
        ("N/A", ["N/A"]),
        ("Phase 1 Phase 2", ["Phase 1", "Phase 2"]),
        ("Phase 2: Studies that gather data", []),
        ("Phase 12", []),
        ("", []),
    ],
)
def test_one_span_per_printed_phase_and_none_among_other_words(text, found):
    assert cut(text, phases(text)) == found


@pytest.mark.parametrize(
    ("kind", "text", "yes"),
    [
        ("status", "Active, not recruiting", True),
        ("status", "Recruiting soon", False),
        ("date", "July 2024", True),
        ("date", "June 15, 2024 (Estimated)", True),
        ("date", "soon", False),
        ("count", "1,024 participants", True),
        ("count", "40 to 50", False),
        ("ages", "18 Years and Over", True),
        ("ages", "6 Months - 16 Years", True),
        ("ages", "18 Years and older (Adult, Older Adult)", True),
        ("ages", "adults who are well", False),
        ("sex", "Both", True),
        ("sex", "All comers", False),
        ("nct", "NCT01234567", True),
        ("nct", "NCT012345678", False),
        ("status", "x" * 100_000, False),
    ],
)
def test_a_closed_kind_takes_only_its_own_values(kind, text, yes):
    assert fits(kind, text) is yes


def test_countries_with_a_comma_in_their_name():
    text = "Chile, Korea, Republic of, Moldova, Republic of, Spain"
    assert cut(text, places(text)) == ["Chile", "Korea, Republic of", "Moldova, Republic of", "Spain"]


def test_conditions_with_a_comma_in_their_name():
    text = "Solid Tumor, Adult, Neoplasms, Lung, Melanoma, Breast Cancer, triple negative"
    assert cut(text, conditions(text)) == [
        "Solid Tumor, Adult",
        "Neoplasms, Lung",
        "Melanoma",
        "Breast Cancer, triple negative",
    ]


def test_a_related_row_is_split_left_and_right_of_its_number():
    row = related_row("Completed NCT00000001 - A Phase 2 Study of NCT00000002 Patients Phase 3")
    assert row is not None
    assert set(row) == {"status", "nct", "title", "phase"}


def test_a_row_with_an_unknown_status_is_no_row():
    assert related_row("Perhaps NCT00000001 - A Study") is None


def test_the_longest_rising_run_of_labels_skips_words_inside_texts():
    assert in_order([0, 5, 1, 2, 5, 3, 5]) == [0, 2, 3, 5, 6]
    assert in_order([0, 1, 1, 2]) == [0, 1, 3]
    assert in_order([0, 1, 1, 2], last=True) == [0, 2, 3]
    assert in_order([]) == []


def test_a_help_sentence_is_known_by_its_hash_and_no_text_of_it_is_stored():
    # The first words of a sentence of one mirror; its hash alone stands in the table.
    assert (
        recognize_help("The disease, disorder, syndrome, illness, or injury that is being studied.")
        == "known"
    )
    assert recognize_help("A drug that is being studied.") == ""
    assert all(len(part) == 16 for part in fingerprint("Any sentence at all, of any length.")[:2])
