"""Two compartments of one patient: the CNS by RANO-BM, the rest of the body by RECIST 1.1, and both together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import TimePoints


@dataclass(frozen=True)
class Compartments:
    """Time points of either compartment, and per patient the first progression of each, `NO_DAY` = none so far.

    Lin 2015 reports progression in the CNS, outside it, and the first of both. Whether one compartment is censored at the
    progression of the other is the protocol's to say [recalled]; nothing is censored here.
    """

    cns: TimePoints
    extracranial: TimePoints
    cns_progression_on: DayArray
    extracranial_progression_on: DayArray

    @property
    def first_progression_on(self) -> DayArray:
        """The first progression in either compartment."""
        late = np.iinfo(np.int32).max
        both = (self.cns_progression_on, self.extracranial_progression_on)
        first = np.minimum(*(np.where(on == NO_DAY, late, on) for on in both))
        return np.where(first == late, NO_DAY, first).astype(np.int32)


def two_compartments(cns: TimePoints, extracranial: TimePoints, patients: int) -> Compartments:
    """Both compartments of patients 0 to `patients` - 1 of one trial."""
    return Compartments(cns, extracranial, _first(cns, patients), _first(extracranial, patients))


def _first(points: TimePoints, count: int) -> DayArray:
    worse = points.overall == Response.PD
    on = np.where(points.progression_on == NO_DAY, points.day, points.progression_on)
    late = np.iinfo(np.int32).max
    found = np.full(count, late, np.int32)
    np.minimum.at(found, points.patient[worse], on[worse])
    return np.where(found == late, NO_DAY, found).astype(np.int32)
