"""TPI: toxicity probability interval design. Ji, Li & Bekele 2007, doi:10.1177/1740774507079442."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from protorun.errors import UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._local import DE_ESCALATE, ESCALATE, STAY, Local, Verdict
from protorun.escalation._standard import Trial, standard
from protorun.escalation.modifiers import Overdose
from protorun.study.dose_rule import DoseRule


@dataclass(frozen=True)
class Tpi(Local):
    """TPI: the target interval is as wide as the posterior is uncertain, target - k1 s to target + k2 s, s its standard deviation.

    The prior is Beta(a, b). Kept for comparison."""

    k1: float = 1.5
    k2: float = 1.0
    a: float = 0.005
    b: float = 0.005
    cutoff_eli: float = 0.95
    eliminate_from: int = 2

    name: ClassVar[str] = "tpi"

    def __post_init__(self) -> None:
        if not (self.k1 >= 0 and self.k2 >= 0 and self.a > 0 and self.b > 0):
            raise UsageError("TPI wants k1 and k2 of 0 or more, and a and b above 0")

    def verdict(self, n: NDArray[np.int64], dlt: NDArray[np.int64]) -> Verdict:
        """The interval with the largest posterior mass."""
        a, b = self.a + dlt, self.b + (n - dlt)
        deviation = np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
        low = np.clip(self.target - self.k1 * deviation, 0, 1)
        high = np.clip(self.target + self.k2 * deviation, 0, 1)
        below, over = betainc(a, b, low), 1 - betainc(a, b, high)
        best = np.argmax(np.stack([below, 1 - below - over, over]), axis=0)
        moves = np.array([ESCALATE, STAY, DE_ESCALATE], np.int8)
        found: Verdict = moves[best]
        return found

    def too_toxic(self) -> Overdose:
        """P(rate > target) > cutoff_eli from `eliminate_from` patients on."""
        return Overdose(self.target, self.cutoff_eli, self.eliminate_from, (self.a, self.b))


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("tpi",)


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
    k1: float = 1.5,
    k2: float = 1.0,
    cutoff_eli: float = 0.95,
    eliminate_from: int = 2,
) -> Composed:
    """TPI over levels named from the lowest dose up."""
    rule = Tpi(target, k1, k2, cutoff_eli=cutoff_eli, eliminate_from=eliminate_from)
    return standard(rule, labels, Trial(cohortsize, ncohort, n_earlystop, startdose))
