"""Two compartments of one patient: the CNS by RANO-BM, the rest of the body by RECIST 1.1, and both together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.response._rule_table import RESPONSES, rule_table
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import TimePoints

_WORDS = (("cns", RESPONSES), ("extracranial", RESPONSES))
_LATE = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Compartments:
    """Time points of either compartment and of both merged, and per patient the first progression of each, `NO_DAY` = none
    so far.

    Lin 2015 reports progression in the CNS, outside it, and the first of both. Whether one compartment is censored at the
    progression of the other is the protocol's to say [recalled]; nothing is censored here.
    """

    cns: TimePoints
    extracranial: TimePoints
    overall: TimePoints
    cns_progression_on: DayArray
    extracranial_progression_on: DayArray

    @property
    def first_progression_on(self) -> DayArray:
        """The first progression in either compartment."""
        both = (self.cns_progression_on, self.extracranial_progression_on)
        first = np.minimum(*(np.where(on == NO_DAY, _LATE, on) for on in both))
        return np.where(first == _LATE, NO_DAY, first).astype(np.int32)


def two_compartments(cns: TimePoints, extracranial: TimePoints, patients: int) -> Compartments:
    """Both compartments of patients 0 to `patients` - 1 of one trial."""
    both = merged(cns, extracranial)
    return Compartments(cns, extracranial, both, _first(cns, patients), _first(extracranial, patients))


def merged(cns: TimePoints, extracranial: TimePoints) -> TimePoints:
    """The response of both compartments at every visit of either, by `compartments.csv`: progression is the first of both,
    else the worse counts (ours; Lin 2015 keeps them apart). A compartment without any time point had no disease; one
    without this visit was not assessed. Answers of iRECIST count as their plain ones, iUPD as SD. Days of progression
    are the earlier ones; `sum`, `baseline` and `nadir` belong to one compartment and are not merged. Raises UsageError
    for time points without numbers of visits, such as a reader's calls."""
    if np.any(cns.visit < 0) or np.any(extracranial.visit < 0):
        raise UsageError("time points without numbers of visits cannot be merged visit by visit")
    sides = (cns, extracranial)
    keys = [_keys(side) for side in sides]
    known, first = np.unique(np.concatenate(keys), return_index=True)
    codes = [_answers(side, key, known) for side, key in zip(sides, keys, strict=True)]
    days = [_at(side.day, key, known, NO_DAY) for side, key in zip(sides, keys, strict=True)]
    on = [_at(side.progression_on, key, known, NO_DAY) for side, key in zip(sides, keys, strict=True)]
    table = rule_table("compartments", _WORDS)
    row = table.decide(*codes)
    overall = table.overall[row]
    day = _earlier(*days)
    starts = _earlier(*(np.where(code == Response.PD, o, NO_DAY) for code, o in zip(codes, on, strict=True)))
    none, blank = np.full(len(known), -1, np.int32), np.full(len(known), Response.NONE, np.int8)
    worse = overall == Response.PD
    columns = {
        name: np.concatenate([getattr(side, name) for side in sides])[first]
        for name in ("copy", "patient", "visit")
    }
    return TimePoints(
        **columns, day=day, target=blank, non_target=blank, new=np.zeros(len(known), np.bool_), overall=overall,
        progression_on=np.where(worse, starts, NO_DAY).astype(np.int32), sum=none, baseline=none, nadir=none,
        reason=row.astype(np.int16), reasons=table.reasons,
    )  # fmt: skip


_PLAIN = np.arange(max(Response) + 1, dtype=np.int8)
_PLAIN[[Response.ICR, Response.IPR, Response.ISD, Response.NON_ICR_NON_IUPD, Response.IUPD, Response.ICPD]] = [
    Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD, Response.SD, Response.PD,
]  # fmt: skip
_PLAIN[[Response.NONE, Response.ND, Response.MR]] = [Response.MISSING, Response.MISSING, Response.SD]


def _answers(side: TimePoints, key: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int8]:
    """The response of a compartment at every visit: NED for a patient who has no time point in it at all, MISSING for one
    who has, but not at this visit."""
    here = _at(_PLAIN[side.overall], key, known, np.int32(-1))
    seen = np.isin(known >> 16, key >> 16)
    return np.where(here >= 0, here, np.where(seen, Response.MISSING, Response.NED)).astype(np.int8)


def _keys(points: TimePoints) -> NDArray[np.int64]:
    copy, patient = points.copy.astype(np.int64), points.patient.astype(np.int64)
    found: NDArray[np.int64] = (copy << 40) | (patient << 16) | points.visit.astype(np.int64)
    return found


def _at(
    column: NDArray[np.integer], key: NDArray[np.int64], known: NDArray[np.int64], rest: int | np.int32
) -> NDArray[np.int32]:
    """The column at every known visit, `rest` where the compartment has none."""
    found = np.full(len(known), rest, np.int32)
    found[np.searchsorted(known, key)] = column
    return found


def _earlier(first: NDArray[np.int32], second: NDArray[np.int32]) -> NDArray[np.int32]:
    least = np.minimum(*(np.where(on == NO_DAY, _LATE, on) for on in (first, second)))
    return np.where(least == _LATE, NO_DAY, least).astype(np.int32)


def _first(points: TimePoints, count: int) -> DayArray:
    worse = np.isin(points.overall, (Response.PD, Response.ICPD))
    on = np.where(points.progression_on == NO_DAY, points.day, points.progression_on)
    found = np.full(count, _LATE, np.int32)
    np.minimum.at(found, points.patient[worse], on[worse])
    return np.where(found == _LATE, NO_DAY, found).astype(np.int32)
