"""Accelerated titration: single patients, one level up each, until the first DLT; then 3+3 or another design takes over.

Simon et al. 1997, J Natl Cancer Inst 89:1138 (abstract). Filling the level to a normal cohort follows the BOIN software; the
paper's words on that step were not seen. Its grade 2 rule wants graded outcomes and is not executed."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design, templates
from protorun.escalation._from_rule import from_rule
from protorun.escalation._slots import Needs
from protorun.escalation.modifiers import Titration
from protorun.escalation.three_plus_three import ThreePlusThree, three_plus_three, variants
from protorun.study.dose_rule import DoseRule
from protorun.terms import plugins
from protorun.trial.decision import Action, Decision
from protorun.trial.outcomes import Outcomes


@dataclass(frozen=True)
class AcceleratedTitration:
    """Single patients from the start level on; at the first DLT, or at level `titration.up_to`, that level is filled to
    three patients and 3+3 goes on. Levels below keep their one patient; 3+3 fills them when it comes down."""

    then: ThreePlusThree
    titration: Titration
    name: str = "accelerated_titration"
    monotone: bool = True
    local: bool = False
    needs: Needs = Needs.COUNTS
    fills_cohorts: bool = False

    @property
    def variant(self) -> str:
        return self.then.variant

    @property
    def labels(self) -> tuple[str, ...]:
        return self.then.labels

    @property
    def levels(self) -> int:
        return self.then.levels

    @property
    def order(self) -> tuple[int, ...]:
        return self.then.order

    @property
    def reasons(self) -> tuple[str, ...]:
        return (*self.then.reasons, "titrate")

    def start(self) -> tuple[int, int]:
        """One patient; three where the titration has no level."""
        level, size = self.then.start()
        return level, 1 if level < self._top else size

    @property
    def _top(self) -> int:
        return self.titration.top(self.levels)

    def decide(self, outcomes: Outcomes) -> Decision:
        """What comes next. Raises UsageError for counts outside the design."""
        after = self.then.decide(outcomes)
        row, at = np.arange(len(outcomes)), outcomes.level
        n, pending = outcomes.n[row, at], outcomes.pending[row, at]
        alone = self.titration.single(outcomes) & (outcomes.dlt.sum(axis=1) == 0) & (at <= self._top)
        alone &= ((at < self._top) | (n + pending == 1)) & (self.then.first < self._top)
        begins = alone & (n + pending == 0)
        waits = alone & (pending > 0)
        climbs = alone & (n == 1) & (at < self._top)
        code = self.reasons.index
        return replace(
            after,
            action=_put(after.action, (begins | climbs, Action.ENROLL), (waits, Action.WAIT)),
            level=_put(after.level, (begins | waits, at), (climbs, at + 1)),
            size=_put(after.size, (begins | climbs, 1), (waits, 0)),
            reason=_put(
                after.reason,
                (begins, code("start")),
                (waits, code("wait_pending")),
                (climbs, code("titrate")),
            ),
            reasons=self.reasons,
            templates=templates(self.reasons),
        )


def _put(values: NDArray, *changes: tuple[NDArray[np.bool_], object]) -> NDArray:  # type: ignore[type-arg]
    """The values with others where a condition holds."""
    found = values.copy()
    for where, new in changes:
        found[where] = new[where] if isinstance(new, np.ndarray) else new
    return found


def readings(rule: DoseRule) -> tuple[str, ...]:
    """The variants of the 3+3 that takes over."""
    return tuple(variants())


def for_rule(rule: DoseRule, reading: str) -> Design:
    """Titration followed by 3+3 in that variant. Raises NotStated without levels, UsageError for an unknown variant."""
    return from_rule(partial(make, then=reading), rule)


def make(
    labels: tuple[str, ...],
    *,
    then: str,
    target: float | None = None,
    up_to: int | None = None,
    cohortsize: int = 3,
    ncohort: int = 10,
    startdose: int = 1,
) -> Design:
    """Titration over levels named from the lowest dose up, then a variant of 3+3 (`bcrm`, `ubcrm`, `trialdesign`) or
    another design by its name (`boin`, which wants `target`); `up_to` is the last level of single patients, 1 the lowest.

    3+3 has a size of its own; `cohortsize` and `ncohort` belong to the other designs. Raises UsageError for a design that
    cannot take over."""
    if up_to is not None and not 1 <= up_to <= len(labels):
        raise UsageError(f"up_to={up_to} is none of the {len(labels)} levels")
    titration = Titration(up_to)
    if then in variants():
        return AcceleratedTitration(three_plus_three(labels, then, first=startdose - 1), titration)
    maker = getattr(plugins.load("escalation", then.replace("-", "_")), "make", None)
    settings = inspect.signature(maker).parameters if maker else {}
    given = {"target": target, "cohortsize": cohortsize, "ncohort": ncohort, "startdose": startdose}
    if maker is None or not set(given) <= set(settings):
        raise UsageError(f"{then} cannot take over from a titration; a variant of 3+3 can, or boin target=.3")
    if target is None:
        raise UsageError(f"{then} wants a target DLT rate: target=.3")
    made = maker(labels, **given)
    return Composed(cast(Composed, made).recipe + titration, labels)
