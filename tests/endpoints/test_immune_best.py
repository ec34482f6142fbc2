"""Best response by iRECIST: the sequences of Seymour 2017, and laws that hold for every course."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.endpoints import best_immune_rows, course_of, policy
from protorun.trial.response import Response
from protorun.trial.tables import calls, patients

CODES = {r.text: int(r) for r in Response}
SETTINGS = policy("admiral_template")
WORDS = ["iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD", "NE"]


def best(words, *, gap: int = 42, order=slice(None)):
    day = np.arange(1, len(words) + 1, dtype=np.int32) * gap
    overall = np.array([CODES[w] for w in words], np.int8)
    zero = np.zeros(len(words), np.int32)
    return best_immune_rows(
        zero, day[order], overall[order], reference_on=np.zeros(1, np.int32), settings=SETTINGS
    )


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["iUPD", "iPR", "iPR"], "iPR"),
        (["iUPD", "iCPD"], "iCPD"),
        (["iUPD", "NE"], "iUPD"),
        (["iSD", "iUPD", "iCPD", "iCR"], "iSD"),
        (["iCR", "iUPD", "iCPD"], "iCR"),
        (["NE"], "NE"),
    ],
)
def test_sequences_of_the_paper(words, answer):
    assert Response(int(best(words).ibor[0])).text == answer


def test_a_progression_is_dated_to_the_first_iupd_of_the_stretch_that_ends_confirmed():
    found = best(["iUPD", "iSD", "iUPD", "NE", "iUPD", "iCPD"])
    assert (found.progression_row[0], found.progression_on[0]) == (2, 3 * 42)
    assert found.confirming_progression_row[0] == 5


def test_an_iupd_that_nothing_but_ne_follows_is_pending():
    assert best(["iSD", "iUPD", "NE"]).pending_row[0] == 1
    assert best(["iUPD", "iSD"]).pending_row[0] == -1
    assert best(["iUPD", "iCPD"]).pending_row[0] == -1


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), st.integers(0, 50))
def test_the_order_of_rows_does_not_matter_and_nothing_after_a_confirmed_progression_counts(words, seed):
    whole = best(words)
    order = np.random.default_rng(seed).permutation(len(words))
    mixed = best(words, order=order)
    for f in fields(whole):
        mine, other = getattr(whole, f.name), getattr(mixed, f.name)
        if f.name.endswith("_row"):
            other = np.append(order, -1)[other]
        np.testing.assert_array_equal(mine, other, f.name)
    if "iCPD" in words:
        cut = best(words[: words.index("iCPD") + 1])
        for f in fields(whole):
            np.testing.assert_array_equal(getattr(whole, f.name), getattr(cut, f.name), f.name)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7))
def test_a_later_ne_changes_nothing(words):
    before, after = best(words), best([*words, "NE"])
    for f in fields(before):
        np.testing.assert_array_equal(getattr(before, f.name), getattr(after, f.name), f.name)


def test_a_response_after_the_first_scan_of_a_new_lesion_is_none_once_the_lesion_is_clear():
    """An equivocal lesion at day 84 that is clear at day 126 dates the progression to day 84 (RECIST 1.1, 4.3.5)."""
    zero, day = np.zeros(3, np.int32), np.array([42, 84, 126], np.int32)
    points = calls(zero, zero, day, np.array([Response.SD, Response.PR, Response.PD]))
    points.progression_on[2] = 84
    course = course_of(patients(zero[:1], zero[:1]), points)
    assert [Response(int(c)).name for c in course.overall[0]] == ["SD", "PD", "PD"]
    assert course.row.tolist() == [[0, 1, 2]]
