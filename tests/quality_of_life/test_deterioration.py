"""Baseline, change and time to deterioration of one scale."""

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.quality_of_life import Course, Deterioration, baseline_rows, change, deterioration
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Status

NEVER = np.array([NO_DAY], np.int32)
START = np.array([100], np.int32)


def course(*rows: tuple[int, float]) -> Course:
    return Course(
        np.zeros(len(rows), np.int64), np.array([d for d, _ in rows]), np.array([float(v) for _, v in rows])
    )


def time(rows: list[tuple[int, float]], died: int | None = None, **switches: object) -> Deterioration:
    given = {"points": 10, "better": "high", "definitive": False, "death": "ignore"} | switches
    return deterioration(course(*rows), START, NEVER if died is None else np.array([died], np.int32), **given)


def said(found: Deterioration) -> tuple[int, str, str]:
    return int(found.days[0]), Status(int(found.status[0])).name, found.why(0)


def test_baseline_is_the_last_score_on_or_before_the_start() -> None:
    given = course((80, 50), (100, 60), (101, 70))
    assert baseline_rows(given, START).tolist() == [1]
    np.testing.assert_array_equal(change(given, baseline_rows(given, START)), [-10, 0, 10])


def test_a_missing_score_at_the_start_leaves_the_earlier_one_as_baseline() -> None:
    assert baseline_rows(course((80, 50), (100, np.nan)), START).tolist() == [0]


def test_exactly_the_points_are_a_deterioration_and_the_start_is_day_1() -> None:
    assert said(time([(100, 60), (120, 51), (130, 50)])) == (31, "EVENT", "deterioration")


def test_where_low_is_better_a_rise_is_the_deterioration() -> None:
    assert said(time([(100, 20), (120, 10), (130, 30)], better="low")) == (31, "EVENT", "deterioration")


def test_a_definitive_deterioration_is_one_nobody_recovers_from() -> None:
    rows = [(100, 60), (120, 40), (130, 60), (140, 40), (150, 50)]
    assert said(time(rows))[0] == 21
    assert said(time(rows, definitive=True)) == (41, "EVENT", "deterioration")
    assert said(time([*rows, (160, 60)], definitive=True)) == (
        61,
        "CENSORED",
        "no deterioration by the last score",
    )


@pytest.mark.parametrize(
    ("death", "expected"),
    [
        ("event", (51, "EVENT", "death")),
        ("censor", (21, "CENSORED", "no deterioration by death")),
        ("ignore", (21, "CENSORED", "no deterioration by the last score")),
    ],
)
def test_death_is_what_the_protocol_makes_of_it(death: str, expected: tuple[int, str, str]) -> None:
    assert said(time([(100, 60), (120, 60)], died=150, death=death)) == expected


def test_without_a_baseline_nothing_is_decided() -> None:
    assert said(time([(120, 10)])) == (0, "UNDETERMINED", "no score on or before the start")


def test_without_a_later_score_the_time_ends_at_the_start() -> None:
    assert said(time([(90, 60)])) == (1, "CENSORED", "no score after the start")
    assert said(time([(90, 60)], died=110, death="event")) == (11, "EVENT", "death")


def test_nothing_after_the_cutoff_is_known() -> None:
    assert said(time([(100, 60), (120, 60), (130, 10)], cutoff=125))[1] == "CENSORED"
    assert said(time([(100, 60)], died=130, death="event", cutoff=125))[1] == "CENSORED"


def test_points_must_be_positive() -> None:
    with pytest.raises(UsageError, match="positive"):
        time([(100, 60)], points=0)


def test_order_of_rows_and_other_patients_change_nothing() -> None:
    rng = np.random.default_rng(3)
    patient, day = np.repeat(np.arange(30), 6), np.tile(np.arange(90, 150, 10), 30)
    score = np.where(rng.random(180) < 0.2, np.nan, rng.integers(0, 101, 180).astype(float))
    start, died = (
        np.full(30, 100, np.int32),
        np.where(rng.random(30) < 0.3, 145, NO_DAY).astype(np.int32),
    )
    switches = {"points": 10, "better": "high", "definitive": True, "death": "event"}
    whole = deterioration(Course(patient, day, score), start, died, **switches)
    order = rng.permutation(180)
    mixed = deterioration(Course(patient[order], day[order], score[order]), start, died, **switches)
    np.testing.assert_array_equal(mixed.days, whole.days)
    for who in range(30):
        mine = patient == who
        alone = deterioration(
            Course(patient[mine] * 0, day[mine], score[mine]), start[:1], died[who : who + 1], **switches
        )
        assert alone.days[0] == whole.days[who]


def test_without_a_start_or_with_one_after_the_cutoff_there_is_no_time() -> None:
    rows = [(80, 60), (100, 60), (120, 40)]
    assert said(time(rows, cutoff=99)) == (0, "UNDETERMINED", "the time had not begun by the cutoff")
    assert said(time(rows, cutoff=100)) == (1, "CENSORED", "no score after the start")
    switches = {"points": 10, "better": "high", "definitive": False, "death": "event"}
    found = deterioration(course(*rows), NEVER, np.array([110], np.int32), **switches)
    assert said(found) == (0, "UNDETERMINED", "the day of the start is not known")
