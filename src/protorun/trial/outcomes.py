"""Toxicity so far, counted by dose level: all that a dose rule may see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CountArray = NDArray[np.int16]


@dataclass(frozen=True)
class Patients:
    """Patients one by one, shaped (row, patient): their level (-1 = nobody), whether a DLT was seen, and the share of the
    DLT window they have been followed for, from 0 to 1; with a DLT or a completed window it is 1.

    `dlt_at` is the share of the window after which the DLT came, NaN without one; None where nobody kept it."""

    level: CountArray
    dlt: NDArray[np.bool_]
    followed: NDArray[np.float64]
    dlt_at: NDArray[np.float64] | None = None

    def where(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Patients:
        """The rows for which `keep` holds."""
        dlt_at = None if self.dlt_at is None else self.dlt_at[keep]
        return Patients(self.level[keep], self.dlt[keep], self.followed[keep], dlt_at)


@dataclass(frozen=True)
class Outcomes:
    """Counts with a leading row axis (one row per trial); levels count from 0, the lowest dose.

    `n` and `dlt` are shaped (row, level) and count evaluable patients with a known outcome; `pending` counts patients
    under observation. `level` is the level now treated.

    What only some designs need is None where nobody counted it. `last_n` and `last_dlt` count the known outcomes of the
    cohort treated last; without them that cohort is taken to be complete. `followed` (row, level) adds up, over the
    pending patients, the share of the DLT window that has passed. `closed` (row, level) marks levels that were found too
    toxic earlier, which a later "no DLT" does not reopen. `patients` lists them one by one.
    """

    level: CountArray
    n: CountArray
    dlt: CountArray
    pending: CountArray
    last_n: CountArray | None = None
    last_dlt: CountArray | None = None
    followed: NDArray[np.float64] | None = None
    closed: NDArray[np.bool_] | None = None
    patients: Patients | None = None

    def __len__(self) -> int:
        return len(self.level)

    def where(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> Outcomes:
        """The rows for which `keep` holds."""
        return Outcomes(
            self.level[keep],
            self.n[keep],
            self.dlt[keep],
            self.pending[keep],
            None if self.last_n is None else self.last_n[keep],
            None if self.last_dlt is None else self.last_dlt[keep],
            None if self.followed is None else self.followed[keep],
            None if self.closed is None else self.closed[keep],
            None if self.patients is None else self.patients.where(keep),
        )
