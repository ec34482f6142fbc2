"""The first event over dated sources, else the last censoring: the arithmetic under every time to an event.

Equal to `derive_param_tte` of admiral 1.4 (Apache-2.0), written anew from its description: of each event source the
earliest row, over the sources the earliest, ties to the first listed; of each censoring source the latest row, over the
sources the latest, ties to the last listed; an event beats a censoring whatever the days; the end never lies before the
start, which is day 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Status
from protorun.trial.tables import IntArray

Days = NDArray[np.int64]
_NEVER = np.int64(2**40)


@dataclass(frozen=True)
class Dated:
    """Rows of one source: `row` is the place of the patient, `day` when it happened (`NO_DAY` = no such row).

    `source_row` names each row for the trace (its own number when None). `until` (one day per patient, `NO_DAY` = open)
    drops what happened after it, such as everything after the start of another therapy.
    """

    name: str
    row: NDArray[np.integer]
    day: NDArray[np.integer]
    source_row: NDArray[np.integer] | None = None
    until: DayArray | None = None


@dataclass(frozen=True)
class FirstEvent:
    """One row per patient. `source` counts the event sources and then the censoring sources from 0; -1 = no row at all,
    or no start: then `status` is UNDETERMINED, `end_on` is `NO_DAY` and `days` is 0."""

    end_on: DayArray
    days: IntArray
    status: NDArray[np.int8]
    source: NDArray[np.int16]
    source_row: IntArray


def first_event(start_on: DayArray, events: Sequence[Dated], censorings: Sequence[Dated]) -> FirstEvent:
    """Time from `start_on` to the first event, else to the last censoring, with the row that decided."""
    count = len(start_on)
    end, source = np.full(count, _NEVER), np.full(count, -1, np.int16)
    source_row = np.full(count, -1, np.int32)
    for number, dated in enumerate(events):
        day, named = extreme(dated, count, last=False)
        hit = day < end
        end[hit], source[hit], source_row[hit] = day[hit], number, named[hit]
    happened = source >= 0
    latest = np.full(count, -_NEVER)
    for number, dated in enumerate(censorings, len(events)):
        day, named = extreme(dated, count, last=True)
        hit = ~happened & (day != -_NEVER) & (day >= latest)
        latest[hit], source[hit], source_row[hit] = day[hit], number, named[hit]
    known = (source >= 0) & (start_on != NO_DAY)
    start = start_on.astype(np.int64)
    end = np.maximum(np.where(happened, end, latest), start)
    status = np.where(happened, Status.EVENT, Status.CENSORED)
    return FirstEvent(
        end_on=np.where(known, end, NO_DAY).astype(np.int32),
        days=np.where(known, end - start + 1, 0).astype(np.int32),
        status=np.where(known, status, Status.UNDETERMINED).astype(np.int8),
        source=np.where(known, source, -1).astype(np.int16),
        source_row=np.where(known, source_row, -1).astype(np.int32),
    )


def extreme(dated: Dated, count: int, *, last: bool) -> tuple[Days, IntArray]:
    """Earliest (or latest) day of each patient and the name of its row: of equal days the first (or last) row."""
    keep = dated.day != NO_DAY
    if dated.until is not None:
        until = dated.until[dated.row]
        keep &= (until == NO_DAY) | (dated.day <= until)
    at = np.flatnonzero(keep)
    row, day = dated.row[at], dated.day[at].astype(np.int64)
    found = np.full(count, -_NEVER if last else _NEVER)
    (np.maximum if last else np.minimum).at(found, row, day)
    hit = np.flatnonzero(day == found[row])
    if not last:
        hit = hit[::-1]
    chosen = np.full(count, -1, np.int64)
    chosen[row[hit]] = at[hit]  # of several rows the one written last stays
    named = np.arange(len(dated.day)) if dated.source_row is None else dated.source_row
    padded = np.append(named, -1).astype(np.int32)
    return found, padded[chosen]
