"""Exams for virtual patients with leptomeningeal disease: what RANO-LM reads, so that it finds the drawn response."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from protorun.statistics.philox import Purpose, uniforms
from protorun.trial.facts import NO_DAY
from protorun.trial.leptomeninges import Change, Cytology, Input, LeptomeningealExams
from protorun.trial.response import Clinical, Response
from protorun.trial.tables import Tables, TimePoints

NOTE = (
    "virtual patients: gait, lumbar cytology and one item of the MRI at every visit, such that the composite of RANO-LM "
    "finds the drawn response; no steroids, clinically stable (ours)"
)
_ITEMS = ("gait", "lumbar", "spine linear enhancement", "")
_GAIT, _LUMBAR, _SPINE, _NOTHING = range(len(_ITEMS))
_START, _BETTER, _WORSE = 1, 0, 3  # levels of gait; 3 is the worst


@dataclass(frozen=True)
class _Visits:
    """Baseline and every time point, in order: whose, which, when, what was drawn (NONE = baseline)."""

    copy: NDArray[np.int32]
    patient: NDArray[np.int32]
    visit: NDArray[np.int16]
    day: NDArray[np.int32]
    drawn: NDArray[np.int8]
    clears: NDArray[np.bool_]
    """Rows of patients who reach CR: no cells in their fluid from the start, for a conversion would have to wait."""


def with_exams(tables: Tables, *, seed: int) -> Tables:
    """The tables of a virtual trial with exams in place of the responses that were drawn for the CNS.

    Without drawn responses, or beside exams that are there, the tables stay as they are. CR: no enhancement left, fluid
    clear throughout; PR: gait and enhancement better, fewer cells; SD: nothing moves (with clear fluid gait is better);
    PD: half of them by the gait, the others by the MRI.
    """
    drawn = tables.timepoints.get(("", "cns"))
    if drawn is None or tables.exams is not None or not len(drawn):
        return tables
    seen = drawn.where(np.isin(drawn.overall, (Response.CR, Response.PR, Response.SD, Response.PD)))
    visits = _laid_out(tables, seen)
    return replace(tables, exams=_exams(visits, seed), timepoints={})


def _laid_out(tables: Tables, seen: TimePoints) -> _Visits:
    people = tables.patients
    known = (people.copy.astype(np.int64) << 32) | people.patient
    key = (seen.copy.astype(np.int64) << 32) | seen.patient
    start = people.enrolled_on[np.searchsorted(known, key)]
    seen, key, start = seen.where(start != NO_DAY), key[start != NO_DAY], start[start != NO_DAY]
    first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
    number = np.arange(len(seen)) - np.repeat(first, np.diff([*first, len(seen)]))
    clear = np.isin(key, key[seen.overall == Response.CR])
    whole = {
        "copy": np.r_[seen.copy[first], seen.copy],
        "patient": np.r_[seen.patient[first], seen.patient],
        "visit": np.r_[np.zeros(len(first), np.int64), number + 1].astype(np.int16),
        "day": np.r_[start[first], seen.day].astype(np.int32),
        "drawn": np.r_[np.full(len(first), Response.NONE), seen.overall].astype(np.int8),
        "clears": np.r_[clear[first], clear],
    }
    order = np.lexsort((whole["visit"], whole["patient"], whole["copy"]))
    return _Visits(**{name: column[order] for name, column in whole.items()})


def _exams(visits: _Visits, seed: int) -> LeptomeningealExams:
    drawn, count = visits.drawn, len(visits.drawn)
    by_gait = uniforms(seed, visits.copy, visits.patient, Purpose.EXAM) < 0.5
    better = (drawn == Response.PR) | (drawn == Response.CR) | ((drawn == Response.SD) & visits.clears)
    worse = drawn == Response.PD
    gait = np.select([worse & by_gait, better], [_WORSE, _BETTER], _START)
    cells = np.where(drawn == Response.PR, Cytology.IMPROVED, Cytology.POSITIVE)
    cells = np.where(visits.clears, Cytology.NEGATIVE, cells)
    spine = np.select(
        [drawn == Response.NONE, worse & ~by_gait, drawn == Response.CR, drawn == Response.PR],
        [Change.PRESENT, Change.WORSE, Change.ABSENT, Change.IMPROVED],
        Change.UNCHANGED,
    )
    rows = (
        (Input.EXAM, _GAIT, gait),
        (Input.CSF, _LUMBAR, cells),
        (Input.MRI, _SPINE, spine),
        (Input.STEROID, _NOTHING, np.zeros(count)),
        (Input.CLINICAL, _NOTHING, np.full(count, Clinical.STABLE)),
    )
    each = len(rows)
    return LeptomeningealExams(
        copy=np.tile(visits.copy, each),
        patient=np.tile(visits.patient, each),
        visit=np.tile(visits.visit, each),
        day=np.tile(visits.day, each),
        kind=np.repeat([kind for kind, _, _ in rows], count).astype(np.int8),
        item=np.repeat([item for _, item, _ in rows], count).astype(np.int16),
        value=np.concatenate([value for _, _, value in rows]).astype(np.float64),
        items=_ITEMS,
    )
