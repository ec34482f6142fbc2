"""Rules that look at the current level alone: escalate, stay or de-escalate by its patients and DLTs.

BOIN, mTPI, mTPI-2, Keyboard, i3+3 and decision tables differ only in `verdict`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._slots import Addable, Closed, Needs, Proposal, Slot, upward
from protorun.escalation.modifiers.mtd import IsotonicMtd
from protorun.escalation.modifiers.safety import Overdose
from protorun.trial.outcomes import CountArray, Outcomes

ESCALATE, STAY, DE_ESCALATE = 1, 0, -1
REASONS = (
    "escalate_local",
    "stay",
    "de_escalate_local",
    "eliminate",
    "capped_top",
    "capped_eliminated",
    "capped_bottom",
)
_ESCALATE, _STAY, _DE_ESCALATE, _ELIMINATE, _TOP, _CLOSED, _BOTTOM = range(7)

_STEP = np.array([1, 0, -1, -1, 0, 0, 0])

Verdict = NDArray[np.int8]


@dataclass(frozen=True)
class Local(Addable, ABC):
    """Base of the local rules. `target` is the DLT rate aimed at."""

    target: float

    name: ClassVar[str]
    reasons: ClassVar[tuple[str, ...]] = REASONS
    monotone: ClassVar[bool] = True
    local: ClassVar[bool] = True
    needs: ClassVar[Needs] = Needs.COUNTS

    @abstractmethod
    def verdict(self, n: NDArray[np.int64], dlt: NDArray[np.int64]) -> Verdict:
        """ESCALATE, STAY or DE_ESCALATE after `dlt` of `n` (n of 1 and more), for every pair."""

    @abstractmethod
    def too_toxic(self) -> Overdose:
        """When a level is closed for good."""

    @property
    def variant(self) -> str:
        return self.name

    @property
    def slots(self) -> tuple[Slot, ...]:
        return ()

    def check(self, levels: int) -> None:
        """Any number of levels will do. Raises UsageError for a target or a limit on toxicity that cannot be."""
        _ = self.too_toxic()

    def closed(self, seen: Outcomes) -> Closed:
        """The levels with too many DLTs, and all above them."""
        return upward(self.too_toxic().closes(seen))

    def mtd(self, seen: Outcomes, closed: Closed) -> CountArray:
        """By isotonic regression."""
        return IsotonicMtd(self.target).choose(self, seen, closed)

    def propose(self, seen: Outcomes, closed: Closed) -> Proposal:
        """One level up, the same, or one down; never into a closed level, never off the ladder."""
        row, at = np.arange(len(seen)), seen.level.astype(np.int64)
        n, dlt = seen.n[row, at].astype(np.int64), seen.dlt[row, at].astype(np.int64)
        return moved(verdicts(self, int(n.max(initial=0)))[n, dlt], seen, closed)


def moved(move: Verdict, seen: Outcomes, closed: Closed) -> Proposal:
    """The level to which a verdict leads, with its reason among `REASONS`; never a closed one, never off the ladder."""
    row, at = np.arange(len(seen)), seen.level.astype(np.int64)
    out, top = closed[row, at], at == closed.shape[1] - 1
    above_closed = ~top & closed[row, np.minimum(at + 1, closed.shape[1] - 1)]
    reason = np.select(
        [out, (move > 0) & top, (move > 0) & above_closed, move > 0, (move < 0) & (at == 0), move < 0],
        [_ELIMINATE, _TOP, _CLOSED, _ESCALATE, _BOTTOM, _DE_ESCALATE],
        _STAY,
    )
    step = _STEP[reason]
    level = np.maximum(at + step, 0)
    # A level that was closed while patients were at a higher one: go on below it.
    open_below = np.where(closed, -1, np.arange(closed.shape[1])).max(axis=1)
    return Proposal(np.minimum(level, open_below).astype(np.int16), reason.astype(np.int16))


def verdicts(rule: Local, most: int) -> Verdict:
    """The rule's verdicts as a table [n, dlt] that reaches at least `most` patients; STAY without patients."""
    return _table(rule, max(32, 1 << most.bit_length()))


@lru_cache(maxsize=256)
def _table(rule: Local, most: int) -> Verdict:
    n, dlt = np.tril_indices(most + 1)
    found = np.zeros((most + 1, most + 1), np.int8)
    found[n[1:], dlt[1:]] = rule.verdict(n[1:], dlt[1:])
    return found
