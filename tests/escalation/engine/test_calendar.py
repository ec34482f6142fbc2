"""Designs on a calendar: against exact results, and against days counted by hand. dfcrm is compared in oracle/dosefinding."""

from dataclasses import fields

import numpy as np
import pytest

from dose_rules import study_with, two_states
from protorun.errors import UsageError
from protorun.escalation import design_for, exact
from protorun.escalation._for_study import as_design
from protorun.escalation.boin import make as boin
from protorun.escalation.crm import make as crm
from protorun.escalation.engine.calendar import (
    Accrual,
    Leaving,
    Piecewise,
    Timing,
    Uniform,
    WeibullLate,
    by_calendar,
    with_replacement,
)
from protorun.escalation.engine.calendar.decided import Decided
from protorun.escalation.engine.calendar.summary import Ended
from protorun.escalation.engine.calendar.timing import DAYS_IN_A_MONTH
from protorun.escalation.engine.calendar.trials import play
from protorun.escalation.engine.states import begin
from protorun.escalation.modifiers import Cohorts, StopAt
from protorun.escalation.rolling_six import make as rolling_six
from protorun.escalation.tite_boin import make as tite_boin
from protorun.escalation.tite_crm import TiteCrm
from protorun.escalation.tite_crm import make as tite_crm
from protorun.trial.outcomes import Outcomes

RATES = (0.05, 0.12, 0.25, 0.40, 0.55)
LABELS = tuple("12345")
DYING = Leaving(death_median_days=3.5 * DAYS_IN_A_MONTH)


def z(found, expected, trials):
    """Standard errors between shares of trials and probabilities."""
    p = np.asarray(expected)
    return np.abs(np.asarray(found) - p) / np.sqrt(np.maximum(p * (1 - p), 1e-6) / trials)


def test_replacement_raises_the_rate_that_is_seen():
    """23.9 % die within 42 days: .2 becomes .2233 and .1 becomes .1133."""
    timing = Timing(42, Accrual(14), leaving=DYING)
    assert np.exp(-42 * DYING.hazard) == pytest.approx(1 - 0.239, abs=5e-4)
    np.testing.assert_allclose(with_replacement([0.2, 0.1], timing), [0.2233, 0.1133], atol=5e-5)
    np.testing.assert_allclose(with_replacement([0.2, 0.1], Timing(42, Accrual(14))), [0.2, 0.1], atol=1e-12)


@pytest.mark.parametrize("gap", [14, 60])
@pytest.mark.parametrize("reading", ["fill_to_six", "three_plus_three"])
def test_nct06462092_with_deaths_and_replacement(reading, gap):
    """Median survival 3.5 months, window 42 days: phase II at 15 mg in .5983 (fill to six), 10.15 patients treated."""
    design = design_for(study_with(two_states()), reading=reading)
    timing = Timing(42, Accrual(gap), leaving=DYING)
    expected = exact(design, with_replacement([0.1, 0.2], timing), firing="immediate")
    found = by_calendar(design, [0.1, 0.2], timing=timing, trials=20_000, seed=3)
    # What is decided early when arrivals are slow or fast differs; the dose handed on does not.
    assert (z(found.selected[0], expected.selected[0], 20_000) < 4).all()
    if reading == "fill_to_six":
        assert expected.selected[0, 1] == pytest.approx(0.5983, abs=5e-5)
        assert gap > 14 or found.calendar.treated[0] == pytest.approx(10.15, abs=0.05)
    assert found.calendar.treated[0] >= found.calendar.evaluable[0] + found.calendar.replaced[0] - 1e-9


@pytest.mark.parametrize(
    "design",
    [
        boin(LABELS, target=0.25),
        tite_boin(LABELS, target=0.25),
        rolling_six(LABELS),
        crm(LABELS, target=0.25, ncohort=5),
    ],
    ids=lambda d: d.name,
)
def test_slow_arrivals_reproduce_the_exact_result(design):
    expected = exact(design, [RATES], firing="immediate")
    found = by_calendar(design, [RATES], timing=Timing(1, Accrual(2, "fixed")), trials=10_000)
    assert (z(found.selected[0], expected.selected[0], 10_000) < 4).all()
    assert z(found.stopped, expected.stopped, 10_000) < 4
    np.testing.assert_allclose(found.n, expected.n, rtol=0.03, atol=0.06)
    np.testing.assert_allclose(found.dlt, expected.dlt, rtol=0.05, atol=0.05)
    assert found.calendar.replaced[0] == found.calendar.suspended[0] == 0


