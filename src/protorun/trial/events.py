"""Events: the only bus between chapters. One long table, planned and actual alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int32]

NEVER = np.int32(2**31 - 1)
"""A day that does not come: an outcome that will not happen or is not known to happen."""


class Kind(IntEnum):
    """What happened. The meaning of `value` and `level` is given per kind."""

    SCREENED = 1  # value: 0 not eligible, 1 unknown, 2 eligible
    ENROLLED = 2  # level: dose level treated (-1 = none); value: arm, an index into Study.arms (-1 = none)
    DOSE_PLANNED = 3  # value: amount in the block's unit
    DOSE_GIVEN = 4
    VISIT = 5
    DLT = 6  # value: grade, when graded
    COMPLETED_WINDOW = 7  # the DLT window ended without a DLT
    INEVALUABLE = 8  # left the window early without a DLT; replaced
    ASSESSMENT = 9  # value: response code of trial/response.py; level: 0 CNS, 1 whole body
    PROGRESSION = 10
    DEATH = 11
    DROPPED_OUT = 12
    TREATMENT_ENDED = 13
    NEW_THERAPY = 14
    DECISION = 15  # level: level decided; value: action code of trial/decision.py; text: why
    FINISHED = 16  # level: level handed on; text: why
    STOPPED = 17
    LAST_CONTACT = 18
    BLOCKED = 19  # text: what is missing
    NOT_ENROLLED = 20  # a candidate came while nobody could be enrolled, and was lost
    QUALITY_OF_LIFE = 21  # value: score, 0 to 100, higher is better
    CLOSED = 22  # the last planned day of a part of fixed size: last patient in plus follow-up
    DEVIATION = 23  # the patient was enrolled where the rule did not allow it; text: how
    DLT_COUNTED = 24  # the DLT fell into the window: the dose rule counts it


@dataclass(frozen=True)
class Events:
    """A long table, all arrays of equal length, in order of (copy, known_on).

    `day` is when it happened, `known_on` when the trial learned of it; both count from day 1 = the start of the trial.
    `patient` is -1 for events of the trial itself. `text[i]` is a note or a source reference; may be empty as a whole.
    """

    copy: IntArray
    patient: IntArray
    day: IntArray
    known_on: IntArray
    kind: NDArray[np.uint8]
    level: NDArray[np.int16]
    value: NDArray[np.float64]
    text: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.copy)

    def where(self, keep: NDArray[np.bool_]) -> Events:
        """The rows for which `keep` holds."""
        text = tuple(t for t, k in zip(self.text, keep, strict=True) if k) if self.text else ()
        return Events(
            **{f.name: getattr(self, f.name)[keep] for f in fields(self) if f.name != "text"}, text=text
        )

    def of(self, *kinds: Kind) -> Events:
        """The rows of these kinds."""
        return self.where(np.isin(self.kind, kinds))

    def cut(self, day: int) -> Events:
        """What was known at the end of that day; cut(cut(x)) = cut(x)."""
        return self.where(self.known_on <= day)

    def take(self, order: NDArray[np.integer]) -> Events:
        """The rows of these numbers, in that order."""
        text = tuple(self.text[i] for i in order) if self.text else ()
        return Events(
            **{f.name: getattr(self, f.name)[order] for f in fields(self) if f.name != "text"}, text=text
        )

    def in_order(self) -> Events:
        """The rows in order of (copy, known_on); rows of one day keep their order, so effect follows cause."""
        return self.take(np.lexsort((self.known_on, self.copy)))


_COLUMNS: tuple[tuple[str, type[np.generic]], ...] = (
    ("copy", np.int32),
    ("patient", np.int32),
    ("day", np.int32),
    ("known_on", np.int32),
    ("kind", np.uint8),
    ("level", np.int16),
    ("value", np.float64),
)


def rows(
    kind: Kind,
    copy: ArrayLike,
    patient: ArrayLike,
    day: ArrayLike,
    *,
    known_on: ArrayLike | None = None,
    level: ArrayLike = -1,
    value: ArrayLike = 0.0,
    text: tuple[str, ...] = (),
) -> Events:
    """Events of one kind, one per copy and patient after broadcasting; known on the day itself unless said otherwise."""
    given = (copy, patient, day, day if known_on is None else known_on, int(kind), level, value)
    whole = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v)) for v in given))
    columns: dict[str, Any] = {
        name: np.ascontiguousarray(column, dtype=dtype)
        for (name, dtype), column in zip(_COLUMNS, whole, strict=True)
    }
    return Events(**columns, text=text)


def joined(parts: Sequence[Events]) -> Events:
    """All rows of the parts, one after the other; an empty sequence gives an empty table."""
    if not parts:
        return rows(Kind.VISIT, [], [], [])
    texts: tuple[str, ...] = ()
    if any(p.text for p in parts):
        texts = tuple(t for p in parts for t in (p.text or ("",) * len(p)))
    columns: dict[str, Any] = {n: np.concatenate([getattr(p, n) for p in parts]) for n, _ in _COLUMNS}
    return Events(**columns, text=texts)
