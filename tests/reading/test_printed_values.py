"""Printed values of registry fields as the one word, number or date they stand for."""

import pytest

from protorun.reading.values import age, ages, as_printed, count, fact, partial_date, slug, word, yes_no
from reading.texts import record


@pytest.mark.parametrize(
    ("kind", "printed", "value"),
    [
        ("status", "ACTIVE_NOT_RECRUITING", "Active, not recruiting"),
        ("status", "Active, not recruiting", "Active, not recruiting"),
        ("phase", "PHASE1", "Phase 1"),
        ("phase", "Phase II", "Phase 2"),
        ("phase", "NA", "N/A"),
        ("masking", "None (Open Label)", "open_label"),
        ("allocation", "Non-Randomized", "non_randomized"),
        ("status", "Paused by the moon", "Paused by the moon"),
    ],
)
def test_one_word_for_every_spelling_and_unknown_words_as_printed(
    kind: str, printed: str, value: str
) -> None:
    assert word(kind)(printed) == value


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("18 Years and Over", (18, "years"), None),
        ("6 Months - 16 Years", (6, "months"), (16, "years")),
        ("N/A - 18 Years", None, (18, "years")),
        ("Birth - 99 Years", None, (99, "years")),
        ("18-75 Years", (18, "years"), (75, "years")),
        ("Up to 17 Years", None, (17, "years")),
    ],
)
def test_age_ranges(printed: str, low: tuple[float, str] | None, high: tuple[float, str] | None) -> None:
    found = ages(printed)
    assert found is not None
    assert tuple((a.amount, a.unit) if a else None for a in found) == (low, high)


@pytest.mark.parametrize("printed", ["= 18 years", "adults", "18", "18 Years or 20 Years or 22 Years"])
def test_what_is_no_age_range_is_not_guessed(printed: str) -> None:
    assert ages(printed) is None


def test_ages_counts_dates_and_answers() -> None:
    assert age("30 Days") is not None
    assert age("old") is None
    assert (count("1,024"), count("34 participants"), count("none yet")) == (1024, 34, None)
    assert (partial_date("July 2024"), partial_date("August 19, 2022"), partial_date("soon")) == (
        "2024-07",
        "2022-08-19",
        None,
    )
    assert (yes_no("No"), yes_no("true"), yes_no("maybe")) == (False, True, None)


def test_a_date_nobody_can_read_is_unread_with_its_source_and_never_a_guess() -> None:
    found = fact(record(("date.start", "early spring")), "date.start", partial_date)
    assert (found.basis, found.value, found.sources[0].quote) == ("unread", None, "early spring")


def test_text_keeps_its_signs_and_loses_only_escapes_and_wraps() -> None:
    assert (
        as_printed("TIGIT×PDL1 \\[new\\]\n   second line\n\nnext") == "TIGIT×PDL1 [new] second line\n\nnext"
    )


def test_ids_are_made_of_labels_and_never_taken_twice() -> None:
    assert slug("Phase I/Arm A (escalation)") == "phase_1_arm_a"
    assert slug("Arm A", ["arm_a"]) == "arm_a_2"
    assert len(slug("word " * 50)) <= 40
    assert slug("!!!") == "unnamed"