@pytest.mark.parametrize(
    "design", [boin(LABELS, target=0.25), rolling_six(LABELS), tite_boin(LABELS, target=0.25)]
)
def test_replacement_on_a_slow_calendar_is_a_change_of_rates(design):
    """Each place is decided by its own patient before the next one comes."""
    timing = Timing(1, Accrual(2, "fixed"), leaving=Leaving(death_median_days=3, dropout_median_days=4))
    expected = exact(design, with_replacement([RATES], timing), firing="immediate")
    found = by_calendar(design, [RATES], timing=timing, trials=10_000, seed=2)
    assert (z(found.selected[0], expected.selected[0], 10_000) < 4).all()
    assert found.calendar.replaced[0] > 5


def test_a_cohort_whose_first_patients_leave_is_filled_at_its_level():
    """Four of ten leave: what BOIN decided is not decided again by the level's older counts."""
    timing = Timing(1, Accrual(1.5, "fixed"), leaving=Leaving(death_median_days=2, dropout_median_days=3))
    design = boin(LABELS, target=0.25)
    expected = exact(design, with_replacement([RATES], timing), firing="immediate")
    found = by_calendar(design, [RATES], timing=timing, trials=40_000)
    assert (z(found.selected[0], expected.selected[0], 40_000) < 4).all()


def test_a_level_whose_patients_left_is_not_skipped():
    """TITE-CRM after 1 of level 1 and one of level 2 who left: level 2 again, not 3."""
    design = as_design(TiteCrm(0.25, RATES) + Cohorts(1) + StopAt(10), levels=5)
    counts = np.array([[3, 0, 0, 0, 0]], np.int16)
    decision = design.decide(Outcomes(np.array([1], np.int16), counts, 0 * counts, 0 * counts))
    assert (decision.code(), decision.level[0]) == ("capped_no_skip", 1)


def timeline(design, gap, *, trials=1, **more):
    """Trials without DLTs and a fixed gap, whose days can be counted on a sheet."""
    timing = Timing(30, Accrual(gap, "fixed"), **more)
    return by_calendar(design, np.zeros(design.levels), timing=timing, trials=trials).calendar


def test_days_counted_by_hand():
    """BOIN, two cohorts of three, a candidate every 10 days, outcomes after 30: treated on days 10, 20 and 30, known on 40,
    50 and 60. Those of days 40 and 50 are lost, on day 60 the second cohort begins and the last outcome comes on day 110."""
    design = boin(LABELS, target=0.25, ncohort=2)
    times = timeline(design, 10)
    assert (times.duration[0], times.suspended[0], times.treated[0]) == (110, 20, 6)
    # The candidate of day 40 waits until day 60 and is treated beside the one of day 60; the sixth comes on day 70.
    times = timeline(design, 10, while_suspended="waits")
    assert (times.duration[0], times.suspended[0]) == (100, 20)
    # dfcrm's end: the last arrival (day 80) and a window; without the first gap all comes 10 days earlier.
    assert timeline(design, 10, ends="last_arrival_and_window").duration[0] == 110
    no_gap = Timing(30, Accrual(10, "fixed", first_gap=False))
    assert by_calendar(design, [np.zeros(5)], timing=no_gap, trials=1).calendar.duration[0] == 100


def test_rolling_six_holds_only_the_seventh_candidate():
    """A candidate every 10 days: six on days 10 to 60, four of them known on day 70, five on day 80, when the next level
    opens; so at each of the four levels below the top one candidate is lost and 10 days are."""
    assert timeline(rolling_six(LABELS), 10).suspended[0] == 4 * 10
    # Every 4 days: six on days 4 to 24; suspended from day 28 to the fifth outcome on day 50.
    assert timeline(rolling_six(("1", "2")), 4).suspended[0] == 50 - 28
    # All six must be known: until day 54.
    assert timeline(rolling_six(("1", "2"), strict=True), 4).suspended[0] == 54 - 28


def test_tite_boin_suspends_while_more_than_half_are_pending():
    """A candidate every day, window 30: three on days 1 to 3; on day 32 two of three are known: accrual reopens."""
    times = timeline(tite_boin(LABELS, target=0.25, ncohort=2), 1)
    assert times.suspended[0] == 32 - 4
    # Those of days 32, 33 and 34 go to the next level; their outcomes come on days 62 to 64.
    assert times.duration[0] == 64


def test_time_saves_days_and_tells_about_the_same_dose():
    timing = Timing(90, Accrual(10))
    plain = by_calendar(boin(LABELS, target=0.25), [RATES], timing=timing, trials=2000)
    tite = by_calendar(tite_boin(LABELS, target=0.25), [RATES], timing=timing, trials=2000)
    assert tite.calendar.duration[0] < 0.7 * plain.calendar.duration[0]
    assert abs(tite.selected[0, 2] - plain.selected[0, 2]) < 0.08


