"""Endpoints: the outcome lists of a registry, or the sentence in which running text names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from protorun.reading.endpoints.censoring import censoring_of
from protorun.reading.endpoints.events import origin_and_events
from protorun.reading.endpoints.responses import responses_of
from protorun.reading.endpoints.words import (
    about_cancer,
    compartment_of,
    criteria_of,
    days_of,
    kind_of,
    patterns,
    time_frame_days,
)
from protorun.reading.found import Found
from protorun.reading.sentences import Sentence, sentences, split, whole
from protorun.reading.values import of, slug
from protorun.study.endpoint import Endpoint
from protorun.study.record import Passage, Record
from protorun.study.source import Source, Sourced, absent, stated
from protorun.study.study import Study

_SOMEWHERE = ("response_rate", "time_to_event", "duration")
"""Kinds of measures that look somewhere in the body."""

Level = Literal["primary", "secondary", "other"]
_LEVELS: tuple[Level, ...] = ("primary", "secondary", "other")
_TOPIC = ("title.", "summary.", "condition", "keyword", "mesh_term")
_ACRONYM = re.compile(r"\((?P<short>(?:[A-Z][A-Za-z0-9]*[ -]){0,2}[A-Z][A-Za-z]*[A-Z][A-Za-z0-9]*)\)")


def read_endpoints(record: Record, study: Study) -> Found:
    """`endpoints`, each with what its words say; what they leave open stays absent."""
    found: list[Endpoint] = []
    claimed: list[Source] = []
    cancer = _about_cancer(record)
    for level, measure, description, frame in _listed(record):
        endpoint = _endpoint(level, whole(measure), description, frame, cancer=cancer)
        endpoint = endpoint.model_copy(update={"id": _id(whole(measure).text, [e.id for e in found])})
        found.append(endpoint)
        claimed += endpoint.sources
    if not found:
        for level, name, about in _in_prose(record):
            found.append(_named(level, name, about, [e.id for e in found]))
            claimed.append(about)
    return Found({"endpoints": tuple(found)}, claimed=tuple(claimed))


def _about_cancer(record: Record) -> bool:
    """Whether the record speaks of cancer; one that says nothing about its topic may."""
    texts = [p.text for p in record.passages if p.field.startswith(_TOPIC)]
    return not texts or about_cancer(texts)


def _listed(record: Record) -> Iterator[tuple[Level, Passage, Passage | None, Passage | None]]:
    for _, passages in record.groups("outcome"):
        by_field = {p.field: p for p in reversed(passages)}
        for level in _LEVELS:
            if measure := by_field.get(f"outcome.{level}.measure"):
                rest = (by_field.get(f"outcome.{level}.{part}") for part in ("description", "time_frame"))
                description, frame = rest
                yield level, measure, description, frame


def _endpoint(
    level: Level, name: Sentence, description: Passage | None, frame: Passage | None, *, cancer: bool
) -> Endpoint:
    """One outcome of a list, without the id it gets among its peers."""
    lines = split(description) if description else ()
    kind = kind_of(name.text, oncology=cancer)
    facts = _facts(kind, name, lines)
    endpoint = Endpoint(
        id="",
        name=of(name.passage, str),
        level=level,
        kind=kind,
        description=_words(description),
        time_frame=_words(frame),
        time_frame_days=time_frame_days(whole(frame) if frame else None),
        compartment=compartment_of(name.text) if kind in _SOMEWHERE else "whole_body",
        **facts,
    )
    return endpoint.model_copy(update={"sources": tuple(_understood(endpoint, name, lines))})


def _facts(kind: str, name: Sentence, lines: Sequence[Sentence]) -> dict[str, Any]:
    """What the words say about responses, or about time; the other fields stay absent."""
    if kind == "response_rate":
        return {
            "criteria": criteria_of((name, *lines)),
            "responses": responses_of(name, lines),
            "min_sd_days": days_of((name, *lines), "minimum_sd"),
            "confirm_days": days_of((name, *lines), "confirmation"),
        }
    if kind in ("time_to_event", "duration"):
        criteria = criteria_of((name, *lines))
        origin, events = origin_and_events(name, lines, criteria.value or "")
        rules = censoring_of(lines)
        return {"criteria": criteria, "origin": origin, "events": events, "censoring": rules}
    return {}


def _understood(endpoint: Endpoint, name: Sentence, lines: Sequence[Sentence]) -> Iterator[Source]:
    """The measure, and the sentences of the description that gave a fact."""
    yield name.source()
    facts: tuple[Sourced[Any], ...] = (
        endpoint.criteria,
        endpoint.responses,
        endpoint.min_sd_days,
        endpoint.confirm_days,
        endpoint.origin,
    )
    spans = [s for f in facts if f.known for s in f.sources]
    spans += [s for e in endpoint.events for s in e.sources]
    spans += [s for c in endpoint.censoring for s in c.basis.sources]
    for line in lines:
        own = line.source()
        if (endpoint.criteria.known and patterns("words")["response_defined"].search(line.text)) or any(
            s.locator == own.locator and s.start < own.end and own.start < s.end for s in spans
        ):
            yield own


def _in_prose(record: Record) -> Iterator[tuple[Level, tuple[Sentence, int, int], Source]]:
    """Endpoints a sentence lists. A list is cut only where each piece is an endpoint we know."""
    for sentence in sentences(record, "summary.brief", "summary.detailed"):
        for match in patterns("prose")["list"].finditer(sentence.text):
            word = match["level"].lower()
            level: Level = "primary" if "primary" in word else "secondary" if "secondary" in word else "other"
            pieces = list(_pieces(match["list"]))
            if not all(kind_of(match["list"][a:b]) != "other" for a, b in pieces):
                pieces = [(0, len(match["list"].rstrip(" .;")))]
            at = match.start("list")
            for a, b in pieces:
                yield level, (sentence, at + a, at + b), sentence.source()


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for cut in patterns("prose")["split"].finditer(text):
        if cut.start() > start:
            yield start, cut.start()
        start = cut.end()
    end = len(text.rstrip(" .;"))
    if end > start:
        yield start, end


def _named(level: Level, name: tuple[Sentence, int, int], about: Source, taken: Sequence[str]) -> Endpoint:
    sentence, start, end = name
    here = Sentence(sentence.text[start:end], sentence.mapped.cut(start, end), sentence.passage)
    kind = kind_of(here.text)
    return Endpoint(
        id=_id(here.text, taken),
        name=stated(here.text, here.source()),
        level=level,
        kind=kind,
        compartment=compartment_of(here.text) if kind in _SOMEWHERE else "whole_body",
        sources=(about,),
        **_facts(kind, here, ()),
    )


def _words(passage: Passage | None) -> Sourced[str]:
    return of(passage, str) if passage else absent()


def _id(name: str, taken: Sequence[str]) -> str:
    short = _ACRONYM.search(name)
    return slug(short["short"] if short else name, taken)
