"""Times that differ only by rounding are one time, whatever road they take through the kernels."""

import numpy as np
import pytest

from protorun.statistics import kaplan_meier, logrank
from protorun.statistics._order import by_time, join_sorted, joined, packed

RNG = np.random.default_rng(11)


def _rounded(trials: int, patients: int) -> np.ndarray:
    """Whole days in months, each off by a rounding error, some patients absent."""
    time = RNG.integers(0, 12, (trials, patients)) / 30.4375
    time = time * (1 + RNG.choice([0, 1e-9, -1e-9, 1e-16], time.shape)) + RNG.choice([0, 1e-8], time.shape)
    return np.where(RNG.random(time.shape) < 0.1, np.nan, time)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (5, 30), (3, 2)])
@pytest.mark.parametrize("sign", [1, -1])
def test_joined_after_sorting_is_sorted_after_joining(shape, sign):
    for _ in range(50):
        time, label = sign * _rounded(*shape), RNG.integers(0, 4, shape)
        ours, theirs = by_time(time, label, join=True), by_time(joined(time), label)
        present = np.arange(shape[1]) < (~np.isnan(time)).sum(-1, keepdims=True)
        for a, b in zip(ours, theirs, strict=True):
            assert np.array_equal(a[present], b[present])


def test_labels_of_a_joined_time_are_in_order():
    keys = packed(np.array([[1.0, 1.0 + 1e-10, 1.0 + 2e-10, 5.0]]), np.array([[3, 0, 2, 1]]), 2)
    keys.key.sort(axis=-1)
    join_sorted(keys)
    assert (keys.key & 3).tolist() == [[0, 2, 3, 1]]
    assert keys.times(keys.key).tolist() == [[1.0, 1.0, 1.0, 5.0]]


def test_a_curve_of_rounded_months_has_one_step_a_day():
    days = np.repeat(np.arange(1, 13), 5)
    months = days / 30.4375 * (1 + np.tile([0, 1e-12, -1e-12, 1e-15, -1e-10], 12))
    event = np.ones(60, bool)
    curve = kaplan_meier(months, event)
    assert curve.survival.tolist() == kaplan_meier(days, event).survival.tolist()
    group = np.arange(60) % 2
    assert logrank(months, event, group).chisq == pytest.approx(logrank(days, event, group).chisq, rel=1e-12)


def test_strata_are_joined_by_the_times_of_all_of_them():
    time = _rounded(1, 200)[0]
    event, group, stratum = RNG.random(200) < 0.6, RNG.integers(0, 2, 200), RNG.integers(0, 2, 200)
    once = logrank(joined(time), event, group, stratum)
    assert logrank(time, event, group, stratum).chisq == once.chisq
