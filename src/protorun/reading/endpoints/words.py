"""One outcome as worded: its kind, criteria, responses, origin, events and durations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal

from protorun.reading.sentences import Sentence
from protorun.reading.values import table
from protorun.study.endpoint import EndpointEvent, Kind
from protorun.study.source import Source, Sourced, absent, derived, stated

_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
_NOTES = {
    "day": "",
    "week": "weeks of 7 days",
    "month": "months of 30.4375 days (ours)",
    "year": "years of 365.25 days (ours)",
}


@cache
def patterns(kind: str) -> dict[str, re.Pattern[str]]:
    """The compiled patterns of one section of the endpoint vocabulary."""
    return {name: re.compile(p, re.IGNORECASE) for name, p in table("endpoints")[kind].items()}


@cache
def by_term(kind: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """What a term means by itself, such as `overall survival`: death."""
    return tuple(
        (re.compile(p, re.IGNORECASE), tuple(values)) for p, values in table("endpoints")[kind].items()
    )


def kind_of(measure: str) -> Kind:
    """The kind of a measure; `other` when several kinds fit or none."""
    unless = patterns("kind_unless")
    spans: dict[Any, tuple[int, int]] = {
        name: match.span()
        for name, pattern in patterns("kind").items()
        if (match := pattern.search(measure)) and not (name in unless and unless[name].search(measure))
    }
    found = [k for k, span in spans.items() if not any(_inside(span, s) for s in spans.values() if s != span)]
    return found[0] if len(found) == 1 else "other"


def _inside(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    """ "time to objective response" holds "objective response": the longer wording is meant."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def compartment_of(measure: str) -> Literal["whole_body", "cns", "extracranial"]:
    """Where the measure looks."""
    found: list[Any] = [name for name, pattern in patterns("compartment").items() if pattern.search(measure)]
    return found[0] if len(found) == 1 else "whole_body"


def criteria_of(lines: Sequence[Sentence]) -> Sourced[str]:
    """The response criteria named; several settle nothing, and RECIST without a version is not RECIST 1.1."""
    found: dict[str, Source] = {}
    for line in lines:
        for name, pattern in patterns("criteria").items():
            if match := pattern.search(line.text):
                found.setdefault(name, line.matched(match))
    if "recist" in found and any(name.startswith("recist_") for name in found):
        del found["recist"]
    if len(found) == 1 and "recist" not in found:
        name, source = next(iter(found.items()))
        return stated(name, source)
    if found:
        note = (
            "RECIST without a version"
            if "recist" in found and len(found) == 1
            else "several criteria are named"
        )
        return Sourced[str](basis="unread", sources=tuple(found.values()), note=note)
    return absent()


def responses_of(name: Sentence, description: Sequence[Sentence]) -> Sourced[tuple[str, ...]]:
    """Which best responses count: spelled out in a defining sentence, else what the term means."""
    for line in (*description, name):
        if not patterns("words")["defines"].search(line.text):
            continue
        # "..., CR = ..." explains a response; only the words before it say which ones count.
        text = re.split(r"(?-i:\b(?:CR|PR|SD)\b)\s*(?:=|was defined|is defined|:)", line.text)[0]
        found = [r for r, pattern in patterns("responses").items() if pattern.search(text)]
        if "SD" in found and _rate_without_sd(name):
            note = "stable disease is named in the definition of a response rate"
            return Sourced[tuple[str, ...]](basis="unread", sources=(line.source(),), note=note)
        if len(found) > 1 or found == ["CR"]:
            return stated(tuple(found), line.source(0, len(text.rstrip(" .,;("))))
    for pattern, responses in by_term("responses_by_term"):
        if match := pattern.search(name.text):
            return derived(
                responses, name.matched(match), note="what the term means; the record does not spell it out"
            )
    return absent()


def _rate_without_sd(name: Sentence) -> bool:
    return any(p.search(name.text) and "SD" not in values for p, values in by_term("responses_by_term")[:2])


def days_of(lines: Sequence[Sentence], word: str) -> Sourced[int]:
    """A duration the words introduce (`minimum_sd`, `confirmation`), in days."""
    for line in lines:
        if match := patterns("words")[word].search(line.text):
            return in_days(float(match["n"]), match["unit"], line.matched(match))
    return absent()


def time_frame_days(frame: Sentence | None) -> Sourced[int]:
    """The length of the time frame, when it names a single one."""
    if frame is None:
        return absent()
    words = patterns("words")
    match = words["frame_whole"].search(frame.text.strip())
    if match is None and not words["frame_never"].search(frame.text):
        match = words["frame_up_to"].search(frame.text)
    if match is None or len(words["frame_length"].findall(frame.text)) != 1:
        return absent("not a single length of time")
    return in_days(float(match["n"]), match["unit"], frame.source())


def in_days(amount: float, unit: str, source: Source) -> Sourced[int]:
    """A duration as whole days; anything but days is derived, and says how long its unit is."""
    unit = unit.lower().rstrip("s")
    days = round(amount * _DAYS[unit])
    return derived(days, source, note=_NOTES[unit]) if _NOTES[unit] else stated(days, source)


def origin_and_events(
    name: Sentence, description: Sequence[Sentence], criteria: str
) -> tuple[Sourced[str], tuple[EndpointEvent, ...]]:
    """From what day an endpoint counts, and what ends it."""
    for line in (*description, name):
        for word in ("span", "events_first"):
            match = patterns("origin_words")[word].search(line.text)
            if match and (events := tuple(_events(line, match, criteria))):
                return _origin(line, match), events
    return absent(), tuple(_events_by_term(name, criteria))


def _origin(line: Sentence, match: re.Match[str]) -> Sourced[str]:
    words = match["origin"]
    found = {name: m for name, p in patterns("origin").items() if (m := p.search(words))}
    if len(found) > 1 and "first_response" in found:
        del found["first_response"]
    if len(found) != 1:
        note = "several starting days are named" if found else "not a starting day we know"
        return Sourced[str](basis="unread", sources=(line.matched(match, "origin"),), note=note)
    value, inner = next(iter(found.items()))
    end = match.start("origin") + inner.end()
    return stated(value, line.source(match.start(), end))


def _events(line: Sentence, match: re.Match[str], criteria: str) -> Iterator[EndpointEvent]:
    words = match["events"]
    taken: list[tuple[int, int]] = []
    for kind, pattern in patterns("event").items():
        for inner in pattern.finditer(words):
            if any(a < inner.end() and inner.start() < b for a, b in taken):
                continue
            taken.append(inner.span())
            at = match.start("events")
            source = line.source(at + inner.start(), at + inner.end())
            of = criteria if "progression" in kind and kind != "neurological_progression" else ""
            yield EndpointEvent(kind=kind, criteria=of, sources=(source,))
            break


def _events_by_term(name: Sentence, criteria: str) -> Iterator[EndpointEvent]:
    for pattern, kinds in by_term("event_by_term"):
        if match := pattern.search(name.text):
            for kind in kinds:
                of = criteria if kind in ("progression", "intracranial_progression") else ""
                yield EndpointEvent(
                    kind=kind,
                    criteria=of,
                    sources=(name.matched(match),),
                    note="what the term means; the record does not spell it out",
                )
            return
