"""Accelerated titration: single patients until the first DLT, then the design it is put beside.

Simon et al. 1997, J Natl Cancer Inst 89:1138 (abstract); filling to a cohort follows the BOIN software."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._slots import Slot
from protorun.trial.outcomes import Outcomes


@dataclass(frozen=True)
class Titration(Slot):
    """One patient at each level, one level up each time, until the first DLT or the level `up_to` (1 = lowest; None = the
    highest). That level is then filled to a normal cohort, and the design takes over."""

    up_to: int | None = None

    def top(self, levels: int) -> int:
        """Index of the last level of the single patients."""
        return levels - 1 if self.up_to is None else min(self.up_to, levels) - 1

    def single(self, seen: Outcomes) -> NDArray[np.bool_]:
        """Rows that have seen single patients only, and at most one DLT, at the level just treated."""
        row = np.arange(len(seen))
        alone = (seen.n + seen.pending <= 1).all(axis=1)
        below = seen.dlt.sum(axis=1) - seen.dlt[row, seen.level]
        found: NDArray[np.bool_] = alone & (below == 0)
        return found
