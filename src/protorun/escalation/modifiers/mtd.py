"""How the dose that the trial hands on is chosen at its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protorun.escalation._slots import Closed, Rule, Slot
from protorun.statistics.isotonic import select
from protorun.trial.outcomes import CountArray, Outcomes


@dataclass(frozen=True)
class Mtd(Slot):
    """A way to choose the MTD."""

    def choose(self, rule: Rule, seen: Outcomes, closed: Closed) -> CountArray:
        """The MTD of each row; -1 = none."""
        raise NotImplementedError


@dataclass(frozen=True)
class RuleMtd(Mtd):
    """The rule's own way."""

    def choose(self, rule: Rule, seen: Outcomes, closed: Closed) -> CountArray:
        """What the rule says."""
        return rule.mtd(seen, closed)


@dataclass(frozen=True)
class IsotonicMtd(Mtd):
    """The tried level that is not closed whose isotonic DLT rate is closest to `target` (Liu & Yuan 2015).

    `at_most`: only levels whose isotonic rate is not above it."""

    target: float
    at_most: float | None = None

    def choose(self, rule: Rule, seen: Outcomes, closed: Closed) -> CountArray:
        """By isotonic regression."""
        return select(seen.n, seen.dlt, self.target, usable=~closed, at_most=self.at_most).astype(np.int16)
