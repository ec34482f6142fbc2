"""i3+3: interval 3+3 design. Liu, Wang & Ji 2020, doi:10.1080/10543406.2019.1636811."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._beta import GUARD
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._local import DE_ESCALATE, ESCALATE, STAY, Local, Verdict
from protorun.escalation._standard import Trial, standard
from protorun.escalation.modifiers import Overdose
from protorun.study.dose_rule import DoseRule


@dataclass(frozen=True)
class I3plus3(Local):
    """i3+3 with the equivalence interval `low` to `high` around the target (target -+ .05 where not given).

    The paper closes levels with Beta(1, 1) and .95; from how many patients on, it was not possible to check: 3 here."""

    low: float | None = None
    high: float | None = None
    cutoff_eli: float = 0.95
    eliminate_from: int = 3

    name: ClassVar[str] = "i3plus3"

    def __post_init__(self) -> None:
        low, high = self.between
        if not 0 <= low <= self.target <= high <= 1:
            raise UsageError(
                f"the equivalence interval {low:g} to {high:g} must hold the target {self.target:g}"
            )

    @property
    def between(self) -> tuple[float, float]:
        """The equivalence interval in force."""
        low = self.target - 0.05 if self.low is None else self.low
        return low, self.target + 0.05 if self.high is None else self.high

    def verdict(self, n: NDArray[np.int64], dlt: NDArray[np.int64]) -> Verdict:
        """Below the interval up, inside it stay, above it down unless one DLT fewer would be below it."""
        low, high = self.between
        one_less = dlt - 1 < low * n - GUARD
        up, down = dlt < low * n - GUARD, (dlt > high * n + GUARD) & ~one_less
        return np.select([up, down], [ESCALATE, DE_ESCALATE], STAY).astype(np.int8)

    def too_toxic(self) -> Overdose:
        """P(rate > target) > cutoff_eli from `eliminate_from` patients on."""
        return Overdose(self.target, self.cutoff_eli, self.eliminate_from)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("i3plus3",)


def for_rule(rule: DoseRule, reading: str) -> Design:
    """The design with the rule's levels, target and parameters. Raises NotStated without levels or target."""
    return from_rule(make, rule)


def make(
    labels: tuple[str, ...],
    *,
    target: float,
    cohortsize: int = 3,
    ncohort: int = 10,
    n_earlystop: int | None = None,
    startdose: int = 1,
    low: float | None = None,
    high: float | None = None,
    cutoff_eli: float = 0.95,
    eliminate_from: int = 3,
) -> Composed:
    """i3+3 over levels named from the lowest dose up."""
    rule = I3plus3(target, low, high, cutoff_eli, eliminate_from)
    return standard(rule, labels, Trial(cohortsize, ncohort, n_earlystop, startdose))
