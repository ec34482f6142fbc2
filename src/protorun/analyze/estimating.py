"""Estimates of derived rows, for every arm of every copy at once: a trial is a batch of one copy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from protorun.analyze.results import ArmResult, Comparison, CurvePoints, Landmark
from protorun.endpoints import Derived
from protorun.statistics import (
    Curve,
    clopper_pearson,
    cox,
    kaplan_meier,
    limits,
    logrank,
    median_follow_up,
    quantile,
    survival_at,
)
from protorun.trial.response import Status

FloatArray = NDArray[np.float64]
DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True)
class Padded:
    """Decided rows as (copy, arm, place); absent places have NaN times."""

    time: FloatArray
    event: NDArray[np.bool_]


def padded(derived: Derived, copies: int, arms: int) -> Padded:
    """The rows of every copy and arm side by side; with `arms` 0 or 1 all patients of a copy are together."""
    decided = np.flatnonzero(derived.status != Status.UNDETERMINED)
    arm = derived.arm[decided] if arms > 1 else np.zeros(len(decided), np.int64)
    group = derived.copy[decided].astype(np.int64) * max(arms, 1) + arm
    keep = arm >= 0
    decided, group = decided[keep], group[keep]
    order = np.argsort(group, kind="stable")
    decided, group = decided[order], group[order]
    place = np.arange(len(group)) - np.searchsorted(group, group)
    shape = (copies * max(arms, 1), int(place.max(initial=-1)) + 1)
    time, event = np.full(shape, np.nan), np.zeros(shape, np.bool_)
    time[group, place], event[group, place] = derived.days[decided], derived.event[decided]
    whole = (copies, max(arms, 1), shape[1])
    return Padded(time.reshape(whole), event.reshape(whole))


def compare(rows: Padded, names: tuple[str, ...]) -> Comparison | None:
    """The log-rank test between the arms of the first copy, and the hazard ratio of the second of two arms."""
    copies, arms, width = rows.time.shape
    if arms < 2 or not width:
        return None
    group = np.broadcast_to(np.arange(arms)[None, :, None], rows.time.shape).reshape(copies, -1)
    time, event = rows.time.reshape(copies, -1), rows.event.reshape(copies, -1)
    test = logrank(time, event, group)
    found = Comparison(_number(test.chisq[0]), int(test.df[0]), _number(test.p[0]))
    if arms != 2:
        return found
    model = cox(time, event, group)
    low, high = model.interval()
    ratio = float(model.hazard_ratio[0])
    return replace(
        found,
        arm=names[1],
        reference=names[0],
        hazard_ratio=ratio if np.isfinite(ratio) and ratio > 0 else None,
        lower=_number(low[0]),
        upper=_number(high[0]),
    )


def times(
    derived: Derived, rows: Padded, names: tuple[str, ...], landmarks: tuple[float, ...] = ()
) -> tuple[ArmResult, ...]:
    """Kaplan-Meier results of each arm of the first copy, with survival at these numbers of months."""
    curve = kaplan_meier(rows.time, rows.event)
    median, follow_up = quantile(curve), median_follow_up(rows.time, rows.event)
    return tuple(
        replace(
            _arm(derived, arm, name, len(names)),
            estimate=_number(median.value[0, arm]),
            lower=_number(median.lower[0, arm]),
            upper=_number(median.upper[0, arm]),
            follow_up_days=_number(follow_up.value[0, arm]),
            curve=_points(curve, arm),
            landmarks=tuple(_landmark(curve, arm, months) for months in landmarks),
        )
        for arm, name in enumerate(names)
    )


def _landmark(curve: Curve, arm: int, months: float) -> Landmark:
    found = survival_at(curve, months * DAYS_PER_MONTH)
    return Landmark(months, *(_number(v[0, arm]) for v in (found.value, found.lower, found.upper)))


def _points(curve: Curve, arm: int) -> CurvePoints:
    """The curve of one arm of the first copy, without its padding."""
    there = ~np.isnan(curve.time[0, arm])
    columns = (curve.time, curve.at_risk, curve.events, curve.censored, curve.survival, *limits(curve))
    return CurvePoints(*(column[0, arm][there] for column in columns))


def rates(derived: Derived, names: tuple[str, ...]) -> tuple[ArmResult, ...]:
    """Shares of responders of each arm with exact limits; everybody decided is in the denominator."""
    found = []
    for arm, name in enumerate(names):
        base = _arm(derived, arm, name, len(names))
        if not base.n:
            found.append(base)
            continue
        low, high = clopper_pearson(base.events, base.n)
        found.append(replace(base, estimate=base.events / base.n, lower=float(low), upper=float(high)))
    return tuple(found)


def _arm(derived: Derived, arm: int, name: str, arms: int) -> ArmResult:
    mine = (derived.copy == 0) & ((derived.arm == arm) if arms > 1 else True)
    counts = Counter(derived.reasons[i].says for i in derived.reason[mine].tolist())
    lost = int((derived.status[mine] == Status.UNDETERMINED).sum())
    n = int(np.sum(mine)) - lost
    return ArmResult(name, n, int(derived.event[mine].sum()), lost, dict(counts), None, None, None)


def _number(value: np.floating | float) -> float | None:
    return None if np.isnan(value) else float(value)
