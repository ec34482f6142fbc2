"""BLRM: Bayesian logistic regression model with two parameters and overdose control (EWOC). Neuenschwander, Branson & Gsponer 2008, doi:10.1002/sim.3230."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._slots import Addable, Closed, Needs, Proposal, Slot
from protorun.escalation.models.two_parameter import Posterior, TwoParameter
from protorun.escalation.modifiers import Coherent, Cohorts, MaxIncrement, NoSkip, Start, StopAt
from protorun.study.dose_rule import DoseRule
from protorun.trial.outcomes import CountArray, Outcomes

# Weakly informative: a DLT rate of 1/3 at the reference dose, give or take two on the logit scale; the slope about 1.
DEFAULT_MEAN = (-log(2), 0.0)
DEFAULT_COV = (4.0, 0.0, 0.0, 1.0)
_GUARD = 1e-9  # probabilities nearer to one another are equal


@dataclass(frozen=True)
class Blrm(Addable):
    """The next level has the highest P(DLT rate in the target interval) of those with P(rate at its upper limit or above)
    of at most `ewoc` (Babb, Rogatko & Zacks 1998); of equal ones the lower. When none qualifies, the trial ends.

    `doses`: the amount of each level, lowest first. logit p = alpha + exp(b) log(dose / ref_dose); (alpha, b) is normal
    with `mean` and `cov` (four numbers, row after row). Without them the prior is a default that `notes` names, at the
    highest dose. No level is skipped, and no cohort whose DLT rate reaches the target interval is followed by a higher
    level, unless the limits are replaced; the final choice is free of them. One more DLT can make the curve steeper and
    so raise the dose in a few states: `engine.monotone.not_monotone` lists them.
    """

    doses: tuple[float, ...]
    target_interval: tuple[float, float] = (0.20, 0.35)
    ewoc: float = 0.25
    mean: tuple[float, float] | None = None
    cov: tuple[float, float, float, float] | None = None
    ref_dose: float | None = None

    name: ClassVar[str] = "blrm"
    variant: ClassVar[str] = "blrm"
    reasons: ClassVar[tuple[str, ...]] = ("interval_up", "interval_stay", "interval_down")
    monotone: ClassVar[bool] = False
    local: ClassVar[bool] = False
    needs: ClassVar[Needs] = Needs.COUNTS

    def __post_init__(self) -> None:
        if not 0 < self.ewoc < 1:
            raise UsageError(f"the limit of P(overdose) lies between 0 and 1; {self.ewoc:g} does not")
        _ = self.model

    @cached_property
    def model(self) -> TwoParameter:
        """The dose-toxicity model with the prior in force."""
        return TwoParameter(
            self.doses,
            max(self.doses, default=0.0) if self.ref_dose is None else self.ref_dose,
            DEFAULT_MEAN if self.mean is None else self.mean,
            DEFAULT_COV if self.cov is None else self.cov,
            self.target_interval,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was taken by default, in words."""
        mean, cov = self.model.mean, self.model.cov
        taken = {
            f"mean of alpha {mean[0]:.4g} and of b {mean[1]:.4g}": self.mean,
            f"covariance {' '.join(f'{v:g}' for v in cov)}": self.cov,
            f"reference dose {self.model.ref_dose:g}": self.ref_dose,
        }
        return tuple(f"prior by default: {words}" for words, given in taken.items() if given is None)

    @property
    def slots(self) -> tuple[Slot, ...]:
        return (NoSkip(), Coherent(self.target_interval[0]))

    def check(self, levels: int) -> None:
        """Raises UsageError unless there is one dose for each level."""
        if levels != len(self.doses):
            raise UsageError(f"there are {len(self.doses)} doses for {levels} levels")

    def fit(self, seen: Outcomes) -> Posterior:
        """The model after these outcomes; pending patients do not count."""
        return self.model.fit(seen.n, seen.dlt)

    def closed(self, seen: Outcomes) -> Closed:
        """None: a level too likely to overdose today may qualify again tomorrow."""
        return np.zeros(seen.n.shape, np.bool_)

    def propose(self, seen: Outcomes, closed: Closed) -> Proposal:
        """The level most likely to lie in the target interval among those that overdose control allows."""
        known = self.fit(seen)
        level = self._best(known, closed)
        reason = np.select([level > seen.level, level == seen.level], [0, 1], 2)
        row, to = np.arange(len(seen)), np.maximum(level, 0)
        numbers = {
            "in_target": known.target[row, to],
            "overdose": known.overdose[row, to],
            "overdose_here": known.overdose[row, seen.level],
            "overdose_lowest": known.overdose[:, 0],
            "ewoc": np.full(len(seen), self.ewoc),
        }
        return Proposal(level, reason.astype(np.int16), numbers)

    def mtd(self, seen: Outcomes, closed: Closed) -> CountArray:
        """The level the rule would want next, tried or not; -1 = none qualifies."""
        return self._best(self.fit(seen), closed)

    def _best(self, known: Posterior, closed: Closed) -> NDArray[np.int16]:
        allowed = (known.overdose <= self.ewoc + _GUARD) & ~closed
        worth = np.where(allowed, known.target, -1.0)
        best = worth >= worth.max(axis=1, keepdims=True) - _GUARD
        return np.where(allowed.any(axis=1), best.argmax(axis=1), -1).astype(np.int16)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("blrm",)


def for_rule(rule: DoseRule, reading: str) -> Design:
    """BLRM with the rule's levels, doses and parameters. Raises NotStated without levels or their doses."""
    return from_rule(make, rule)


def make(
    labels: tuple[str, ...],
    *,
    doses: tuple[float, ...],
    target_interval: tuple[float, ...] = (0.20, 0.35),
    ewoc: float = 0.25,
    mean: tuple[float, ...] = (),
    cov: tuple[float, ...] = (),
    ref_dose: float | None = None,
    max_increment: float | None = None,
    cohortsize: int = 3,
    ncohort: int = 10,
    startdose: int = 1,
) -> Composed:
    """BLRM over levels named from the lowest dose up. `target_interval` is lower limit/upper limit, `cov` four numbers row
    after row; `max_increment` caps a step at so many times the current dose, beside the usual limits."""
    low, high = _of(2, target_interval, "target_interval")
    rule = Blrm(
        tuple(float(dose) for dose in doses),
        (low, high),
        ewoc,
        _of(2, mean, "mean") if len(mean) else None,  # type: ignore[arg-type]
        _of(4, cov, "cov") if len(cov) else None,  # type: ignore[arg-type]
        ref_dose,
    )
    recipe = rule + Cohorts(cohortsize) + StopAt(cohortsize * ncohort) + Start(startdose)
    if max_increment is not None:
        for limit in (*rule.slots, MaxIncrement(rule.doses, max_increment)):
            recipe = recipe + limit
    return Composed(recipe, labels)


def _of(count: int, values: tuple[float, ...], name: str) -> tuple[float, ...]:
    """So many numbers. Raises UsageError for fewer or more."""
    if len(values) != count:
        raise UsageError(
            f"{name} wants {count} numbers, as in {name}={'/'.join(['0.2', '0.35', '0', '1'][:count])}"
        )
    return tuple(float(value) for value in values)
