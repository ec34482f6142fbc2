"""What was compared: how many rows and cells, how many differ, and by how much numbers are apart at most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Found:
    """One comparison. `expected` is how many cells must differ because the reference is known to be off (`known` says
    how); without such a defect none may. `largest` is the difference of numbers, against the larger of 1 and the
    reference; the largest that passes is `tolerance`."""

    what: str
    rows: int
    cells: int
    differing: int
    largest: float = 0.0
    tolerance: float = 0.0
    expected: int = 0
    known: str = ""

    @property
    def holds(self) -> bool:
        return self.rows > 0 and self.differing == self.expected


def frames(
    what: str, ours: pl.DataFrame, theirs: pl.DataFrame, key: Sequence[str], *, tolerance: float = 1e-9
) -> Found:
    """All columns of the reference but the key; rows are matched by the key, which names each row once."""
    if ours.height != theirs.height:
        raise ValueError(f"{what}: {ours.height} rows, {theirs.height} in the reference")
    ours, theirs = (d.sort(list(key), nulls_last=True) for d in (ours, theirs))
    differing, largest, names = 0, 0.0, [c for c in theirs.columns if c not in key]
    for name in key:
        if not _plain(ours[name]).equals(_plain(theirs[name]), null_equal=True):
            raise ValueError(f"{what}: other rows by {name}")
    for name in names:
        wrong, apart = _column(ours[name], theirs[name], tolerance)
        differing, largest = differing + wrong, max(largest, apart)
    return Found(what, theirs.height, theirs.height * len(names), differing, largest, tolerance)


def _plain(column: pl.Series) -> pl.Series:
    return (column.cast(pl.Float64) if column.dtype.is_numeric() else column).rename("")


def _column(ours: pl.Series, theirs: pl.Series, tolerance: float) -> tuple[int, float]:
    if theirs.dtype.is_numeric():
        both = (column.cast(pl.Float64).fill_null(np.nan).to_numpy() for column in (ours, theirs))
        return apart(*both, tolerance)
    if theirs.null_count() == len(theirs):
        return len(ours) - ours.null_count(), 0.0
    return int(ours.ne_missing(theirs).sum()), 0.0


def apart(ours: Any, theirs: Any, tolerance: Any) -> tuple[int, float]:
    """How many numbers differ by more than the tolerance, and the largest difference; missing must be missing."""
    a, b = (np.asarray(x, float) for x in (ours, theirs))
    gone = np.isnan(a) & np.isnan(b)
    with np.errstate(invalid="ignore"):
        gap = np.where(gone | (a == b), 0.0, np.abs(a - b) / np.maximum(1.0, np.abs(b)))
    known = gap[~np.isnan(gap)]
    return int((~(gap <= tolerance)).sum()), float(known.max(initial=0.0))


def numbers(what: str, ours: Any, theirs: Any, tolerance: float) -> Found:
    """Arrays of numbers of one shape."""
    wrong, largest = apart(ours, theirs, tolerance)
    size = np.asarray(theirs)
    return Found(what, len(size), size.size, wrong, largest, tolerance)


def words(what: str, ours: Iterable[Any], theirs: Iterable[Any], **known: Any) -> Found:
    """Answers that are equal or not."""
    a, b = list(ours), list(theirs)
    differ = sum(x != y for x, y in zip(a, b, strict=True))
    return Found(what, len(b), len(b), differ, **known)
