"""Checks of the lesions chosen at baseline: measurable, not too many, not too many per organ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from protorun.response._settings import Settings
from protorun.trial.response import Role
from protorun.trial.tables import Lesions


@dataclass(frozen=True)
class Doubt:
    """A target that the criteria would not have allowed; the response is computed all the same."""

    copy: int
    patient: int
    lesion: str
    says: str


def check(lesions: Lesions, settings: Settings) -> tuple[Doubt, ...]:
    """What is wrong with the target lesions at baseline (RECIST 1.1 section 3.1; RANO-BM for the CNS)."""
    start = lesions.where((lesions.role == Role.TARGET) & (lesions.visit == 0))
    return (*_too_small(start, settings), *_too_many(start, settings))


def _too_small(start: Lesions, settings: Settings) -> list[Doubt]:
    limit = np.where(start.nodal, settings.min_node, settings.min_diameter)
    short = (start.diameter >= 0) & (start.diameter < limit)
    thin = (start.perpendicular >= 0) & (start.perpendicular < settings.min_perpendicular)
    found = []
    for row in np.flatnonzero(short):
        said = f"{start.diameter[row] / 100:g} mm at baseline is under the {limit[row] / 100:g} mm of a measurable lesion"
        found.append(_doubt(start, row, said))
    for row in np.flatnonzero(thin):
        said = f"{start.perpendicular[row] / 100:g} mm at right angles is under {settings.min_perpendicular / 100:g} mm"
        found.append(_doubt(start, row, said))
    return found


def _too_many(start: Lesions, settings: Settings) -> list[Doubt]:
    patient = np.stack([start.copy, start.patient], axis=1)
    known, first, count = np.unique(patient, axis=0, return_index=True, return_counts=True)
    found = [
        _doubt(start, first[i], f"{count[i]} target lesions; at most {settings.max_targets}", lesion="")
        for i in np.flatnonzero(count > settings.max_targets)
    ]
    # All nodes are one organ (RECIST 1.1, 3.1.1); an organ that was not recorded cannot be counted.
    organ = np.where(start.nodal, -2, start.organ)
    known, first, count = np.unique(
        np.column_stack([patient, organ]), axis=0, return_index=True, return_counts=True
    )
    for i in np.flatnonzero((count > settings.max_per_organ) & (known[:, 2] != -1)):
        name = "lymph nodes" if known[i, 2] == -2 else start.organs[known[i, 2]]
        said = f"{count[i]} target lesions in {name}; at most {settings.max_per_organ} per organ"
        found.append(_doubt(start, first[i], said, lesion=""))
    return found


def _doubt(start: Lesions, row: Any, says: str, lesion: str | None = None) -> Doubt:
    if lesion is None:
        number = int(start.lesion[row])
        lesion = start.labels[number] if start.labels else str(number)
    return Doubt(int(start.copy[row]), int(start.patient[row]), lesion, says)
