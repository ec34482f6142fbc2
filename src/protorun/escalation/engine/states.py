"""Rows of counts that merge: two histories with the same level and counts have the same future."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from protorun.trial.outcomes import Outcomes


@dataclass(frozen=True)
class Rows:
    """Counts with `ways`, the number of orders of outcomes that lead to each row. It does not depend on the truth:
    P(row) = ways x product over levels of p^dlt (1 - p)^(n - dlt)."""

    level: NDArray[np.int16]
    n: NDArray[np.int16]
    dlt: NDArray[np.int16]
    ways: NDArray[np.float64]
    last: NDArray[np.int16] | None = None
    """Patients and DLTs of the cohort treated last, shaped (row, 2); kept only for designs that look at them."""

    def __len__(self) -> int:
        return len(self.level)

    def where(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """The rows for which `keep` holds."""
        last = None if self.last is None else self.last[keep]
        return Rows(self.level[keep], self.n[keep], self.dlt[keep], self.ways[keep], last)

    def outcomes(self) -> Outcomes:
        """The rows as a design sees them, with nobody pending."""
        seen = Outcomes(self.level, self.n, self.dlt, np.zeros_like(self.n))
        return seen if self.last is None else replace(seen, last_n=self.last[:, 0], last_dlt=self.last[:, 1])


def begin(level: int, levels: int, *, keep_last: bool = False) -> Rows:
    """The trial before its first patient."""
    nothing = np.zeros((1, levels), np.int16)
    last = np.zeros((1, 2), np.int16) if keep_last else None
    return Rows(np.array([level], np.int16), nothing, nothing.copy(), np.ones(1), last)


def enroll(
    rows: Rows,
    level: NDArray[np.int16],
    size: NDArray[np.int16],
    *,
    goes_on: NDArray[np.bool_] | None = None,
) -> Rows:
    """Every row followed by 0 .. size DLTs among the `size` patients just treated at `level`. `goes_on` marks the rows
    where they complete the last cohort."""
    outcomes = size.astype(np.intp) + 1
    source = np.repeat(np.arange(len(rows)), outcomes)
    seen = np.arange(len(source)) - np.repeat(np.cumsum(outcomes) - outcomes, outcomes)
    n, dlt, at = rows.n[source], rows.dlt[source], level[source]
    row = np.arange(len(source))
    n[row, at] += size[source]
    dlt[row, at] += seen.astype(np.int16)
    last = None
    if rows.last is not None:
        before = np.zeros_like(rows.last) if goes_on is None else np.where(goes_on[:, None], rows.last, 0)
        last = (before[source] + np.column_stack([size[source], seen])).astype(np.int16)
    return Rows(at, n, dlt, rows.ways[source] * _choose(int(size.max(initial=0)))[size[source], seen], last)


def merge(rows: Rows) -> tuple[Rows, NDArray[np.intp]]:
    """Equal rows put together, their ways added up; and where each row went."""
    last = [] if rows.last is None else [rows.last]
    columns = np.column_stack([rows.level, rows.n, rows.dlt, *last]).astype(np.int64)
    bases = columns.max(axis=0, initial=0) + 1
    if np.log2(bases.astype(np.float64)).sum() < 62:
        weights = np.concatenate([np.cumprod(bases[::-1])[::-1][1:], [1]])
        _, first, group = np.unique(columns @ weights, return_index=True, return_inverse=True)
    else:
        _, first, group = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    ways = np.bincount(group.ravel(), weights=rows.ways, minlength=len(first)).astype(np.float64)
    kept = rows.where(first)
    return Rows(kept.level, kept.n, kept.dlt, ways, kept.last), group.ravel()


def join(parts: list[Rows]) -> Rows:
    """All rows one after another."""
    return Rows(
        np.concatenate([p.level for p in parts]),
        np.concatenate([p.n for p in parts]),
        np.concatenate([p.dlt for p in parts]),
        np.concatenate([p.ways for p in parts]),
    )


def _choose(most: int) -> NDArray[np.float64]:
    table = np.zeros((most + 1, most + 1))
    table[:, 0] = 1
    for n in range(1, most + 1):
        table[n, 1 : n + 1] = table[n - 1, :n] + table[n - 1, 1 : n + 1]
    return table
