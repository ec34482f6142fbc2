"""TITE-CRM: the CRM while patients are under observation. Cheung & Chappell 2000, doi:10.1111/j.0006-341X.2000.01177.x."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal
from weakref import ReferenceType, ref

import numpy as np

from protorun.errors import UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._from_rule import from_rule
from protorun.escalation._model_rule import REASONS, proposal
from protorun.escalation._slots import Addable, Closed, Needs, Proposal, Slot, without_follow_up
from protorun.escalation.models.one_parameter import Fit, OneParameter
from protorun.escalation.models.skeleton import Model, skeleton
from protorun.escalation.models.under_observation import Moments, moments, pending_of
from protorun.escalation.modifiers import Cohorts, NoSkip, Start, StopAt
from protorun.study.dose_rule import DoseRule
from protorun.trial.outcomes import CountArray, Outcomes

Scheme = Literal["linear", "adaptive"]


@dataclass(frozen=True)
class TiteCrm(Addable):
    """The next level is the one whose estimated DLT rate is closest to the target; a pending patient counts with a weight.

    `scheme` `linear`: the weight is the share of the DLT window that has passed; `adaptive`: it also follows the times at
    which the DLTs came. `prior`, `model`, `scale` and `intcpt` as in dfcrm's `titecrm`. `stop_above`: the trial ends when
    P(rate of the lowest level > target) exceeds it, even if no pending patient had a DLT. No level is skipped.
    """

    target: float
    prior: tuple[float, ...]
    scheme: Scheme = "linear"
    model: Model = "empiric"
    scale: float = 1.34**0.5
    intcpt: float = 3.0
    stop_above: float | None = None

    name: ClassVar[str] = "tite_crm"
    reasons: ClassVar[tuple[str, ...]] = REASONS
    monotone: ClassVar[bool] = True
    local: ClassVar[bool] = False
    needs: ClassVar[Needs] = Needs.PATIENTS

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise UsageError(f"the target DLT rate lies between 0 and 1; {self.target:g} does not")
        if self.stop_above is not None and not 0 < self.stop_above <= 1:
            raise UsageError(f"stop_above is a certainty above 0 and at most 1; {self.stop_above:g} is not")
        if self.scheme not in ("linear", "adaptive"):
            raise UsageError(f"no weights called {self.scheme!r}; there are: linear, adaptive")
        _ = self.curve

    @property
    def variant(self) -> str:
        return self.scheme

    @cached_property
    def curve(self) -> OneParameter:
        """The dose-toxicity model."""
        return OneParameter(self.prior, self.model, self.scale, self.intcpt)

    @property
    def slots(self) -> tuple[Slot, ...]:
        return (NoSkip(),)

    def check(self, levels: int) -> None:
        """Raises UsageError unless the skeleton has one rate for each level."""
        if levels != len(self.prior):
            raise UsageError(f"the skeleton has {len(self.prior)} rates for {levels} levels")

    def fit(self, seen: Outcomes) -> Fit:
        """The model after these outcomes. Raises UsageError where the follow-up of pending patients is not given."""
        found = self._moments(seen)
        return Fit(found.mean, found.sd, self.curve.rates(found.mean))

    @cached_property
    def _last(self) -> dict[str, tuple[ReferenceType[Outcomes], Moments]]:
        return {}

    def _moments(self, seen: Outcomes) -> Moments:
        """Kept for the outcomes seen last: one decision looks at them more than once."""
        kept = self._last.get("seen")
        if kept is not None and kept[0]() is seen:
            return kept[1]
        if seen.patients is None and seen.pending.any():
            raise without_follow_up(self.name)
        pending = pending_of(seen.patients, adaptive=self.scheme == "adaptive")
        found = moments(self.curve, seen.n, seen.dlt, pending, below=self._edge)
        self._last["seen"] = (ref(seen), found)
        return found

    @cached_property
    def _edge(self) -> float:
        """The parameter below which the lowest level's rate is above the target."""
        return float(self.curve.edges(self.target)[0])

    def closed(self, seen: Outcomes) -> Closed:
        """None, or all when the lowest level is too toxic with the certainty `stop_above`."""
        found = np.zeros(seen.n.shape, np.bool_)
        if self.stop_above is not None:
            found[:] = (self._moments(seen).below > self.stop_above)[:, None]
        return found

    def propose(self, seen: Outcomes, closed: Closed) -> Proposal:
        """The level closest to the target."""
        fit = self.fit(seen)
        away = np.where(closed, np.inf, np.abs(fit.ptox - self.target))
        return proposal(seen, away.argmin(axis=1), fit.ptox)

    def mtd(self, seen: Outcomes, closed: Closed) -> CountArray:
        """The level closest to the target, tried or not."""
        away = np.where(closed, np.inf, np.abs(self.fit(seen).ptox - self.target))
        return np.where(closed.all(axis=1), -1, away.argmin(axis=1)).astype(np.int16)


def readings(rule: DoseRule) -> tuple[str, ...]:
    """One way to execute it."""
    return ("tite_crm",)


def for_rule(rule: DoseRule, reading: str) -> Design:
    """TITE-CRM with the rule's levels, target and parameters. Raises NotStated without levels or target."""
    return from_rule(make, rule)


def make(
    labels: tuple[str, ...],
    *,
    target: float,
    prior: tuple[float, ...] = (),
    scheme: Scheme = "linear",
    halfwidth: float = 0.05,
    nu: int | None = None,
    model: Model = "empiric",
    scale: float = 1.34**0.5,
    intcpt: float = 3.0,
    cohortsize: int = 1,
    ncohort: int = 30,
    startdose: int = 1,
    stop_above: float | None = 0.95,
) -> Composed:
    """TITE-CRM over levels named from the lowest dose up, patient by patient, ending when the lowest is too toxic (dfcrm
    never ends); without `prior` the skeleton comes from `halfwidth` and `nu` (the middle level where not given)."""
    if not prior:
        at = (len(labels) + 1) // 2 if nu is None else nu
        prior = tuple(
            skeleton(
                halfwidth=halfwidth, target=target, nu=at, nlevel=len(labels), model=model, intcpt=intcpt
            )
        )
    rule = TiteCrm(
        target, tuple(float(p) for p in prior), scheme, model, scale, intcpt, stop_above=stop_above
    )
    return Composed(rule + Cohorts(cohortsize) + StopAt(cohortsize * ncohort) + Start(startdose), labels)
