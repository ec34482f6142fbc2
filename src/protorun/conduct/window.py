"""The DLT window: when the trial learns that a patient had a DLT, completed the window, or left it too early."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.patients.source import Entries
from protorun.trial.events import NEVER, Events, Kind

IntArray = NDArray[np.int32]

# Not evaluable: left the window without a DLT by death, progression or withdrawal (ours; the five records are silent).
_LEFT = (Kind.DEATH, Kind.PROGRESSION, Kind.DROPPED_OUT, Kind.INEVALUABLE)
# Whoever is seen on the last day of the window or later has completed it.
_SEEN = (
    Kind.VISIT,
    Kind.ASSESSMENT,
    Kind.DOSE_GIVEN,
    Kind.LAST_CONTACT,
    Kind.QUALITY_OF_LIFE,
    Kind.DLT,
    Kind.NEW_THERAPY,
    *_LEFT[:3],
)
_TABLE = {kind: np.isin(np.arange(256), kinds) for kind, kinds in {"left": _LEFT, "seen": _SEEN}.items()}


@dataclass(frozen=True)
class Outcome:
    """Per patient, the day the trial learns of each thing; `NEVER` where it did not happen or is not known to have.

    A DLT counts over everything else, whenever it becomes known; leaving early counts over completion. `ends_on` is the
    first day after the window: a window of W days covers entry day .. entry day + W - 1.
    """

    dlt: IntArray
    left: IntArray
    completed: IntArray
    ends_on: IntArray


def outcomes(events: Events, entries: Entries, window_days: int, *, doses_recorded: bool = False) -> Outcome:
    """What the course of each patient means for the dose rule. The window starts with the first dose given, or on the
    day of entry where the source records no doses."""
    row = _rows(events, entries)
    starts = entries.day.astype(np.int64)
    if doses_recorded:
        given = events.kind == Kind.DOSE_GIVEN
        starts = np.full(len(entries), NEVER, np.int64)
        np.minimum.at(starts, row[given], events.day[given])
    ends = np.minimum(starts + window_days, NEVER)
    start, end = starts[row], ends[row]
    dlt = (events.kind == Kind.DLT) & (events.day >= start) & (events.day < end)
    left = _TABLE["left"][events.kind] & (events.day < end)
    seen = (_TABLE["seen"][events.kind] & (events.day >= end - 1)) | (events.kind == Kind.COMPLETED_WINDOW)
    return Outcome(
        dlt=_earliest(row[dlt], events.known_on[dlt], len(entries)),
        left=_earliest(row[left], events.known_on[left], len(entries)),
        completed=_earliest(
            row[seen], np.maximum(events.known_on, np.minimum(end, NEVER))[seen], len(entries)
        ),
        ends_on=ends.astype(np.int32),
    )


def _rows(events: Events, entries: Entries) -> NDArray[np.intp]:
    """The entry each event belongs to; entries are sorted by (copy, patient)."""
    keys = entries.copy.astype(np.int64) << 32 | entries.patient
    return np.searchsorted(keys, events.copy.astype(np.int64) << 32 | events.patient)


def _earliest(row: NDArray[np.intp], day: NDArray[np.signedinteger], size: int) -> IntArray:
    found = np.full(size, NEVER, np.int64)
    np.minimum.at(found, row, day)
    return found.astype(np.int32)
