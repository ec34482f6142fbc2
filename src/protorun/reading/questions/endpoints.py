"""Open questions about endpoints: criteria, time frames, starting days, censoring, confirmation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.questions.table import ask
from protorun.study.endpoint import Endpoint
from protorun.study.record import Record
from protorun.study.source import Sourced
from protorun.study.study import OpenQuestion, Proposal, Study

_ASSESSED = ("progression", "intracranial_progression", "relapse")
_NEUROLOGICAL = "neurological_progression"
_LEPTOMENINGEAL = re.compile(r"leptomening|\bLMD?\b|carcinomatous mening", re.IGNORECASE)
_RANO_LM = Proposal(
    value="rano_lm",
    note="(ours) RANO-LM as a composite [recalled], for leptomeningeal disease; the record names no criteria",
)


def endpoint_questions(record: Record, study: Study) -> Iterator[OpenQuestion]:
    """What the endpoints leave open; one question when there are none at all."""
    if not study.endpoints:
        yield ask("endpoints")
    for endpoint in study.endpoints:
        name = endpoint.name.value or endpoint.id
        if not endpoint.time_frame.known:
            yield ask("time_frame", id=endpoint.id, name=name)
        offered = _criteria(endpoint.criteria, record)
        if endpoint.kind == "response_rate":
            yield from _response(endpoint, name, offered)
        if endpoint.kind == "time_to_event":
            yield from _time(endpoint, name, study, offered)


def _response(endpoint: Endpoint, name: str, criteria: Sequence[Proposal]) -> Iterator[OpenQuestion]:
    responses = endpoint.responses.value or ()
    if not endpoint.criteria.known:
        yield ask(
            "criteria",
            id=endpoint.id,
            name=name,
            proposals=criteria,
            fact=endpoint.criteria,
        )
    if not responses:
        offered = (Proposal(value=["CR", "PR"], note="(ours) CR or PR, as is usual for a response"),)
        yield ask("responses", id=endpoint.id, name=name, proposals=offered, fact=endpoint.responses)
    if "SD" in responses and not endpoint.min_sd_days.known:
        yield ask("minimum_sd", id=endpoint.id, name=name)
    if endpoint.level == "primary" and not endpoint.confirm_days.known:
        yield ask("confirmation", id=endpoint.id, name=name)


def _criteria(criteria: Sourced[str], record: Record) -> Sequence[Proposal]:
    if criteria.note == "RECIST without a version":
        return (Proposal(value="recist_1_1", note="(ours) the version in force since 2009"),)
    if criteria.basis != "absent":
        return ()
    told = (p.text for p in record.passages if not p.field.startswith("eligibility"))
    return (_RANO_LM,) if any(_LEPTOMENINGEAL.search(text) for text in told) else ()


def _time(
    endpoint: Endpoint, name: str, study: Study, criteria: Sequence[Proposal]
) -> Iterator[OpenQuestion]:
    if not endpoint.origin.known:
        first = "randomization" if study.design.allocation.value == "randomized" else "enrollment"
        offered = (Proposal(value=first, note=f"(ours) {first}, as is usual for this design"),)
        yield ask("origin", id=endpoint.id, name=name, proposals=offered, fact=endpoint.origin)
    if not endpoint.events:
        yield ask("events", id=endpoint.id, name=name)
    ruled = {rule.when for rule in endpoint.censoring}
    scanned = any(e.kind in _ASSESSED for e in endpoint.events)
    by_exam = any(e.kind == _NEUROLOGICAL and not e.criteria for e in endpoint.events)
    if (scanned or by_exam) and not endpoint.criteria.known:
        yield ask(
            "criteria",
            id=endpoint.id,
            name=name,
            proposals=criteria,
            fact=endpoint.criteria,
        )
    if scanned and "missed_visits" not in ruled:
        yield ask("censoring_assessments", id=endpoint.id, name=name)
    if scanned and "new_therapy" not in ruled:
        yield ask("censoring_therapy", id=endpoint.id, name=name)
    if not scanned and endpoint.events and "no_event_by_cutoff" not in ruled:
        yield ask("censoring_death", id=endpoint.id, name=name)
