"""Gray's test: is the cumulative incidence of a cause the same in all groups."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from protorun.errors import UsageError
from protorun.statistics._order import FloatArray, groups_of, strata_of
from protorun.statistics.competing._counts import IntArray, before, counted, divided, statuses, still_there

_CELLS = 1 << 16  # cells handled together


@dataclass(frozen=True)
class Gray:
    """Results with the batch shape; `score` (group) is observed minus expected events of the cause."""

    chisq: FloatArray
    df: IntArray
    p: FloatArray
    score: FloatArray


def gray(
    time: ArrayLike, status: ArrayLike, group: ArrayLike, *, cause: int = 1, strata: ArrayLike | None = None
) -> Gray:
    """Gray's K-sample test (rho 0) along the last axis; groups are 0, 1 ..., status 0 is censored, NaN times are absent.

    Gray 1988, doi:10.1214/aos/1176350951, as `cuminc` of R's cmprsk; strata add up scores and variances. Raises UsageError
    on unequal shapes, fewer than two groups, or a cause that is not 1, 2 ...
    """
    times, said = statuses(time, status)
    groups = groups_of(group, times)
    count = int(groups.max(initial=0)) + 1
    if count < 2 or groups.min(initial=0) < 0:
        raise UsageError("Gray's test needs two or more groups, numbered 0, 1, 2 ...")
    if cause < 1:
        raise UsageError(f"a cause is 1, 2 ..., not {cause}: 0 is censored")
    batch, shape = times.shape[:-1], (prod(times.shape[:-1]), times.shape[-1])
    label = 3 * groups + np.where(said == 0, 0, np.where(said == cause, 1, 2))
    flat = (times.reshape(shape), label.reshape(shape))
    if strata is None:
        score, variance = _sums(*flat, count)
    else:
        which = strata_of(strata, times).reshape(shape)
        parts = [_sums(np.where(which == s, flat[0], np.nan), flat[1], count) for s in np.unique(which)]
        score, variance = (np.sum(column, axis=0) for column in zip(*parts, strict=True))
    df, chisq = _test(score, variance)
    p = np.where(df > 0, chdtrc(np.maximum(df, 1), np.nan_to_num(chisq)), np.nan)
    return Gray(chisq.reshape(batch), df.reshape(batch), p.reshape(batch), score.reshape(*batch, count))


def _test(score: FloatArray, variance: FloatArray) -> tuple[IntArray, FloatArray]:
    """Degrees of freedom and chi-square; the last group follows from the others."""
    matrix = variance[:, :-1, :-1]
    df: IntArray = (np.einsum("...ii->...i", variance) > 0).sum(axis=-1) - 1
    if matrix.shape[-1] == 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            chisq = np.where(matrix[:, 0, 0] > 0, score[:, 0] ** 2 / matrix[:, 0, 0], np.nan)
    else:
        inverse = np.linalg.pinv(matrix, rcond=1e-10, hermitian=True)
        chisq = np.einsum("...i,...ij,...j->...", score[:, :-1], inverse, score[:, :-1])
        chisq = np.where(df > 0, chisq, np.nan)
    return np.maximum(df, 0), chisq


def _sums(time: FloatArray, label: IntArray, groups: int) -> tuple[FloatArray, FloatArray]:
    step = max(1, _CELLS // max(1, time.shape[1]))
    parts = [
        _scores(time[at : at + step], label[at : at + step], groups)
        for at in range(0, max(len(time), 1), step)
    ]
    score, variance = (np.concatenate(column) for column in zip(*parts, strict=True))
    return score, variance


@dataclass(frozen=True)
class _Group:
    """One group at the times: at risk, events of the cause and of others, event-free share before and after, scaled risk set."""

    at_risk: FloatArray
    events: FloatArray
    others: FloatArray
    free_before: FloatArray
    free: FloatArray
    scaled: FloatArray
    entering: FloatArray  # Gray's risk set: those still without an event of this cause


def _group(of: FloatArray) -> _Group:
    at_risk, events, others = still_there(of.sum(axis=1)), of[:, 1], of[:, 2]
    hazard, all_hazard = divided(events, at_risk), divided(events + others, at_risk)
    free = np.cumprod(1 - all_hazard, axis=-1, dtype=np.float64)
    free_before = before(free, 1.0)
    incidence = np.cumsum(free_before * hazard, axis=-1)
    scaled = divided(at_risk, free_before)
    entering = scaled * (1 - before(incidence, 0.0))
    return _Group(at_risk, events, others, free_before, free, scaled, entering)


def _scores(time: FloatArray, label: IntArray, groups: int) -> tuple[FloatArray, FloatArray]:
    """Observed minus expected (trial, group) and the covariance (trial, group, group)."""
    of = counted(time, label, 3 * groups).of
    each = [_group(of[:, 3 * k : 3 * k + 3]) for k in range(groups)]
    events = sum((g.events for g in each), np.zeros(of[:, 0].shape))
    everybody = sum((g.entering for g in each), np.zeros(events.shape))
    score = np.stack([(g.events - divided(g.entering * events, everybody)).sum(axis=-1) for g in each], -1)
    whole = sum((g.scaled for g in each), np.zeros(events.shape))
    step = divided(events, whole)
    free = 1 - np.cumsum(step, axis=-1)
    pull = divided(step, before(free, 1.0))
    variance = np.zeros((len(time), groups, groups))
    for k, one in enumerate(each):
        r = divided(free, one.free)
        lost = np.stack(
            [g.scaled * (float(i == k) - divided(one.scaled, whole)) for i, g in enumerate(each)], 1
        )
        drift = np.cumsum(lost * pull[:, None], axis=-1)
        later = drift[..., -1:] - drift
        keep = np.where(one.free > 0, 1 - r, 0.0)
        first = _spread(events, whole * one.free_before) * divided(
            one.free_before * events, whole * one.at_risk
        )
        second = _spread(one.others, one.at_risk) * divided(one.free_before**2 * one.others, one.at_risk**2)
        by_cause, by_other = lost + keep[:, None] * later, r[:, None] * later
        variance += np.einsum("bit,bjt,bt->bij", by_cause, by_cause, first)
        variance += np.einsum("bit,bjt,bt->bij", by_other, by_other, second)
    return score, variance


def _spread(events: FloatArray, at_risk: FloatArray) -> FloatArray:
    """Correction of the variance for ties."""
    found: FloatArray = np.where(events > 1, 1 - divided(events - 1, at_risk - 1), 1.0)
    return found
