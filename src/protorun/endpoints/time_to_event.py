"""Time to an event: the first event, unless an ordered censoring rule of the record says otherwise.

Core as in admiral's `derive_param_tte`: the earliest event over all sources, ties to the first listed; a censoring never
beats an event unless its rule overrides events; the end is never before the start, and the start is day 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.derived import Derived, Reason, of_censoring, of_event, undetermined
from protorun.endpoints.origin import origin_of
from protorun.endpoints.rules import applies, censored_on, in_words, missing_item, reaches, rules_of
from protorun.endpoints.seen import NEVER, Bools, Days, Seen, look
from protorun.study.endpoint import Censoring, Endpoint
from protorun.terms.truth import FALSE, TRUE
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response, Status
from protorun.trial.tables import Tables


@dataclass
class _Book:
    """Which rows are decided, how, and by which rule; lives only during one derivation."""

    open: Bools
    end: Days
    status: NDArray[np.int8]
    reason: NDArray[np.int16]
    reasons: list[Reason] = field(default_factory=list)

    def close(self, rows: Bools, end: Days, status: Status, reason: Reason) -> None:
        """Decide these rows, as far as they are still open."""
        hit = self.open & rows
        self.end, self.open = np.where(hit, end, self.end), self.open & ~hit
        self.status = np.where(hit, status, self.status).astype(np.int8)
        self.reason = np.where(hit, len(self.reasons), self.reason).astype(np.int16)
        self.reasons.append(reason)


def derive_time(endpoint: Endpoint, tables: Tables, *, cutoff_day: int | None = None) -> Derived:
    """Time from the origin to the first event, one row per patient whose time began by the cutoff.

    Raises NotStated when origin, events or criteria are open, PatientDataError when the tables do not fit together.
    """
    origin, notes = origin_of(endpoint, tables.patients)
    rules, more = rules_of(endpoint)
    seen = look(endpoint, tables, origin, cutoff_day)
    count = len(origin)
    book = _Book(np.ones(count, np.bool_), seen.start, np.zeros(count, np.int8), np.zeros(count, np.int16))
    no_start = undetermined("no origin", f"the day of {endpoint.origin.value} is not known")
    book.close(origin == NO_DAY, seen.start, Status.UNDETERMINED, no_start)
    for rule in rules:
        _apply(rule, seen, book)
    for number, event in enumerate(endpoint.events):
        criteria = f" by {event.criteria}" if event.criteria else ""
        reason = of_event(event, f"{event.kind.replace('_', ' ')}{criteria}")
        book.close(seen.has_event & (seen.which == number), seen.event_on, Status.EVENT, reason)
    rest = undetermined("no rule", "no event, and no censoring rule of the record fits")
    book.close(book.open, seen.start, Status.UNDETERMINED, rest)
    began = (origin == NO_DAY) | (seen.start <= (NEVER if cutoff_day is None else cutoff_day))
    frame = endpoint.time_frame_days.value
    if frame is not None:
        more = (
            *more,
            f"{endpoint.id}: the time frame of {frame} days ends no follow-up; everything up to the cutoff counts (ours)",
        )
    found = _derived(endpoint, tables, book, origin, (*notes, *more))
    return found.where(began)


def _apply(rule: Censoring, seen: Seen, book: _Book) -> None:
    """Censor whom the rule reaches; where it cannot be told whether it applies, or to which day, nothing is decided."""
    reach, holds, day = reaches(rule, seen), applies(rule, seen), censored_on(rule, seen)
    known = reach & (holds == TRUE) & (day != NEVER)
    book.close(known, day, Status.CENSORED, of_censoring(rule, in_words(rule)))
    no_day = undetermined(f"{rule.when}: unknown", missing_item(rule, True))
    book.close(reach & (holds == TRUE) & (day == NEVER), seen.start, Status.UNDETERMINED, no_day)
    unsure = undetermined(f"{rule.when}: unknown", missing_item(rule, False))
    book.close(reach & (holds != TRUE) & (holds != FALSE), seen.start, Status.UNDETERMINED, unsure)


def _derived(
    endpoint: Endpoint, tables: Tables, book: _Book, origin: DayArray, notes: tuple[str, ...]
) -> Derived:
    decided = book.status != Status.UNDETERMINED
    start = np.where(origin == NO_DAY, 0, origin.astype(np.int64))
    end = np.maximum(book.end, start)
    columns: dict[str, Any] = {
        "start_on": origin,
        "end_on": np.where(decided, end, NO_DAY).astype(np.int32),
        "days": np.where(decided, end - start + 1, 0).astype(np.int32),
        "status": book.status,
        "response": np.full(len(origin), Response.NONE, np.int8),
        "reason": book.reason,
        "copy": tables.patients.copy,
        "arm": tables.patients.arm,
    }
    return Derived(
        endpoint=endpoint.id,
        row=np.arange(len(origin)),
        reasons=tuple(book.reasons),
        assumptions=notes,
        **columns,
    )
