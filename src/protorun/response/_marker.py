"""A tumor marker beside the lesions: above its limits it stands in the way of CR (RECIST 1.1 section 4.3.3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.response._grid import Bools, Grid
from protorun.terms.truth import FALSE, TRUE
from protorun.trial.response import Response
from protorun.trial.tables import Visits

MARKER = ("not measured", "normal", "above")
"""What the codes of a marker mean."""


def marker_at_visits(grid: Grid, visits: Visits | None) -> NDArray[np.int8] | None:
    """The marker of every patient and visit as codes of `MARKER`; None where nobody recorded one."""
    if visits is None or visits.marker is None:
        return None
    found = np.zeros(grid.seen.shape, np.int8)
    known = (grid.copy.astype(np.int64) << 32) | grid.patient
    row = np.searchsorted(known, (visits.copy.astype(np.int64) << 32) | visits.patient)
    found[row, visits.visit] = np.select([visits.marker == TRUE, visits.marker == FALSE], [1, 2], 0)
    return found


def with_marker(
    grid: Grid, non_target: NDArray[np.int8], marker: NDArray[np.int8]
) -> tuple[NDArray[np.int8], Bools]:
    """Non-target responses with the marker as one more finding, and where a missing marker made NE of one: only a marker
    that was above its limits at baseline has to be measured again."""
    above_at_start = marker[:, :1] == 2
    ill = grid.target.used.any(axis=1) | grid.non_target.used.any(axis=1) | above_at_start[:, 0]
    free = np.isin(non_target, (Response.CR, Response.NONE))
    missing = free & above_at_start & (marker == 0)
    found = np.select(
        [free & ill[:, None] & (marker == 2), missing, (non_target == Response.NONE) & above_at_start],
        [Response.NON_CR_NON_PD, Response.NE, Response.CR],
        non_target,
    )
    return found.astype(np.int8), missing
