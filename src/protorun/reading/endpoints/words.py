"""One outcome as worded: its kind, where it looks, its criteria and its durations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from protorun.reading.sentences import Sentence
from protorun.reading.values import table
from protorun.study.endpoint import Kind
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


def kind_of(measure: str, *, oncology: bool = True) -> Kind:
    """The kind of a measure; `other` when several kinds fit or none, when it relates one thing to another, and for a
    response in a record that is not about cancer."""
    if patterns("relations")["words"].search(measure):
        return "other"
    unless = patterns("kind_unless")
    spans: dict[Any, tuple[int, int]] = {
        name: match.span()
        for name, pattern in patterns("kind").items()
        if (match := pattern.search(measure)) and not (name in unless and unless[name].search(measure))
    }
    found: list[Kind] = [
        k for k, span in spans.items() if not any(_inside(span, s) for s in spans.values() if s != span)
    ]
    if len(found) != 1 or (found[0] in ("response_rate", "duration") and not oncology):
        return "other"
    return found[0]


def _inside(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    """ "time to objective response" holds "objective response": the longer wording is meant."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def about_cancer(texts: Sequence[str]) -> bool:
    """Whether titles, conditions or summary speak of cancer."""
    return any(patterns("oncology")["words"].search(text) for text in texts)


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
    for general in ("recist", "rano"):
        if any(name.startswith(f"{general}_") for name in found):
            found.pop(general, None)
    if len(found) == 1 and not found.keys() & {"recist", "other"}:
        name, source = next(iter(found.items()))
        return stated(name, source)
    if found:
        notes = {"recist": "RECIST without a version", "other": "criteria we do not have"}
        several = "several criteria are named"
        note = notes.get(next(iter(found)), several) if len(found) == 1 else several
        return Sourced[str](basis="unread", sources=tuple(found.values()), note=note)
    return absent()


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
