"""Keyboard design. Yan, Mandrekar & Yuan 2017, doi:10.1158/1078-0432.CCR-17-0220."""

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
class Keyboard(Local):
    """Keyboard around a target DLT rate; the target key is target - marginL to target + marginR. Names as in R's Keyboard 0.1.3.

    The keys at the ends that are narrower than the target key are left out."""

    marginL: float = 0.05  # noqa: N815  (R's name)
    marginR: float = 0.05  # noqa: N815  (R's name)
    cutoff_eli: float = 0.95
    eliminate_from: int = 1

    name: ClassVar[str] = "keyboard"

    def __post_init__(self) -> None:
        target_interval(self.target, self.marginL, self.marginR)

    def verdict(self, n: NDArray[np.int64], dlt: NDArray[np.int64]) -> Verdict:
        """The strongest key: the one with the largest posterior mass."""
        spans = keys(target_interval(self.target, self.marginL, self.marginR), cut=False)
        return heaviest(n, dlt, spans, per_width=False)

    def too_toxic(self) -> Overdose:
        """P(rate > target) > cutoff_eli from `eliminate_from` patients on."""
        return Overdose(self.target, self.cutoff_eli, self.eliminate_from)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("keyboard",)


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
    marginL: float = 0.05,
    marginR: float = 0.05,
    cutoff_eli: float = 0.95,
    eliminate_from: int = 1,
) -> Composed:
    """Keyboard over levels named from the lowest dose up; arguments as in R's `get.oc.kb`."""
    rule = Keyboard(target, marginL, marginR, cutoff_eli, eliminate_from)
    return standard(rule, labels, Trial(cohortsize, ncohort, n_earlystop, startdose))
