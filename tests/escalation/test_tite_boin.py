"""TITE-BOIN against its published table and an independent computation; no package was run."""

from fractions import Fraction
from math import log

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.escalation import next_dose
from protorun.escalation._for_study import as_design
from protorun.escalation.boin import Boin
from protorun.escalation.tite_boin import Counts, TiteBoin, make
from protorun.trial.outcomes import Outcomes

RULE = TiteBoin(Boin(0.2))
E, S, D, WAIT = "escalate_local", "stay", "de_escalate_local", "wait_suspended"
OUT = "eliminate"

# Target .2 (PMC9260438, table 1, 24 rows; some stand for several numbers of DLTs): patients, DLTs, pending from-to, and
# what follows: one decision, or one below and one from a total follow-up on.
PUBLISHED = [
    (3, 0, 0, 1, E),
    (3, 0, 2, 3, WAIT),
    (3, 1, 0, 2, D),
    (3, 2, 0, 1, OUT),
    (3, 3, 0, 0, OUT),
    (6, 0, 0, 3, E),
    (6, 0, 4, 6, WAIT),
    (6, 1, 0, 3, S),
    (6, 1, 4, 5, WAIT),
    (6, 2, 0, 4, D),
    (6, 3, 0, 3, OUT),
    (6, 4, 0, 2, OUT),
    (9, 0, 0, 4, E),
    (9, 0, 5, 9, WAIT),
    (9, 1, 0, 2, E),
    (9, 1, 3, 3, (S, 0.77, E)),
    (9, 1, 4, 4, (S, 2.15, E)),
    (9, 1, 5, 8, WAIT),
    (9, 2, 0, 0, S),
    (9, 2, 1, 1, (D, 0.52, S)),
    (9, 2, 2, 2, (D, 1.59, S)),
    (9, 2, 3, 3, (D, 2.66, S)),
    (9, 2, 4, 4, (D, 3.73, S)),
    (9, 2, 5, 7, WAIT),
    (9, 3, 0, 6, D),
    (9, 4, 0, 5, OUT),
    (9, 5, 0, 4, OUT),
]


def decided(n, dlt, pending, followed, rule=RULE):
    """The reason at the middle one of three levels, all patients treated there."""
    seen = Outcomes(
        np.array([1], np.int16),
        np.array([[0, n - pending, 0]], np.int16),
        np.array([[0, dlt, 0]], np.int16),
        np.array([[0, pending, 0]], np.int16),
        followed=np.array([[0.0, followed, 0.0]]),
    )
    return as_design(rule, levels=3).decide(seen).code()


@pytest.mark.parametrize(("n", "dlt", "first", "last", "follows"), PUBLISHED)
def test_the_published_table_for_a_target_of_20_percent(n, dlt, first, last, follows):
    for pending in range(first, last + 1):
        if isinstance(follows, str):
            assert {decided(n, dlt, pending, s) for s in np.linspace(0, 0.99 * pending, 5)} == {follows}
            continue
        below, limit, above = follows
        assert decided(n, dlt, pending, limit - 0.006) == below
        assert decided(n, dlt, pending, limit + 0.006) == above


def expected(target, n, dlt, pending, followed):
    """The same rule in other words: each pending patient contributes odds x (1 - its share of the window)."""
    edge = [
        log((1 - b) / (1 - a)) / log(a * (1 - b) / (b * (1 - a)))
        for a, b in ((target, 0.6 * target), (1.4 * target, target))
    ]
    prior = Fraction(str(target)) / 2
    alpha, beta = dlt + prior, n - pending - dlt + 1 - prior
    rate = alpha / (alpha + beta)
    imputed = dlt + float(rate / (1 - rate)) * (pending - followed)
    if pending / n > 0.5 and dlt / n < edge[1]:
        return WAIT
    if imputed / n <= edge[0] and dlt / n < target:
        return E
    return D if imputed / n >= edge[1] and dlt / n > target else S


