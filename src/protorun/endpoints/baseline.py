"""Was the complete baseline disease assessment done: as recorded, else as the lesion table shows it."""

from __future__ import annotations

import numpy as np

from protorun.endpoints.course import rows_of
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.response import Finding, Role
from protorun.trial.tables import Tables


def complete_baseline(tables: Tables) -> TruthArray:
    """Kleene truth per patient. A target without a diameter, or any lesion not assessed, makes it incomplete; without
    any word about the baseline of a patient it stays unknown."""
    given = tables.patients.baseline_complete
    lesions = tables.lesions
    if lesions is None or not len(lesions):
        return given
    start = lesions.where(lesions.visit == 0)
    row = rows_of(tables.patients, start.copy, start.patient)
    measured = (start.diameter >= 0) | np.isin(start.finding, (Finding.TOO_SMALL, Finding.ABSENT))
    lacking = (start.finding == Finding.NOT_ASSESSED) | ((start.role == Role.TARGET) & ~measured)
    shown = np.full(len(given), UNKNOWN, np.uint8)
    shown[row] = TRUE
    shown[row[lacking]] = FALSE
    return np.where(given == UNKNOWN, shown, given).astype(np.uint8)
