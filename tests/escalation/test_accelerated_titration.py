"""Accelerated titration as a design; exact characteristics against a plain recursion written from the rules."""

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.escalation import exact, next_dose
from protorun.escalation.accelerated_titration import make
from protorun.escalation.modifiers import Titration
from protorun.escalation.three_plus_three import three_plus_three

LEVELS = tuple(f"level {i}" for i in range(1, 6))
RATES = [0.05, 0.12, 0.25, 0.4, 0.55]


def plain(rates, up_to):
    """3+3 as bcrm has it after single patients, outcome by outcome: selection by level, and none."""
    found, top = np.zeros(len(rates) + 1), (up_to or len(rates)) - 1

    def treat(level, n, dlt, weight, size):
        for outcome in range(2**size):
            hits = bin(outcome).count("1")
            p = rates[level]
            more = weight * p**hits * (1 - p) ** (size - hits)
            ns, ds = list(n), list(dlt)
            ns[level], ds[level] = n[level] + size, dlt[level] + hits
            follow(level, ns, ds, more)

    def follow(level, n, dlt, weight):
        if max(n) == 1 and sum(dlt) == 0 and level < top:
            return treat(level + 1, n, dlt, weight, 1)
        if n[level] in (1, 2) and dlt[level] < 2:
            return treat(level, n, dlt, weight, 3 - n[level])
        if dlt[level] >= 2:
            lower = level - 1
            if lower < 0:
                found[0] += weight
            elif n[lower] < 3:
                treat(lower, n, dlt, weight, 3 - n[lower])
            elif n[lower] == 3:
                treat(lower, n, dlt, weight, 3)
            else:
                found[lower + 1] += weight
            return None
        if n[level] == 3 and dlt[level] == 1:
            return treat(level, n, dlt, weight, 3)
        if level == len(rates) - 1:
            found[level + 1] += weight
        elif n[level + 1] > 0 and n[level] == 3:
            treat(level, n, dlt, weight, 3)
        elif n[level + 1] > 0:
            found[level + 1] += weight
        else:
            treat(level + 1, n, dlt, weight, 3)
        return None

    if top > 0:
        treat(0, [0] * len(rates), [0] * len(rates), 1.0, 1)
    else:
        treat(0, [0] * len(rates), [0] * len(rates), 1.0, 3)
    return found


@pytest.mark.parametrize("up_to", [None, 3, 2, 1])
def test_exact_characteristics_equal_a_plain_recursion(up_to):
    rates = RATES[:4]
    found = exact(make(LEVELS[:4], then="bcrm", up_to=up_to), rates)
    np.testing.assert_allclose(np.r_[found.stopped, found.selected[0]], plain(rates, up_to), atol=1e-12)


def test_single_patients_climb_until_the_first_dlt_and_then_three_are_treated():
    design = make(LEVELS, then="bcrm")
    assert design.start() == (0, 1)
    up = next_dose(design, "1N 2N")
    assert (up.label(), up.size[0], up.code()) == ("level 3", 1, "titrate")
    fill = next_dose(design, "1N 2N 3T")
    assert (fill.label(), fill.size[0], fill.code()) == ("level 3", 2, "fill_cohort")
    assert next_dose(design, "1N 2N 3P").code() == "wait_pending"
    down = next_dose(design, "1N 2N 3T 3NT")
    assert (down.label(), down.size[0]) == ("level 2", 2)


def test_titration_up_to_the_lowest_level_is_the_design_itself():
    alone = exact(three_plus_three(LEVELS, "trialdesign"), RATES)
    found = exact(make(LEVELS, then="trialdesign", up_to=1), RATES)
    np.testing.assert_allclose(found.selected, alone.selected, atol=1e-12)


def test_fewer_patients_are_treated_at_low_doses():
    alone, fast = exact(three_plus_three(LEVELS, "bcrm"), RATES), exact(make(LEVELS, then="bcrm"), RATES)
    assert fast.n[0, 0] < alone.n[0, 0]
    assert fast.total < alone.total


def test_another_design_takes_over_by_its_name():
    design = make(LEVELS, then="boin", target=0.3, up_to=3)
    assert design.start() == (0, 1)
    assert Titration(3) in design.recipe.slots
    fill = next_dose(design, "1N 2T")
    assert (fill.label(), fill.size[0], fill.code()) == ("level 2", 2, "fill_titration")


def test_what_cannot_take_over_is_refused():
    with pytest.raises(UsageError, match="up_to=6 is none of the 5 levels"):
        make(LEVELS, then="bcrm", up_to=6)
    with pytest.raises(UsageError, match="boin wants a target DLT rate"):
        make(LEVELS, then="boin")
    with pytest.raises(UsageError, match="stated cannot take over"):
        make(LEVELS, then="stated")
