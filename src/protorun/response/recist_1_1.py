"""RECIST 1.1: response by sums of diameters, whole body. Eisenhauer 2009, doi:10.1016/j.ejca.2008.10.026."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.response._grid import lay_out
from protorun.response._marker import marker_at_visits
from protorun.response._rule_table import RESPONSES, rule_table
from protorun.response._settings import Settings
from protorun.response._walk import Seen, walk
from protorun.trial.tables import Lesions, TimePoints, Visits

SAYS = "RECIST 1.1 (Eisenhauer 2009)"
COMPARTMENTS = ("whole_body", "cns", "extracranial")
READS = "lesions"
_WORDS = (
    ("reappeared", ("no", "yes")),
    ("target", RESPONSES),
    ("non_target", RESPONSES),
    ("new", ("no", "yes")),
)


def assess(lesions: Lesions, visits: Visits | None, settings: Settings) -> TimePoints:
    """Response at every time point after baseline; a lesion nobody assessed gives NE and is named."""
    table = rule_table("recist_1_1", _WORDS)

    def decide(seen: Seen) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
        row = table.decide(
            seen.reappeared.astype(np.intp), seen.target, seen.non_target, seen.new.astype(np.intp)
        )
        return row, table.overall[row]

    grid = lay_out(lesions, visits)
    return walk(grid, settings, decide, table.reasons, marker=marker_at_visits(grid, visits))
