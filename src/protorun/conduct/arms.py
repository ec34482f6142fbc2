"""Who gets which arm: all the same, by chance, or by the population a candidate belongs to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.conduct.plan import Stage
from protorun.conduct.terms import Assign
from protorun.errors import NotStated, UsageError
from protorun.patients.source import IntArray
from protorun.study.study import Study


def assigning(study: Study, seed: int) -> Assign:
    """The arms of patients entering a stage, keyed by (seed, copy, number within the stage)."""

    def assign(stage: Stage, copy: IntArray, patient: IntArray, entered: IntArray) -> NDArray[np.int16]:
        if stage.assign == "same" or stage.kind == "dose_finding":
            return np.full(len(copy), stage.arms[0], np.int16)
        if stage.assign == "population":
            raise UsageError(
                f"the part {stage.name!r} gives arms by population; the patients must come with one of: "
                + ", ".join(study.arms[a].id for a in stage.arms)
            )
        return np.array(stage.arms, np.int16)[_by_chance(study, seed, copy, entered)]

    return assign


def _by_chance(study: Study, seed: int, copy: IntArray, entered: IntArray) -> NDArray[np.intp]:
    raise NotStated("the allocation method", path="randomization.method")
