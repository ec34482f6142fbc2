"""Limits on the next level. Several may hold at once; the lowest level any of them allows is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._slots import Needs, Slot
from protorun.trial.outcomes import CountArray, Outcomes


@dataclass(frozen=True)
class Limit(Slot):
    """The highest level that may come next; `code` is the reason given where it lowers the level."""

    several: ClassVar[bool] = True
    code: ClassVar[str] = ""
    needs: ClassVar[Needs] = Needs.COUNTS

    def highest(self, seen: Outcomes) -> CountArray:
        """The highest level allowed next, one per row."""
        raise NotImplementedError


@dataclass(frozen=True)
class NoSkip(Limit):
    """No untried level is skipped: at most one above the current level, and none above it while nobody counts there (all
    its patients left unevaluated)."""

    code: ClassVar[str] = "capped_no_skip"

    def highest(self, seen: Outcomes) -> CountArray:
        """One above the current level; that level itself while nobody evaluable was treated there."""
        return (seen.level + _tried(seen)).astype(np.int16)


@dataclass(frozen=True)
class Coherent(Limit):
    """No escalation when the DLT rate of the last cohort reached `target` (Cheung 2005, doi:10.1093/biomet/92.4.863)."""

    target: float = 0.25
    code: ClassVar[str] = "capped_coherent"
    needs: ClassVar[Needs] = Needs.LAST

    def highest(self, seen: Outcomes) -> CountArray:
        """The current level after a cohort with so many DLTs, else any."""
        row = np.arange(len(seen))
        n = seen.n[row, seen.level] if seen.last_n is None else seen.last_n
        dlt = seen.dlt[row, seen.level] if seen.last_dlt is None else seen.last_dlt
        held = (dlt >= self.target * n - 1e-9) & (n > 0)
        return np.where(held, seen.level, np.int16(2**14)).astype(np.int16)


@dataclass(frozen=True)
class MaxIncrement(Limit):
    """The next dose is at most `factor` times the current one. `doses` are the amounts of the levels, lowest first."""

    doses: tuple[float, ...] = ()
    factor: float = 2.0
    code: ClassVar[str] = "capped_increment"

    def __post_init__(self) -> None:
        if not self.doses or list(self.doses) != sorted(self.doses) or not self.factor >= 1:
            raise UsageError(
                "MaxIncrement wants the doses of the levels, lowest first, and a factor of at least 1"
            )

    def highest(self, seen: Outcomes) -> CountArray:
        """The highest level whose dose is not above `factor` times the current dose; the current level while nobody
        evaluable was treated there."""
        doses = np.asarray(self.doses)
        allowed = np.searchsorted(doses, doses[seen.level] * self.factor * (1 + 1e-12), side="right") - 1
        return np.where(_tried(seen), np.maximum(allowed, seen.level), seen.level).astype(np.int16)


def _tried(seen: Outcomes) -> NDArray[np.bool_]:
    """Whether anybody evaluable was treated at the current level, or is under observation there."""
    row = np.arange(len(seen))
    found: NDArray[np.bool_] = (seen.n + seen.pending)[row, seen.level] > 0
    return found
