"""Who gets which arm: all the same, by chance, or by the population a candidate belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from protorun.allocation import allocate, plan_for
from protorun.conduct.plan import Stage
from protorun.conduct.terms import Assign
from protorun.errors import NotStated, UsageError
from protorun.patients.source import IntArray
from protorun.study.study import Study


def assigning(study: Study, stages: Sequence[Stage], copies: IntArray, seed: int) -> Assign:
    """The arms of patients entering a stage; by chance they are keyed by (seed, copy, place in the stage).

    Raises NotStated where chance decides and the ratio, the method or the block sizes are open.
    """

    @cache
    def drawn(stage: Stage) -> NDArray[np.int16]:
        if stage.size is None:
            raise NotStated(f"how many patients the part {stage.name!r} takes", path="enrollment.size")
        places = allocate(plan_for(study), stage.size, seed=seed, copies=copies)
        return np.array(stage.arms, np.int16)[places]

    def assign(stage: Stage, copy: IntArray, entered: IntArray) -> NDArray[np.int16]:
        if stage.assign == "same" or stage.kind == "dose_finding":
            return np.full(len(copy), stage.arms[0], np.int16)
        if stage.assign == "population":
            raise UsageError(
                f"the part {stage.name!r} gives arms by population; the patients must come with one of: "
                + ", ".join(study.arms[a].id for a in stage.arms)
            )
        arms: NDArray[np.int16] = drawn(stage)[copy - copies[0], entered]
        return arms

    for stage in stages:
        if stage.assign == "random" and stage.size is not None:
            drawn(stage)
    return assign
