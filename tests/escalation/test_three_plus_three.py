"""The variants of 3+3 that must not be confused. bcrm and escalation are compared in oracle/dosefinding."""

import numpy as np
import pytest

from protorun.errors import NotStated, UsageError
from protorun.escalation import exact, next_dose
from protorun.escalation.three_plus_three import for_rule, three_plus_three, variants

LEVELS = tuple(f"level {i}" for i in range(1, 6))


@pytest.mark.parametrize(
    ("variant", "percent", "patients"),
    [
        ("bcrm", [2.743, 13.612, 36.994, 34.309, 10.428, 1.914], 15.936),
        ("trialdesign", [2.743, 13.613, 37.016, 34.490, 11.049, 1.089], 16.001),
        ("ubcrm", [2.656, 12.513, 33.945, 35.147, 13.826, 1.914], 13.575),
    ],
)
def test_the_variants_differ_at_the_top_and_after_a_fall(variant, percent, patients):
    found = exact(three_plus_three(LEVELS, variant), [0.05, 0.12, 0.25, 0.40, 0.55])
    np.testing.assert_allclose(100 * np.r_[found.stopped, found.selected[0]], percent, atol=5e-4)
    np.testing.assert_allclose(found.total, patients, atol=5e-4)


@pytest.mark.parametrize("p", [(0.1, 0.3), (0.33, 0.33), (0.0, 1.0)])
def test_two_levels_of_trialdesign_in_closed_form(p):
    a, b = [(1 - q) ** 3 for q in p], [3 * q * (1 - q) ** 2 for q in p]
    six = [
        x**2 + 2 * x * y for x, y in zip(a, b, strict=True)
    ]  # at most 1 DLT in six, not stopped after three
    found = exact(three_plus_three(LEVELS[:2], "trialdesign"), p)
    expect = [(1 - six[1]) * six[0], a[0] * (1 + b[0]) * six[1]]
    np.testing.assert_allclose(found.selected[0], expect, atol=1e-12)


def test_a_toxic_level_sends_the_trial_down_to_a_level_that_is_confirmed_by_six():
    design = three_plus_three(LEVELS, "bcrm")
    down = next_dose(design, "1NNN 2NNN 3TTN")
    assert (down.label(), down.size[0], down.code()) == ("level 2", 3, "de_escalate")
    again = next_dose(design, "1NNN 2NNN 3TTN 2NTT")
    assert (again.label(), again.size[0]) == ("level 1", 3)
    assert (
        next_dose(design, "1NNN 2NNN 3TTN 2NTT 1NNN").why()
        == "0 of 6 with DLT at level 1: at most 1, level 1 is handed on"
    )


def test_pending_patients_hold_the_next_cohort_but_not_a_second_dlt():
    design = three_plus_three(LEVELS, "bcrm")
    assert next_dose(design, "1NNP").code() == "wait_pending"
    assert next_dose(design, "1NP").size[0] == 1
    assert next_dose(design, "1NNN 2TTP").code() == "de_escalate"


def test_a_start_above_the_lowest_level_can_go_down_to_an_untried_one():
    design = three_plus_three(LEVELS, "bcrm", first=2)
    assert design.start() == (2, 3)
    down = next_dose(design, "3NTT")
    assert (down.label(), down.size[0]) == ("level 2", 3)


def test_a_variant_must_be_named(shared):
    from dose_rules import ladder, study_with
    from protorun.escalation import design_for

    with pytest.raises(NotStated, match="which reading of the dose rule holds"):
        design_for(study_with(ladder("three_plus_three")))
    with pytest.raises(UsageError, match="no variant of 3\\+3 called 'classic'"):
        three_plus_three(LEVELS, "classic")
    with pytest.raises(NotStated, match="the dose levels"):
        for_rule(ladder("three_plus_three", levels=0), "bcrm")
    assert all(choice["says"] and choice["source"] for choice in variants().values())
