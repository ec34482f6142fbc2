"""Masks and the counts that come from them: attrition in any order, first failure, sole reason, relaxing a criterion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from screened_tables import facts, study_of

from protorun.errors import UsageError
from protorun.screening import screen
from protorun.screening.attrition import attrition, first_failure, relaxed, sole_reason
from protorun.screening.masks import Masks, masks, packed
from protorun.study.criterion import Bound, Flag, Number

STUDY = study_of(
    Number(variable="platelets", low=Bound(value=80), unit="10^9/L"),
    Number(variable="ecog", high=Bound(value=2)),
    ("exclusion", Flag(variable="hiv")),
)
TABLE = facts("platelets,ecog,hiv", "80,1,no", "79,3,no", "79,1,no", "80,1,", ",1,yes", "79,,")
FOUND = screen(STUDY, TABLE)
MASKS = masks(FOUND)


def test_a_bit_stands_for_each_criterion_in_protocol_order():
    assert MASKS.fail.tolist() == [[0, 0b011, 0b001, 0, 0b100, 0b001]]
    assert MASKS.unknown.tolist() == [[0, 0, 0, 0b100, 0b001, 0b110]]


def test_sixty_three_criteria_are_two_words_and_no_word_is_negative():
    words = packed(np.ones((63, 2), bool))
    assert words.shape == (2, 2)
    assert words[:, 0].tolist() == [2**62 - 1, 1]


def test_the_first_failure_and_the_sole_reason():
    assert first_failure(MASKS).tolist() == [-1, 0, 0, -1, 2, 0]
    assert sole_reason(MASKS).tolist() == [-1, -1, 0, -1, 2, 0]


def test_attrition_in_protocol_order_and_in_another():
    rows = attrition(MASKS, FOUND.criteria)
    assert [(r["criterion"], r["remain_lenient"], r["remain_strict"]) for r in rows] == [
        ("I1", 3, 2),
        ("I2", 3, 2),
        ("E3", 2, 1),
    ]
    other = attrition(MASKS, FOUND.criteria, ["E3"])
    assert [(r["criterion"], r["remain_lenient"]) for r in other] == [("E3", 5), ("I1", 2), ("I2", 2)]


def test_relaxing_a_criterion_counts_who_no_longer_fails():
    rows = {r["relaxed"]: r for r in relaxed(MASKS, FOUND.criteria)}
    assert [rows[i]["no_longer_ineligible"] for i in ("I1", "I2", "E3")] == [2, 0, 1]
    assert [rows[i]["meet_all_the_rest"] for i in ("I1", "I2", "E3")] == [1, 0, 1]
    (both,) = relaxed(MASKS, FOUND.criteria, ["I1", "I2"])
    assert (both["relaxed"], both["no_longer_ineligible"], both["meet_all_the_rest"]) == ("I1, I2", 3, 2)


def test_an_unknown_criterion_is_refused_by_name():
    with pytest.raises(UsageError, match=r"no criterion 'X9'; there are: I1, I2, E3"):
        attrition(MASKS, FOUND.criteria, ["X9"])


@given(st.lists(st.sets(st.integers(0, 129)), min_size=1, max_size=8), st.integers(0, 129))
def test_counts_by_bits_are_counts_by_hand(failing, k):
    rows = np.array([[i in f for f in failing] for i in range(130)])
    one = Masks(packed(rows), np.zeros_like(packed(rows)), 130)
    assert first_failure(one).tolist() == [min(f, default=-1) for f in failing]
    assert sole_reason(one).tolist() == [next(iter(f)) if len(f) == 1 else -1 for f in failing]
    assert one.failed(k).tolist() == [k in f for f in failing]
    criteria = study_of(*[Flag(variable="hiv")] * 130).eligibility
    (row,) = relaxed(one, criteria, [criteria[k].id])
    assert row["no_longer_ineligible"] == sum(f == {k} for f in failing)
