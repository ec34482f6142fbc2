"""The rows a time point was read from."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protorun.trial.rows import IntArray
from protorun.trial.tables import TimePoints


class Seen(Protocol):
    """A table with one row per finding and visit."""

    @property
    def copy(self) -> IntArray: ...
    @property
    def patient(self) -> IntArray: ...
    @property
    def visit(self) -> NDArray[np.int16]: ...
    @property
    def line(self) -> IntArray | None: ...


def source_rows(table: Seen, points: TimePoints, at: int) -> NDArray[np.int64]:
    """Row numbers in `table` (lesions, visits or exams) that time point `at` was read from."""
    mine = (table.copy == points.copy[at]) & (table.patient == points.patient[at])
    found: NDArray[np.int64] = np.flatnonzero(mine & (table.visit == points.visit[at]))
    return found


def source_lines(table: Seen | None, points: TimePoints, at: int) -> tuple[int, ...]:
    """Lines of the file that a time point was read from; none where the table does not know them."""
    if table is None or table.line is None:
        return ()
    return tuple(int(line) for line in table.line[source_rows(table, points, at)])
