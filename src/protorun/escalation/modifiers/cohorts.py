"""How many patients are treated together, and where the trial begins."""

from __future__ import annotations

from dataclasses import dataclass

from protorun.errors import UsageError
from protorun.escalation._slots import Slot

MOST_TOGETHER = 200


@dataclass(frozen=True)
class Cohorts(Slot):
    """Patients are treated `size` at a time; the rule decides when the outcomes of a cohort are known."""

    size: int = 3

    def __post_init__(self) -> None:
        if self.size < 1:
            raise UsageError(f"a cohort has at least one patient, not {self.size}")
        if self.size > MOST_TOGETHER:
            raise UsageError(
                f"a cohort of {self.size} patients is beyond dose finding; at most {MOST_TOGETHER}"
            )


@dataclass(frozen=True)
class Start(Slot):
    """The level of the first patients; 1 is the lowest dose."""

    number: int = 1

    def __post_init__(self) -> None:
        if self.number < 1:
            raise UsageError(f"levels are numbered from 1; {self.number} is none")
