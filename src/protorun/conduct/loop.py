"""THE loop. Within a day: outcomes become known, then the rule decides, then patients are enrolled."""

from __future__ import annotations

import numpy as np

from protorun.conduct.books import Rows
from protorun.conduct.deciding import decide
from protorun.conduct.enrolling import enroll
from protorun.conduct.terms import Running
from protorun.patients.source import IntArray
from protorun.trial.events import NEVER


def run(running: Running) -> None:
    """Until every copy has ended or reached the cut-off.

    Each copy goes from one day on which something happens to it to its next, so all copies advance together and none
    waits for another's days. A day with several candidates is visited once for each.
    """
    books, cut_off = running.books, running.terms.cut_off
    live = np.arange(len(books.copy))
    while len(live):
        day = _next_day(running, live)
        over = (day == NEVER) | (day > (NEVER if cut_off is None else cut_off))
        if over.any():
            ended = live[over]
            decide(
                running,
                ended,
                books.day[ended] if cut_off is None else np.full(len(ended), cut_off, np.int32),
            )
            live, day = live[~over], day[~over]
        books.day[live] = day
        decide(running, live, day)
        enroll(running, live, day)


def _next_day(running: Running, live: Rows) -> IntArray:
    """The next day on which an outcome becomes known or a candidate comes (or has waited long enough)."""
    books = running.books
    arrival = books.arrives(live)
    if running.terms.suspended == "waits":
        fixed = books.arrivals.enrolled[live, books.next_candidate[live]] | (arrival == NEVER)
        free = np.where(books.closed[live], NEVER, np.maximum(arrival, books.not_before[live]))
        arrival = np.where(fixed, arrival, free)
    if books.source.endless:
        arrival = np.where(books.stage[live] >= running.ended, NEVER, arrival)
    watching = np.flatnonzero(running.in_kind("dose_finding")[books.stage[live]])
    learned = np.full(len(live), NEVER, np.int32)
    learned[watching] = books.learns(live[watching])
    return np.minimum(arrival, learned).astype(np.int32)
