"""Lesions for virtual patients: one brain lesion measured at every scan, so that the criteria find the drawn response.

A scenario says how often patients respond; the response chapter reads millimeters. Each drawn time point becomes a
measurement that the criteria must call the same: one road for real and virtual patients, from the scan to the curve.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from protorun.statistics.philox import Purpose, uniforms
from protorun.terms.truth import TRUE
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Clinical, Compartment, Finding, Response, Role
from protorun.trial.tables import Lesions, Tables, TimePoints, Visits

NOTE = "virtual patients: one brain lesion each, measured so that the criteria find the drawn response; no steroids (ours)"
_SMALLEST, _LARGEST = 1200, 4000  # hundredths of a millimeter at baseline
_STABLE, _SMALLER = (
    (0.92, 1.05),
    (0.5, 0.58),
)  # shares of baseline: never 20 % apart, the second 42 % down or more
_BOTH = (_SMALLER, _STABLE)
_GROWN = 550


def with_lesions(tables: Tables, *, seed: int) -> Tables:
    """The tables of a virtual trial with lesions and visits in place of the responses that were drawn for the CNS.

    Without drawn responses, or beside lesions that are there, the tables stay as they are.
    """
    drawn = tables.timepoints.get(("", "cns"))
    if drawn is None or tables.lesions is not None or not len(drawn):
        return tables
    seen = drawn.where(np.isin(drawn.overall, (Response.CR, Response.PR, Response.SD, Response.PD)))
    start = _baseline_days(tables, seen)
    seen = seen.where(start != NO_DAY)
    start = start[start != NO_DAY]
    if not len(seen):
        return tables
    size = _sizes(seen, seed)
    return replace(
        tables, lesions=_lesions(seen, start, size, seed), visits=_visits(seen, start), timepoints={}
    )


def _baseline_days(tables: Tables, seen: TimePoints) -> NDArray[np.int32]:
    """The day of entry of the patient of each time point."""
    people = tables.patients
    known = (people.copy.astype(np.int64) << 32) | people.patient
    place = np.searchsorted(known, (seen.copy.astype(np.int64) << 32) | seen.patient)
    return people.enrolled_on[place]


def _firsts(seen: TimePoints) -> NDArray[np.intp]:
    """The first time point of each patient; time points are in order of (copy, patient, day)."""
    new = np.ones(len(seen), np.bool_)
    new[1:] = (seen.patient[1:] != seen.patient[:-1]) | (seen.copy[1:] != seen.copy[:-1])
    return np.flatnonzero(new)


def _baseline(seen: TimePoints, seed: int) -> NDArray[np.int32]:
    """The size of every patient's lesion at entry, one per time point."""
    drawn = uniforms(seed, seen.copy, seen.patient, Purpose.LESION)
    return (_SMALLEST + drawn * (_LARGEST - _SMALLEST)).astype(np.int32)


def _numbers(seen: TimePoints) -> NDArray[np.int64]:
    """Which scan of its patient each time point is, from 0."""
    first = _firsts(seen)
    return np.arange(len(seen)) - np.repeat(first, np.diff([*first, len(seen)]))


def _sizes(seen: TimePoints, seed: int) -> NDArray[np.int32]:
    """The size at each time point; progression grows from the smallest size so far, baseline included."""
    base, number = _baseline(seen, seed), _numbers(seen)
    smaller = seen.overall == Response.PR
    low, span = np.where(smaller, _SMALLER[0], _STABLE[0]), np.where(smaller, *(np.ptp(p) for p in _BOTH))
    wobble = uniforms(seed, seen.copy, seen.patient, Purpose.LESION, 1 + number)
    size = np.where(seen.overall == Response.CR, 0, base * (low + wobble * span)).astype(np.int32)
    nadir = base.copy()
    for at in np.flatnonzero(number):
        nadir[at] = min(nadir[at - 1], size[at - 1])
    grown = np.maximum((1.25 * nadir).astype(np.int32), nadir + _GROWN)
    return np.where(seen.overall == Response.PD, grown, size).astype(np.int32)


def _lesions(seen: TimePoints, start: NDArray[np.int32], size: NDArray[np.int32], seed: int) -> Lesions:
    first, number = _firsts(seen), _numbers(seen)
    base = _baseline(seen, seed)[first]
    copy, patient = (np.concatenate([c[first], c]) for c in (seen.copy, seen.patient))
    diameter = np.concatenate([base, size])
    finding = np.where(diameter == 0, Finding.ABSENT, Finding.PRESENT)
    count = len(copy)
    return Lesions(
        copy=copy,
        patient=patient,
        visit=np.concatenate([np.zeros(len(first)), number + 1]).astype(np.int16),
        day=np.concatenate([start[first], seen.day]).astype(np.int32),
        lesion=np.zeros(count, np.int32),
        role=np.full(count, Role.TARGET, np.int8),
        compartment=np.full(count, Compartment.CNS, np.int8),
        nodal=np.zeros(count, np.bool_),
        diameter=diameter.astype(np.int32),
        finding=finding.astype(np.int8),
        organ=np.zeros(count, np.int16),
        perpendicular=(diameter * 0.8).astype(np.int32),
        organs=("brain",),
        labels=("B1",),
    )


def _visits(seen: TimePoints, start: NDArray[np.int32]) -> Visits:
    """Baseline and every scan: no corticosteroids, clinically stable."""
    first, number = _firsts(seen), _numbers(seen)
    copy = np.concatenate([seen.copy[first], seen.copy])
    patient = np.concatenate([seen.patient[first], seen.patient])
    visit = np.concatenate([np.zeros(len(first)), number + 1]).astype(np.int16)
    day = np.concatenate([start[first], seen.day]).astype(np.int32)
    order = np.lexsort((visit, patient, copy))
    count = len(copy)
    return Visits(
        copy=copy[order],
        patient=patient[order],
        visit=visit[order],
        day=day[order],
        steroid_mg=np.zeros(count),
        clinical=np.full(count, Clinical.STABLE, np.int8),
        adequate=np.full(count, TRUE, np.uint8),
    )
