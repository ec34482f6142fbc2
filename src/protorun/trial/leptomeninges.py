"""What RANO-LM reads at a visit: neurological exam, CSF cytology and neuraxis MRI, one row per item."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from protorun.trial.facts import DayArray
from protorun.trial.rows import CodeArray, IntArray, Rows


class Input(IntEnum):
    """Which of the inputs of RANO-LM a row belongs to."""

    EXAM = 0  # a domain of the neurological exam: its level, 0 = normal
    CSF = 1  # cytology (flow cytometry in hematological cancer) of one site: a code of `Cytology`
    MRI = 2  # an item of the neuraxis scorecard: a code of `Change`
    READER = 3  # the reader's own call of the MRI: a code of `Response`
    STEROID = 4  # dexamethasone equivalent, mg per day
    CLINICAL = 5  # clinical status against baseline: a code of `Clinical`
    NODULE = 6  # a leptomeningeal nodule, N1 to N3: its longest diameter, mm
    PARENCHYMAL = 7  # metastases inside brain or cord, reported apart: a code of `Response`


class Cytology(IntEnum):
    """Tumor cells in the cerebrospinal fluid of one site."""

    NOT_DONE = 0
    NEGATIVE = 1
    POSITIVE = 2
    IMPROVED = 3  # still positive or suspicious, clearly fewer cells


class Change(IntEnum):
    """An item of the MRI: there or not at baseline, and how it changed since then."""

    NOT_EVALUABLE = 0
    ABSENT = 1
    PRESENT = 2
    IMPROVED = 3
    UNCHANGED = 4
    WORSE = 5  # grown, or new


@dataclass(frozen=True)
class LeptomeningealExams(Rows):
    """One row per item and visit, visit 0 = baseline. `item` indexes `items`: the domain of an exam, the site of a CSF
    sample (`ventricular`, `lumbar`, kept apart), the item of the scorecard. `value` is a level, a code or a dose by
    `kind` (a code of `Input`); NaN = not recorded."""

    copy: IntArray
    patient: IntArray
    visit: NDArray[np.int16]
    day: DayArray
    kind: CodeArray
    item: NDArray[np.int16]
    value: NDArray[np.float64]
    items: tuple[str, ...] = ()
    across: NDArray[np.float64] | None = None
    """Of nodules the diameter at right angles, mm; NaN elsewhere."""
    line: IntArray | None = None
    """Line of the file, or sequence number of the source record."""
