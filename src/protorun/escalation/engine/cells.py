"""A verdict for every count of one level, completed for patients whose outcome is still pending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError

ENROLL, WAIT, SILENT = 0, -1, -2
"""Verdicts every design shares; its own (pass, fail, a guard's index ...) are the numbers from 1."""

Verdicts = NDArray[np.int16]


@dataclass(frozen=True)
class Cells:
    """`verdict[n, dlt, pending]` and, where it is ENROLL, `size[n, dlt, pending]` further patients."""

    verdict: NDArray[np.int16]
    size: NDArray[np.int16]

    @property
    def most(self) -> int:
        """Largest n the table covers."""
        return len(self.verdict) - 1


def complete(known: Verdicts, ends: tuple[int, ...]) -> Cells:
    """Cells for pending patients from the verdicts `known[n, dlt]` on known outcomes and the cohort `ends`.

    What no pending outcome can change is decided at once: a second DLT fires while others are under observation. A
    pending patient may show a DLT, none, or leave inevaluable, so an end that needs six evaluable patients waits for the
    sixth. Otherwise the cohort is filled to its end, and then the trial waits.
    """
    most = len(known) - 1
    verdict = np.full((most + 1,) * 3, SILENT, np.int16)
    size = np.zeros_like(verdict)
    for n in range(most + 1):
        for dlt in range(n + 1):
            for pending in range(most + 1):
                verdict[n, dlt, pending], size[n, dlt, pending] = _cell(known, ends, n, dlt, pending)
    return Cells(verdict, size)


def _cell(known: Verdicts, ends: tuple[int, ...], n: int, dlt: int, pending: int) -> tuple[int, int]:
    now = int(known[n, dlt])
    if now != ENROLL and (not pending or _certain(known, n, dlt, pending)):
        return now, 0
    room = next((end for end in ends if end > n), 0) - n - pending
    return (ENROLL, room) if now == ENROLL and room > 0 else (WAIT, 0)


def _certain(known: Verdicts, n: int, dlt: int, pending: int) -> bool:
    if n + pending >= len(known):
        return False
    return all(
        known[n + seen, dlt + more] == known[n, dlt]
        for seen in range(pending + 1)
        for more in range(seen + 1)
    )


def look_up(shape: tuple[int, ...], *index: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Flat positions of the cells at these indices. Raises UsageError, naming the row, for counts outside the table."""
    try:
        return np.ravel_multi_index(index, shape)
    except ValueError:
        outside = [(values < 0) | (values >= size) for values, size in zip(index, shape, strict=True)]
        rows = np.logical_or.reduce(outside)
        row = int(np.flatnonzero(rows.reshape(len(rows), -1).any(axis=1))[0])
        counts = ", ".join(str(int(values[row].max())) for values in index)
        where = f"row {row}: " if len(rows) > 1 else ""
        raise UsageError(f"{where}the counts ({counts}) are outside what the rule covers") from None
