"""Leptomeningeal exams laid out as (patient, visit, item), one array for each input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.trial.facts import NO_DAY
from protorun.trial.leptomeninges import Input, LeptomeningealExams
from protorun.trial.rows import IntArray

_LATE = np.iinfo(np.int32).max
_MOST_VISITS = 2000


@dataclass(frozen=True)
class ExamGrid:
    """All patients of a table of exams; `values[kind]` is (patient, visit, item) with NaN for what is not recorded, its
    items are `items[kind]`; `day[kind]` is the first day of that input at a visit."""

    copy: IntArray
    patient: IntArray
    seen: NDArray[np.bool_]
    first_day: IntArray
    values: dict[Input, NDArray[np.float64]]
    items: dict[Input, tuple[str, ...]]
    day: dict[Input, IntArray]
    across: NDArray[np.float64]
    """Of nodules, laid out as their values: the diameter at right angles."""


def lay_out_exams(exams: LeptomeningealExams) -> ExamGrid:
    """The grid of a table of exams. Raises PatientDataError for visits out of order and items that stand twice."""
    _check(exams)
    key = (exams.copy.astype(np.int64) << 32) | exams.patient
    known, row = np.unique(key, return_inverse=True)
    shape = (len(known), int(exams.visit.max(initial=0)) + 1)
    seen = np.zeros(shape, np.bool_)
    seen[row, exams.visit] = True
    whole = np.ones(len(exams), np.bool_)
    grid = ExamGrid(
        (known >> 32).astype(np.int32),
        (known & 0xFFFFFFFF).astype(np.int32),
        seen,
        _first(exams, row, shape, whole),
        *_pivot(exams, row, shape),
        _across(exams, row, shape),
    )
    days = np.where(grid.seen & (grid.first_day != NO_DAY), grid.first_day.astype(np.int64), NO_DAY)
    bad = np.argwhere((days[:, 1:] != NO_DAY) & (days[:, 1:] < np.maximum.accumulate(days, axis=1)[:, :-1]))
    if len(bad):
        where = f"patient {int(grid.patient[bad[0][0]]) + 1}"
        raise PatientDataError(f"visit {bad[0][1] + 1} lies before an earlier visit", where=where)
    return grid


def _pivot(
    exams: LeptomeningealExams, row: NDArray[np.intp], shape: tuple[int, int]
) -> tuple[dict[Input, NDArray[np.float64]], dict[Input, tuple[str, ...]], dict[Input, IntArray]]:
    values, items, days = {}, {}, {}
    for kind in Input:
        mine = exams.kind == kind
        here, place = np.unique(exams.item[mine], return_inverse=True)
        found = np.full((*shape, len(here)), np.nan)
        found[row[mine], exams.visit[mine], place] = exams.value[mine]
        values[kind], days[kind] = found, _first(exams, row, shape, mine)
        items[kind] = tuple(exams.items[i] if exams.items else str(i) for i in here)
    return values, items, days


def _across(exams: LeptomeningealExams, row: NDArray[np.intp], shape: tuple[int, int]) -> NDArray[np.float64]:
    mine = exams.kind == Input.NODULE
    here, place = np.unique(exams.item[mine], return_inverse=True)
    found = np.full((*shape, len(here)), np.nan)
    if exams.across is not None:
        found[row[mine], exams.visit[mine], place] = exams.across[mine]
    return found


def _first(
    exams: LeptomeningealExams, row: NDArray[np.intp], shape: tuple[int, int], mine: NDArray[np.bool_]
) -> IntArray:
    first = np.full(shape, _LATE, np.int32)
    dated = mine & (exams.day != NO_DAY)
    np.minimum.at(first, (row[dated], exams.visit[dated]), exams.day[dated])
    return np.where(first == _LATE, NO_DAY, first).astype(np.int32)


def _check(exams: LeptomeningealExams) -> None:
    out = np.flatnonzero((exams.visit < 0) | (exams.visit > _MOST_VISITS))
    columns = (exams.copy, exams.patient, exams.visit, exams.kind, exams.item)
    order = np.lexsort(columns[::-1])
    same = np.logical_and.reduce([c[order][1:] == c[order][:-1] for c in columns])
    twice = order[1:][same]
    for rows, says, hint in (
        (out, "visits are numbered from 0", "0 is baseline"),
        (twice, "an item stands twice in one visit", "keep one row per item and visit"),
    ):
        if len(rows):
            at = int(rows[0])
            item = exams.items[exams.item[at]] if exams.items else str(exams.item[at])
            where = f"patient {int(exams.patient[at]) + 1}, {item}, visit {int(exams.visit[at])}"
            raise PatientDataError(says, where=where, hint=hint)
