"""Corticosteroids and clinical status against baseline, as the RANO criteria ask for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.response._settings import Settings
from protorun.trial.response import Clinical

STEROIDS = ("none", "stable", "increased", "unknown", "no_baseline")
CLINICAL = ("ok", "worse", "unknown")


def steroid_codes(dose: NDArray[np.float64], settings: Settings) -> NDArray[np.int8]:
    """Dose as (patient, visit), visit 0 = baseline, mg dexamethasone equivalent -> codes of `STEROIDS`."""
    start = dose[:, :1]
    found = np.select(
        [np.isnan(dose), dose <= settings.physiological_steroid_mg, np.isnan(start), dose > start],
        [STEROIDS.index(w) for w in ("unknown", "none", "no_baseline", "increased")],
        STEROIDS.index("stable"),
    )
    return found.astype(np.int8)


def clinical_codes(status: NDArray[np.int8]) -> NDArray[np.int8]:
    """Codes of `Clinical` -> codes of `CLINICAL`."""
    found = np.select(
        [status == Clinical.UNKNOWN, status == Clinical.WORSE],
        [CLINICAL.index("unknown"), CLINICAL.index("worse")],
        CLINICAL.index("ok"),
    )
    return found.astype(np.int8)
