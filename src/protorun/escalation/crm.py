"""CRM: continual reassessment method, Bayesian, empiric or logistic. O'Quigley, Pepe & Fisher 1990, doi:10.2307/2531628."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import ClassVar

import numpy as np

from protorun.errors import UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._model_rule import REASONS, proposal
from protorun.escalation._slots import Addable, Closed, Needs, Proposal, Slot
from protorun.escalation.models.one_parameter import Fit, FloatArray, OneParameter
from protorun.escalation.models.skeleton import Model, skeleton
from protorun.escalation.modifiers import Coherent, Cohorts, NoSkip, Start, StopAt
from protorun.study.dose_rule import DoseRule
from protorun.trial.outcomes import CountArray, Outcomes


@dataclass(frozen=True)
class Crm(Addable):
    """The next level is the one whose estimated DLT rate is closest to the target (of equal ones the lower).

    `prior`: the skeleton, one rate for each level. `model`, `scale` (prior standard deviation of the parameter) and
    `intcpt` as in dfcrm. `method` `bayes` or `mle`; `initial` gives the level of each patient (1 = lowest) until the first
    DLT, which maximum likelihood needs; while it does not exist (nothing but DLTs, or none) the Bayesian estimate stands
    in, with the same `scale` (dfcrm takes 500 there). `stop_above`: the trial ends when P(rate of the lowest level > target) exceeds it.
    No level is skipped and no cohort with the target rate of DLTs is followed by a higher level, unless the limits are
    replaced; the final choice is free of them.
    """

    target: float
    prior: tuple[float, ...]
    model: Model = "empiric"
    scale: float = 1.34**0.5
    intcpt: float = 3.0
    method: str = "bayes"
    initial: tuple[int, ...] = ()
    stop_above: float | None = None

    name: ClassVar[str] = "crm"
    variant: ClassVar[str] = "crm"
    reasons: ClassVar[tuple[str, ...]] = (*REASONS, "initial")
    monotone: ClassVar[bool] = True
    local: ClassVar[bool] = False
    needs: ClassVar[Needs] = Needs.COUNTS

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise UsageError(f"the target DLT rate lies between 0 and 1; {self.target:g} does not")
        if self.stop_above is not None and not 0 < self.stop_above <= 1:
            raise UsageError(f"stop_above is a certainty above 0 and at most 1; {self.stop_above:g} is not")
        if self.method not in ("bayes", "mle"):
            raise UsageError(f"no method called {self.method!r}; there are: bayes, mle")
        if self.method == "mle" and not self.initial:
            raise UsageError("maximum likelihood wants `initial`: the levels until the first DLT")
        _ = self.curve

    @cached_property
    def curve(self) -> OneParameter:
        """The dose-toxicity model."""
        return OneParameter(self.prior, self.model, self.scale, self.intcpt)

    @property
    def slots(self) -> tuple[Slot, ...]:
        limits = (NoSkip(), Coherent(self.target))
        return (*limits, Start(self.initial[0])) if self.initial else limits

    def check(self, levels: int) -> None:
        """Raises UsageError unless the skeleton has one rate for each level, and `initial` names levels."""
        if levels != len(self.prior):
            raise UsageError(f"the skeleton has {len(self.prior)} rates for {levels} levels")
        wrong = [level for level in self.initial if not 1 <= level <= levels]
        if wrong:
            raise UsageError(f"`initial` names level {wrong[0]} of {levels}")

    def fit(self, seen: Outcomes) -> Fit:
        """The model after these outcomes; pending patients do not count."""
        if self.method == "bayes":
            return self.curve.fit(seen.n, seen.dlt)
        mixed = (seen.dlt.sum(axis=1) > 0) & (seen.dlt.sum(axis=1) < seen.n.sum(axis=1))
        found = self.curve.fit(seen.n, seen.dlt)
        if mixed.any():
            top = self.curve.maximum(seen.n[mixed], seen.dlt[mixed])
            found.estimate[mixed], found.sd[mixed], found.ptox[mixed] = top.estimate, top.sd, top.ptox
        return found

    def closed(self, seen: Outcomes) -> Closed:
        """None, or all when the lowest level is too toxic with the certainty `stop_above`."""
        found = np.zeros(seen.n.shape, np.bool_)
        if self.stop_above is not None:
            found[:] = (self.above_target(seen)[:, 0] > self.stop_above)[:, None]
        return found

    def above_target(self, seen: Outcomes) -> FloatArray:
        """P(rate of the level > target), by row and level."""
        return self.curve.above(seen.n, seen.dlt, self.target)

    def propose(self, seen: Outcomes, closed: Closed) -> Proposal:
        """The level closest to the target."""
        fit = self.fit(seen)
        away = np.where(closed, np.inf, np.abs(fit.ptox - self.target))
        found = proposal(seen, away.argmin(axis=1), fit.ptox)
        return self._first(seen, found, closed) if self.initial else found

    def _first(self, seen: Outcomes, found: Proposal, closed: Closed) -> Proposal:
        """The stated sequence until the first DLT."""
        treated = seen.n.sum(axis=1)
        stated = np.asarray(self.initial)[np.minimum(treated, len(self.initial) - 1)] - 1
        before = (seen.dlt.sum(axis=1) == 0) & (treated < len(self.initial))
        before &= ~closed[np.arange(len(seen)), stated]
        level = np.where(before, stated, found.level).astype(np.int16)
        reason = np.where(before, self.reasons.index("initial"), found.reason).astype(np.int16)
        return Proposal(level, reason, found.numbers)

    def mtd(self, seen: Outcomes, closed: Closed) -> CountArray:
        """The level closest to the target, tried or not."""
        away = np.where(closed, np.inf, np.abs(self.fit(seen).ptox - self.target))
        return np.where(closed.all(axis=1), -1, away.argmin(axis=1)).astype(np.int16)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("crm",)


def for_rule(rule: DoseRule, reading: str) -> Design:
    """CRM with the rule's levels, target and parameters. Raises NotStated without levels or target."""
    return from_rule(make, rule)


def _level(number: float) -> int:
    if not (isfinite(number) and number == int(number)):
        raise UsageError(f"`initial` names levels by whole numbers; {number:g} is none")
    return int(number)


def make(
    labels: tuple[str, ...],
    *,
    target: float,
    prior: tuple[float, ...] = (),
    halfwidth: float = 0.05,
    nu: int | None = None,
    model: Model = "empiric",
    scale: float = 1.34**0.5,
    intcpt: float = 3.0,
    method: str = "bayes",
    initial: tuple[float, ...] = (),
    cohortsize: int = 3,
    ncohort: int = 10,
    startdose: int | None = None,
    stop_above: float | None = 0.95,
) -> Composed:
    """CRM over levels named from the lowest dose up, ending when the lowest is too toxic (dfcrm never ends). Without `prior`
    the skeleton comes from `halfwidth` and `nu` (the middle level where not given); `initial` begins the trial where it
    begins itself."""
    if not prior:
        at = (len(labels) + 1) // 2 if nu is None else nu
        prior = tuple(
            skeleton(
                halfwidth=halfwidth, target=target, nu=at, nlevel=len(labels), model=model, intcpt=intcpt
            )
        )
    rule = Crm(
        target,
        tuple(float(p) for p in prior),
        model,
        scale,
        intcpt,
        method,
        tuple(_level(level) for level in initial),
        stop_above,
    )
    recipe = rule + Cohorts(cohortsize) + StopAt(cohortsize * ncohort)
    return Composed(recipe if startdose is None else recipe + Start(startdose), labels)
