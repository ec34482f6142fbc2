"""What the model-based rules share: a wanted level becomes a proposal with its reason and estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._slots import Proposal
from protorun.trial.outcomes import Outcomes

REASONS = ("model_up", "model_stay", "model_down")


def proposal(seen: Outcomes, level: NDArray[np.integer], estimate: NDArray[np.float64]) -> Proposal:
    """The wanted level (-1 = none), whether it is up or down from here, and its estimated DLT rate for the sentence."""
    row = np.arange(len(seen))
    reason = np.select([level > seen.level, level == seen.level], [0, 1], 2)
    numbers = {
        "estimate": estimate[row, np.maximum(level, 0)],
        "estimate_here": estimate[row, seen.level],
    }
    return Proposal(level.astype(np.int16), reason.astype(np.int16), numbers)
