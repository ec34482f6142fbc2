"""DLTs as a trial called them against those its adverse events make by the study's own definition."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from protorun.terms.truth import FALSE, TRUE
from protorun.toxicity.dlt import Judged
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.tables import AdverseEvents, Patients

_EPOCH = date(1970, 1, 1)


def disagreements(
    people: Patients, events: AdverseEvents, judged: Judged, *, called_on: DayArray
) -> tuple[str, ...]:
    """A sentence for each patient of whom the trial and the definition say different things, with the event.

    `called_on` is the day of the DLT the trial called inside the window, `NO_DAY` without one; rows are those of
    `people`, days are days since 1970-01-01. An event that cannot be judged disagrees with nobody.
    """
    found = []
    for row in range(len(people)):
        mine = np.flatnonzero(events.patient == people.patient[row])
        sure = mine[judged.dlt[mine] == TRUE]
        says = _one(int(called_on[row]), mine, sure, events, judged)
        if says:
            found.append(f"patient {people.name(row)}: {says}")
    return tuple(found)


def event_in_words(events: AdverseEvents, row: int) -> str:
    """`neutropenia grade 4 of 2025-02-10`."""
    grade = f" grade {events.grade[row]}" if events.grade[row] > 0 else ", not graded,"
    return f"{events.terms[events.term[row]]}{grade} of {_date(int(events.day[row]))}"


def _one(called: int, mine: np.ndarray, sure: np.ndarray, events: AdverseEvents, judged: Judged) -> str:
    if called == NO_DAY:
        if not len(sure):
            return ""
        first = int(sure[np.argmin(events.day[sure])])
        return f"{event_in_words(events, first)} is a DLT by the definition ({judged.why(first)}); none is recorded"
    if len(sure):
        first = int(sure[np.argmin(events.day[sure])])
        if events.day[first] == called:
            return ""
        return (
            f"the DLT is recorded on {_date(called)}; by the definition it is {event_in_words(events, first)}"
        )
    if not (judged.dlt[mine] == FALSE).all():
        return ""
    if not len(mine):
        return f"a DLT is recorded on {_date(called)}, and no adverse event of the patient"
    near = int(mine[np.argmin(np.abs(events.day[mine].astype(np.int64) - called))])
    return (
        f"a DLT is recorded on {_date(called)}; by the definition {event_in_words(events, near)} is none "
        f"({judged.why(near)})"
    )


def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()
