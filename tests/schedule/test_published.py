"""The calendars of the five published records with the offered defaults: each arm to the day and the mg."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from protorun.read import read
from protorun.schedule import lay_out, schedule_of_activities
from protorun.study.assume import take_defaults

MONDAY = date(2024, 6, 17)


@cache
def _read(file: Path):
    (study,) = read(file)
    return study


@pytest.fixture
def study(seeds: Path):
    return lambda seed: _read(next(seeds.glob(f"{seed}_*.txt")))


def doses(lines, *blocks):
    return [(x.day, x.amount) for x in lines if x.kind != "activity" and x.block.startswith(blocks)]


def test_sacituzumab_and_pemetrexed(study):
    known = take_defaults(study("000"), needed_for="schedule")
    lines = lay_out(known, "single", start=MONDAY, weight_kg=60, cycles=4)
    assert doses(lines, "sacituzumab") == [(d, 600) for d in (1, 8, 22, 29, 43, 50, 64, 71)]
    assert doses(lines, "pemetrexed") == [(d, 15) for d in (2, 5, 9, 12, 16, 23, 30, 37, 65)]
    assert {x.condition for x in lines if x.block == "pemetrexed_maintenance"} == {"effective"}
    lower = lay_out(known, "single", start=MONDAY, weight_kg=60, cycles=4, level="10 mg")
    assert doses(lower, "pemetrexed") == [(d, 10) for d in (2, 5, 9, 12, 16, 23, 30, 37, 65)]


def test_as_published_the_days_of_the_week_and_the_month_are_missing_and_the_rest_is_there(study):
    lines = lay_out(study("000"), "single", start=MONDAY, weight_kg=60, cycles=2)
    assert doses(lines, "sacituzumab") == [(d, 600) for d in (1, 8, 22, 29)]
    missing = {x.block: x.missing for x in lines if x.block.startswith("pemetrexed")}
    assert "blocks[pemetrexed_induction].week_days" in missing["pemetrexed_induction"]
    assert "blocks[pemetrexed_consolidation].start" in missing["pemetrexed_consolidation"]
    assert "blocks[pemetrexed_maintenance]" in missing["pemetrexed_maintenance"]
    assert {x.on for x in lines if x.block.startswith("pemetrexed")} == {None}


@pytest.mark.parametrize(
    ("arm", "weekly", "fractions"),
    [
        ("concomitant_therapy", "pemetrexed_concomitant", 20),
        ("intrathecal_pemetrexed_alone", "pemetrexed_consolidation", 0),
    ],
)
def test_pemetrexed_with_or_without_radiotherapy(study, arm, weekly, fractions):
    known = take_defaults(study("001"), needed_for="schedule")
    lines = lay_out(known, arm, start=MONDAY, weight_kg=60, cycles=1)
    assert doses(lines, "pemetrexed_induction") == [(d, 10) for d in (1, 4, 8, 11)]
    assert doses(lines, weekly) == [(d, 10) for d in (15, 22, 29, 36)]
    rt = [x for x in lines if x.kind == "fraction"]
    assert len(rt) == fractions
    if rt:
        assert (rt[0].on, rt[-1].on) == (date(2024, 7, 1), date(2024, 7, 26))
        assert sum(x.amount for x in rt) == 40
        assert {x.on.weekday() for x in rt} == {0, 1, 2, 3, 4}


def test_the_intrathecal_dose_of_the_second_trial_is_never_invented(study):
    for arm in study("001").arms:
        lines = lay_out(study("001"), arm.id, start=MONDAY, weight_kg=60, cycles=1)
        assert {x.amount for x in lines if x.kind == "dose"} == {None}


def test_t_dxd_waits_for_the_rp2d_and_gives_270_mg_into_the_vein_for_50_kg(study):
    known = take_defaults(study("002"), needed_for="schedule")
    lines = lay_out(known, "phase_1_arm_b", start=MONDAY, weight_kg=50, cycles=3)
    assert doses([x for x in lines if x.on], "t_dxd") == [(1, 270)]
    assert [x.route for x in lines if x.blocked_by] == ["intrathecal", "intravenous"]
    first = lay_out(known, "phase_1_arm_a", start=MONDAY, weight_kg=50, cycles=3)
    assert doses(first, "t_dxd") == [(1, None), (22, None), (22, 270), (43, None), (43, 270)]
    for arm in known.arms[2:]:
        (line,) = (
            x for x in lay_out(known, arm.id, start=MONDAY, weight_kg=50, cycles=1) if x.kind == "dose"
        )
        assert line.blocked_by.startswith("RP2D")
        assert (line.on, line.amount) == (None, None)


def test_conquer_has_nothing_to_date(study):
    for arm in study("003").arms:
        lines = lay_out(take_defaults(study("003")), arm.id, start=MONDAY, weight_kg=60, cycles=1)
        assert {(x.on, x.amount) for x in lines if x.kind == "dose"} == {(None, None)}


def test_ivonescimab_and_sacituzumab_by_label(study):
    known = take_defaults(study("004"), needed_for="schedule")
    lines = lay_out(
        known, "single", start=MONDAY, weight_kg=70, cycles=2, ended={"progression": date(2024, 7, 15)}
    )
    assert doses(lines, "ivonescimab") == [(1, 1400), (22, 1400)]
    assert doses(lines, "trop2_adc") == [(1, 700), (8, 700), (22, 700)]  # day 29 is the day of progression


@pytest.mark.parametrize("seed", ["000", "001", "002", "003", "004"])
def test_every_arm_has_a_grid_with_a_row_for_each_block(study, seed):
    known = study(seed)
    for arm in known.arms:
        rows = schedule_of_activities(known, arm.id)
        assert len(rows) >= len(arm.blocks)
