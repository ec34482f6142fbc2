"""Competing risks on 60 drawn patients with ties, against cmprsk 2.2-11 and survival 3.5-3 of R 4.2.2; and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.errors import UsageError
from protorun.statistics import aalen_johansen, fine_gray, gray, incidence_at, kaplan_meier

TIME = np.array(
    [
        33,
        17,
        2,
        11,
        12,
        30,
        12,
        8,
        45,
        37,
        10,
        74,
        38,
        22,
        19,
        38,
        5,
        10,
        16,
        9,
        7,
        7,
        4,
        44,
        66,
        6,
        1,
        29,
        11,
        39,
        19,
        54,
        17,
        5,
        16,
        49,
        40,
        10,
        59,
        45,
        12,
        80,
        69,
        58,
        25,
        1,
        23,
        45,
        17,
        21,
        34,
        17,
        26,
        5,
        1,
        2,
        14,
        33,
        17,
        77,
    ]
)
STATUS = np.array(
    [
        0,
        2,
        1,
        1,
        0,
        0,
        1,
        2,
        2,
        0,
        1,
        0,
        2,
        1,
        0,
        2,
        1,
        1,
        1,
        0,
        1,
        2,
        1,
        2,
        0,
        1,
        1,
        1,
        1,
        0,
        1,
        1,
        2,
        0,
        0,
        2,
        0,
        1,
        0,
        2,
        0,
        1,
        1,
        0,
        0,
        1,
        2,
        1,
        2,
        0,
        2,
        2,
        0,
        0,
        1,
        1,
        2,
        2,
        2,
        2,
    ]
)
GROUP = np.array(
    [
        2,
        0,
        0,
        0,
        1,
        1,
        1,
        2,
        1,
        1,
        0,
        0,
        0,
        2,
        2,
        1,
        2,
        2,
        1,
        0,
        0,
        2,
        1,
        1,
        0,
        0,
        2,
        1,
        1,
        0,
        2,
        1,
        2,
        1,
        0,
        2,
        2,
        1,
        0,
        0,
        2,
        0,
        0,
        1,
        2,
        0,
        2,
        2,
        2,
        1,
        2,
        2,
        1,
        2,
        2,
        2,
        2,
        1,
        0,
        0,
    ]
)
X = np.array(
    [
        -0.63,
        0.88,
        0,
        -0.78,
        -0.71,
        0.11,
        -0.68,
        0.43,
        -0.03,
        0.38,
        -0.75,
        -0.88,
        1.11,
        0.62,
        -0.62,
        0.48,
        0.55,
        -0.96,
        1.03,
        -0.27,
        1.18,
        -0.48,
        0.89,
        -1.26,
        0.15,
        -2.12,
        0.89,
        1.43,
        -0.56,
        -0.59,
        -0.59,
        -0.37,
        0.43,
        0.83,
        -1.2,
        0.27,
        -0.21,
        -0.44,
        -1.26,
        -0.94,
        2.11,
        1.95,
        -1.49,
        1.04,
        0.4,
        -2.21,
        0.9,
        -1.04,
        -1.8,
        0.34,
        0.1,
        0.1,
        -0.17,
        0.27,
        0.53,
        -0.55,
        -0.42,
        -0.64,
        0.28,
        -0.22,
    ]
)
STRATUM = np.array(
    [
        1,
        1,
        0,
        0,
        0,
        0,
        1,
        0,
        0,
        1,
        0,
        1,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
        1,
        1,
        0,
        1,
        0,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        1,
        1,
        1,
        1,
        0,
        1,
        1,
        0,
        0,
        1,
        0,
        1,
        0,
        0,
    ]
)
GROUP = GROUP.astype(int)


def test_gray_compares_three_groups_as_cuminc():
    first, second = (gray(TIME, STATUS, GROUP, cause=cause) for cause in (1, 2))
    np.testing.assert_allclose(
        [first.chisq, second.chisq], [0.201581784930104507, 5.053644030973541312], rtol=1e-10
    )
    np.testing.assert_allclose([first.p, second.p], [0.904122071858176612, 0.079912578106717147], rtol=1e-10)
    assert first.df == second.df == 2


def test_gray_adds_up_strata_as_cuminc():
    found = [float(gray(TIME, STATUS, GROUP, cause=cause, strata=STRATUM).chisq) for cause in (1, 2)]
    np.testing.assert_allclose(found, [0.234217469066739570, 4.658119810731915500], rtol=1e-10)


def test_fine_gray_is_that_of_crr():
    found = fine_gray(TIME, STATUS, np.column_stack([GROUP == 1, GROUP == 2, X]))
    np.testing.assert_allclose(
        found.coefficient, [-0.003118253416891151, -0.082678049379676544, -0.103572977740578082], atol=1e-9
    )
    np.testing.assert_allclose(
        found.standard_error, [0.48956136836724962, 0.49152384384749132, 0.24383481861875525], atol=1e-9
    )


def test_a_covariate_that_nobody_with_the_event_has_gets_minus_infinity():
    group = np.where(STATUS == 1, 0, np.arange(60) % 2)
    found = fine_gray(TIME, STATUS, np.column_stack([group, X]))
    assert found.coefficient[0] == -np.inf
    assert np.isnan(found.standard_error[0])
    assert np.isfinite(found.coefficient[1])
    assert np.isfinite(found.standard_error[1])


def test_the_last_patient_at_risk_has_the_variance_of_cuminc():
    """cuminc of R: the correction for ties is 1 where nobody else is at risk."""
    found = aalen_johansen([1, 1, 2, 3], [1, 2, 0, 1])
    np.testing.assert_allclose(found.probability[1], [0.25, 0.25, 0.75])
    own, other, last = (1 - 1) ** 2 / 16, 1**2 / 16, 0.5**2  # A = (0.75 - 0.25) / 0.5 on day 1
    np.testing.assert_allclose(found.variance[1][-1], own + other + last)


def test_states_add_up_to_one_and_one_cause_is_kaplan_meier():
    found = aalen_johansen(TIME, STATUS)
    np.testing.assert_allclose(found.probability.sum(axis=-2), 1, atol=1e-14)
    np.testing.assert_allclose(found.probability[0], kaplan_meier(TIME, STATUS > 0).survival, atol=1e-14)
    alone = aalen_johansen(TIME, np.minimum(STATUS, 1))
    np.testing.assert_allclose(alone.probability[1], 1 - kaplan_meier(TIME, STATUS > 0).survival, atol=1e-14)


def test_the_jackknife_error_of_the_event_free_state_is_that_of_leaving_each_patient_out():
    """The infinitesimal jackknife is the limit of reweighting one patient by a little."""
    at, n, small = 30.0, 40, 1000
    time, status = TIME[:n], STATUS[:n]
    change = []
    for i in range(n):
        copies = np.full(n, small)
        copies[i] += 1
        big = aalen_johansen(np.repeat(time, copies), np.repeat(status, copies), 2)
        same = aalen_johansen(np.repeat(time, small), np.repeat(status, small), 2)
        change.append((incidence_at(big, at).value - incidence_at(same, at).value) * small)
    wanted = np.sqrt((np.array(change) ** 2).sum(axis=0))
    found = incidence_at(aalen_johansen(time, status, 2), at).standard_error
    np.testing.assert_allclose(found, wanted, rtol=2e-3)


def test_a_batch_of_trials_is_each_trial_alone():
    rng = np.random.default_rng(3)
    time, status = rng.integers(1, 9, (5, 30)).astype(float), rng.integers(0, 3, (5, 30))
    group = rng.integers(0, 3, (5, 30))
    time[rng.random((5, 30)) < 0.2] = np.nan
    whole, test = aalen_johansen(time, status, 2), gray(time, status, group)
    for row in range(5):
        alone = aalen_johansen(time[row], status[row], 2)
        width = alone.time.shape[-1]
        for name in ("probability", "standard_error", "variance"):
            np.testing.assert_allclose(
                getattr(whole, name)[row][..., :width], getattr(alone, name), atol=1e-12
            )
        np.testing.assert_allclose(
            test.chisq[row], gray(time[row], status[row], group[row]).chisq, rtol=1e-12
        )


@given(st.permutations(range(20)))
def test_the_order_of_patients_changes_nothing(order):
    order = list(order)
    time, status, group, x = (values[:20] for values in (TIME, STATUS, GROUP % 2, X[:, None]))
    here = gray(time[order], status[order], group[order]).chisq
    np.testing.assert_allclose(here, gray(time, status, group).chisq, rtol=1e-10)
    one, other = fine_gray(time[order], status[order], x[order]), fine_gray(time, status, x)
    np.testing.assert_allclose(one.coefficient, other.coefficient, atol=1e-9)


def test_what_is_no_status_is_refused():
    with pytest.raises(UsageError, match=r"0 \(censored\) or the number of the event"):
        aalen_johansen([1, 2], [0, 1.5])
    with pytest.raises(UsageError, match="1 causes, but a status of 2"):
        aalen_johansen([1, 2], [1, 2], 1)
    with pytest.raises(UsageError, match="nobody had event 3"):
        fine_gray(TIME, STATUS, X[:, None], cause=3)
    with pytest.raises(UsageError, match="0 is censored"):
        gray(TIME, STATUS, GROUP, cause=0)
