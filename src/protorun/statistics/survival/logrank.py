"""The log-rank test of two or more groups, stratified when asked, for many trials at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr

from protorun.errors import UsageError
from protorun.statistics._order import (
    FloatArray,
    as_given,
    by_time,
    first_of_tie,
    groups_of,
    joined,
    strata_of,
)
from protorun.statistics.survival._risk import CHUNK, risk_table

IntArray = NDArray[np.int64]
_MOST_GROUPS = 500


@dataclass(frozen=True)
class LogRank:
    """Test results with the batch shape; `observed` and `expected` have a last axis over groups.

    `z` is signed by group 1: positive = more events in the second group than expected; NaN with more than two groups.
    """

    chisq: FloatArray
    df: NDArray[np.int64]
    p: FloatArray
    z: FloatArray
    observed: FloatArray
    expected: FloatArray


def logrank(time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None = None) -> LogRank:
    """Log-rank test along the last axis; groups are 0, 1, 2 ...; NaN times are absent patients. Mantel 1966.

    Hypergeometric variance; strata add up observed minus expected and variance. Raises UsageError on unequal shapes
    or fewer than two groups.

    Without an event, or with events only where a single group is at risk or everybody dies at once, nothing is compared:
    statistic and p are NaN, never a p of 1 (R's `survdiff` reports 0 for some of these and an error for others).
    """
    return _stratified(time, event, group, 0.0, strata)


def grho_logrank(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, rho: float, strata: ArrayLike | None = None
) -> LogRank:
    """Test of the G-rho family of two or more groups: weights S(t-)^rho of all patients of a stratum together.

    0 is the log-rank test, 1 the Peto & Peto form of the Wilcoxon test; observed and expected are weighted too, as in
    R's `survdiff`. Harrington & Fleming 1982, doi:10.1093/biomet/69.3.553. Errors as `logrank`, or a rho that is no number.
    """
    if not np.isfinite(rho):
        raise UsageError(f"rho is a number, not {rho}")
    return _stratified(time, event, group, float(rho), strata)


@dataclass(frozen=True)
class _Test:
    """Number of groups, weight, and whether nearly equal times are still to be made one."""

    groups: int
    rho: float
    join: bool


def _stratified(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, rho: float, strata: ArrayLike | None
) -> LogRank:
    times, events = as_given(time, event)
    groups = groups_of(group, times)
    count = int(groups.max(initial=0)) + 1
    if not 2 <= count <= _MOST_GROUPS or groups.min(initial=0) < 0:
        raise UsageError("a log-rank test needs two or more groups, numbered 0, 1, 2 ...")
    batch, shape = times.shape[:-1], (prod(times.shape[:-1]), times.shape[-1])
    flat = (times.reshape(shape), events.reshape(shape), groups.reshape(shape))
    if strata is None:
        sums = _sums(*flat, _Test(count, rho, join=True))
    else:
        which = strata_of(strata, times).reshape(shape)
        whole = joined(flat[0])  # by the times of all strata together, as R does
        of = _Test(count, rho, join=False)
        parts = [_sums(np.where(which == s, whole, np.nan), *flat[1:], of) for s in np.unique(which)]
        sums = tuple(np.sum(column, axis=0) for column in zip(*parts, strict=True))
    return _test(*(column.reshape(*batch, *column.shape[1:]) for column in sums))


def _sums(time: FloatArray, event: NDArray[np.bool_], group: IntArray, of: _Test) -> tuple[FloatArray, ...]:
    """Observed, expected (row, group) and their covariance (row, group, group)."""
    step = max(1, CHUNK // max(1, time.shape[1]))
    work = partial(_two if of.groups == 2 and of.rho == 0 else _chunk, of=of)
    parts = [
        work(time[at : at + step], event[at : at + step], group[at : at + step])
        for at in range(0, len(time), step)
    ] or [work(time, event, group)]
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _two(time: FloatArray, event: NDArray[np.bool_], group: IntArray, of: _Test) -> tuple[FloatArray, ...]:
    table = risk_table(time, event, group, join=of.join)
    share = table.at_risk_1 / table.at_risk
    deaths, deaths_1 = table.sum(table.deaths), table.sum(table.deaths_1)
    expected_1 = table.sum(table.deaths * share)
    variance = table.sum(table.spread * share * (1 - share))
    observed = np.stack([deaths - deaths_1, deaths_1], -1)
    expected = np.stack([deaths - expected_1, expected_1], -1)
    covariance = variance[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return observed, expected, covariance


def _chunk(time: FloatArray, event: NDArray[np.bool_], group: IntArray, of: _Test) -> tuple[FloatArray, ...]:
    count = of.groups
    present = ~np.isnan(time)
    mark = (group << 2) | (present.astype(np.int64) << 1) | (event & present)
    ordered, label = by_time(time, mark, join=of.join)
    here, died, group = (label >> 1) & 1, (label & 1).astype(np.float64), label >> 2
    first = first_of_tie(ordered)
    at_risk = _left(here, first)
    deaths = _left(label & 1, first) - _left(label & 1, _after_tie(first))
    held = np.maximum(at_risk, 1)
    share = [_left(here * (group == g), first) / held for g in range(count - 1)]
    share.append(1 - np.add.reduce(share))
    weight = _survival_before(at_risk, deaths, first) ** of.rho
    weighed = died * weight
    observed = np.stack([(weighed * (group == g)).sum(-1) for g in range(count)], -1)
    expected = np.stack([(weighed * s).sum(-1) for s in share], -1)
    spread = weighed * weight * (at_risk - deaths) / np.maximum(at_risk - 1, 1)
    covariance = np.empty((*observed.shape, count))
    for i in range(count):
        for j in range(i, count):
            cell = (spread * share[i] * (float(i == j) - share[j])).sum(-1)
            covariance[..., i, j] = covariance[..., j, i] = cell
    return observed, expected, covariance


def _survival_before(at_risk: FloatArray, deaths: FloatArray, first: IntArray) -> FloatArray:
    """Survival of all together just before each time, for positions in ascending order of time."""
    opens = first == np.arange(first.shape[-1])
    steps = np.ones((first.shape[0], first.shape[1] + 1))
    steps[:, 1:] = np.where(opens, 1 - deaths / np.maximum(at_risk, 1), 1.0)
    survival: FloatArray = np.cumprod(steps, axis=-1, dtype=np.float64)
    before: FloatArray = np.take_along_axis(survival, first, -1)
    return before


def _left(flag: IntArray, at: IntArray) -> FloatArray:
    """How many flags stand at or after the position `at` of each row."""
    total = np.zeros((flag.shape[0], flag.shape[1] + 1))
    np.cumsum(flag[:, ::-1], axis=-1, out=total[:, 1:])
    found: FloatArray = np.take_along_axis(total, flag.shape[1] - at, -1)
    return found


def _after_tie(first: IntArray) -> IntArray:
    """For each position the first one after its tie."""
    n = first.shape[1]
    opens = np.full(first.shape, n)
    closes = first[:, 1:] == np.arange(1, n)
    opens[:, :-1] = np.where(closes, np.arange(1, n), n)
    found: IntArray = np.minimum.accumulate(opens[:, ::-1], axis=-1)[:, ::-1]
    return found


def _test(observed: FloatArray, expected: FloatArray, covariance: FloatArray) -> LogRank:
    count = observed.shape[-1]
    gap = observed - expected
    df = np.maximum((expected > 0).sum(-1) - 1, 0)
    if count == 2:
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(covariance[..., 1, 1] > 0, gap[..., 1] / np.sqrt(covariance[..., 1, 1]), np.nan)
        chisq = z * z
        p = 2 * ndtr(-np.abs(z))
    else:
        z = np.full(gap.shape[:-1], np.nan)
        inverse = np.linalg.pinv(covariance, rcond=1e-10, hermitian=True)
        compared = (df > 0) & (np.einsum("...ii->...", covariance) > 0)
        chisq = np.where(compared, np.einsum("...i,...ij,...j->...", gap, inverse, gap), np.nan)
        p = np.where(np.isnan(chisq), np.nan, chdtrc(np.maximum(df, 1), np.nan_to_num(chisq)))
    return LogRank(chisq, df, p, z, observed, expected)
