"""Toxicity so far, counted by dose level: all that a dose rule may see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CountArray = NDArray[np.int16]


@dataclass(frozen=True)
class Outcomes:
    """Counts with a leading row axis (one row per trial); levels count from 0, the lowest dose.

    `n` and `dlt` are shaped (row, level) and count evaluable patients with a known outcome; `pending` counts patients
    under observation. `level` is the level now treated.
    """

    level: CountArray
    n: CountArray
    dlt: CountArray
    pending: CountArray

    def __len__(self) -> int:
        return len(self.level)
