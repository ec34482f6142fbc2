"""The three inputs of RANO-LM as one word per visit each: exam, CSF cytology, MRI; and the item that decided it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.response._exam_grid import ExamGrid
from protorun.response._settings import Settings
from protorun.trial.facts import NO_DAY
from protorun.trial.leptomeninges import Change, Cytology, Input
from protorun.trial.response import Response

NEURO = ("stable", "improved", "worse", "unknown")
CSF = ("none", "negative", "converted", "turned", "improved", "positive", "unknown", "new positive")
Codes = NDArray[np.int8]
_POSITIVE = (Cytology.POSITIVE, Cytology.IMPROVED)


@dataclass(frozen=True)
class Found:
    """`code` is (patient, visit); `item` the number of the item that decided, -1 = none."""

    code: Codes
    item: NDArray[np.int16]


def neuro(grid: ExamGrid, settings: Settings) -> Found:
    """Against baseline: worse by so many levels in one domain, or to the worst level [recalled]; improved when a domain
    is better and none is worse; unknown when a domain examined at baseline was not examined."""
    level = grid.values[Input.EXAM]
    _check_levels(grid, settings)
    start = level[:, :1]
    rise = level - start
    worse = (rise >= settings.neuro_pd_levels) | ((level == settings.neuro_worst_level) & (rise > 0))
    missing = np.isnan(rise) & ~(np.isnan(start) & np.isnan(level))
    lost = missing.any(axis=2) | ~(~np.isnan(rise)).any(axis=2)
    better = (rise < 0).any(axis=2) & ~(rise > 0).any(axis=2)
    code = np.select([worse.any(axis=2), lost, better], [2, 3, 1], 0)
    item = np.where(worse.any(axis=2), _first(worse), np.where(missing.any(axis=2), _first(missing), -1))
    return Found(code.astype(np.int8), item.astype(np.int16))


def _check_levels(grid: ExamGrid, settings: Settings) -> None:
    level = grid.values[Input.EXAM]
    with np.errstate(invalid="ignore"):
        bad = np.argwhere(
            ~np.isnan(level) & ((level < 0) | (level > settings.neuro_worst_level) | (level % 1 != 0))
        )
    if len(bad):
        patient, visit, item = bad[0]
        where = f"patient {int(grid.patient[patient]) + 1}, {grid.items[Input.EXAM][item]}, visit {visit}"
        raise PatientDataError(
            f"a level of {level[patient, visit, item]:g}",
            where=where,
            hint=f"levels are 0 to {settings.neuro_worst_level}",
        )


def cytology(grid: ExamGrid, settings: Settings) -> Found:
    """Both sites apart, then the one that stands most in the way. Positive to negative counts as turned, and as converted
    once it is still negative `csf_confirm_days` later; cells after a negative sample are new [recalled]."""
    value = grid.values[Input.CSF]
    known = np.where(np.isnan(value), Cytology.NOT_DONE, value).astype(np.int8)
    code = np.zeros(known.shape, np.int8)
    count = known.shape[0], known.shape[2]
    had_negative, had_positive = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    negative_since = np.full(count, NO_DAY, np.int64)
    day = np.where(grid.day[Input.CSF] == NO_DAY, grid.first_day, grid.day[Input.CSF]).astype(np.int64)
    for visit in range(known.shape[1]):
        now, on = known[:, visit], day[:, visit, None]
        cells, clear = np.isin(now, _POSITIVE), now == Cytology.NEGATIVE
        negative_since = np.where(
            clear & (negative_since == NO_DAY), on, np.where(cells, NO_DAY, negative_since)
        )
        held = (
            (negative_since != NO_DAY) & (on != NO_DAY) & (on - negative_since >= settings.csf_confirm_days)
        )
        code[:, visit] = np.select(
            [
                cells & had_negative,
                cells & (now == Cytology.IMPROVED),
                cells,
                clear & ~had_positive,
                clear & held,
                clear,
            ],
            [7, 4, 5, 1, 2, 3],
            np.where(known[:, 0] != Cytology.NOT_DONE, 6, 0),
        )
        had_negative |= clear
        had_positive |= cells
    item = _first(code == code.max(axis=2, keepdims=True, initial=0))
    whole = code.max(axis=2, initial=0).astype(np.int8)
    if not settings.require_csf_for_response:
        whole = np.where(whole == 0, np.int8(1), whole)
    return Found(whole, np.where(whole == 0, -1, item).astype(np.int16))


def mri(grid: ExamGrid) -> Found:
    """The summary of the scorecard's items (Le Rhun 2022): any worse is PD, any not evaluable NE, all gone CR, some
    improved PR, else SD; NONE when there never was one."""
    value = grid.values[Input.MRI]
    now = np.where(np.isnan(value), Change.NOT_EVALUABLE, value).astype(np.int8)
    start = now[:, :1]
    there = start >= Change.PRESENT
    worse = (now == Change.WORSE) | ((start == Change.ABSENT) & (now >= Change.PRESENT))
    # Only "present" where it was present at baseline does not tell how it changed.
    lost = (now == Change.NOT_EVALUABLE) | (start == Change.NOT_EVALUABLE) | (there & (now == Change.PRESENT))
    gone = now == Change.ABSENT
    better = there & ((now == Change.IMPROVED) | gone)
    cases = [
        worse.any(axis=2), lost.any(axis=2) | (value.shape[2] == 0), ~np.broadcast_to(there, now.shape).any(axis=2),
        (gone | ~there).all(axis=2), better.any(axis=2),
    ]  # fmt: skip
    codes = [Response.PD, Response.NE, Response.NONE, Response.CR, Response.PR]
    item = np.where(cases[0], _first(worse), np.where(cases[1], _first(lost), -1))
    return Found(np.select(cases, codes, Response.SD).astype(np.int8), item.astype(np.int16))


def _first(which: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first item of each patient and visit, -1 where there is none."""
    if not which.shape[2]:
        return np.full(which.shape[:2], -1)
    return np.where(which.any(axis=2), which.argmax(axis=2), -1)
