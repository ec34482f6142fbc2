"""A decision about the next patients, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Action(IntEnum):
    ENROLL = 0  # at `level`, `size` patients
    WAIT = 1  # an outcome is pending
    FINISH = 2  # the part ends; `level` is its result
    STOP = 3  # the trial ends without a dose


@dataclass(frozen=True)
class Decision:
    """One row per trial: what to do next, at which level, for how many patients, and why.

    `reason` indexes `reasons`, a closed list of codes of the design; `why(row)` says it in words with its numbers.
    """

    action: NDArray[np.uint8]
    level: NDArray[np.int16]
    size: NDArray[np.int16]
    reason: NDArray[np.int16]
    reasons: tuple[str, ...]
    sentences: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.action)

    def code(self, row: int = 0) -> str:
        """The reason code of a row."""
        return self.reasons[int(self.reason[row])]

    def why(self, row: int = 0) -> str:
        """The reason of a row in words; falls back to the code where no sentence was built."""
        return self.sentences[row] if self.sentences else self.code(row)
