"""What a derivation hands back: one row per patient, each with the rule and the words that decided."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.study.endpoint import Censoring, EndpointEvent
from protorun.study.source import Basis, Source
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response, Status
from protorun.trial.tables import CodeArray, IntArray


@dataclass(frozen=True)
class Reason:
    """A rule that can decide a row: a code, the rule in words, and the record's own words (or where a default is from)."""

    code: str
    says: str
    quote: str = ""
    basis: Basis = "absent"
    source: Source | None = None


@dataclass(frozen=True)
class Derived:
    """Rows of one endpoint, one per patient in the order of `row` (row numbers of the patient table).

    Time to event: `status` is a code of `Status`, `days` counts the start as day 1 (0 where undetermined). Response
    rates: `status` EVENT = success, CENSORED = none, `response` the best response used, `days` 0 without an assessment.
    `reason` indexes `reasons`; `assumptions` say in words what was not stated and how it was read. `source` indexes
    `sources`, the tables (and columns) rows were read from, and `source_row` is the row there, counted from 0; "" and -1
    where a row stands on no single entry.
    """

    endpoint: str
    row: NDArray[np.intp]
    copy: IntArray
    arm: NDArray[np.int16]
    start_on: DayArray
    end_on: DayArray
    days: IntArray
    status: NDArray[np.int8]
    response: CodeArray
    reason: NDArray[np.int16]
    reasons: tuple[Reason, ...]
    assumptions: tuple[str, ...] = ()
    source: NDArray[np.int16] | None = None
    source_row: IntArray | None = None
    sources: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        return len(self.row)

    @property
    def event(self) -> NDArray[np.bool_]:
        """Rows with the event, or the responders."""
        return np.asarray(self.status == Status.EVENT)

    @property
    def cause(self) -> NDArray[np.int8]:
        """0 censored, 1 the event, 2 a competing event, -1 undetermined: what a cumulative incidence asks for."""
        codes = {Status.EVENT: 1, Status.CENSORED: 0, Status.COMPETING: 2}
        return np.select([self.status == s for s in codes], list(codes.values()), -1).astype(np.int8)

    def came_from(self, at: int) -> tuple[str, int]:
        """The table and the row that decided a row; ("", -1) where it stands on no single entry."""
        if self.source is None or self.source_row is None:
            return "", -1
        return self.sources[int(self.source[at])], int(self.source_row[at])

    def where(self, keep: NDArray[np.bool_]) -> Derived:
        """The rows for which `keep` holds."""
        columns: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        cut: dict[str, Any] = {n: c[keep] if isinstance(c, np.ndarray) else c for n, c in columns.items()}
        return Derived(**cut)

    def why(self, at: int) -> Reason:
        """The rule that decided a row."""
        return self.reasons[int(self.reason[at])]

    def explain(self, at: int) -> dict[str, Any]:
        """A row in words: what came out, by which rule, by which sentence."""
        reason = self.why(at)
        response = Response(int(self.response[at]))
        table, row = self.came_from(at)
        return {
            "endpoint": self.endpoint,
            "status": Status(int(self.status[at])).name.lower(),
            "start_on": _day(self.start_on[at]),
            "end_on": _day(self.end_on[at]),
            "days": int(self.days[at]) or None,
            "best_response": "" if response is Response.NONE else response.text,
            "rule": reason.code,
            "why": reason.says,
            "words": reason.quote,
            "basis": reason.basis,
            "from": f"{table}, row {row + 1}" if row >= 0 else table,
        }


def _day(day: int) -> int | None:
    return None if day == NO_DAY else int(day)


def of_event(event: EndpointEvent, says: str) -> Reason:
    """The reason of an observed event, with the record's words for it."""
    source = event.sources[0] if event.sources else None
    quote = source.quote if source else event.note
    return Reason(event.kind, says, quote, "stated" if source else "assumed", source)


def of_censoring(rule: Censoring, says: str) -> Reason:
    """The reason of a censoring, with the words of the rule or where its default comes from."""
    source = rule.basis.sources[0] if rule.basis.sources else None
    quote = source.quote if source else rule.basis.note
    return Reason(rule.when, says, quote, rule.basis.basis, source)


def undetermined(code: str, says: str) -> Reason:
    """Why a row cannot be decided: the item that is missing."""
    return Reason(code, says)
