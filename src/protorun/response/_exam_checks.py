"""Checks of leptomeningeal exams: nodules that are measurable and not too many, items the instruments do not know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protorun.response._checks import Doubt
from protorun.response._exam_grid import ExamGrid, lay_out_exams
from protorun.response._leptomeningeal_items import wanted
from protorun.response._leptomeningeal_nodules import HUNDREDTHS, measurable
from protorun.response._settings import Settings
from protorun.trial.leptomeninges import Input, LeptomeningealExams


def check_exams(exams: LeptomeningealExams, settings: Settings) -> tuple[Doubt, ...]:
    """What does not fit the instruments (nodules: Le Rhun 2019, PMC6502503, table 5); the response is computed all the
    same. Items outside a list that the policy asks for are named once, with the first patient who has them."""
    grid = lay_out_exams(exams)
    asked = ((Input.EXAM, "exam_domains"), (Input.MRI, "mri_items"))
    unknown = [d for kind, what in asked for d in _unknown(grid, kind, what, getattr(settings, what))]
    return (*_small_nodules(grid, settings), *_many_nodules(grid, settings), *unknown)


def _small_nodules(grid: ExamGrid, settings: Settings) -> Iterator[Doubt]:
    length, across = grid.values[Input.NODULE][:, 0], grid.across[:, 0]
    small = (length > 0) & ~measurable(grid, settings)
    least = " x ".join(f"{mm / HUNDREDTHS:g}" for mm in (settings.min_diameter, settings.min_perpendicular))
    for patient, item in np.argwhere(small).tolist():
        size = f"{length[patient, item]:g} x {across[patient, item]:g} mm"
        says = f"a nodule of {size} at baseline is not measurable: over {least} mm"
        yield _doubt(grid, patient, grid.items[Input.NODULE][item], says)


def _many_nodules(grid: ExamGrid, settings: Settings) -> Iterator[Doubt]:
    count = measurable(grid, settings).sum(axis=1)
    for patient in np.flatnonzero(count > settings.max_targets).tolist():
        says = f"{count[patient]} measurable nodules; the {settings.max_targets} largest are followed"
        yield _doubt(grid, patient, "", says)


def _unknown(grid: ExamGrid, kind: Input, what: str, name: str) -> Iterator[Doubt]:
    items = wanted(what, name)
    if not items:
        return
    for number, item in enumerate(grid.items[kind]):
        if item not in items:
            told = ~np.isnan(grid.values[kind][:, :, number]).all(axis=1)
            patient = int(told.argmax())
            yield _doubt(grid, patient, item, f"{item!r} is none of the {len(items)} items of {name}")


def _doubt(grid: ExamGrid, patient: int, item: str, says: str) -> Doubt:
    return Doubt(int(grid.copy[patient]), int(grid.patient[patient]), item, says)
