"""mTPI-2: modified toxicity probability interval design, second version. Guo et al. 2017, arXiv:1609.08737."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._keys import heaviest, keys, target_interval
from protorun.escalation._local import Local, Verdict
from protorun.escalation._standard import Trial, standard
from protorun.escalation.modifiers import Overdose
from protorun.study.dose_rule import DoseRule


@dataclass(frozen=True)
class Mtpi2(Local):
    """mTPI-2 around a target DLT rate: the target interval is target - epsilon1 to target + epsilon2.

    `eliminate_from`: from how many patients on a level can be closed; lrstat 0.2.15 and escalation 0.2.3 behave as 2."""

    epsilon1: float = 0.05
    epsilon2: float = 0.05
    cutoff_eli: float = 0.95
    eliminate_from: int = 2

    name: ClassVar[str] = "mtpi2"

    def __post_init__(self) -> None:
        target_interval(self.target, self.epsilon1, self.epsilon2)

    def verdict(self, n: NDArray[np.int64], dlt: NDArray[np.int64]) -> Verdict:
        """The key with the largest posterior mass per width; keys are cut at 0 and 1."""
        spans = keys(target_interval(self.target, self.epsilon1, self.epsilon2), cut=True)
        return heaviest(n, dlt, spans, per_width=True)

    def too_toxic(self) -> Overdose:
        """P(rate > target) > cutoff_eli from `eliminate_from` patients on."""
        return Overdose(self.target, self.cutoff_eli, self.eliminate_from)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("mtpi2",)


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
    """mTPI-2 over levels named from the lowest dose up."""
    rule = Mtpi2(target, epsilon1, epsilon2, cutoff_eli, eliminate_from)
    return standard(rule, labels, Trial(cohortsize, ncohort, n_earlystop, startdose))
