"""Simulated two-arm survival trials against lrstat 0.2.15, exact reasoning, and plain loops over single patients."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.statistics import EarlyZero, FlemingHarrington, logrank
from protorun.statistics.design.survival.piecewise import Piecewise, piecewise, steady_accrual
from protorun.statistics.design.survival.simulation import (
    _courses,
    _looks,
    _planned,
    _when,
    simulate_two_arms,
    without_effect,
)
from protorun.statistics.design.survival.two_arms import TwoArms, expected_events

OBRIEN_FLEMING = (2.96258804272755, 2.35901770740747, 2.01408367604017)  # rpact 4.3.0, .5 .75 1, alpha .025


@pytest.fixture(scope="module")
def lrstat(shared: Path) -> dict:
    return json.loads((shared / "data" / "dosefinding" / "logrank_power_mc.json").read_text())


def two_arms(hazard=0.11552453009332421, hr=0.7, dropout=0.01) -> TwoArms:
    hazards = (piecewise(hazard), piecewise(hazard * hr))
    return TwoArms(hazards, (piecewise(dropout), piecewise(dropout)), steady_accrual(25, 12))


def test_power_of_228_events_is_that_of_lrstat(lrstat):
    p = lrstat["params"]
    trial = two_arms(p["lambda2"], p["hr"], p["dropout_hazard"])
    found = simulate_two_arms(trial, p["planned_events"], upper=p["crit"], trials=40_000, seed=1)
    gap = found.power.value - lrstat["overall_reject"]
    assert abs(gap) < 4 * np.hypot(found.power.standard_error, lrstat["se"])
    assert found.mean_duration.value == pytest.approx(lrstat["analysis_time"], abs=0.05)
    assert abs(found.power.value - 0.7646) < 4 * np.hypot(found.power.standard_error, 0.0012)


def test_three_looks_hold_alpha_and_the_events_of_every_look():
    found = simulate_two_arms(
        without_effect(two_arms()), (114, 171, 228), upper=OBRIEN_FLEMING, trials=20_000, seed=2
    )
    assert abs(found.power.value - 0.025) < 4 * found.power.standard_error
    assert set(found.events) == {114, 171, 228}
    assert found.look.max() == 2
    assert sum(
        reject.value + stop.value for reject, stop in map(found.stopped_at, range(3))
    ) == pytest.approx(1)


def test_power_with_a_delayed_effect_is_near_the_calculated_one(shared):
    """lrstat's calculated power with no effect for 4 months; the calculation itself is an approximation."""
    cases = json.loads((shared / "data" / "dosefinding" / "nph_power_lrstat.json").read_text())["cases"]
    (case,) = (c for c in cases if c["hr"] == [1, 0.6])
    hazard = np.log(2) / case["median2"]
    late = piecewise([hazard, 0.6 * hazard], (0, 4))
    trial = replace(two_arms(hazard), event=(piecewise(hazard), late))
    events = [round(float(expected_events(trial, 24).sum()) * part) for part in (0.5, 0.75, 1)]
    found = simulate_two_arms(trial, events, upper=OBRIEN_FLEMING, trials=10_000, seed=3)
    assert found.power.value == pytest.approx(case["overall_reject"], abs=0.02)
    weighted = simulate_two_arms(trial, events, upper=OBRIEN_FLEMING, trials=4_000, weight=EarlyZero(4))
    assert weighted.power.value > found.power.value + 0.05


def test_the_event_that_triggers_the_look_is_in_the_analysis():
    """(a + t) - a may be below t: the trap that took .006 off the power."""
    plan = _planned(two_arms(), _looks(100, 2.0, None), patients=None, block=None)
    found = simulate_two_arms(two_arms(), 100, upper=2.0, trials=500, seed=4)
    courses = _courses(plan, 4, np.arange(500))
    for row in range(0, 500, 50):
        ends = courses.entry[row] + courses.time[row]
        cut = np.sort(ends[courses.died[row]])[99]
        kept = courses.entry[row] <= cut
        event = courses.died[row] & (ends <= cut)
        time = np.where(ends <= cut, courses.time[row], cut - courses.entry[row])
        alone = logrank(time[kept], event[kept], courses.group[row][kept])
        assert event.sum() == found.events[row] == 100
        assert found.z[row] == pytest.approx(-float(alone.z), abs=1e-10)
        assert found.enrolled[row] == kept.sum()


