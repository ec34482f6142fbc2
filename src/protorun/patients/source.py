"""What every patient source offers to `conduct`: candidates as they arrive, and the course of those enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protorun.trial.events import Events

IntArray = NDArray[np.int32]


@dataclass(frozen=True)
class Arrivals:
    """The first candidates of each copy, shaped (copy, candidate), in order of arrival; candidate k is patient k.

    `day` counts from day 1 and is `NEVER` where no candidate comes any more. `eligible` is the verdict of screening
    (0 not eligible, 1 unknown, 2 eligible). `level` and `arm` are what a patient was in fact given, or belongs to, -1
    where the trial decides. `enrolled` is True where the patient was in fact enrolled, whatever the trial would do.
    """

    day: IntArray
    eligible: NDArray[np.uint8]
    level: NDArray[np.int16]
    arm: NDArray[np.int16]
    enrolled: NDArray[np.bool_]


@dataclass(frozen=True)
class Entries:
    """Patients enrolled together, one row each, for whom a course is asked.

    `arm` indexes `Study.arms`; `level` is the dose level, -1 where no dose rule is at work. `visits_days` are the planned
    visits, in days after entry: a source says at which of them the patient was seen.
    """

    copy: IntArray
    patient: IntArray
    day: IntArray
    arm: NDArray[np.int16]
    level: NDArray[np.int16]
    visits_days: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.copy)


class Source(Protocol):
    """A patient source. `conduct` cannot tell a recorded one, which replays, from a virtual one, which draws.

    `endless` sources never run out of candidates, so a trial of no stated size would never end with them. Where
    `doses_recorded`, a patient without a dose has not started treatment; elsewhere treatment starts on the day of entry.
    """

    @property
    def endless(self) -> bool: ...
    @property
    def doses_recorded(self) -> bool: ...
    @property
    def day_one(self) -> date | None:
        """The date of day 1, None for virtual patients."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Printed ids of the patients by number, empty for virtual ones."""
        ...

    @property
    def places(self) -> tuple[str, ...]:
        """File and line of each recorded patient, empty for virtual ones."""
        ...

    def arrive(self, copies: IntArray, count: int) -> Arrivals:
        """The first `count` candidates of each copy. Asked again with a larger count, it repeats the earlier ones."""
        ...

    def course(self, entries: Entries) -> Events:
        """What happens to these patients from entry on, each event with the day the trial learns of it."""
        ...