@pytest.mark.parametrize(
    "design",
    [
        boin(LABELS, target=0.25),
        tite_boin(LABELS, target=0.25),
        tite_crm(LABELS, target=0.25, scheme="adaptive"),
    ],
    ids=lambda d: d.name,
)
def test_a_trial_is_the_same_in_any_batch(design):
    timing = Timing(42, Accrual(10), leaving=DYING, onset=WeibullLate(0.7))
    whole = play(design, np.array(RATES), timing, np.arange(300), seed=5)
    parts = play(design, np.array(RATES), timing, np.arange(300), seed=5, batch=37)
    alone = play(design, np.array(RATES), timing, np.array([123]), seed=5)
    for field in fields(Ended):
        np.testing.assert_array_equal(getattr(whole, field.name), getattr(parts, field.name), field.name)
        np.testing.assert_array_equal(getattr(whole, field.name)[[123]], getattr(alone, field.name))


def test_one_more_toxic_level_shows_a_dlt_wherever_a_milder_one_did():
    """The same candidates under every design and every rate."""
    timing = Timing(1, Accrual(2, "fixed"))
    design = as_design(TiteCrm(0.25, (0.25,)) + Cohorts(1) + StopAt(10), levels=1)
    low, high = (play(design, np.array([p]), timing, np.arange(500), seed=1).dlt for p in (0.2, 0.4))
    assert (high >= low).all()
    assert (high > low).any()


def test_onsets_by_their_quantiles():
    u = (np.arange(10_000) + 0.5) / 10_000
    for late in (0.2, 0.5, 0.8):
        for rate in (0.05, 0.3, 0.9, 1.0):
            share = WeibullLate(late).share(u, np.full(u.shape, rate))
            assert ((share >= 0) & (share <= 1)).all()
            assert rate == 1.0 or (share > 0.5).mean() == pytest.approx(late, abs=2e-4)
    share = Piecewise((0.5, 0.25, 0.25, 0.0)).share(u, u)
    np.testing.assert_allclose(np.quantile(share, [0.5, 0.75]), [0.25, 0.5], atol=1e-3)
    assert share.max() <= 0.75
    assert (Uniform().share(u, u) == u).all()


def test_reasons_and_shares_add_up():
    found = by_calendar(
        tite_boin(LABELS, target=0.25),
        [RATES, (0.5,) * 5],
        timing=Timing(42, Accrual(10), leaving=DYING),
        trials=500,
    )
    np.testing.assert_allclose(found.selected.sum(axis=1) + found.stopped, 1)
    np.testing.assert_allclose(found.size_probability.sum(axis=1), 1)
    np.testing.assert_allclose(found.ended.sum(axis=1), 1)
    np.testing.assert_allclose(found.calendar.evaluable, found.total)
    assert found.trials == 500
    assert found.error > 0
    assert found.stopped[1] > 0.5


def test_two_states_with_one_hash_are_told_apart(monkeypatch):
    from protorun.escalation.engine.calendar import decided

    monkeypatch.setattr(decided, "_factors", lambda columns: np.zeros(columns, np.uint64))
    design = boin(LABELS, target=0.25)
    start = begin(0, 5, keep_last=True).outcomes()
    memory = Decided(design)
    for n, dlt in ((3, 0), (3, 3), (0, 0)):
        seen = start.where(np.array([0]))
        seen.n[0, 0], seen.dlt[0, 0] = n, dlt
        seen.last_n[0], seen.last_dlt[0] = n, dlt
        decision = design.decide(seen)
        assert memory.moves(seen).tolist() == [[decision.action[0], decision.level[0], decision.reason[0]]]


def test_it_refuses_what_cannot_be():
    good = Timing(42, Accrual(14))
    with pytest.raises(UsageError, match="between 0 and 1"):
        by_calendar(boin(LABELS, target=0.25), [[2.0] * 5], timing=good)
    with pytest.raises(UsageError, match="at least one trial"):
        by_calendar(boin(LABELS, target=0.25), [RATES], timing=good, trials=0)
    for bad in (
        lambda: Timing(0, Accrual(14)),
        lambda: Accrual(0),
        lambda: Accrual(1, "never"),
        lambda: WeibullLate(1),
        lambda: Piecewise((0.5, 0.6)),
        lambda: Leaving(death_median_days=-1),
        lambda: Timing(1, Accrual(1), while_suspended="maybe"),
        lambda: Timing(1, Accrual(1), ends="never"),
    ):
        with pytest.raises(UsageError):
            bad()
