"""The three inputs of RANO-LM as one word per visit each: exam, CSF cytology, MRI; and the item that decided it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.response._exam_grid import ExamGrid
from protorun.response._leptomeningeal_items import exam_values, mri_values
from protorun.response._leptomeningeal_nodules import nodules
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
    """`code` is (patient, visit); `item` the number of the item that decided, -1 = none, named by `names`; `could_be` has
    one bit for each code that the truth may have, more than one where something is missing."""

    code: Codes
    item: NDArray[np.int16]
    names: tuple[str, ...]
    could_be: NDArray[np.int16]


def bits(codes: NDArray[np.integer]) -> NDArray[np.int16]:
    """One bit for each code."""
    return np.left_shift(1, codes.astype(np.int16)).astype(np.int16)


def bit(*codes: int) -> np.int16:
    """The bits of some codes."""
    return np.int16(sum(1 << code for code in codes))


def neuro(grid: ExamGrid, settings: Settings) -> Found:
    """Against baseline: worse by so many levels in one domain, or to the worst level [recalled]; improved when a domain
    is better and none is worse; unknown when a domain examined at baseline was not examined."""
    level, names, asked = exam_values(grid, settings)
    _check_levels(grid, settings)
    start = level[:, :1]
    rise = level - start
    worse = (rise >= settings.neuro_pd_levels) | ((level == settings.neuro_worst_level) & (rise > 0))
    missing = np.isnan(rise) & (asked | ~(np.isnan(start) & np.isnan(level)))
    lost = missing.any(axis=2) | ~(~np.isnan(rise)).any(axis=2)
    better = (rise < 0).any(axis=2) & ~(rise > 0).any(axis=2)
    code = np.select([worse.any(axis=2), lost, better], [2, 3, 1], 0)
    item = np.where(worse.any(axis=2), _first(worse), np.where(missing.any(axis=2), _first(missing), -1))
    hidden = np.where((rise > 0).any(axis=2), bit(0, 2), bit(0, 1, 2))
    could_be = np.where(code == NEURO.index("unknown"), hidden, bits(code))
    return Found(code.astype(np.int8), item.astype(np.int16), names, could_be.astype(np.int16))


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
    code, could_be = np.zeros(known.shape, np.int8), np.ones(known.shape, np.int16)
    count = known.shape[0], known.shape[2]
    had_negative, had_positive = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    since = np.full(count, NO_DAY, np.int64)
    day = np.where(grid.day[Input.CSF] == NO_DAY, grid.first_day, grid.day[Input.CSF]).astype(np.int64)
    for visit in range(known.shape[1]):
        now, on = known[:, visit], day[:, visit, None]
        cells, clear = np.isin(now, _POSITIVE), now == Cytology.NEGATIVE
        since = np.where(clear & (since == NO_DAY), on, np.where(cells, NO_DAY, since))
        held = (since != NO_DAY) & (on != NO_DAY) & (on - since >= settings.csf_confirm_days)
        cases = [cells & had_negative, cells & (now == Cytology.IMPROVED), cells]
        cases += [clear & ~had_positive, clear & held, clear]
        unseen = np.where(known[:, 0] != Cytology.NOT_DONE, 6, 0)
        code[:, visit] = np.select(cases, [7, 4, 5, 1, 2, 3], unseen)
        hidden = np.where(had_positive, bit(2, 3, 4, 5), bit(1)) | np.where(had_negative, bit(7), 0)
        could_be[:, visit] = np.where(code[:, visit] == 6, hidden, bits(code[:, visit]))
        had_negative |= clear
        had_positive |= cells
    item = _first(code == code.max(axis=2, keepdims=True, initial=0))
    whole = np.asarray(code.max(axis=2, initial=0), np.int8)
    open_ = np.where(whole == 0, bit(1, 2, 3, 4, 5, 7), _most_in_the_way(could_be))
    if not settings.require_csf_for_response:
        whole, open_ = np.where(whole == 0, np.int8(1), whole), np.where(whole == 0, bit(1), open_)
    which = np.where((code != 0).any(axis=2), item, -1).astype(np.int16)
    return Found(whole, which, grid.items[Input.CSF], open_.astype(np.int16))


def _most_in_the_way(could_be: NDArray[np.int16]) -> NDArray[np.int16]:
    """What the highest code over the sites may be, from what each site may be."""
    if not could_be.shape[2]:
        return np.ones(could_be.shape[:2], np.int16)
    least = (could_be & -could_be).max(axis=2)
    union = np.bitwise_or.reduce(could_be, axis=2)
    return np.asarray(union & ~(least - np.int16(1)), np.int16)


def mri(grid: ExamGrid, settings: Settings) -> Found:
    """The summary of the scorecard's items (Le Rhun 2022): any worse is PD, any not evaluable NE, all gone CR, some
    improved PR, else SD; NONE when there never was one. Where the policy sums nodules up, they are one item more."""
    value, names, asked = mri_values(grid, settings)
    if settings.nodules == "sum":
        sums = nodules(grid, settings)
        column = np.where(sums.any[:, None], sums.change.astype(np.float64), np.nan)
        value, names = np.concatenate([value, column[:, :, None]], axis=2), (*names, "sum of the nodules")
        asked = np.append(asked, False)
    now = np.where(np.isnan(value), Change.NOT_EVALUABLE, value).astype(np.int8)
    start = now[:, :1]
    there = start >= Change.PRESENT
    worse = (now == Change.WORSE) | ((start == Change.ABSENT) & (now >= Change.PRESENT))
    unused = np.isnan(value) & np.isnan(value[:, :1]) & ~asked
    # Only "present" where it was present at baseline does not tell how it changed.
    lost = (now == Change.NOT_EVALUABLE) | (start == Change.NOT_EVALUABLE) | (there & (now == Change.PRESENT))
    lost &= ~unused
    gone = (now == Change.ABSENT) | unused
    better = there & ((now == Change.IMPROVED) | (now == Change.ABSENT))
    cases = [
        worse.any(axis=2), lost.any(axis=2) | unused.all(axis=2), ~np.broadcast_to(there, now.shape).any(axis=2),
        (gone | ~there).all(axis=2), better.any(axis=2),
    ]  # fmt: skip
    codes = [Response.PD, Response.NE, Response.NONE, Response.CR, Response.PR]
    code = np.select(cases, codes, Response.SD).astype(np.int8)
    item = np.where(cases[0], _first(worse), np.where(cases[1], _first(lost), -1))
    best = np.where((gone | ~there | lost).all(axis=2), bit(Response.CR, Response.PR), bit(Response.PR))
    rest = np.where(better.any(axis=2), bit(Response.PD), bit(Response.SD, Response.PD))
    could_be = np.where(code == Response.NE, best | rest, bits(code))
    return Found(code, item.astype(np.int16), names, could_be.astype(np.int16))


def _first(which: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first item of each patient and visit, -1 where there is none."""
    if not which.shape[2]:
        return np.full(which.shape[:2], -1)
    return np.where(which.any(axis=2), which.argmax(axis=2), -1)
