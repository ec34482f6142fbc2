"""Checks of the lesions chosen at baseline: measurable, not too many, not too many per organ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.response._settings import Settings
from protorun.trial.response import Compartment, Method, Role
from protorun.trial.tables import IntArray, Lesions

THIN_SLICE = 500  # RECIST 1.1, 3.1.1: slices of 5 mm; thicker ones ask twice their thickness
X_RAY = 2000  # RECIST 1.1, 3.1.1: 20 mm by chest X-ray
NORMAL_NODE = 1000  # RECIST 1.1, 3.1.1: a node under 10 mm short axis is normal
_SIDES = re.compile(r"\b(?:left|right|bilateral|both|upper|lower|middle|lobe)\b")
_NOT_MEASURABLE = re.compile(r"lepto|mening|dura|bone|skull|cyst")


@dataclass(frozen=True)
class Doubt:
    """A lesion that the criteria would not have allowed; the response is computed all the same."""

    copy: int
    patient: int
    lesion: str
    says: str


def check(lesions: Lesions, settings: Settings) -> tuple[Doubt, ...]:
    """What is wrong with the lesions at baseline (RECIST 1.1 section 3.1; RANO-BM for the CNS, Lin 2015)."""
    start = lesions.where((lesions.role == Role.TARGET) & (lesions.visit == 0))
    others = lesions.where((lesions.role == Role.NON_TARGET) & (lesions.visit == 0))
    return (
        *_too_small(start, settings),
        *_on_thick_slices(start, settings),
        *_not_measurable(start),
        *_normal_nodes(others),
        *_too_many(start, settings),
    )


def _too_small(start: Lesions, settings: Settings) -> list[Doubt]:
    limit = np.where(start.nodal, settings.min_node, settings.min_diameter)
    if start.slice is not None and not settings.max_slice:
        limit = np.where(~start.nodal & (start.slice > THIN_SLICE), np.maximum(limit, 2 * start.slice), limit)
    if start.method is not None:
        limit = np.where(~start.nodal & (start.method == Method.X_RAY), np.maximum(limit, X_RAY), limit)
    short = (start.diameter >= 0) & (start.diameter < limit)
    thin = (start.perpendicular >= 0) & (start.perpendicular < settings.min_perpendicular)
    found = []
    for row in np.flatnonzero(short):
        said = f"{_mm(start.diameter, row)} at baseline is under the {_mm(limit, row)} of a measurable lesion"
        found.append(_doubt(start, row, said))
    for row in np.flatnonzero(thin):
        said = f"{_mm(start.perpendicular, row)} at right angles is under {settings.min_perpendicular / 100:g} mm"
        found.append(_doubt(start, row, said))
    return found


def _on_thick_slices(start: Lesions, settings: Settings) -> list[Doubt]:
    """RANO-BM: slice and gap of 5 mm at most, 1.5 mm where lesions under 10 mm are measured [recalled]."""
    if not settings.max_slice:
        return []
    most = f"{settings.max_slice / 100:g} mm"
    small = (start.diameter >= 0) & (start.diameter < NORMAL_NODE)
    thickness = np.full(len(start), -1) if start.slice is None else start.slice
    found = [
        _doubt(start, row, f"slices of {_mm(thickness, row)} are thicker than {most}")
        for row in np.flatnonzero(thickness > settings.max_slice)
    ]
    unknown = small & (thickness < 0) & (start.diameter >= settings.min_diameter)
    return found + [
        _doubt(start, row, f"under 10 mm, and no slice thickness is recorded; it takes {most} or less")
        for row in np.flatnonzero(unknown)
    ]


def _not_measurable(start: Lesions) -> list[Doubt]:
    """RANO-BM: leptomeningeal, dural, bony and cystic-only lesions are not measurable."""
    named = {i for i, organ in enumerate(start.organs) if _NOT_MEASURABLE.search(organ.lower())}
    there = np.isin(start.organ, list(named)) & (start.compartment == Compartment.CNS)
    return [
        _doubt(start, row, f"a lesion of the site {start.organs[start.organ[row]]!r} is not measurable")
        for row in np.flatnonzero(there)
    ]


def _normal_nodes(others: Lesions) -> list[Doubt]:
    normal = others.nodal & (others.diameter >= 0) & (others.diameter < NORMAL_NODE)
    return [
        _doubt(others, row, f"a node of {_mm(others.diameter, row)} short axis is normal, no disease")
        for row in np.flatnonzero(normal)
    ]


def _too_many(start: Lesions, settings: Settings) -> list[Doubt]:
    patient = np.stack([start.copy, start.patient], axis=1)
    known, first, count = np.unique(patient, axis=0, return_index=True, return_counts=True)
    found = [
        _doubt(start, first[i], f"{count[i]} target lesions; at most {settings.max_targets}", lesion="")
        for i in np.flatnonzero(count > settings.max_targets)
    ]
    organ, names = _organs(start)
    known, first, count = np.unique(
        np.column_stack([patient, organ]), axis=0, return_index=True, return_counts=True
    )
    for i in np.flatnonzero((count > settings.max_per_organ) & (known[:, 2] != -1)):
        name = "lymph nodes" if known[i, 2] == -2 else names[known[i, 2]]
        said = f"{count[i]} target lesions in {name}; at most {settings.max_per_organ} per organ"
        found.append(_doubt(start, first[i], said, lesion=""))
    return found


def _organs(start: Lesions) -> tuple[IntArray, tuple[str, ...]]:
    """All nodes are one organ (-2), both sides of a paired organ are one (RECIST 1.1, 3.1.1); -1 = not recorded."""
    plain = [
        " ".join(_SIDES.sub(" ", name.lower()).split()).removesuffix("s") or name for name in start.organs
    ]
    names = tuple(dict.fromkeys(plain))
    into = np.array([*(names.index(name) for name in plain), -1], np.int32)
    return np.where(start.nodal, np.int32(-2), into[start.organ]), tuple(
        start.organs[plain.index(n)] if plain.count(n) == 1 else n for n in names
    )


def _mm(lengths: NDArray[Any], row: Any) -> str:
    return f"{lengths[row] / 100:g} mm"


def _doubt(start: Lesions, row: Any, says: str, lesion: str | None = None) -> Doubt:
    if lesion is None:
        number = int(start.lesion[row])
        lesion = start.labels[number] if start.labels else str(number)
    return Doubt(int(start.copy[row]), int(start.patient[row]), lesion, says)
