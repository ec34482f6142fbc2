"""RANO-BM: response of brain metastases, the CNS as its own compartment. Lin 2015, doi:10.1016/S1470-2045(15)70057-4."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from protorun.response._area import by_area
from protorun.response._grid import Bools, Grid, lay_out
from protorun.response._rule_table import RESPONSES, rule_table
from protorun.response._settings import Settings
from protorun.response._status import CLINICAL, STEROIDS, clinical_codes, steroid_codes
from protorun.response._walk import Seen, walk
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Clinical, Response
from protorun.trial.tables import IntArray, Lesions, TimePoints, Visits

SAYS = "RANO-BM (Lin 2015)"
COMPARTMENTS = ("cns",)
READS = "lesions"
_WORDS = (
    ("rescan", ("no", "yes")),
    ("target", RESPONSES),
    ("non_target", RESPONSES),
    ("new", ("no", "yes", "alone")),
    ("steroids", STEROIDS),
    ("clinical", CLINICAL),
)
Codes = NDArray[np.int8]


def assess(lesions: Lesions, visits: Visits | None, settings: Settings) -> TimePoints:
    """Response of the CNS at every time point after baseline; a missing lesion, steroid dose or clinical status gives NE
    and is named, unless progression is already certain. Progression found again by an iRANO re-scan is dated to the
    first scan that showed it."""
    table = rule_table("rano_bm", _WORDS)
    grid = lay_out(by_area(lesions) if settings.measure == "area" else lesions, visits)
    steroids, clinical = _at_visits(grid, visits, settings)
    new_code = 1 if settings.new_lesion_alone_is_pd else 2
    first_growth = np.full(len(grid.patient), NO_DAY, np.int32)
    since = np.full(grid.seen.shape, NO_DAY, np.int32)

    def decide(seen: Seen) -> tuple[NDArray[np.int16], Codes]:
        at = seen.visit
        codes = (
            seen.target,
            seen.non_target,
            np.where(seen.new, new_code, 0),
            steroids[:, at],
            clinical[:, at],
        )
        row = table.decide(np.zeros(len(seen.target), np.int8), *codes)
        if settings.rescan_within_days:
            wait = _waits(grid, at, table.overall[row] == Response.PD, first_growth, settings)
            wait &= clinical[:, at] != CLINICAL.index("worse")
            since[:, at] = np.where(wait, NO_DAY, first_growth)
            row = table.decide(wait.astype(np.int8), *codes)
        return row, table.overall[row]

    points = walk(grid, settings, decide, _worded(table.reasons, settings))
    early = since[:, 1:][grid.seen[:, 1:]]
    dated_back = (points.overall == Response.PD) & (early != NO_DAY)
    return replace(points, progression_on=np.where(dated_back, early, points.progression_on))


def _worded(reasons: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    words = {
        "{measure}": settings.measure,
        "{pd}": str(settings.pd_percent),
        "{pr}": str(settings.pr_percent),
    }
    for mark, word in words.items():
        reasons = tuple(reason.replace(mark, word) for reason in reasons)
    return reasons


def _waits(grid: Grid, visit: int, worse: Bools, first_growth: IntArray, settings: Settings) -> Bools:
    """Who has grown so early that another scan must show it; keeps the day of the first growth, and forgets it when the
    growth is gone."""
    day, start = grid.first_day[:, visit].astype(np.int64), grid.first_day[:, 0].astype(np.int64)
    here = grid.seen[:, visit] & (day != NO_DAY) & (start != NO_DAY)
    begins = here & worse & (first_growth == NO_DAY) & (day - start <= settings.rescan_within_days)
    first_growth[begins] = day[begins]
    first_growth[here & ~worse] = NO_DAY
    waited = day - first_growth.astype(np.int64)
    return np.asarray(here & worse & (first_growth != NO_DAY) & (waited < settings.rescan_after_days))


def _at_visits(grid: Grid, visits: Visits | None, settings: Settings) -> tuple[Codes, Codes]:
    """Codes of corticosteroids (against baseline) and of clinical status, per patient and visit."""
    dose = np.full(grid.seen.shape, np.nan)
    status = np.full(grid.seen.shape, Clinical.UNKNOWN, np.int8)
    if visits is not None:
        known = (grid.copy.astype(np.int64) << 32) | grid.patient
        row = np.searchsorted(known, (visits.copy.astype(np.int64) << 32) | visits.patient)
        dose[row, visits.visit], status[row, visits.visit] = visits.steroid_mg, visits.clinical
    return steroid_codes(dose, settings), clinical_codes(status)
