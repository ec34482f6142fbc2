"""Simulated trials of a compiled design: the same patients for every design, whatever the batch."""

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.escalation import exact
from protorun.escalation.boin import make
from protorun.escalation.engine.monte_carlo import Trials, monte_carlo, play
from protorun.escalation.engine.tabulate import tabulate
from protorun.escalation.three_plus_three import three_plus_three

FIVE = np.array([0.05, 0.12, 0.25, 0.40, 0.55])


def test_simulated_shares_agree_with_the_exact_probabilities():
    for design in (make(tuple("12345"), target=0.25), three_plus_three(tuple("12345"), "bcrm")):
        truth, found = exact(design, FIVE), monte_carlo(design, FIVE, trials=40_000, seed=3)
        p = np.append(truth.selected[0], truth.stopped)
        seen = np.append(found.selected[0], found.stopped)
        assert (np.abs(seen - p) < 4 * np.sqrt(p * (1 - p) / 40_000) + 1e-9).all()
        assert found.error == pytest.approx(np.sqrt(seen * (1 - seen) / 40_000).max())
        assert found.trials == 40_000


def test_trials_do_not_depend_on_the_batch():
    automaton = tabulate(make(tuple("12345"), target=0.3))
    whole = play(automaton, FIVE, Trials(1000, seed=7))
    parts = [play(automaton, FIVE, Trials(250, seed=7, first=at)) for at in (0, 250, 500, 750)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))
    np.testing.assert_array_equal(whole[123:124], play(automaton, FIVE, Trials(1, seed=7, first=123)))


def test_every_state_leads_to_as_many_states_as_its_cohort_can_have_dlts():
    automaton = tabulate(make(tuple("123"), target=0.25, ncohort=4))
    lives = automaton.end < 0
    assert automaton.successor.max() == automaton.states - 1
    assert automaton.successor.min() == 1
    assert len(automaton.successor) == int((automaton.size[lives] + 1).sum())
    assert (automaton.end[~lives] == np.arange((~lives).sum())).all()


def test_sure_and_impossible_dlts_are_sure_and_impossible():
    automaton = tabulate(make(tuple("123"), target=0.25))
    never, always = (monte_carlo(automaton, [p] * 3, trials=2000) for p in (0.0, 1.0))
    assert never.dlt.sum() == 0
    assert never.selected[0, 2] == 1
    assert always.stopped[0] == 1
    assert always.dlt[0, 0] == always.n[0, 0]


def test_more_toxic_patients_never_have_fewer_dlts():
    automaton = tabulate(three_plus_three(tuple("12"), "bcrm"))
    low, high = (monte_carlo(automaton, [p, p], trials=5000) for p in (0.1, 0.4))
    assert low.stopped[0] < high.stopped[0]


def test_no_trials_are_refused():
    with pytest.raises(UsageError, match="at least one trial"):
        monte_carlo(three_plus_three(tuple("12"), "bcrm"), [0.1, 0.2], trials=0)
