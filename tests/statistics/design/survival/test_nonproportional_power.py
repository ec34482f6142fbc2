"""Power of weighted tests, RMST, milestone and MaxCombo against simulated trials, and the laws that tie them together."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from protorun.errors import UsageError
from protorun.statistics.design.survival.logrank_size import scaled
from protorun.statistics.design.survival.max_combo import critical_value, max_combo, max_combo_size
from protorun.statistics.design.survival.piecewise import piecewise, steady_accrual
from protorun.statistics.design.survival.restricted import (
    difference_power,
    difference_size,
    milestone,
    rmst,
)
from protorun.statistics.design.survival.two_arms import TwoArms
from protorun.statistics.design.survival.weighted_power import scores, weighted_power, weighted_size
from protorun.statistics.normal_box import all_below

Z = norm.isf(0.025)
TRIALS, PATIENTS, CALENDAR, TAU, MILE = 4_000, 400, 24.0, 12.0, 8.0
DELAYED = TwoArms(
    (piecewise(0.1155), piecewise([0.1155, 0.0635], [0, 3])),
    (piecewise(0.01), piecewise(0.01)),
    steady_accrual(PATIENTS / 12, 12),
)


def times(rng, hazard, shape):
    """Piecewise-exponential times by inverting the cumulative hazard."""
    need = rng.exponential(size=shape)
    at = np.array([*hazard.starts, 1e9])
    return np.interp(need, hazard.until(at), at)


@cache
def simulated():
    """Z of each test in each simulated trial, positive when the experimental arm does better."""
    rng = np.random.default_rng(20261)
    half = (TRIALS, PATIENTS // 2)
    event = np.concatenate([times(rng, h, half) for h in DELAYED.event], 1)
    gone = np.minimum(
        rng.exponential(100, (TRIALS, PATIENTS)), CALENDAR - rng.uniform(0, 12, (TRIALS, PATIENTS))
    )
    group = np.repeat([0, 1], PATIENTS // 2)
    time, died = np.minimum(event, gone), event <= gone
    order = np.argsort(time, 1)
    time, died = np.take_along_axis(time, order, 1), np.take_along_axis(died, order, 1)
    group = group[order]
    left = np.arange(PATIENTS, 0, -1)
    ones = np.cumsum(group[:, ::-1], 1)[:, ::-1]
    pooled = np.cumprod(1 - died / left, 1)
    before = np.concatenate([np.ones((TRIALS, 1)), pooled[:, :-1]], 1)
    gap, spread = died * (ones / left - group), died * ones * (left - ones) / left**2
    found = {
        (rho, gamma): np.sum((w := before**rho * (1 - before) ** gamma) * gap, 1)
        / np.sqrt(np.sum(w * w * spread, 1))
        for rho, gamma in ((0, 0), (0, 1), (1, 0))
    }
    arms = [arm(time, died, group == g) for g in (0, 1)]
    for at, name in enumerate(("rmst", "milestone")):
        (m0, v0), (m1, v1) = arms[0][at], arms[1][at]
        found[name] = (m1 - m0) / np.sqrt(v0 + v1)
    return found


def arm(time, died, mine):
    """RMST and survival at the milestone of one arm, each with its variance."""
    risk = np.cumsum(mine[:, ::-1], 1)[:, ::-1]
    dead = died & mine
    survival = np.cumprod(1 - dead / np.maximum(risk, 1), 1)
    ends = np.minimum(np.concatenate([time[:, 1:], np.full((TRIALS, 1), 1e9)], 1), TAU)
    area = survival * np.maximum(ends - np.minimum(time, TAU), 0)
    mean = np.minimum(time[:, 0], TAU) + area.sum(1)
    rest = np.cumsum(area[:, ::-1], 1)[:, ::-1]
    jump = dead / np.maximum(risk * (risk - dead), 1)
    seen = time <= MILE
    at = np.prod(np.where(dead & seen, 1 - 1 / np.maximum(risk, 1), 1), 1)
    return (mean, (rest**2 * jump * (time <= TAU)).sum(1)), (at, at**2 * (jump * seen).sum(1))


def near(power, z, critical=Z, slack=0.0):
    """Within four standard errors of the simulated power (and the named slack of the large-sample formula)."""
    found = np.mean(z > critical)
    assert power == pytest.approx(found, abs=4 * np.sqrt(found * (1 - found) / TRIALS) + slack)


@pytest.mark.parametrize("weight", [(0, 0), (0, 1), (1, 0)])
def test_power_of_weighted_tests_under_a_delayed_effect(weight):
    near(weighted_power(DELAYED, CALENDAR, weight), simulated()[weight])


def test_power_of_rmst_and_milestone():
    near(difference_power(rmst(DELAYED, CALENDAR, TAU)), simulated()["rmst"], slack=0.01)
    near(difference_power(milestone(DELAYED, CALENDAR, MILE)), simulated()["milestone"], slack=0.01)


def test_power_of_max_combo():
    best = np.max([simulated()[w] for w in ((0, 0), (0, 1), (1, 0))], axis=0)
    found = max_combo(DELAYED, CALENDAR)
    near(found.power, best, found.critical)
    assert min(found.alone) < found.power < max(found.alone)


def test_the_logrank_score_is_the_sum_of_early_and_late():
    """w = 1 = S + (1 - S), so FH(0, 0) = FH(1, 0) + FH(0, 1) and the covariance is singular."""
    found = scores(DELAYED, CALENDAR, ((0, 0), (1, 0), (0, 1)))
    assert found.mean[0] == pytest.approx(found.mean[1] + found.mean[2])
    assert np.linalg.matrix_rank(found.covariance, tol=1e-9 * found.covariance[0, 0]) == 2


def test_sizes_have_their_power():
    small = scaled(DELAYED, 100)
    for size, power in (
        (weighted_size(small, CALENDAR, (0, 1)), lambda t: weighted_power(t, CALENDAR, (0, 1))),
        (
            difference_size(rmst(small, CALENDAR, TAU), small),
            lambda t: difference_power(rmst(t, CALENDAR, TAU)),
        ),
        (max_combo_size(small, CALENDAR), lambda t: max_combo(t, CALENDAR).power),
    ):
        assert power(scaled(DELAYED, size)) == pytest.approx(0.9, abs=1e-6)


def test_different_dropout_weighs_the_pooled_curve_by_who_is_at_risk():
    """An independent road: the pooled hazard summed in small steps."""
    arms = TwoArms(DELAYED.event, (piecewise(0.0), piecewise(0.1)), DELAYED.accrual)
    t = np.linspace(0, CALENDAR, 240_001)
    mid, step = (t[1:] + t[:-1]) / 2, t[1]
    y = [
        np.exp(-e.until(mid) - d.until(mid)) * arms.accrual.until(CALENDAR - mid) / 2
        for e, d in zip(arms.event, arms.dropout, strict=True)
    ]
    hazards = [e.at(mid) for e in arms.event]
    pooled = np.exp(-np.cumsum((y[0] * hazards[0] + y[1] * hazards[1]) / (y[0] + y[1]) * step))
    mean = np.sum((1 - pooled) * y[0] * y[1] / (y[0] + y[1]) * (hazards[0] - hazards[1]) * step)
    assert scores(arms, CALENDAR, ((0, 1),)).mean[0] == pytest.approx(mean, rel=1e-4)


def test_an_effect_of_the_wrong_sign_has_no_size():
    harm = TwoArms(DELAYED.event[::-1], DELAYED.dropout, DELAYED.accrual)
    with pytest.raises(UsageError, match="does not favor"):
        weighted_size(harm, CALENDAR)
    with pytest.raises(UsageError, match="tau"):
        rmst(DELAYED, CALENDAR, CALENDAR)


def test_the_box_of_a_normal_is_that_of_the_library_and_allows_singular_covariances():
    """Regular: scipy's own; singular: the sum of two scores, by counting a million draws once (.01 % standard error)."""
    a = np.array([[1.0, 0.6, 0.3], [0.6, 1.0, 0.2], [0.3, 0.2, 1.0]])
    limits = np.array([1.2, 0.4, 2.0])
    scipys = multivariate_normal.cdf(limits, np.zeros(3), a, False, 500_000, 1e-8, 0, rng=3)
    assert all_below(limits, a) == pytest.approx(scipys, abs=5e-6)
    root = np.array([[1.0, 0.0], [0.5, 0.8], [1.5, 0.8]])
    draws = np.random.default_rng(5).standard_normal((1_000_000, 2)) @ root.T
    counted = np.mean((draws < np.array([0.8, 0.5, 0.9])).all(1))
    assert all_below(np.array([0.8, 0.5, 0.9]), root @ root.T) == pytest.approx(counted, abs=0.002)
    assert all_below(np.array([1.96]), np.eye(1)) == pytest.approx(norm.cdf(1.96), abs=1e-12)
    assert critical_value(np.ones((3, 3)), 0.025) == pytest.approx(norm.isf(0.025), abs=1e-9)
