"""What survival data cannot say is refused in a sentence, never counted as something else."""

import numpy as np
import pytest

from protorun.errors import UsageError
from protorun.statistics.hazards.cox import cox
from protorun.statistics.hazards.cox_regression import cox_regression
from protorun.statistics.isotonic import isotonic
from protorun.statistics.survival.kaplan_meier import kaplan_meier, limits, quantile
from protorun.statistics.survival.logrank import logrank
from protorun.statistics.survival.max_combo import max_combo
from protorun.statistics.survival.two_curves import milestone, rmst
from protorun.statistics.survival.weighted_logrank import FlemingHarrington, weighted_logrank

TIME = np.array([1.0, 2, 3, 4, 5, 6])
EVENT = np.array([1, 0, 1, 1, 1, 0])
GROUP = np.array([0, 1, 0, 1, 0, 1])
LATE = FlemingHarrington(0, 1)

TESTS = {
    "logrank": logrank,
    "weighted": lambda t, e, g: weighted_logrank(t, e, g, LATE),
    "max_combo": max_combo,
    "cox": cox,
    "rmst": lambda t, e, g: rmst(t, e, g, 4.0),
    "milestone": lambda t, e, g: milestone(t, e, g, 4.0),
}


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
@pytest.mark.parametrize("event", [EVENT + 1, [1, 0, np.nan, 1, 1, 0], list("abcdef")], ids=str)
def test_an_event_is_0_or_1_and_not_a_code(test, event):
    with pytest.raises(UsageError, match=r"an event is 1 \(it happened\) or 0 \(censored\)"):
        test(TIME, event, GROUP)


def test_an_unknown_event_of_an_absent_patient_is_no_matter():
    time = np.append(TIME, np.nan)
    found = logrank(time, np.append(EVENT, np.nan), np.append(GROUP, 0))
    assert found.z == pytest.approx(float(logrank(TIME, EVENT, GROUP).z), abs=1e-12)


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
@pytest.mark.parametrize("group", [[0, 1, 0.5, 1, 0, 1], [0, 1, np.nan, 1, 0, 1], list("ababab")], ids=str)
def test_a_group_is_a_whole_number(test, group):
    with pytest.raises(UsageError, match="groups are whole numbers"):
        test(TIME, EVENT, group)


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
def test_every_patient_has_a_group(test):
    with pytest.raises(UsageError, match="need a group each"):
        test(TIME, EVENT, [0, 1])


def test_groups_may_be_whole_numbers_of_any_kind():
    for kind in (bool, float, object, np.uint8):
        assert logrank(TIME, EVENT, GROUP.astype(kind)).z == logrank(TIME, EVENT, GROUP).z


@pytest.mark.parametrize("strata", [[0, 0, 0, np.nan, 1, 1], ["a", "a", None, "b", "b", "b"]], ids=str)
def test_a_patient_of_an_unknown_stratum_is_not_dropped_in_silence(strata):
    for test in (
        lambda: logrank(TIME, EVENT, GROUP, strata),
        lambda: weighted_logrank(TIME, EVENT, GROUP, LATE, strata),
        lambda: cox_regression(TIME, EVENT, GROUP[:, None], strata=strata),
    ):
        with pytest.raises(UsageError, match="stratum of a patient is unknown"):
            test()


def test_strata_may_have_names_and_absent_patients_need_none():
    named = logrank(TIME, EVENT, GROUP, list("aaabbb"))
    numbered = logrank(TIME, EVENT, GROUP, [7, 7, 7, 2, 2, 2])
    absent = logrank(
        np.append(TIME, np.nan), np.append(EVENT, 0), np.append(GROUP, 0), [1, 1, 1, 2, 2, 2, np.nan]
    )
    assert named.z == numbered.z == absent.z


def test_ties_are_handled_as_asked_or_not_at_all():
    for fit in (
        lambda: cox(TIME, EVENT, GROUP, "exact"),
        lambda: cox_regression(TIME, EVENT, GROUP[:, None], ties="nobody"),
    ):
        with pytest.raises(UsageError, match="there are: efron, breslow"):
            fit()


def test_an_infinite_covariate_is_refused():
    with pytest.raises(UsageError, match="NaN or infinite"):
        cox_regression(TIME, EVENT, np.array([[1.0], [2], [np.inf], [3], [4], [5]]))


def test_milestones_means_quantiles_and_levels_that_are_none_are_refused():
    curve = kaplan_meier(TIME, EVENT)
    for wrong in (
        lambda: milestone(TIME, EVENT, GROUP, float("nan")),
        lambda: milestone(TIME, EVENT, GROUP, -1),
        lambda: milestone(TIME, EVENT, GROUP, 3, "square"),
        lambda: rmst(TIME, EVENT, GROUP, np.inf),
        lambda: quantile(curve, -1),
        lambda: quantile(curve, 2),
        lambda: limits(curve, "square"),
        lambda: limits(curve, "log", 95),
    ):
        with pytest.raises(UsageError):
            wrong()


def test_a_milestone_nobody_had_an_event_before_has_no_z_and_no_warning(recwarn):
    assert np.isnan(milestone(TIME, EVENT * 0, GROUP, 4.0).z)
    assert not recwarn.list


def test_a_value_without_weight_may_be_unknown():
    assert isotonic(np.array([[0.1, np.nan, 0.3]]), np.array([[1.0, 0, 1]]))[0, [0, 2]] == pytest.approx(
        [0.1, 0.3]
    )
