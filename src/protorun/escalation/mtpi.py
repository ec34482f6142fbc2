"""mTPI: modified toxicity probability interval design. Ji et al. 2010, doi:10.1177/1740774510382799."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._keys import heaviest, target_interval
from protorun.escalation._local import DE_ESCALATE, ESCALATE, STAY, Local, Verdict
from protorun.escalation._standard import Trial, standard
from protorun.escalation.modifiers import Overdose
from protorun.study.dose_rule import DoseRule


@dataclass(frozen=True)
class Mtpi(Local):
    """mTPI around a target DLT rate: below, inside and above the target interval, by posterior mass per width.

    Kept for comparison: it stays where three of six patients have a DLT at a target of .3; mTPI-2 was made to mend that."""

    epsilon1: float = 0.05
    epsilon2: float = 0.05
    cutoff_eli: float = 0.95
    eliminate_from: int = 2

    name: ClassVar[str] = "mtpi"

    def __post_init__(self) -> None:
        target_interval(self.target, self.epsilon1, self.epsilon2)

    def verdict(self, n: NDArray[np.int64], dlt: NDArray[np.int64]) -> Verdict:
        """The interval with the largest unit probability mass."""
        low, high = target_interval(self.target, self.epsilon1, self.epsilon2)
        spans = (((0.0, low), ESCALATE), ((low, high), STAY), ((high, 1.0), DE_ESCALATE))
        return heaviest(n, dlt, spans, per_width=True)

    def too_toxic(self) -> Overdose:
        """P(rate > target) > cutoff_eli from `eliminate_from` patients on."""
        return Overdose(self.target, self.cutoff_eli, self.eliminate_from)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("mtpi",)


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
    epsilon1: float = 0.05,
    epsilon2: float = 0.05,
    cutoff_eli: float = 0.95,
    eliminate_from: int = 2,
) -> Composed:
    """mTPI over levels named from the lowest dose up."""
    rule = Mtpi(target, epsilon1, epsilon2, cutoff_eli, eliminate_from)
    return standard(rule, labels, Trial(cohortsize, ncohort, n_earlystop, startdose))
