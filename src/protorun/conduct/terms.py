"""How a trial is run where neither the record nor the patients decide; every choice is named in the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from protorun.conduct.books import Books
from protorun.conduct.plan import Plan, Stage
from protorun.patients.source import IntArray

Assign = Callable[[Stage, IntArray, IntArray], NDArray[np.int16]]
"""Arms for patients of a stage, from (stage, copy, how many entered this stage before)."""


@dataclass(frozen=True)
class Terms:
    """Choices of the person who runs the trial.

    `suspended`: candidates who come while nobody may be enrolled are `lost`, or each `waits` in the order of arrival.
    `stagger_days`: fewest days between two entries under the dose rule. `follow_up_days`: from the last patient in to
    the last planned day of a part of fixed size. `explain`: every decision with its sentence.
    """

    suspended: Literal["lost", "waits"] = "lost"
    stagger_days: int = 0
    follow_up_days: int = 0
    cut_off: int | None = None
    explain: bool = False

    def notes(self, plan: Plan) -> tuple[str, ...]:
        """The choices in words, as far as the plan makes use of them."""
        says = list(plan.notes)
        if plan.design is not None:
            says += [
                f"dose rule: {plan.design.name}, read as {plan.design.variant}",
                f"DLT window: {plan.window_days} days, entry is day 1; a DLT in it counts, whenever it becomes known",
                "not evaluable: death, progression or withdrawal before the window ends, without a DLT; replaced, "
                "without a limit, and counted apart",
                "a rule fires as soon as an outcome becomes known, not at the end of a cohort",
                f"candidates while enrollment is suspended: {'lost' if self.suspended == 'lost' else 'wait their turn'}",
            ]
        if self.stagger_days:
            says.append(f"at least {self.stagger_days} days between two entries")
        if self.follow_up_days:
            says.append(f"follow-up after the last patient in: {self.follow_up_days} days")
        return tuple(says)


@dataclass(frozen=True)
class Running:
    """Everything the loop works with: the plan, the books of all copies, the terms, and who gets which arm."""

    plan: Plan
    books: Books
    terms: Terms
    assign: Assign

    @property
    def ended(self) -> int:
        """The stage number of a copy that has no part left."""
        return len(self.plan.stages)

    def in_kind(self, kind: str) -> NDArray[np.bool_]:
        """For each stage number, whether that stage is of a kind; the last entry stands for the end."""
        return np.array([s.kind == kind for s in self.plan.stages] + [False])
