"""Lesions measured by area: the longest diameter times the diameter at right angles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from protorun.response._grid import TOO_SMALL_MM
from protorun.trial.response import Finding
from protorun.trial.tables import NOT_MEASURED, Lesions


def by_area(lesions: Lesions) -> Lesions:
    """The lesions with their area, in units of 0.0001 mm2, in the place of the diameter; one without both diameters is not
    measured, one too small to measure counts 5 x 5 mm."""
    small = lesions.finding == Finding.TOO_SMALL
    first, second = (
        np.where(small & (d < 0), TOO_SMALL_MM, d).astype(np.int64)
        for d in (lesions.diameter, lesions.perpendicular)
    )
    area = np.where((first < 0) | ((first > 0) & (second < 0)), NOT_MEASURED, first * np.maximum(second, 0))
    return replace(lesions, diameter=area)
