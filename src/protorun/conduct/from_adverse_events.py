"""DLTs of a recorded trial out of its adverse events, where nobody wrote the DLTs themselves down."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from protorun.conduct.plan import Plan
from protorun.errors import NotStated
from protorun.patients.recorded import Recorded
from protorun.patients.source import Source
from protorun.study.source import assumed
from protorun.study.study import Study
from protorun.terms.truth import TRUE, UNKNOWN
from protorun.toxicity import Clause, Judged, clauses, disagreements, judge
from protorun.toxicity.agreement import event_in_words
from protorun.trial.events import Events, Kind, joined, rows
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.tables import AdverseEvents

_EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()


def with_dlts(study: Study, patients: Source, planned: Plan) -> tuple[Source, tuple[str, ...]]:
    """The source with a DLT for each patient whose adverse events make one by the definition and window of the study, and
    what was done, in words.

    DLTs that are recorded (events.csv) count as they are; then the source stays, and the words name every patient and
    event of whom the definition says something else. Without a dose rule or adverse events nothing is said.
    """
    if not isinstance(patients, Recorded) or patients.tables.adverse_events is None or planned.design is None:
        return patients, ()
    events = patients.tables.adverse_events
    starts = _starts(patients)
    try:
        judged = judge(_with_window(study, planned), events, window_start=starts[events.patient])
    except NotStated as lack:
        return patients, (f"no DLT is read from adverse_events.csv: {lack}",)
    called = patients.events.of(Kind.DLT)
    if len(called):
        on = _called(patients, called, starts, planned.window_days)
        found = disagreements(patients.tables.patients, events, judged, called_on=on)
        return patients, tuple(f"check: {says}" for says in found)
    return _derived(study, patients, judged)


def _derived(study: Study, patients: Recorded, judged: Judged) -> tuple[Source, tuple[str, ...]]:
    events, people = patients.tables.adverse_events, patients.tables.patients
    if events is None or study.dose_rule is None:
        return patients, ()
    parts = {part.says: part for part in clauses(study.dose_rule.dlt_definition.value or "")}
    place = {name: number for number, name in enumerate(patients.names)}
    start = patients.day_one.toordinal() - _EPOCH_ORDINAL - 1
    made: list[Events] = []
    notes = [
        "events.csv records no DLT: they are those adverse events that the study's definition makes DLTs"
    ]
    for row in _first_of_each(events, judged):
        name, says = people.name(int(events.patient[row])), judged.why(row)
        known = _known_on(events, row, parts.get(says))
        day = int(events.day[row]) - start
        text = (f"adverse_events.csv: {events.terms[events.term[row]]}: {says}",)
        grade = float(events.grade[row])
        made.append(rows(Kind.DLT, 0, place[name], day, known_on=day + known, value=grade, text=text))
        notes.append(f"patient {name}: {event_in_words(events, row)} is a DLT: {says}")
    notes += [
        f"check: patient {people.name(int(events.patient[row]))}: whether {event_in_words(events, row)} is a DLT is not "
        f"known: {judged.why(row)}"
        for row in np.flatnonzero(judged.dlt == UNKNOWN).tolist()
    ]
    whole = joined([patients.events, *made])
    return replace(patients, events=whole.take(np.lexsort((whole.known_on, whole.patient)))), tuple(notes)


def _first_of_each(events: AdverseEvents, judged: Judged) -> list[int]:
    """The first event of each patient that is a DLT for sure."""
    sure = np.flatnonzero(judged.dlt == TRUE)
    sure = sure[np.lexsort((events.day[sure], events.patient[sure]))]
    _, first = np.unique(events.patient[sure], return_index=True)
    return [int(row) for row in sure[first]]


def _known_on(events: AdverseEvents, row: int, part: Clause | None) -> int:
    """Days after its own on which an event is known to be a DLT: a clause that asks how long it lasts is sure only then."""
    if part is None:
        return 0
    days = [d for d in (part.asks.lasting_days, part.asks.recover_days) if d is not None]
    return max((math.ceil(d) for d in days), default=0)


def _starts(patients: Recorded) -> DayArray:
    """The first day of each window, in rows of the patient table: the first dose where doses are kept, else entry."""
    people = patients.tables.patients
    if not patients.doses_recorded:
        return people.enrolled_on
    given = patients.events.of(Kind.DOSE_GIVEN)
    row = _rows(patients)[given.patient]
    late = np.iinfo(np.int32).max
    first = np.full(len(people), late, np.int64)
    np.minimum.at(first, row, given.day + (patients.day_one.toordinal() - _EPOCH_ORDINAL - 1))
    return np.where(first == late, NO_DAY, first).astype(np.int32)


def _called(patients: Recorded, called: Events, starts: DayArray, window: int) -> DayArray:
    """The first recorded DLT of each patient inside the window."""
    row = _rows(patients)[called.patient]
    day = called.day.astype(np.int64) + (patients.day_one.toordinal() - _EPOCH_ORDINAL - 1)
    inside = (starts[row] != NO_DAY) & (day >= starts[row]) & (day < starts[row].astype(np.int64) + window)
    late = np.iinfo(np.int32).max
    first = np.full(len(starts), late, np.int64)
    np.minimum.at(first, row[inside], day[inside])
    return np.where(first == late, NO_DAY, first).astype(np.int32)


def _rows(patients: Recorded) -> np.ndarray:
    """The row of the patient table of each patient in order of arrival."""
    place = {name: row for row, name in enumerate(patients.tables.patients.names)}
    return np.array([place[name] for name in patients.names], np.int64)


def _with_window(study: Study, planned: Plan) -> Study:
    """The study with the window the plan found, so that both count the same days."""
    rule = study.dose_rule
    if rule is None or rule.window_days.value is not None:
        return study
    window = assumed(planned.window_days, "cycles times their length")
    return study.model_copy(update={"dose_rule": rule.model_copy(update={"window_days": window})})