@pytest.mark.parametrize("target", [0.15, 0.2, 0.25, 0.3, 0.35])
def test_every_decision_up_to_12_patients_equals_an_independent_computation(target):
    rule = TiteBoin(Boin(target))
    for n in (3, 6, 9, 12):
        for pending in range(n + 1):
            for dlt in range(n - pending + 1):
                for followed in np.linspace(0, 0.97 * pending, 4):
                    code = decided(n, dlt, pending, followed, rule)
                    if code != OUT:
                        assert code == expected(target, n, dlt, pending, followed), (
                            n,
                            dlt,
                            pending,
                            followed,
                        )


def test_follow_up_limits_as_printed():
    """.77 and 2.15 to go up with 1 of 9; .52, 1.59, 2.66 and 3.73 to go down with 2 of 9."""
    up = Counts(np.full(2, 9.0), np.ones(2), np.array([3.0, 4.0]), np.zeros(2))
    down = Counts(np.full(4, 9.0), np.full(4, 2.0), np.arange(1.0, 5.0), np.zeros(4))
    np.testing.assert_allclose(RULE.limits(up)[0], [0.77, 2.15], atol=0.005)
    np.testing.assert_allclose(RULE.limits(down)[1], [0.52, 1.59, 2.66, 3.73], atol=0.005)


def test_the_two_settings_of_the_current_program():
    """51 % complete, and a quarter of the window before going up."""
    rule = TiteBoin(Boin(0.2), maxpen=0.49, min_follow_up=0.25)
    assert decided(6, 0, 3, 1.5) == E
    assert decided(6, 0, 3, 1.5, rule) == WAIT
    assert decided(6, 0, 2, 0.6, rule) == E
    assert decided(6, 0, 2, 0.4, rule) == "wait_follow_up"


def test_the_effective_sample_size_counts_follow_up_as_patients():
    """1 of 6 with 3 pending for half a window: 1 / 4.5 = .222 for the limits .157 and .238."""
    rule = TiteBoin(Boin(0.2), estimator="effective")
    assert decided(6, 1, 3, 1.5, rule) == S
    assert decided(6, 1, 3, 1.0, rule) == D  # 1 / 4
    assert decided(9, 1, 3, 0.5, rule) == E  # 1 / 6.5 = .154


def test_closed_levels_stay_closed_when_late_patients_have_no_dlt():
    seen = Outcomes(
        np.array([1]),
        np.array([[3, 6, 0]]),
        np.array([[0, 1, 0]]),
        np.zeros((1, 3), int),
        closed=np.array([[False, True, True]]),
    )
    decision = as_design(RULE, levels=3).decide(seen)
    assert (decision.code(), decision.level[0]) == (OUT, 0)


def test_without_pending_patients_it_is_boin():
    labels = ("1", "2", "3", "4")
    tite, plain = make(labels, target=0.3), as_design(Boin(0.3), levels=4)
    for text in ("1NNN", "1NNN 2NTN", "1NNN 2TTN", "1NNN 2NNN 3TTT"):
        found, same = next_dose(tite, text), next_dose(plain, text)
        assert (found.code(), found.level[0]) == (same.code(), same.level[0])


def test_a_cohort_is_filled_while_others_are_pending_and_the_last_outcomes_are_waited_for():
    design = make(("1", "2"), target=0.3, ncohort=2)
    counts = lambda n, p: Outcomes(  # noqa: E731
        np.array([0]),
        np.array([[n, 0]]),
        np.zeros((1, 2), int),
        np.array([[p, 0]]),
        followed=np.array([[0.1, 0]]),
    )
    assert design.decide(counts(3, 1)).code() == "fill_cohort"
    assert design.decide(counts(3, 3)).code() == "wait_full"


def test_it_says_what_it_wants():
    with pytest.raises(UsageError, match="how long"):
        next_dose(RULE, "1NNP", levels=3)
    with pytest.raises(UsageError, match="shares"):
        TiteBoin(Boin(0.2), maxpen=2)
    with pytest.raises(UsageError, match="estimator"):
        TiteBoin(Boin(0.2), estimator="other")
