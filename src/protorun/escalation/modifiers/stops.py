"""When the trial ends before the rule ends it. Several stops may stand side by side; the first that holds ends the trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._slots import Slot
from protorun.trial.outcomes import CountArray, Outcomes

MOST_PATIENTS = 2000


@dataclass(frozen=True)
class Stop(Slot):
    """A reason to end; `code` is the reason given."""

    several: ClassVar[bool] = True
    code: ClassVar[str] = ""

    def holds(self, seen: Outcomes, level: CountArray) -> NDArray[np.bool_]:
        """Whether the trial ends here, when the next patients would go to `level`."""
        raise NotImplementedError


@dataclass(frozen=True)
class StopAt(Stop):
    """The trial ends with `n` evaluable patients. The last cohort is cut where it would go beyond."""

    n: int = 30
    code: ClassVar[str] = "stop_max_n"

    def __post_init__(self) -> None:
        if self.n < 1:
            raise UsageError(f"a trial has at least one patient, not {self.n}")
        if self.n > MOST_PATIENTS:
            raise UsageError(f"a trial of {self.n} patients is beyond dose finding; at most {MOST_PATIENTS}")

    def holds(self, seen: Outcomes, level: CountArray) -> NDArray[np.bool_]:
        """With all patients treated."""
        done: NDArray[np.bool_] = seen.n.sum(axis=1) >= self.n
        return done


@dataclass(frozen=True)
class StopAtLevel(Stop):
    """The trial ends when the level to be treated next holds `n` evaluable patients already.

    `stay`: only when that is the level just treated, as in R's BOIN 2.7.2 (`n.earlystop`)."""

    n: int = 9
    stay: bool = True
    code: ClassVar[str] = "stop_enough_at_level"

    def __post_init__(self) -> None:
        if self.n < 1:
            raise UsageError(f"one patient or more are enough at a level, not {self.n}")

    def holds(self, seen: Outcomes, level: CountArray) -> NDArray[np.bool_]:
        """With enough patients at the level."""
        row, at = np.arange(len(seen)), np.maximum(level, 0)
        enough: NDArray[np.bool_] = (seen.n[row, at] >= self.n) & (level >= 0)
        return enough & (level == seen.level) if self.stay else enough
