"""What calendar trials came to: the usual characteristics, and how long they took."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._design import Design
from protorun.escalation.engine.characteristics import CalendarTimes, FloatArray, OperatingCharacteristics

__all__ = ["CalendarTimes", "Ended", "characteristics", "joined"]


@dataclass(frozen=True)
class Ended:
    """Trials that have ended, one row each: the level handed on (-1 = none), the reason (index into the design's), known
    outcomes and DLTs by level, patients treated, those who left unevaluated, and days: in all, and suspended."""

    mtd: NDArray[np.int16]
    reason: NDArray[np.int16]
    n: NDArray[np.int16]
    dlt: NDArray[np.int16]
    treated: NDArray[np.int64]
    left: NDArray[np.int64]
    duration: FloatArray
    suspended: FloatArray


def joined(parts: list[tuple[NDArray[np.int64], Ended]]) -> Ended:
    """Trials put together in the order of their numbers."""
    order = np.argsort(np.concatenate([trial for trial, _ in parts]), kind="stable")
    return Ended(
        **{f.name: np.concatenate([getattr(e, f.name) for _, e in parts])[order] for f in fields(Ended)}
    )


def characteristics(
    design: Design, rates: FloatArray, scenarios: list[Ended], *, seed: int
) -> OperatingCharacteristics:
    """The characteristics of one design; one entry of `scenarios` for each row of `rates`."""
    trials = len(scenarios[0].mtd)
    selected = np.stack([_shares(e.mtd + 1, design.levels + 1) for e in scenarios])
    sizes = np.unique(np.concatenate([e.n.sum(axis=1) for e in scenarios]))
    return OperatingCharacteristics(
        rates=rates,
        selected=selected[:, 1:],
        stopped=selected[:, 0],
        n=np.stack([e.n.mean(axis=0, dtype=np.float64) for e in scenarios]),
        dlt=np.stack([e.dlt.mean(axis=0, dtype=np.float64) for e in scenarios]),
        sizes=sizes.astype(np.int64),
        size_probability=np.stack(
            [_shares(np.searchsorted(sizes, e.n.sum(axis=1)), len(sizes)) for e in scenarios]
        ),
        ended=np.stack([_shares(e.reason, len(design.reasons)) for e in scenarios]),
        reasons=design.reasons,
        labels=design.labels,
        firing="immediate",
        states=0,
        error=float(np.sqrt(selected * (1 - selected) / trials).max()),
        trials=trials,
        seed=seed,
        calendar=_times(scenarios),
    )


def _shares(values: NDArray[np.integer], size: int) -> FloatArray:
    found: FloatArray = np.bincount(values, minlength=size) / len(values)
    return found


def _times(scenarios: list[Ended]) -> CalendarTimes:
    days = np.stack([e.duration for e in scenarios])
    low, middle, high = np.quantile(days, [0.05, 0.5, 0.95], axis=1)
    return CalendarTimes(
        duration=days.mean(axis=1),
        duration_error=days.std(axis=1) / np.sqrt(days.shape[1]),
        duration_low=low,
        duration_median=middle,
        duration_high=high,
        suspended=np.stack([e.suspended for e in scenarios]).mean(axis=1),
        treated=np.stack([e.treated for e in scenarios]).mean(axis=1),
        evaluable=np.stack([e.n.sum(axis=1) for e in scenarios]).mean(axis=1),
        replaced=np.stack([e.left for e in scenarios]).mean(axis=1),
    )
