"""The door's side of a day: who came, who may enter, and what becomes of those who do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.conduct.books import Rows
from protorun.conduct.deciding import close_full
from protorun.conduct.terms import Running
from protorun.conduct.window import Outcome, outcomes
from protorun.errors import PatientDataError
from protorun.patients.source import Entries, IntArray
from protorun.trial.events import NEVER, Kind, rows

ELIGIBLE = 2
"""Only a patient known to be eligible may enter; unknown is not eligible."""


def enroll(running: Running, live: Rows, day: IntArray) -> None:
    """See the next candidate of each copy, when there is one today."""
    books = running.books
    here = np.flatnonzero(books.arrives(live) <= day)
    if not len(here):
        return
    copies, today = live[here], day[here]
    candidate = books.next_candidate[copies]
    recorded = books.arrivals.enrolled[copies, candidate]
    eligible = books.arrivals.eligible[copies, candidate]
    running_part = books.stage[copies] < running.ended
    free = running_part & ~books.closed[copies] & (today >= books.not_before[copies])
    may = free & (eligible == ELIGIBLE)
    waits = ~recorded & ~may & running_part & (eligible == ELIGIBLE) & (running.terms.suspended == "waits")
    books.next_candidate[copies[~waits]] += 1
    away = ~recorded & ~may & ~waits
    _turn_away(running, copies[away], candidate[away], today[away], eligible[away])
    enters = recorded | may
    if enters.any():
        _enter(running, copies[enters], candidate[enters], today[enters], free[enters])


def _turn_away(
    running: Running, copies: Rows, candidate: IntArray, day: IntArray, eligible: NDArray[np.uint8]
) -> None:
    for kind, these in ((Kind.SCREENED, eligible < ELIGIBLE), (Kind.NOT_ENROLLED, eligible == ELIGIBLE)):
        if these.any():
            copy = running.books.copy[copies[these]]
            value = eligible[these].astype(np.float64)
            running.books.log.append(rows(kind, copy, candidate[these], day[these], value=value))


def _enter(
    running: Running, copies: Rows, patient: IntArray, day: IntArray, allowed: NDArray[np.bool_]
) -> None:
    books = running.books
    entries = _entries(running, copies, patient, day)
    _note_deviations(running, copies, entries, allowed)
    arm = entries.arm.astype(np.float64)
    books.log.append(rows(Kind.ENROLLED, entries.copy, patient, day, level=entries.level, value=arm))
    course = books.source.course(entries)
    books.log.append(course)
    books.enrolled[copies] += 1
    books.entered[copies] += 1
    books.not_before[copies] = day + running.terms.stagger_days
    under = running.in_kind("dose_finding")[books.stage[copies]] & (entries.level >= 0)
    if under.any():
        window, doses = running.plan.window_days, books.source.doses_recorded
        seen = outcomes(course, entries, window, doses_recorded=doses)
        books.watch(copies, under, entries.level, seen)
        _log_outcomes(running, entries, under, seen)
    close_full(running, copies, day)


def _entries(running: Running, copies: Rows, patient: IntArray, day: IntArray) -> Entries:
    """Level and arm as the patient was in fact given them, or else as the trial decides."""
    books = running.books
    given_level = books.arrivals.level[copies, patient]
    arm = books.arrivals.arm[copies, patient].copy()
    for number, stage in enumerate(running.plan.stages):
        # A virtual candidate's population names an arm of a later part; recorded patients keep the arm they were given.
        other = ~np.isin(arm, stage.arms) if books.source.endless else arm < 0
        here = (books.stage[copies] == number) & other
        if here.any():
            rows_ = copies[here]
            arm[here] = running.assign(stage, books.copy[rows_], books.entered[rows_])
    under = running.in_kind("dose_finding")[books.stage[copies]]
    if not books.source.endless and running.plan.design is not None:
        _check_levels(running, patient[under & (given_level < 0)])
    return Entries(
        copy=books.copy[copies],
        patient=patient,
        day=day,
        arm=arm,
        level=np.where(given_level >= 0, given_level, books.level[copies]).astype(np.int16),
        visits_days=(running.plan.window_days,) if under.any() else (),
    )


def _check_levels(running: Running, without: IntArray) -> None:
    """A recorded patient whose dose nobody wrote down cannot be counted at any level."""
    source = running.books.source
    if len(without) and source.places:
        raise PatientDataError(
            f"patient {source.names[int(without[0])]} has no dose level",
            where=source.places[int(without[0])],
            hint="give it in the column `level`",
        )


def _note_deviations(running: Running, copies: Rows, entries: Entries, allowed: NDArray[np.bool_]) -> None:
    """A recorded patient who entered where, or at a level which, the rule did not give."""
    books, design = running.books, running.plan.design
    if design is None or books.source.endless:
        return
    labels = design.labels
    for i, copy in enumerate(copies):
        level, given = int(entries.level[i]), int(books.level[copy])
        says = []
        if books.arrivals.eligible[copy, entries.patient[i]] != ELIGIBLE:
            says.append("enrolled without being known to be eligible")
        if not allowed[i]:
            says.append("enrolled while the rule did not allow it" + _why(running, int(copy)))
        if level != given and level >= 0:
            says.append(
                f"treated at {labels[level]}; the rule gave {labels[given] if given >= 0 else 'no dose'}"
            )
        if says:
            day = entries.day[i : i + 1]
            who = entries.patient[i : i + 1]
            event = rows(
                Kind.DEVIATION, entries.copy[i : i + 1], who, day, level=level, text=("; ".join(says),)
            )
            books.log.append(event)


def _why(running: Running, copy: int) -> str:
    if running.books.stage[copy] >= running.ended:
        return ": the trial had ended"
    return ": outcomes were pending" if running.books.closed[copy] else ""


def _log_outcomes(running: Running, entries: Entries, under: NDArray[np.bool_], seen: Outcome) -> None:
    """What each outcome means for the rule, as events of the patient."""
    left = under & (seen.left < seen.dlt)
    completed = under & (seen.completed < seen.dlt) & (seen.left == NEVER)
    counted = under & (seen.dlt < NEVER)
    for kind, these, known, day in (
        (Kind.DLT_COUNTED, counted, seen.dlt, seen.dlt),
        (Kind.INEVALUABLE, left, seen.left, seen.left),
        (Kind.COMPLETED_WINDOW, completed, seen.completed, seen.ends_on),
    ):
        if these.any():
            running.books.log.append(
                rows(
                    kind,
                    entries.copy[these],
                    entries.patient[these],
                    day[these],
                    known_on=known[these],
                    level=entries.level[these],
                )
            )
