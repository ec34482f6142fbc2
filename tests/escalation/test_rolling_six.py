"""Rolling six: a table worked by hand from Frankel 2020 (table 2), and a second, plain enumeration. There is no oracle."""

from functools import cache

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.escalation import exact
from protorun.escalation.rolling_six import RollingSix, make
from protorun.trial.decision import Action
from protorun.trial.outcomes import Outcomes

LABELS = ("one", "two", "three")
SIX = RollingSix(LABELS)


def decided(here, *, at=1, below=(3, 0, 0), above=(0, 0, 0), design=SIX):
    """The decision after (known, DLTs, pending) at a level, the one below and the one above."""
    rows = {at - 1: below, at: here, at + 1: above}
    known, dlt, pending = (np.array([[rows.get(i, (0, 0, 0))[k] for i in range(3)]]) for k in range(3))
    return design.decide(Outcomes(np.array([at], np.int16), known, dlt, pending))


# Known, DLTs, pending at the current level: where the next patient goes.
TABLE = [
    ((0, 0, 1), "roll"),
    ((0, 0, 2), "roll"),
    ((2, 0, 0), "roll"),
    ((3, 0, 0), "escalate"),
    ((2, 0, 1), "roll"),
    ((1, 0, 2), "roll"),
    ((0, 0, 3), "roll"),
    ((2, 1, 0), "roll"),
    ((3, 1, 0), "roll"),
    ((2, 1, 1), "roll"),
    ((2, 2, 0), "de_escalate"),
    ((2, 2, 4), "de_escalate"),
    ((4, 0, 0), "escalate"),
    ((3, 0, 1), "roll"),
    ((4, 1, 0), "roll"),
    ((5, 0, 0), "escalate"),
    ((4, 0, 1), "roll"),
    ((5, 1, 0), "roll"),
    ((6, 0, 0), "escalate"),
    ((5, 0, 1), "escalate"),
    ((4, 0, 2), "wait_pending"),
    ((0, 0, 6), "wait_pending"),
    ((6, 1, 0), "escalate"),
    ((5, 1, 1), "wait_pending"),
    ((3, 1, 3), "wait_pending"),
    ((6, 2, 0), "de_escalate"),
]


@pytest.mark.parametrize(("here", "code"), TABLE)
def test_the_next_patient_by_the_table(here, code):
    found = decided(here)
    assert found.code() == code
    assert found.level[0] == {"escalate": 2, "de_escalate": 0}.get(code, 1)


def test_strictly_all_six_must_be_known():
    strict = RollingSix(LABELS, strict=True)
    assert decided((5, 0, 1), design=strict).code() == "wait_pending"
    assert decided((6, 0, 0), design=strict).code() == "escalate"
    assert decided((3, 0, 0), design=strict).code() == "escalate"


def test_under_an_excluded_level_six_are_filled_and_resolved():
    too_toxic = (2, 2, 0)
    assert decided((3, 0, 0), above=too_toxic).code() == "confirm_below"
    assert decided((5, 0, 1), above=too_toxic).code() == "wait_pending"
    assert decided((6, 1, 0), above=too_toxic).code() == "mtd_rule"


def test_from_an_excluded_level_to_the_highest_one_left():
    assert decided((3, 2, 1), below=(3, 0, 0)).code() == "de_escalate"
    assert decided((3, 2, 1), below=(5, 0, 1)).code() == "wait_below"
    full = decided((3, 2, 1), below=(6, 1, 0))
    assert (full.code(), full.action[0], full.level[0]) == ("mtd_below", Action.FINISH, 0)
    assert decided((2, 2, 0), below=(4, 2, 0)).code() == "stop_lowest_toxic"


def test_at_the_top_six_tell_the_highest_planned_level():
    top = {"at": 2, "below": (3, 0, 0)}
    assert decided((3, 0, 0), **top).code() == "roll"
    assert decided((5, 0, 1), **top).code() == "wait_pending"
    found = decided((6, 1, 0), **top)
    assert (found.code(), found.level[0]) == ("mtd_top", 2)


def plain(rates, strict):
    """P(level handed on), then P(none): patient after patient, each outcome known before the next one comes."""
    levels = len(rates)

    @cache
    def follow(at, counts):
        n, y = counts[at]
        if y >= 2:
            below = next((d for d in range(at - 1, -1, -1) if counts[d][1] < 2), None)
            if below is None:
                return (0.0,) * levels + (1.0,)
            return ended(below) if counts[below][0] >= 6 else treat(below, counts)
        under = at + 1 < levels and counts[at + 1][1] >= 2
        if under or at == levels - 1:
            return ended(at) if n == 6 else treat(at, counts)
        if (y == 0 and n >= 3) or (y == 1 and n == 6):
            return treat(at + 1, counts)
        return treat(at, counts)

    def treat(at, counts):
        n, y = counts[at]
        with_dlt, without = (
            follow(at, (*counts[:at], (n + 1, y + dlt), *counts[at + 1 :])) for dlt in (1, 0)
        )
        return tuple(rates[at] * a + (1 - rates[at]) * b for a, b in zip(with_dlt, without, strict=True))

    def ended(at):
        return tuple(float(d == at) for d in range(levels + 1))

    return follow(0, ((0, 0),) * levels)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("rates", [(0.05, 0.12, 0.25, 0.40), (0.3, 0.4, 0.6), (0.1, 0.1)])
def test_when_patients_come_slowly_it_equals_a_plain_enumeration(rates, strict):
    found = exact(make(tuple("abcd"[: len(rates)]), strict=strict), rates)
    np.testing.assert_allclose([*found.selected[0], found.stopped[0]], plain(rates, strict), atol=1e-12)


def test_it_names_its_levels():
    with pytest.raises(UsageError, match="start level"):
        make(("a", "b"), startdose=3)
    with pytest.raises(UsageError, match="levels"):
        SIX.decide(Outcomes(np.array([0]), np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 2))))
