"""Lesion rows laid out as (patient, visit, lesion), so that a rule reads all patients of a visit at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Finding, Role
from protorun.trial.tables import NOT_MEASURED, IntArray, Lesions, Visits

Bools = NDArray[np.bool_]
TOO_SMALL_MM = 500  # RECIST 1.1, 4.3.2: a lesion too small to measure counts 5 mm
_THERE = (Finding.PRESENT, Finding.TOO_SMALL, Finding.WORSE, Finding.IMPROVED)
_LATE = np.iinfo(np.int32).max
_MOST_VISITS = 2000


@dataclass(frozen=True)
class Slots:
    """All lesions of one role: which lesion stands in which slot, what was found, and its size (-1 = missing)."""

    lesion: IntArray  # (patient, slot), -1 = empty
    nodal: Bools  # (patient, slot)
    finding: NDArray[np.int8]  # (patient, visit, slot)
    size: NDArray[
        np.signedinteger
    ]  # (patient, visit, slot), hundredths of a millimeter; by area 64-bit, of 0.0001 mm2
    day: IntArray  # (patient, visit, slot)

    @property
    def used(self) -> Bools:
        """Which slots hold a lesion."""
        return self.lesion >= 0


@dataclass(frozen=True)
class Grid:
    """All patients of a lesion table; `seen[patient, visit]` tells which visits took place; visit 0 is baseline."""

    copy: IntArray
    patient: IntArray
    seen: Bools
    first_day: IntArray
    last_day: IntArray
    target: Slots
    non_target: Slots
    new: Slots
    labels: tuple[str, ...]

    def name(self, lesion: int) -> str:
        """The printed id of a lesion."""
        return self.labels[lesion] if self.labels else str(lesion)


def lay_out(lesions: Lesions, visits: Visits | None) -> Grid:
    """The grid of a lesion table. Raises PatientDataError for rows that contradict one another."""
    _check_rows(lesions)
    keys = _key(lesions.copy, lesions.patient)
    more = _key(visits.copy, visits.patient) if visits is not None else keys[:0]
    patients = np.unique(np.concatenate([keys, more]))
    row, more_row = np.searchsorted(patients, keys), np.searchsorted(patients, more)
    all_rows = np.concatenate([row, more_row])
    all_visits = np.concatenate([lesions.visit, visits.visit if visits is not None else lesions.visit[:0]])
    all_days = np.concatenate([lesions.day, visits.day if visits is not None else lesions.day[:0]])
    shape = (len(patients), int(all_visits.max(initial=0)) + 1)
    seen, first, last = np.zeros(shape, np.bool_), np.full(shape, _LATE), np.full(shape, NO_DAY)
    seen[all_rows, all_visits] = True
    np.minimum.at(first, (all_rows, all_visits), np.where(all_days == NO_DAY, _LATE, all_days))
    np.maximum.at(last, (all_rows, all_visits), all_days)
    grid = Grid(
        (patients >> 32).astype(np.int32),
        (patients & 0xFFFFFFFF).astype(np.int32),
        seen,
        np.where(first == _LATE, NO_DAY, first).astype(np.int32),
        last.astype(np.int32),
        _slots(lesions, row, shape, Role.TARGET),
        _slots(lesions, row, shape, Role.NON_TARGET),
        _slots(lesions, row, shape, Role.NEW),
        lesions.labels,
    )
    _check_order(grid, lesions)
    return grid


def _key(copy: IntArray, patient: IntArray) -> NDArray[np.int64]:
    return (copy.astype(np.int64) << 32) | patient


def _slots(lesions: Lesions, row: NDArray[np.intp], shape: tuple[int, int], role: Role) -> Slots:
    mine = np.flatnonzero(lesions.role == role)
    key = (row[mine].astype(np.int64) << 32) | lesions.lesion[mine]
    known, at = np.unique(key, return_inverse=True)
    owner = known >> 32
    place = np.arange(len(known)) - np.searchsorted(owner, owner)
    width = int(place.max(initial=-1)) + 1
    slot, patient, visit = place[at], row[mine], lesions.visit[mine]
    lesion = np.full((shape[0], width), -1, np.int32)
    lesion[owner, place] = known & 0xFFFFFFFF
    nodal = np.zeros((shape[0], width), np.bool_)
    nodal[patient, slot] = lesions.nodal[mine]
    finding = np.full((*shape, width), Finding.NOT_ASSESSED, np.int8)
    size = np.full(finding.shape, NOT_MEASURED, lesions.diameter.dtype)
    day = np.full(finding.shape, NO_DAY)
    finding[patient, visit, slot] = lesions.finding[mine]
    size[patient, visit, slot] = _size(lesions.finding[mine], lesions.diameter[mine])
    day[patient, visit, slot] = lesions.day[mine]
    return Slots(lesion, nodal, finding, size, day)


def _size(finding: NDArray[np.int8], diameter: IntArray) -> IntArray:
    small = np.where((finding == Finding.TOO_SMALL) & (diameter < 0), TOO_SMALL_MM, diameter)
    size = np.select([finding == Finding.NOT_ASSESSED, finding == Finding.ABSENT], [NOT_MEASURED, 0], small)
    return size.astype(diameter.dtype)


def _check_rows(lesions: Lesions) -> None:
    def refuse(bad: Bools, says: str, hint: str) -> None:
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            name = lesions.labels[lesions.lesion[at]] if lesions.labels else str(lesions.lesion[at])
            where = f"{_place(lesions, at)}, lesion {name!r}, visit {int(lesions.visit[at])}"
            raise PatientDataError(says, where=where, hint=hint)

    refuse(
        (lesions.visit < 0) | (lesions.visit > _MOST_VISITS),
        "visits are numbered from 0",
        "0 is baseline; number the others 1, 2, 3 ... in order of date",
    )
    refuse(
        (lesions.finding == Finding.ABSENT) & (lesions.diameter > 0),
        "a lesion that is absent has a diameter",
        "correct one of the two",
    )
    there = np.isin(lesions.finding, _THERE)
    refuse(
        there & (lesions.diameter == 0),
        "a lesion that is there has the diameter 0",
        "write absent, or leave the diameter blank",
    )
    order = np.lexsort((lesions.lesion, lesions.visit, lesions.patient, lesions.copy))
    same = np.zeros(len(lesions), np.bool_)
    columns = (lesions.copy, lesions.patient, lesions.visit, lesions.lesion)
    same[order[1:]] = np.logical_and.reduce([c[order][1:] == c[order][:-1] for c in columns])
    refuse(same, "the lesion stands twice in one visit", "keep one row per lesion and visit")
    new_at_start = (lesions.role == Role.NEW) & (lesions.visit == 0)
    refuse(new_at_start, "a new lesion at baseline", "lesions seen at baseline are targets or non-targets")


def _place(lesions: Lesions, row: int) -> str:
    """Where a row stands: its line, or the number of the patient."""
    if lesions.line is not None:
        return f"lesions.csv:{int(lesions.line[row])}"
    return f"patient {int(lesions.patient[row]) + 1}"


def _check_order(grid: Grid, lesions: Lesions) -> None:
    """Visit numbers must follow the calendar: nadirs and first progressions depend on it."""

    def where(patient: int) -> str:
        mine = np.flatnonzero(
            (lesions.copy == grid.copy[patient]) & (lesions.patient == grid.patient[patient])
        )
        return _place(lesions, int(mine[0])) if len(mine) else f"patient {int(grid.patient[patient]) + 1}"

    days = np.where(grid.seen & (grid.first_day != NO_DAY), grid.first_day.astype(np.int64), NO_DAY)
    before = np.maximum.accumulate(days, axis=1)[:, :-1]
    bad = np.argwhere((days[:, 1:] != NO_DAY) & (days[:, 1:] < before))
    if len(bad):
        patient, visit = bad[0]
        raise PatientDataError(
            f"visit {visit + 1} lies before an earlier visit",
            where=where(patient),
            hint="number the visits in order of date",
        )
    for slots, what in ((grid.target, "target"), (grid.non_target, "non-target")):
        later = (slots.day != NO_DAY)[:, 1:].any(axis=1) & (slots.day == NO_DAY)[:, 0]
        lost = np.argwhere(slots.used & later & grid.seen[:, :1])
        if len(lost):
            patient, slot = lost[0]
            raise PatientDataError(
                f"{what} lesion {grid.name(int(slots.lesion[patient, slot]))!r} has no row at baseline",
                where=where(patient),
                hint="targets and non-targets are chosen at baseline; a later one is new",
            )
