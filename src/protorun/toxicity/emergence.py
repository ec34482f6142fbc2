"""Adverse events and treatment: which began under treatment, and which is the worst of a patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.facts import NO_DAY, DayArray


def emergent(
    start: DayArray,
    first_dose: DayArray,
    last_dose: DayArray,
    *,
    end: DayArray | None = None,
    days_after: int,
) -> TruthArray:
    """Did each event begin from the first dose to `days_after` days after the last one (Kleene truth).

    Days count from 1970-01-01. Nobody treated: FALSE. A start that is not known is UNKNOWN, unless the event ended
    before the first dose; a last dose that is not known leaves the window open. The rule of ADaM's TRTEMFL.
    """
    treated = first_dose != NO_DAY
    began = (start >= first_dose) & treated
    closed = last_dose != NO_DAY
    in_time = ~closed | (start <= last_dose.astype(np.int64) + days_after)
    found = np.where(began & in_time, TRUE, FALSE)
    over = np.zeros(len(start), np.bool_) if end is None else (end != NO_DAY) & (end < first_dose)
    return np.where((start == NO_DAY) & treated & ~over, UNKNOWN, found).astype(np.uint8)


def worst_first(
    patient: NDArray[np.integer],
    severity: NDArray[np.integer],
    start: DayArray,
    sequence: NDArray[np.integer],
    *,
    among: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """The one row per patient among the rows allowed: the worst severity (or grade), then the earliest start, then the
    lowest number; an unknown start comes last. The rule of ADaM's AOCCIFL."""
    rows = np.flatnonzero(among)
    late = np.where(start == NO_DAY, np.int64(2**40), start)
    order = rows[np.lexsort((sequence[rows], late[rows], -severity[rows].astype(np.int64), patient[rows]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = patient[order][1:] != patient[order][:-1]
    found = np.zeros(len(patient), np.bool_)
    found[order[first]] = True
    return found


def worst_grade(
    key: NDArray[np.integer], grade: NDArray[np.integer], *, among: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.intp]]:
    """Per key (patient, or patient and term) the worst grade among the rows allowed, and the first row that has it.

    Returns the keys in rising order, their worst grades (0 = none graded) and rows."""
    rows = np.flatnonzero(among)
    order = rows[np.lexsort((rows, -grade[rows].astype(np.int64), key[rows]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = key[order][1:] != key[order][:-1]
    chosen = order[first]
    return key[chosen].astype(np.int64), grade[chosen].astype(np.int8), chosen
