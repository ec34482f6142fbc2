"""From the grid of a walk back to one row per time point, with the reason in words and the day of progression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.response._grid import Grid
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response
from protorun.trial.tables import IntArray, TimePoints

NO_BASELINE, BASELINE_LESION, LESION, MARKER_MISSING = 1, 2, 3, 4
"""Kinds of missing item: no baseline visit, a baseline diameter, a lesion at this visit, the tumor marker."""
_LATE = np.iinfo(np.int32).max


def write(
    grid: Grid,
    found: Sequence[tuple[NDArray[Any], ...]],
    baseline: NDArray[np.int64],
    new_on: IntArray,
    reasons: tuple[str, ...],
) -> TimePoints:
    """Time points in order of (copy, patient, visit), from what `walk` found at each visit after baseline."""
    here = grid.seen[:, 1:]
    patient, visit = np.nonzero(here)
    stacks = [np.stack(column, axis=1)[here] for column in zip(*found, strict=True)] if found else _nothing()
    target, non_target, new, back, overall, row, total, nadir, kind, lesion = stacks
    reason, said = _reasons(grid, np.stack([row, kind, lesion], axis=1).astype(np.int64), reasons)
    return TimePoints(
        copy=grid.copy[patient],
        patient=grid.patient[patient],
        visit=(visit + 1).astype(np.int16),
        day=grid.first_day[:, 1:][here],
        target=target,
        non_target=non_target,
        new=new,
        overall=overall,
        progression_on=np.where(
            overall == Response.PD,
            _since(
                grid,
                (target == Response.PD) | back,
                non_target == Response.PD,
                np.where(new, new_on[:, 1:][here], NO_DAY),
            ),
            NO_DAY,
        ).astype(np.int32),
        sum=total.astype(np.int32),
        baseline=baseline[patient].astype(np.int32),
        nadir=nadir.astype(np.int32),
        reason=reason,
        reasons=said,
    )


def _nothing() -> list[NDArray[Any]]:
    return [np.zeros(0, t) for t in ("i1", "i1", "?", "?", "i1", "i2", "i8", "i8", "i1", "i4")]


def _since(grid: Grid, grown: NDArray[np.bool_], worse: NDArray[np.bool_], new_on: IntArray) -> IntArray:
    """First evidence: a new lesion's first scan, else the visit; growth of the sum is complete with its last scan."""
    here = grid.seen[:, 1:]
    first, last = grid.first_day[:, 1:][here], grid.last_day[:, 1:][here]
    at_visit = np.where(grown & ~worse, last, first)
    by_new = np.where(new_on == NO_DAY, _LATE, new_on)
    alone = (new_on != NO_DAY) & ~grown & ~worse
    found: IntArray = np.where(alone, by_new, np.minimum(at_visit, by_new))
    return found


def _reasons(
    grid: Grid, keys: NDArray[np.int64], reasons: tuple[str, ...]
) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    if not len(keys):
        return np.zeros(0, np.int16), ("",)
    plain = np.array(["{item}" not in r for r in reasons])[keys[:, 0]]
    keys = np.where(plain[:, None] & (np.arange(3) > 0), 0, keys)
    known, at = np.unique(keys, axis=0, return_inverse=True)
    said = tuple(
        reasons[row].replace("{item}", _item(grid, int(kind), int(lesion))) for row, kind, lesion in known
    )
    return at.ravel().astype(np.int16), said


def _item(grid: Grid, kind: int, lesion: int) -> str:
    if kind == NO_BASELINE:
        return "there is no baseline assessment"
    if kind == BASELINE_LESION:
        return f"baseline diameter of target lesion {grid.name(lesion)} is missing"
    if kind == MARKER_MISSING:
        return "the tumor marker, above its limits at baseline, was not measured"
    return f"lesion {grid.name(lesion)} was not assessed"
