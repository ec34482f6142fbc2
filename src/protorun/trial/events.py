"""Events: the only bus between chapters. One long table, planned and actual alike."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int32]


class Kind(IntEnum):
    """What happened. The meaning of `value` and `level` is given per kind."""

    SCREENED = 1  # value: 0 not eligible, 1 unknown, 2 eligible
    ENROLLED = 2  # level: dose level or arm index
    DOSE_PLANNED = 3  # value: amount in the block's unit
    DOSE_GIVEN = 4
    VISIT = 5
    DLT = 6  # value: grade, when graded
    COMPLETED_WINDOW = 7  # the DLT window ended without a DLT
    INEVALUABLE = 8  # left the window early without a DLT; replaced
    ASSESSMENT = 9  # value: response code, see response/
    PROGRESSION = 10
    DEATH = 11
    DROPPED_OUT = 12
    TREATMENT_ENDED = 13
    NEW_THERAPY = 14
    DECISION = 15  # level: level decided; value: reason code
    FINISHED = 16  # level: level handed on; value: reason code
    STOPPED = 17
    LAST_CONTACT = 18
    BLOCKED = 19


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
