"""From what day an endpoint counts, and what ends it: the events a sentence spells out, or the ones of its term."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from protorun.reading.endpoints.words import by_term, patterns
from protorun.reading.sentences import Sentence
from protorun.reading.values import table
from protorun.study.endpoint import EndpointEvent
from protorun.study.source import Sourced, absent, stated

_BY_TERM = "what the term means; the record does not spell it out"
_UNREAD = "what the term means; the definition in the record was not read"
_BY_CRITERIA = ("progression", "intracranial_progression")


def origin_and_events(
    name: Sentence, description: Sequence[Sentence], criteria: str
) -> tuple[Sourced[str], tuple[EndpointEvent, ...]]:
    """The starting day and the events. A definition that names events we do not know yields none of them."""
    for line in (*description, name):
        for wording in ("span", "events_first", "between"):
            match = patterns("origin_words")[wording].search(line.text)
            if match and any(p.search(match["events"]) for p in patterns("event").values()):
                events = tuple(_events(line, match, criteria))
                return _origin(line, match), events or tuple(_events_by_term(name, criteria, spelled=True))
    if any(patterns("term_unless")["words"].search(line.text) for line in description):
        return absent(), ()
    spelled = any(patterns("origin_words")["spells"].search(line.text) for line in (*description, name))
    return absent(), tuple(_events_by_term(name, criteria, spelled=spelled))


def _origin(line: Sentence, match: re.Match[str]) -> Sourced[str]:
    words = _without_asides(match["origin"])
    found = {name: m for name, p in patterns("origin").items() if (m := p.search(words))}
    if len(found) > 1 and "first_response" in found:
        del found["first_response"]
    doubtful = patterns("origin_words")["never"].search(words) and "first_response" not in found
    if len(found) != 1 or doubtful:
        note = (
            "several starting days are named" if len(found) > 1 or doubtful else "not a starting day we know"
        )
        return Sourced[str](basis="unread", sources=(line.matched(match, "origin"),), note=note)
    value, inner = next(iter(found.items()))
    return stated(value, line.source(match.start(), match.start("origin") + inner.end()))


def _events(line: Sentence, match: re.Match[str], criteria: str) -> Iterator[EndpointEvent]:
    """The events named; none at all when words beside them could name another one."""
    words = _without_asides(match["events"])
    words = patterns("event_words")["qualifies"].sub(lambda m: " " * len(m[0]), words)
    found: dict[str, re.Match[str]] = {}
    rest = words
    for kind, pattern in patterns("event").items():
        for inner in pattern.finditer(rest):
            found.setdefault(kind, inner)
        rest = pattern.sub(lambda m: " " * len(m[0]), rest)
    if set(re.findall(r"[\w'-]+", rest.lower())) - _neutral():
        return
    at = match.start("events")
    for kind, inner in sorted(found.items(), key=lambda item: list(patterns("event")).index(item[0])):
        source = line.source(at + inner.start(), at + inner.end())
        yield EndpointEvent(kind=kind, criteria=criteria if kind in _BY_CRITERIA else "", sources=(source,))


def _without_asides(words: str) -> str:
    """The words with what stands in brackets blanked out; every place stays where it was."""
    return patterns("event_words")["aside"].sub(lambda m: " " * len(m[0]), words)


@cache
def _neutral() -> frozenset[str]:
    words: Mapping[str, str] = table("endpoints")["event_words"]
    return frozenset(words["neutral"].split())


def _events_by_term(name: Sentence, criteria: str, *, spelled: bool) -> Iterator[EndpointEvent]:
    """What the one term of the name means. Where the record has a definition of its own that we could not follow,
    only survival, whose event cannot be another one, keeps its meaning."""
    if patterns("term_unless")["words"].search(name.text):
        return
    text, terms = name.text, []
    for pattern, kinds in by_term("event_by_term"):
        if match := pattern.search(text):
            terms.append((match, kinds))
            text = pattern.sub(lambda m: " " * len(m[0]), text)
    if len(terms) != 1 or (spelled and terms[0][1] != ("death",)):
        return
    match, kinds = terms[0]
    for kind in kinds:
        yield EndpointEvent(
            kind=kind,
            criteria=criteria if kind in _BY_CRITERIA else "",
            sources=(name.matched(match),),
            note=_UNREAD if spelled else _BY_TERM,
        )
