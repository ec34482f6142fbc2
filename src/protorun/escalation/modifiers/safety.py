"""Which levels are too toxic to be given again, beside what the rule itself closes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from protorun.errors import UsageError
from protorun.escalation._beta import Certainty, exceeds
from protorun.escalation._slots import Closed, Slot
from protorun.trial.outcomes import Outcomes


@dataclass(frozen=True)
class Safety(Slot):
    """Levels that may not be given; several add up."""

    several: ClassVar[bool] = True

    def closes(self, seen: Outcomes) -> Closed:
        """The levels closed by these counts, before they are closed upward."""
        raise NotImplementedError


@dataclass(frozen=True)
class Overdose(Safety):
    """A level is closed when P(its DLT rate > `target`) exceeds `cutoff` under Beta(`prior`), from `n_from` patients on.

    Liu & Yuan 2015, doi:10.1111/rssc.12089; `n_from` differs between programs (BOIN 3, mTPI-2 2, Keyboard 1)."""

    target: float
    cutoff: float = 0.95
    n_from: int = 3
    prior: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise UsageError(f"the target DLT rate lies between 0 and 1; {self.target:g} does not")
        if not 0 < self.cutoff <= 1:
            raise UsageError(
                f"the certainty that closes a level is above 0 and at most 1; {self.cutoff:g} is not"
            )
        if self.n_from < 1:
            raise UsageError(f"a level is closed from one patient on, not from {self.n_from}")

    def closes(self, seen: Outcomes) -> Closed:
        """By posterior probability."""
        over = exceeds(seen.n, seen.dlt, Certainty(self.target, self.cutoff, self.prior))
        found: Closed = (seen.n >= self.n_from) & (seen.n > 0) & over
        return found
