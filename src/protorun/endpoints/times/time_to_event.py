"""Time to an event: the first event, unless an ordered censoring rule of the record or of a policy says otherwise.

Core as in admiral's `derive_param_tte`: the earliest event over all sources, ties to the first listed; a censoring never
beats an event unless its rule overrides events; the end is never before the start, and the start is day 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.censoring import NEVER, CensoringPolicy, Days
from protorun.endpoints.censoring.filling import Filled, filled
from protorun.endpoints.derived import Derived, Reason, of_censoring, of_event, undetermined
from protorun.endpoints.origin import FIRST_RESPONSE, first_response, origin_of
from protorun.endpoints.points import criteria_of, named
from protorun.endpoints.times.rules import applies, censored_on, check_rules, in_words, missing_item, reaches
from protorun.endpoints.times.seen import Bools, Seen, look
from protorun.study.endpoint import Censoring, Endpoint, EndpointEvent
from protorun.terms.truth import FALSE, TRUE
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response, Status
from protorun.trial.tables import Tables

_SAYS = {"clinical_progression": "progression without documentation"}


_WITHOUT_EVENT = ("no_event_by_cutoff", "no_post_baseline")
_NO_CAUSE = "whether the death was neurological is not recorded"


@dataclass
class _Book:
    """Which rows are decided, how, by which rule and from which row of which table; lives during one derivation."""

    open: Bools
    end: Days
    status: NDArray[np.int8]
    reason: NDArray[np.int16]
    source: NDArray[np.int16]
    source_row: Days
    reasons: list[Reason] = field(default_factory=list)
    sources: list[str] = field(default_factory=lambda: [""])

    def close(
        self, rows: Bools, end: Days, status: Status, reason: Reason, trace: tuple[Days, str] | None = None
    ) -> None:
        """Decide these rows, as far as they are still open; `trace` is the row of each, and the name of its table."""
        hit = self.open & rows
        self.end, self.open = np.where(hit, end, self.end), self.open & ~hit
        self.status = np.where(hit, status, self.status).astype(np.int8)
        if reason not in self.reasons:
            self.reasons.append(reason)
        self.reason = np.where(hit, self.reasons.index(reason), self.reason).astype(np.int16)
        if trace is not None:
            row, table = trace
            if table not in self.sources:
                self.sources.append(table)
            self.source = np.where(hit, self.sources.index(table), self.source).astype(np.int16)
            self.source_row = np.where(hit, row, self.source_row)


def derive_time(
    endpoint: Endpoint,
    tables: Tables,
    *,
    cutoff_day: int | None = None,
    policy: CensoringPolicy | str | None = None,
    assume: CensoringPolicy | str | None = None,
) -> Derived:
    """Time from the origin to the first event, one row per patient whose time began by the cutoff.

    Durations of response have rows for responders alone. `policy` is a chosen censoring policy, `assume` one that fills
    what the record leaves silent for want of a choice. Raises PolicyRequired when a rule is silent and neither is given,
    NotStated when origin, events or criteria are open, PatientDataError when the tables do not fit together.
    """
    rules = filled(endpoint, policy, assume)
    check_rules(endpoint, rules.rules)
    origin, start, notes = _origin(endpoint, tables, cutoff_day)
    seen = look(endpoint, rules, tables, origin, cutoff_day)
    book = _new_book(seen)
    no_start = undetermined("no origin", f"the day of {endpoint.origin.value} is not known")
    book.close(origin == NO_DAY, seen.start, Status.UNDETERMINED, no_start)
    unsure, no_cause = _without_cause(seen), undetermined("cause of death: unknown", _NO_CAUSE)
    for rule in rules.rules:
        if not rule.overrides_event and rule.when in _WITHOUT_EVENT:
            book.close(unsure, seen.start, Status.UNDETERMINED, no_cause)
        _apply(rule, rules, seen, book, start)
    book.close(unsure, seen.start, Status.UNDETERMINED, no_cause)
    for number, event in enumerate(rules.events):
        hit, status = seen.which == number, Status.COMPETING if event.competing else Status.EVENT
        trace = (seen.event_row, seen.event_tables[number])
        book.close(seen.has_event & hit, seen.event_on, status, of_event(event, _says(event)), trace)
    rest = undetermined("no rule", "no event, and no censoring rule of the record fits")
    book.close(book.open, seen.start, Status.UNDETERMINED, rest)
    began = (origin == NO_DAY) | (seen.start <= (NEVER if cutoff_day is None else cutoff_day))
    if endpoint.origin.value == FIRST_RESPONSE:
        began &= origin != NO_DAY
    return _derived(endpoint, tables, book, origin, (*notes, *rules.notes, *_frame(endpoint))).where(began)


def _origin(
    endpoint: Endpoint, tables: Tables, cutoff: int | None
) -> tuple[DayArray, tuple[Days, str], tuple[str, ...]]:
    """The day of the start, the row and the table it stands in, and what was assumed."""
    if endpoint.origin.value == FIRST_RESPONSE:
        on, row, notes = first_response(endpoint, tables, cutoff)
        return on, (row.astype(np.int64), named(*criteria_of(endpoint))), notes
    people = tables.patients
    on, notes = origin_of(endpoint, people)
    columns = ("enrolled_on", "randomized_on", "first_dose_on")
    column = next(c for c in columns if getattr(people, c) is on)
    return on, (np.arange(len(on)), f"patients.{column}"), notes


def _new_book(seen: Seen) -> _Book:
    count = len(seen.start)
    zeros = np.zeros(count, np.int16)
    status = np.full(count, Status.CENSORED, np.int8)
    return _Book(np.ones(count, np.bool_), seen.start, status, zeros, zeros, np.full(count, -1, np.int64))


def _without_cause(seen: Seen) -> Bools:
    """Deaths that would decide, where it matters of what the patient died and nobody recorded it."""
    if "neurological_death" not in seen.event_kinds:
        return np.zeros(len(seen.start), np.bool_)
    first = ~seen.has_event | (seen.event_on >= seen.death_on) & ~_progressed_first(seen)
    return np.asarray((seen.death_on != NEVER) & (seen.death_on <= _last(seen)) & ~seen.cause_known & first)


def _progressed_first(seen: Seen) -> Bools:
    """Whose first event is none of death."""
    return np.asarray(seen.has_event & ~seen.first_is("death") & ~seen.first_is("neurological_death"))


def _last(seen: Seen) -> int:
    return int(NEVER) if seen.cutoff is None else seen.cutoff


def _says(event: EndpointEvent) -> str:
    criteria = f" by {event.criteria}" if event.criteria and event.kind not in _SAYS else ""
    competing = ", a competing event" if event.competing else ""
    return f"{_SAYS.get(event.kind, event.kind.replace('_', ' '))}{criteria}{competing}"


def _frame(endpoint: Endpoint) -> tuple[str, ...]:
    frame = endpoint.time_frame_days.value
    says = f"{endpoint.id}: the time frame of {frame} days ends no follow-up; everything up to the cutoff counts (ours)"
    return (says,) if frame is not None else ()


def _apply(rule: Censoring, rules: Filled, seen: Seen, book: _Book, start: tuple[Days, str]) -> None:
    """Censor whom the rule reaches; where it cannot be told whether it applies, or to which day, nothing is decided."""
    reach, holds, censored = reaches(rule, seen), applies(rule, seen, rules.rules), censored_on(rule, seen)
    known = reach & (holds == TRUE) & (censored.on != NEVER)
    reason = of_censoring(rule, in_words(rule))
    book.close(known & censored.at_start, censored.on, Status.CENSORED, reason, start)
    book.close(known, censored.on, Status.CENSORED, reason, (censored.row, censored.table))
    no_day = undetermined(f"{rule.when}: unknown", missing_item(rule, True))
    book.close(reach & (holds == TRUE) & (censored.on == NEVER), seen.start, Status.UNDETERMINED, no_day)
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
        "source": book.source,
        "source_row": book.source_row.astype(np.int32),
    }
    return Derived(
        endpoint=endpoint.id,
        row=np.arange(len(origin)),
        reasons=tuple(book.reasons),
        assumptions=notes,
        sources=tuple(book.sources),
        **columns,
    )
