"""BOIN: Bayesian optimal interval design. Liu & Yuan 2015, doi:10.1111/rssc.12089."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._beta import GUARD, above
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._local import DE_ESCALATE, ESCALATE, STAY, Local, Verdict
from protorun.escalation._slots import Closed, upward
from protorun.escalation._standard import Trial, standard
from protorun.escalation.modifiers import IsotonicMtd, Overdose
from protorun.study.dose_rule import DoseRule
from protorun.trial.outcomes import CountArray, Outcomes


@dataclass(frozen=True)
class Boin(Local):
    """BOIN for a target DLT rate. `p_saf` and `p_tox` are the highest rate that is too low and the lowest that is too high
    (.6 and 1.4 times the target where not given); `cutoff_eli` the certainty at which a level is closed.

    `extra_safe` also ends the trial when P(rate of the lowest level > target) > cutoff_eli - `offset`. `bound_mtd` takes
    only an MTD whose isotonic rate is not above the de-escalation boundary. Names as in R's BOIN 2.7.2.
    """

    p_saf: float | None = None
    p_tox: float | None = None
    cutoff_eli: float = 0.95
    extra_safe: bool = False
    offset: float = 0.05
    bound_mtd: bool = False

    name: ClassVar[str] = "boin"

    def __post_init__(self) -> None:
        low, high = self.between
        if not 0 < low < self.target < high < 1:
            raise UsageError(
                f"BOIN wants 0 < p_saf < target < p_tox < 1, not {low:g}, {self.target:g}, {high:g}"
            )

        if self.extra_safe and not 0 < self.cutoff_eli - self.offset < 1:
            raise UsageError(f"cutoff_eli - offset is a certainty; {self.cutoff_eli - self.offset:g} is none")

    @property
    def between(self) -> tuple[float, float]:
        """The rates `p_saf` and `p_tox` in force."""
        low = 0.6 * self.target if self.p_saf is None else self.p_saf
        high = 1.4 * self.target if self.p_tox is None else self.p_tox
        return low, high

    @property
    def lambda_e(self) -> float:
        """Escalate at or below this observed rate."""
        low, phi = self.between[0], self.target
        return log((1 - low) / (1 - phi)) / log(phi * (1 - low) / (low * (1 - phi)))

    @property
    def lambda_d(self) -> float:
        """De-escalate at or above this observed rate."""
        high, phi = self.between[1], self.target
        return log((1 - phi) / (1 - high)) / log(high * (1 - phi) / (phi * (1 - high)))

    def verdict(self, n: NDArray[np.int64], dlt: NDArray[np.int64]) -> Verdict:
        """By comparing DLTs with lambda_e n and lambda_d n."""
        up, down = dlt <= self.lambda_e * n + GUARD, dlt >= self.lambda_d * n - GUARD
        return np.select([up, down], [ESCALATE, DE_ESCALATE], STAY).astype(np.int8)

    def too_toxic(self) -> Overdose:
        """P(rate > target) > cutoff_eli from three patients on."""
        return Overdose(self.target, self.cutoff_eli, n_from=3)

    def closed(self, seen: Outcomes) -> Closed:
        """As BOIN; with `extra_safe` the lowest level is held to the stricter cutoff."""
        found = self.too_toxic().closes(seen)
        if self.extra_safe:
            first = above(seen.n[:, 0], seen.dlt[:, 0], self.target) > self.cutoff_eli - self.offset
            found[:, 0] |= (seen.n[:, 0] >= 3) & first
        return upward(found)

    def mtd(self, seen: Outcomes, closed: Closed) -> CountArray:
        """By isotonic regression; with `bound_mtd` none above the de-escalation boundary."""
        chooser = IsotonicMtd(self.target, at_most=self.lambda_d if self.bound_mtd else None)
        return chooser.choose(self, seen, closed)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("boin",)


def for_rule(rule: DoseRule, reading: str) -> Design:
    """BOIN with the rule's levels, target and parameters. Raises NotStated without levels or target."""
    return from_rule(make, rule)


def make(
    labels: tuple[str, ...],
    *,
    target: float,
    cohortsize: int = 3,
    ncohort: int = 10,
    n_earlystop: int | None = None,
    startdose: int = 1,
    p_saf: float | None = None,
    p_tox: float | None = None,
    cutoff_eli: float = 0.95,
    extrasafe: bool = False,
    offset: float = 0.05,
    boundMTD: bool = False,
) -> Composed:
    """BOIN over levels named from the lowest dose up; arguments as in R's `get.oc`."""
    rule = Boin(target, p_saf, p_tox, cutoff_eli, extrasafe, offset, boundMTD)
    return standard(rule, labels, Trial(cohortsize, ncohort, n_earlystop, startdose))
