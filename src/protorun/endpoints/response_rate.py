"""Response rates: who responded inside the stated time frame, by the stated classes of best response."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.best.policy import MUST_BE_STATED, Policy, policy
from protorun.endpoints.best_response import Course, best_class
from protorun.endpoints.course import course_of
from protorun.endpoints.derived import Derived, Reason, undetermined
from protorun.endpoints.origin import origin_of
from protorun.endpoints.points import criteria_of, named, points_for
from protorun.errors import NotStated
from protorun.study.endpoint import Endpoint
from protorun.study.source import Sourced
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response, Status
from protorun.trial.tables import Tables

_CODES = {r.text: r for r in Response}
_IMMUNE = {Response.CR: Response.ICR, Response.PR: Response.IPR, Response.SD: Response.ISD}
"""What counts by iRECIST where a record says CR, PR or SD."""


def derive_rate(
    endpoint: Endpoint, tables: Tables, *, cutoff_day: int | None = None, settings: Policy | None = None
) -> Derived:
    """One row per patient who entered by the cutoff: success, best response and the first day of it.

    Assessments after the time frame do not count. Raises NotStated when responses, criteria, origin, or how long stable
    disease must last are open, NothingRecorded when there are no assessments by the criteria.
    """
    settings, wanted, notes = _settings(endpoint, settings)
    origin, more = origin_of(endpoint, tables.patients)
    key = criteria_of(endpoint)
    points = points_for(tables, *key)
    last = np.iinfo(np.int32).max if cutoff_day is None else cutoff_day
    known = points.day <= last
    whole = course_of(tables.patients, points.where(known))
    confirmed = endpoint.confirm_days.known
    best, later = (
        best_class(course, origin, settings, confirmed=confirmed)
        for course in (_inside(endpoint, whole, origin), whole)
    )
    code, on = best.code, best.on
    success, responded = np.isin(code, wanted), best.responded
    too_late = np.isin(later.code, wanted)
    no_start = origin == NO_DAY
    cases = [
        no_start, success, too_late & confirmed & responded, too_late, confirmed & responded,
        code == Response.MISSING, code == Response.NE,
    ]  # fmt: skip
    columns: dict[str, Any] = {
        "copy": tables.patients.copy,
        "arm": tables.patients.arm,
        "start_on": origin,
        "end_on": on,
        "days": np.where(on == NO_DAY, 0, on.astype(np.int64) - origin + 1).astype(np.int32),
        "status": np.select(cases[:2], [Status.UNDETERMINED, Status.EVENT], Status.CENSORED).astype(np.int8),
        "response": code,
        "reason": np.select(cases, range(len(cases)), len(cases)).astype(np.int16),
        **_trace(known, best.row),
    }
    found = Derived(
        endpoint.id,
        np.arange(len(origin)),
        reasons=_reasons(endpoint),
        assumptions=(*notes, *more),
        sources=("", named(*key)),
        **columns,
    )
    return found.where(no_start | (origin <= last))


def _trace(known: NDArray[np.bool_], row: NDArray[np.integer]) -> dict[str, Any]:
    """The time point each best response stands on; `row` counts the known time points."""
    at = np.append(np.flatnonzero(known), -1)[row]
    return {"source": (at >= 0).astype(np.int16), "source_row": at.astype(np.int32)}


def _settings(endpoint: Endpoint, given: Policy | None) -> tuple[Policy, list[int], tuple[str, ...]]:
    """The policy with what the record states, the codes that count, and what had to be assumed."""
    if not endpoint.responses.value:
        raise NotStated(
            f"which best responses count for {endpoint.id}", path=f"endpoints[{endpoint.id}].responses"
        )
    lasting = endpoint.min_sd_days.value
    if {"SD", "iSD"} & set(endpoint.responses.value) and lasting is None:
        path = f"endpoints[{endpoint.id}].min_sd_days"
        raise NotStated(f"how long stable disease must last for {endpoint.id}", path=path)
    settings = given or policy("recist_table3")
    # Without SD among the responses the minimum time changes no success; 0 names every SD as SD.
    filled = lasting if lasting is not None else (0 if settings.min_sd_days == MUST_BE_STATED else None)
    settings = settings.stated(min_sd_days=filled, confirm_days=endpoint.confirm_days.value)
    notes = [f"{endpoint.id}: best response by the policy {settings.name} ({settings.says})"]
    if not endpoint.confirm_days.known:
        notes.append(f"{endpoint.id}: confirmation of responses is not stated; none is required")
    wanted = [int(_CODES[name]) for name in endpoint.responses.value]
    wanted += [int(_IMMUNE[Response(code)]) for code in wanted if code in _IMMUNE]
    if Response.SD in wanted or Response.ISD in wanted:
        wanted += [int(Response.NON_CR_NON_PD), int(Response.MR), int(Response.NON_ICR_NON_IUPD)]
        notes.append(f"{endpoint.id}: non-CR/non-PD of patients without target lesions counts like SD")
    if not endpoint.time_frame_days.known:
        notes.append(f"{endpoint.id}: no time frame is stated; every assessment counts")
    return settings, wanted, tuple(notes)


def _inside(endpoint: Endpoint, course: Course, origin: DayArray) -> Course:
    """The course inside the time frame: up to and including that many days after the origin."""
    frame = endpoint.time_frame_days.value
    if frame is None:
        return course
    late = course.day.astype(np.int64) > origin.astype(np.int64)[:, None] + frame
    return Course(
        np.where(late, Response.NONE, course.overall).astype(np.int8),
        np.where(late, NO_DAY, course.day),
        course.row,
    )


def _reasons(endpoint: Endpoint) -> tuple[Reason, ...]:
    """What can decide a row, in the order the cases are tried."""
    counts, frame, days = endpoint.responses, endpoint.time_frame, endpoint.time_frame_days.value
    held = "confirmed best response" if endpoint.confirm_days.known else "best response"
    named = ", ".join(counts.value or ())
    return (
        undetermined("no origin", f"the day of {endpoint.origin.value or 'enrollment'} is not known"),
        _from(counts, "responded", f"{held} is one of {named}"),
        _from(frame, "confirmed too late", f"responded in time, confirmed only after {days} days"),
        _from(frame, "after the time frame", f"responded only after the time frame of {days} days"),
        _from(endpoint.confirm_days, "not confirmed", "the response was not confirmed in time"),
        Reason("no assessment", "no assessment inside the time frame; counts in the denominator"),
        Reason("not evaluable", f"{held} is NE, not evaluable; counts in the denominator"),
        _from(counts, "did not respond", f"{held} is none of {named}"),
    )


def _from(fact: Sourced, code: str, says: str) -> Reason:  # type: ignore[type-arg]
    source = fact.sources[0] if fact.sources else None
    return Reason(code, says, source.quote if source else fact.note, fact.basis, source)
