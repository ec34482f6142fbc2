"""Log-rank test against a plain transcription of Mantel's sums, and its laws."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protorun.errors import UsageError
from protorun.statistics import logrank

patients = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 1)), min_size=2, max_size=30)


def mantel(trial: list[tuple[int, bool, int]]) -> tuple[Fraction, Fraction]:
    """Observed minus expected of group 1 and its variance, death day by death day, in exact fractions."""
    gap = variance = Fraction(0)
    for day in {t for t, e, _ in trial if e}:
        risk = [(t, e, g) for t, e, g in trial if t >= day]
        n, n1 = len(risk), sum(g for _, _, g in risk)
        d = sum(t == day and e for t, e, _ in risk)
        gap += sum(t == day and e and g == 1 for t, e, g in risk) - Fraction(d * n1, n)
        if n > 1:
            variance += Fraction(d * n1 * (n - n1) * (n - d), n * n * (n - 1))
    return gap, variance


@given(patients)
def test_two_groups_are_mantels_sums(trial):
    trial = [*trial, (13, False, 0), (13, False, 1)]
    gap, variance = mantel(trial)
    found = logrank(*(np.array(column) for column in zip(*trial, strict=True)))
    assert found.observed[1] - found.expected[1] == pytest.approx(float(gap), abs=1e-12)
    if variance:
        assert found.chisq == pytest.approx(float(gap * gap / variance), rel=1e-10)
    else:
        assert np.isnan(found.chisq)


@given(st.lists(patients, min_size=1, max_size=4))
def test_a_trial_of_a_batch_is_the_trial_alone(trials):
    trials = [[*t, (13, False, 0), (13, True, 1)] for t in trials]
    width = max(map(len, trials))
    time = np.full((len(trials), width), np.nan)
    event, group = np.zeros(time.shape, bool), np.zeros(time.shape, int)
    for row, trial in enumerate(trials):
        time[row, : len(trial)], event[row, : len(trial)], group[row, : len(trial)] = zip(*trial, strict=True)
    batch = logrank(time, event, group)
    for row, trial in enumerate(trials):
        alone = logrank(*(np.array(column) for column in zip(*trial, strict=True)))
        np.testing.assert_allclose(batch.chisq[row], alone.chisq, rtol=1e-12)


@given(patients)
def test_one_stratum_is_no_stratum_and_names_of_groups_do_not_matter(trial):
    trial = [*trial, (13, False, 0), (13, False, 1)]
    time, event, group = (np.array(column) for column in zip(*trial, strict=True))
    plain = logrank(time, event, group)
    np.testing.assert_allclose(logrank(time, event, group, np.ones(len(time))).z, plain.z, rtol=1e-10)
    np.testing.assert_allclose(logrank(time, event, 1 - group).z, -plain.z, rtol=1e-8, atol=1e-12)


def test_one_group_alone_cannot_be_compared():
    with pytest.raises(UsageError, match="two or more groups"):
        logrank([1, 2], [True, True], [0, 0])


def test_three_groups_have_two_degrees_of_freedom():
    found = logrank([1, 2, 3, 4, 5, 6], [True] * 6, [0, 0, 1, 1, 2, 2])
    assert found.df == 2
    assert 0 < found.p < 1


def test_where_nothing_is_compared_there_is_no_p():
    """Nobody had the event, everybody died at once, or only one group was still at risk: R says 0 or fails."""
    for groups in ([0, 0, 1, 1], [0, 1, 2, 2]):
        for time, event in (([1, 2, 3, 4], [0] * 4), ([5] * 4, [1] * 4), ([1, 2, 3, 9], [0, 0, 0, 1])):
            found = logrank(time, event, groups)
            assert np.isnan([found.chisq, found.p, found.z]).all()