def test_a_trial_is_the_same_in_any_batch_and_order():
    plan = _planned(two_arms(), _looks(30, 2.0, None), patients=60, block=None)
    whole, some = _courses(plan, 9, np.arange(20)), _courses(plan, 9, np.array([17, 3]))
    for name in ("entry", "time", "died", "group"):
        np.testing.assert_array_equal(getattr(whole, name)[[17, 3]], getattr(some, name))
    again = simulate_two_arms(two_arms(), 100, trials=700, seed=9)
    np.testing.assert_array_equal(again.z[:90], simulate_two_arms(two_arms(), 100, trials=90, seed=9).z)


@pytest.mark.parametrize(
    ("ratio", "block", "size", "experimental"), [(1, None, 4, 2), (2, None, 6, 4), (1.5, 10, 10, 6)]
)
def test_arms_come_in_permuted_blocks(ratio, block, size, experimental):
    plan = _planned(replace(two_arms(), ratio=ratio), _looks(20, 2.0, None), patients=60, block=block)
    assert plan.block == size
    courses = _courses(plan, 5, np.arange(200))
    dealt = courses.group.reshape(200, -1, size)
    assert (dealt.sum(axis=-1) == experimental).all()
    first = dealt[:, :, 0].mean()
    assert abs(first - experimental / size) < 4 * np.sqrt(0.25 / dealt[:, :, 0].size)
    assert (np.diff(courses.entry, axis=-1) >= 0).all()


def test_entry_follows_a_piecewise_accrual():
    """A third of the rate in the first half: a quarter of the patients by then."""
    trial = replace(two_arms(), accrual=steady_accrual((10, 30), 12, (0, 6)))
    plan = _planned(trial, _looks(20, 2.0, None), patients=None, block=None)
    entry = _courses(plan, 6, np.arange(400)).entry
    assert plan.patients == 240
    assert entry.min() > 0
    assert entry.max() < 12
    assert (entry < 6).mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.1875 / entry.size))


def test_piecewise_hazards_are_inverted_where_their_integral_says():
    rate = Piecewise((0.0, 2.0, 5.0), (0.5, 0.0, 0.1))
    np.testing.assert_allclose(_when(rate, np.array([0.25, 1.0, 1.2])), [0.5, 2.0, 7.0])
    np.testing.assert_array_equal(
        _when(Piecewise((0.0, 1.0), (1.0, 0.0)), np.array([0.5, 2.0])), [0.5, np.inf]
    )


def test_too_few_events_are_told_and_the_trial_still_ends():
    found = simulate_two_arms(two_arms(dropout=0.2), 290, trials=200, seed=7)
    assert found.short_of_events.value == 1
    assert np.isfinite(found.duration).all()
    assert (found.enrolled == 300).all()


def test_futility_bounds_stop_trials_without_effect_early():
    null = without_effect(two_arms())
    stopped = simulate_two_arms(null, (114, 228), upper=(3, 1.96), lower=(0.5,), trials=2_000, seed=8)
    assert stopped.stopped_at(0)[1].value == pytest.approx(0.6915, abs=4 * np.sqrt(0.25 / 2000))  # Phi(.5)
    assert stopped.mean_events.value < 160
    assert [row["look"] for row in stopped.table()] == [1, 2, "trial"]


def test_what_cannot_be_planned_is_refused():
    for events, upper, more, words in (
        ((100, 90), (2, 2), {}, "rise from 1"),
        ((90, 100), 2.0, {}, "as many upper bounds"),
        (301, 2.0, {}, "more than 300 patients"),
        (100, 2.0, {"block": 5}, "does not hold the ratio"),
        (100, 2.0, {"trials": 0}, "trials must be"),
        ((90, 100), (2, 2), {"lower": (0, 0, 0)}, "lower bounds"),
    ):
        with pytest.raises(UsageError, match=words):
            simulate_two_arms(two_arms(), events, upper=upper, **more)


def test_weights_of_fleming_and_harrington_at_0_0_are_the_log_rank_test():
    plain = simulate_two_arms(two_arms(), 150, trials=100, seed=3)
    np.testing.assert_allclose(
        simulate_two_arms(two_arms(), 150, trials=100, seed=3, weight=FlemingHarrington()).z, plain.z
    )
