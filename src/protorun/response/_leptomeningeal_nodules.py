"""Leptomeningeal nodules N1 to N3: measurable over 5 x 5 mm, the three largest, followed by the sum of their products.

Le Rhun 2019, PMC6502503, table 5 (which are measured); the cut-offs of 50 and 25 % are those of 2017 [recalled],
doi:10.1093/neuonc/now183.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.response._exam_grid import ExamGrid
from protorun.response._settings import Settings
from protorun.trial.leptomeninges import Change, Input

HUNDREDTHS = 100


@dataclass(frozen=True)
class Nodules:
    """(patient, visit) sums of products in hundredths of a square millimeter, -1 = not complete or none; `change` are
    codes of `Change` against baseline and the smallest sum; `counted` the nodules (patient, item) that make the sum."""

    total: NDArray[np.int64]
    nadir: NDArray[np.int64]
    change: NDArray[np.int8]
    counted: NDArray[np.bool_]

    @property
    def any(self) -> NDArray[np.bool_]:
        """Patients with a nodule to follow."""
        return np.asarray((self.change != Change.ABSENT).any(axis=1))


def measurable(grid: ExamGrid, settings: Settings) -> NDArray[np.bool_]:
    """Nodules (patient, item) with both diameters over the limits at baseline."""
    length, across = (a[:, 0] * HUNDREDTHS for a in (grid.values[Input.NODULE], grid.across))
    return np.asarray((length > settings.min_diameter) & (across > settings.min_perpendicular))


def nodules(grid: ExamGrid, settings: Settings) -> Nodules:
    """The sums of the largest measurable nodules at every visit. A nodule that was absent at baseline and is there later
    is new, hence worse; one without a size that was to be measured leaves the sum open."""
    product = grid.values[Input.NODULE] * grid.across
    counted = _largest(np.where(measurable(grid, settings), product[:, 0], -1.0), settings.max_targets)
    size = np.where(counted[:, None, :], product, 0.0)
    followed = np.asarray(counted.any(axis=1), np.bool_)
    complete = ~np.isnan(size).any(axis=2) & followed[:, None] & grid.seen
    total = np.where(complete, np.round(np.nan_to_num(size).sum(axis=2) * HUNDREDTHS), -1).astype(np.int64)
    nadir = _smallest_before(total)
    new = ((product[:, :1] == 0) & (product > 0)).any(axis=2)
    return Nodules(total, nadir, _change(total, nadir, new, followed, settings), counted)


def _largest(product: NDArray[np.float64], most: int) -> NDArray[np.bool_]:
    """The largest of each patient, at most so many."""
    order = np.argsort(-product, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(product.shape[1])[None, :], axis=1)
    return np.asarray((rank < most) & (product > 0))


def _smallest_before(total: NDArray[np.int64]) -> NDArray[np.int64]:
    """The smallest complete sum before each visit, baseline included; -1 without one."""
    large = np.iinfo(np.int64).max
    least = np.minimum.accumulate(np.where(total >= 0, total, large), axis=1)
    before = np.concatenate([least[:, :1], least[:, :-1]], axis=1)
    return np.where(before == large, -1, before)


def _change(
    total: NDArray[np.int64],
    nadir: NDArray[np.int64],
    new: NDArray[np.bool_],
    followed: NDArray[np.bool_],
    settings: Settings,
) -> NDArray[np.int8]:
    start = total[:, :1]
    grown = (100 * (total - nadir) >= settings.pd_percent * nadir) & (total > nadir)
    shrunk = 100 * (start - total) >= settings.pr_percent * start
    cases = [new, ~followed[:, None], (total < 0) | (start < 0), total == 0, grown, shrunk]
    codes = [Change.WORSE, Change.ABSENT, Change.NOT_EVALUABLE, Change.ABSENT, Change.WORSE, Change.IMPROVED]
    found = np.select([np.broadcast_to(c, total.shape) for c in cases], codes, Change.UNCHANGED)
    found[:, 0] = np.where(
        followed, np.where(start[:, 0] < 0, Change.NOT_EVALUABLE, Change.PRESENT), Change.ABSENT
    )
    return found.astype(np.int8)
