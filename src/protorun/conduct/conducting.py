"""Run a trial: the verb around the loop."""

from __future__ import annotations

import numpy as np

from protorun.conduct.arms import assigning
from protorun.conduct.books import open_books
from protorun.conduct.from_adverse_events import with_dlts
from protorun.conduct.loop import run
from protorun.conduct.plan import Plan, plan
from protorun.conduct.terms import Running, Terms
from protorun.errors import NotStated, UsageError
from protorun.escalation import Design
from protorun.patients.source import Source
from protorun.study.study import Study
from protorun.trial.events import Events, Kind, joined, rows
from protorun.trial.trial import Trial


def conduct(
    study: Study,
    patients: Source,
    *,
    copies: int = 1,
    first_copy: int = 0,
    seed: int = 0,
    reading: str | None = None,
    design: Design | None = None,
    terms: Terms | None = None,
) -> Trial:
    """Run the trial with these patients, up to `terms.cut_off` when it is given.

    `copies` trials run side by side, numbered from `first_copy`; copy 17 is the same trial in any batch. `seed` draws
    the allocation. Recorded patients whose DLTs nobody wrote down have those their adverse events make by the study's
    definition; the notes of the trial say so. A trial whose rule misses something ends as `blocked`, with every missing item named and no number.
    Raises NotStated for what a running trial needs and nobody has stated or assumed, UsageError for fewer than one copy.
    """
    if copies < 1:
        raise UsageError(f"a trial runs in one copy or more, not in {copies}")
    settings = terms or Terms()
    planned = plan(study, reading=reading, design=design)
    numbers = np.arange(first_copy, first_copy + copies, dtype=np.int32)
    if planned.missing and patients.endless:
        return Trial(study, _blocked(planned, numbers), copies, first_copy=first_copy)
    _check(planned, patients)
    patients, derived = with_dlts(study, patients, planned)
    # Recorded patients come with their arms; only arms the trial has to draw need the method.
    stages = planned.stages if patients.endless else ()
    level = planned.design.start()[0] if planned.design else -1
    levels = planned.design.levels if planned.design else 1
    books = open_books(patients, numbers, level=level, levels=levels)
    if planned.missing:
        books.log.append(_blocked(planned, numbers))
    run(Running(planned, books, settings, assigning(study, stages, numbers, seed)))
    events = joined(books.log)
    if patients.endless:
        events = joined([events, _last_contacts(events, numbers)])
    trial = Trial(
        study,
        events.in_order(),
        copies,
        first_copy=first_copy,
        day_one=patients.day_one,
        names=patients.names,
        notes=(*settings.notes(planned), *derived),
    )
    return trial if settings.cut_off is None else trial.cut(settings.cut_off)


def _last_contacts(events: Events, copies: np.ndarray[tuple[int], np.dtype[np.int32]]) -> Events:
    """On the last planned day of a part every patient still alive and on study is seen once more."""
    closing, entries = events.of(Kind.CLOSED), events.of(Kind.ENROLLED)
    closed = np.full(len(copies), -1, np.int32)
    closed[closing.copy - copies[0]] = closing.day
    gone = events.of(Kind.DEATH, Kind.DROPPED_OUT)
    gone = gone.where(gone.day <= closed[gone.copy - copies[0]])
    left = np.isin(_key(entries), _key(gone))
    day = closed[entries.copy - copies[0]]
    stays = ~left & (entries.day <= day)
    return rows(Kind.LAST_CONTACT, entries.copy[stays], entries.patient[stays], day[stays])


def _key(events: Events) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return events.copy.astype(np.int64) << 32 | events.patient


def _blocked(planned: Plan, copies: np.ndarray[tuple[int], np.dtype[np.int32]]) -> Events:
    items = tuple(f"{what} (path {path})" if path else what for what, path in planned.missing)
    return rows(Kind.BLOCKED, np.repeat(copies, len(items)), -1, 1, text=items * len(copies))


def _check(planned: Plan, patients: Source) -> None:
    for stage in planned.stages:
        if patients.endless and stage.kind == "fixed" and stage.size is None:
            raise NotStated(f"how many patients the part {stage.name!r} takes", path="enrollment.size")
