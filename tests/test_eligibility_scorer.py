"""The scorer of the eligibility reading: what counts as a match, what as a miss, and what is set aside."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from eligibility_scoring.compare import Score, compare_limits, compare_stretches
from eligibility_scoring.lct import Document, Gold, GoldStretch, _gold, numbers
from eligibility_scoring.limits import Limit, Side, Stretch, same_name, same_unit

TEXT = "- platelet count >= 80 x 10^9/L"


def gold(comparison, target="platelet count", **fields):
    row = {"nct": "N", "line": 0, "section": "inclusion", "target": target, "target_span": (2, 16)}
    row |= {
        "line_text": TEXT,
        "target_type": "Observation",
        "cmp": {"span": (17, 31), "text": comparison, **fields},
    }
    return _gold(row)


def limit(value, unit="10^9/L", variable="platelets", inclusive=True, which="low"):
    return Limit(frozenset({Side(which, value, inclusive)}), unit, variable, 2, 31, TEXT[2:])


def scored(read, *wanted, checked=True, counts=()):
    document = Document(
        "N", TEXT, {0: (0, len(TEXT))}, {0: "inclusion"}, frozenset(), wanted, (), {0: counts}
    )
    score = Score()
    compare_limits(document, read, score, checked=checked)
    return score.found, score.gold, score.right, score.read


LIMIT = gold(">= 80 x 10^9/L", op_norm="GTEQ", value="80", per="L")


def test_the_same_bound_unit_and_variable_is_a_match():
    assert scored([limit(80)], LIMIT) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "read",
    [limit(81), limit(80, inclusive=False), limit(80, which="high"), limit(80, unit="/uL"), limit(80, variable="hemoglobin")],
)  # fmt: skip
def test_another_bound_side_inclusivity_unit_or_variable_is_a_miss_and_a_false_limit(read):
    assert scored([read], LIMIT) == (0, 1, 0, 1)


def test_the_looser_rule_asks_neither_for_the_variable_nor_for_the_unit():
    assert scored([limit(80, unit="", variable="x")], LIMIT, checked=False) == (1, 1, 1, 1)


def test_a_range_is_found_by_one_limit_with_two_sides_or_by_two():
    wanted = gold("between 18 to 25 years", "age", op_norm="BETWEEN", value="25", tunit="years")
    assert wanted.sides == {Side("low", 18, True), Side("high", 25, True)}
    halves = [limit(18, "years", "age"), limit(25, "years", "age", which="high")]
    both = Limit(wanted.sides, "years", "age", 2, 31, "")
    assert scored(halves, wanted) == (1, 1, 2, 2)
    assert scored([both], wanted) == (1, 1, 1, 1)


def test_a_count_the_gold_marks_as_a_count_is_neither_right_nor_wrong():
    assert scored([limit(80), limit(2, "", "attacks")], LIMIT, counts=(2.0,)) == (1, 1, 1, 1)


def test_a_gold_limit_without_comparator_is_not_scored_and_carries_its_reason():
    assert gold("three times the upper limit of normal", value="three").reason == "no comparator in the gold"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("< 50,000/mm3", [50000]),
        ("100x109/L", [100]),
        ("39,99", [39.99]),
        ("II", [2]),
        ("<30 mL/min/1.73 m2", [30]),
    ],
)
def test_numbers_are_read_as_they_are_printed(text, found):
    assert numbers(text) == found


def test_names_of_one_variable_are_the_same_and_those_of_two_are_not():
    assert same_name("platelets", "PLT")
    assert same_name("modified_ashworth_scale", "Ashworth")
    assert not same_name("creatinine", "creatinine clearance")


def test_a_unit_that_names_the_scale_is_no_unit_and_a_gold_without_unit_asks_for_none():
    assert same_unit("", "nyha", "class")
    assert same_unit("mg/dL", "glucose", "")
    assert not same_unit("mg/dL", "glucose", "mmol/L")


def test_a_stretch_must_have_the_amount_the_unit_and_the_side():
    wanted = GoldStretch("N", 0, "surgery", (2, 9), "within 4 weeks", 4, "weeks", "within")
    document = Document("N", TEXT, {0: (0, len(TEXT))}, {}, frozenset(), (), (wanted,), {})
    for read, right in (
        (Stretch(4, "weeks", "within", 2, 9, ""), 1),
        (Stretch(4, "weeks", "either", 2, 9, ""), 1),
        (Stretch(4, "weeks", "beyond", 2, 9, ""), 0),
        (Stretch(28, "days", "within", 2, 9, ""), 0),
    ):
        score = Score()
        compare_stretches(document, [read], score, checked=False)
        assert (score.found, score.right, score.read) == (right, right, 1)


def test_a_gold_limit_has_the_shape_it_is_scored_in():
    assert isinstance(LIMIT, Gold)
    assert (LIMIT.unit, LIMIT.reason) == ("giga/l", "")
