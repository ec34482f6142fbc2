"""RANO-BM: response of brain metastases, the CNS as its own compartment. Lin 2015, doi:10.1016/S1470-2045(15)70057-4."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.response._grid import Grid, lay_out
from protorun.response._rule_table import RESPONSES, rule_table
from protorun.response._settings import Settings
from protorun.response._walk import Seen, walk
from protorun.trial.response import Clinical
from protorun.trial.tables import Lesions, TimePoints, Visits

SAYS = "RANO-BM (Lin 2015)"
COMPARTMENTS = ("cns",)
_STEROIDS = ("none", "stable", "increased", "unknown", "no_baseline")
_CLINICAL = ("ok", "worse", "unknown")
_WORDS = (
    ("target", RESPONSES),
    ("non_target", RESPONSES),
    ("new", ("no", "yes", "alone")),
    ("steroids", _STEROIDS),
    ("clinical", _CLINICAL),
)
Codes = NDArray[np.int8]


def assess(lesions: Lesions, visits: Visits | None, settings: Settings) -> TimePoints:
    """Response of the CNS at every time point after baseline; a missing lesion, steroid dose or clinical status gives NE
    and is named, unless progression is already certain."""
    table = rule_table("rano_bm", _WORDS)
    grid = lay_out(lesions, visits)
    steroids, clinical = _at_visits(grid, visits, settings)
    new_code = 1 if settings.new_lesion_alone_is_pd else 2

    def decide(seen: Seen) -> tuple[NDArray[np.int16], Codes]:
        new = np.where(seen.new, new_code, 0)
        at = seen.visit
        row = table.decide(seen.target, seen.non_target, new, steroids[:, at], clinical[:, at])
        return row, table.overall[row]

    return walk(grid, settings, decide, table.reasons)


def _at_visits(grid: Grid, visits: Visits | None, settings: Settings) -> tuple[Codes, Codes]:
    """Codes of corticosteroids (against baseline) and of clinical status, per patient and visit."""
    dose = np.full(grid.seen.shape, np.nan)
    status = np.full(grid.seen.shape, Clinical.UNKNOWN, np.int8)
    if visits is not None:
        known = (grid.copy.astype(np.int64) << 32) | grid.patient
        row = np.searchsorted(known, (visits.copy.astype(np.int64) << 32) | visits.patient)
        dose[row, visits.visit], status[row, visits.visit] = visits.steroid_mg, visits.clinical
    start = dose[:, :1]
    steroids = np.select(
        [np.isnan(dose), dose <= settings.physiological_steroid_mg, np.isnan(start), dose > start],
        [_STEROIDS.index(w) for w in ("unknown", "none", "no_baseline", "increased")],
        _STEROIDS.index("stable"),
    )
    clinical = np.select(
        [status == Clinical.UNKNOWN, status == Clinical.WORSE],
        [_CLINICAL.index("unknown"), _CLINICAL.index("worse")],
        _CLINICAL.index("ok"),
    )
    return steroids.astype(np.int8), clinical.astype(np.int8)
