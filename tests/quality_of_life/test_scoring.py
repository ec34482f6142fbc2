"""Scales by hand: what the scoring manuals say about answers and about missing ones."""

import numpy as np
import pytest

from protorun.errors import PatientDataError, PluginNotFound
from protorun.quality_of_life import questionnaire, questionnaires, score_answers, why_missing

NONE = np.nan


def one(key: str, **answers: float) -> dict[str, float]:
    asked = questionnaire(key)
    row = np.array([[answers.get(item, NONE) for item in asked.items]])
    return dict(zip([s.name for s in asked.scores], score_answers(asked, row).value[0], strict=True))


def test_a_functioning_scale_is_100_at_best_and_a_symptom_scale_at_worst() -> None:
    found = one("qlq_c30", q1=1, q2=1, q3=1, q4=1, q5=1, q14=4, q15=4, q29=7, q30=7)
    assert (found["PF"], found["NV"], found["QL"]) == (100, 100, 100)


def test_the_mean_of_the_answered_items_stands_for_a_scale_that_is_half_answered() -> None:
    assert one("qlq_c30", q21=2, q22=3)["EF"] == pytest.approx((1 - 1.5 / 3) * 100)
    assert np.isnan(one("qlq_c30", q21=2)["EF"])
    assert np.isnan(one("qlq_c30", q1=2, q2=2)["PF"])  # two of five are fewer than half


def test_a_fact_scale_needs_more_than_half_and_is_rounded_before_totals_are_added() -> None:
    exactly_half = one("fact_g", GE1=0, GE2=4, GE3=0)
    assert np.isnan(exactly_half["EWB"])
    assert one("fact_g", GE1=0, GE2=4, GE3=0, GE4=1)["EWB"] == 22.5  # 4 + 4 + 4 + 3 of 4 items, times 6
    assert one("fact_g", **{f"GF{i}": 1 for i in range(1, 6)}, GF6=2)["FWB"] == 8.167


def test_a_fact_total_needs_more_than_80_percent_of_the_items() -> None:
    answers = dict.fromkeys(questionnaire("fact_g").items, 2)
    few = {k: v for k, v in answers.items() if k not in ("GP1", "GP2", "GP3", "GS1", "GS2", "GE1")}
    assert one("fact_g", **answers)["FACTG"] == 54
    assert np.isnan(one("fact_g", **few)["FACTG"])  # 21 of 27 = 78 %
    assert one("fact_g", **few, GE1=2)["FACTG"] == 54  # 22 of 27 = 81 %


def test_the_sexual_scales_of_the_br23_are_not_turned() -> None:
    assert one("qlq_br23", q44=4, q45=4)["BRSEF"] == 100
    assert {s.name: s.better for s in questionnaire("qlq_br23").scales}["BRSEF"] == "high"


def test_item_43_of_the_lc13_changes_no_score() -> None:
    np.testing.assert_equal(one("qlq_lc13", q31=2, q43=4), one("qlq_lc13", q31=2))


@pytest.mark.parametrize("wrong", [0, 5, 1.5, -1, np.inf])
def test_an_answer_the_item_does_not_allow_is_refused_with_its_place(wrong: float) -> None:
    with pytest.raises(PatientDataError, match=r"row 1.*q3|q3.*row 1"):
        one("qlq_c30", q3=wrong)


def test_items_29_and_30_of_the_c30_go_to_seven() -> None:
    assert one("qlq_c30", q29=7, q30=1)["QL"] == 50


def test_a_missing_score_says_why() -> None:
    asked = questionnaire("qlq_c30")
    scores = score_answers(asked, np.full((1, 30), NONE))
    assert why_missing(asked, scores, 0, 1) == "0 of 5 items answered; at least half are needed"
    assert why_missing(asked, scores, 0, 15).startswith("no score of PF, RF")


def test_an_unknown_questionnaire_lists_what_there_is() -> None:
    with pytest.raises(PluginNotFound, match="qlq_c30"):
        questionnaire("sf_36")


@pytest.mark.parametrize("key", questionnaires())
def test_no_item_text_is_shipped_and_every_scale_has_items_of_the_questionnaire(key: str) -> None:
    asked = questionnaire(key)
    assert {i for s in asked.scales for i in s.items} <= set(asked.items)
    assert all(set(s.reverse) <= set(s.items) for s in asked.scales)
    assert all(len(item) <= 5 for item in asked.items)
    assert all({*t.of, *t.turned} <= {s.name for s in asked.scales} for t in asked.totals)


def test_rows_do_not_touch_one_another() -> None:
    asked = questionnaire("fact_br")
    rng = np.random.default_rng(7)
    answers = np.where(rng.random((40, 46)) < 0.3, NONE, rng.integers(0, 5, (40, 46)).astype(float))
    whole = score_answers(asked, answers).value
    order = rng.permutation(40)
    np.testing.assert_array_equal(score_answers(asked, answers[order]).value, whole[order])
    np.testing.assert_array_equal(
        np.concatenate([score_answers(asked, answers[i : i + 1]).value for i in range(40)]), whole
    )
