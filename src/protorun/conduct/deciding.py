"""The rule's side of a day: count what is known, decide, and end the part when the rule says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from protorun.conduct.books import Rows
from protorun.conduct.terms import Running
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._slots import Needs
from protorun.escalation.engine.walk import completes
from protorun.patients.source import IntArray
from protorun.trial.decision import Action, Decision
from protorun.trial.events import Events, Kind, rows
from protorun.trial.outcomes import Outcomes


def decide(running: Running, live: Rows, day: IntArray) -> None:
    """Ask the dose rule of every copy that is under it; it sees the counts known on that day and nothing else."""
    books, design = running.books, running.plan.design
    under = np.flatnonzero(running.in_kind("dose_finding")[books.stage[live]])
    if design is None or not len(under):
        return
    copies, today = live[under], day[under]
    decision = _decision(running, design, copies, today)
    enrolls = decision.action == Action.ENROLL
    books.closed[copies] = ~enrolls | (decision.size < 1)
    books.level[copies[enrolls]] = decision.level[enrolls]
    _record(running, copies, today, decision)
    for kind, action in ((Kind.FINISHED, Action.FINISH), (Kind.STOPPED, Action.STOP)):
        ends = np.flatnonzero(decision.action == action)
        if len(ends):
            books.log.append(_said(running, kind, copies, today, decision, these=ends))
            _end_part(running, copies[ends], decision.level[ends], stopped=kind is Kind.STOPPED)
            close_full(running, copies[ends], today[ends])


def _decision(running: Running, design: Design, copies: Rows, day: IntArray) -> Decision:
    """What the design says, with as much of the trial in sight as it needs; a new cohort begins where it decides anew."""
    books = running.books
    seen = books.outcomes(copies, day, design.levels)
    if design.fills_cohorts:
        last_n, last_dlt = books.last_cohort(copies, day)
        seen = replace(seen, last_n=last_n, last_dlt=last_dlt)
    if design.needs >= Needs.PENDING:
        seen = _followed(running, design, seen, copies, day)
    decision = design.decide(seen)
    if design.fills_cohorts:
        anew = (decision.action == Action.ENROLL) & ~completes(design, decision)
        books.cohort[copies[anew]] = books.slots[copies[anew]]
    return decision


def _followed(running: Running, design: Design, seen: Outcomes, copies: Rows, day: IntArray) -> Outcomes:
    """With the follow-up of the pending patients, and the levels that were closed before."""
    books = running.books
    patients = books.patients(copies, day, running.plan.window_days)
    followed = np.zeros(seen.n.shape)
    for at in range(design.levels):
        waiting = (patients.level == at) & ~patients.dlt & (patients.followed < 1)
        followed[:, at] = (patients.followed * waiting).sum(axis=1)
    seen = replace(seen, followed=followed, patients=patients, closed=books.shut[copies])
    if isinstance(design, Composed):
        books.shut[copies] |= design.closed(seen)
    return seen


def close_full(running: Running, copies: Rows, day: IntArray) -> None:
    """Close the parts of fixed size that have their last patient; the last planned day is the follow-up after that."""
    books = running.books
    for number, stage in enumerate(running.plan.stages):
        if stage.kind != "fixed" or stage.size is None:
            continue
        here = books.stage[copies] == number
        entered = books.enrolled if stage.size_less_earlier else books.entered
        full = copies[here & (entered[copies] >= stage.size)]
        if len(full):
            last = day[here & (entered[copies] >= stage.size)] + running.terms.follow_up_days
            books.log.append(rows(Kind.CLOSED, books.copy[full], -1, last, level=books.level[full]))
            books.stage[full] += 1
            books.entered[full] = 0


def _record(running: Running, copies: Rows, day: IntArray, decision: Decision) -> None:
    """Log the decisions that differ from the last one of their copy: in what to do, or, when explained, in the words."""
    books = running.books
    code = decision.action.astype(np.int32) * 1000 + decision.level
    new = code != books.decided[copies]
    books.decided[copies] = code
    if running.terms.explain:
        for i, copy in enumerate(copies.tolist()):
            says = decision.why(i)
            new[i] |= books.said.get(copy) != says
            books.said[copy] = says
    if new.any():
        books.log.append(_said(running, Kind.DECISION, copies, day, decision, these=np.flatnonzero(new)))


def _said(
    running: Running, kind: Kind, copies: Rows, day: IntArray, decision: Decision, *, these: NDArray[np.intp]
) -> Events:
    value = decision.action if kind is Kind.DECISION else decision.reason
    return rows(
        kind,
        running.books.copy[copies[these]],
        -1,
        day[these],
        level=decision.level[these],
        value=value[these].astype(np.float64),
        text=tuple(decision.why(int(i)) for i in these) if running.terms.explain else (),
    )


def _end_part(running: Running, copies: Rows, level: NDArray[np.int16], *, stopped: bool) -> None:
    books = running.books
    books.stage[copies] = running.ended if stopped else books.stage[copies] + 1
    books.level[copies] = level
    books.closed[copies] = False
    books.entered[copies] = 0
