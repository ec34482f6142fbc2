"""The design: allocation, masking, centers, direction and phase, from registry fields or from the study's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from protorun.reading.found import Found
from protorun.reading.sentences import Sentence, sentences, whole
from protorun.reading.values import fact, missing, one_of, table, word
from protorun.study.record import Record
from protorun.study.source import Source, Sourced, derived, stated
from protorun.study.study import Conflict, Design, Study

_NARRATIVE = ("summary.brief", "summary.detailed")
_PHASE = re.compile(
    r"(?P<early>\bearly\s+)?\bphase\s*-?\s*(?P<first>IV|I{1,3}|[0-4])(?P<step>[abc]?)"
    r"(?:\s*(?:/|-|&|and|or|to)\s*(?:phase\s*)?(?P<second>IV|I{1,3}|[1-4])[abc]?)?(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}


@dataclass(frozen=True)
class Wording:
    """A value the study's own words give, with the words."""

    value: str
    source: Source


def read_design(record: Record, study: Study) -> Found:
    """`Study.design` and, where no field carries it, the phase."""
    words = _own_words(record)
    found: dict[str, tuple[Wording, ...]] = {
        kind: tuple(_worded(words, patterns)) for kind, patterns in _patterns().items()
    }
    found["allocation"] += tuple(_randomly(record))
    facts = {kind: _settled(kind, wordings) for kind, wordings in found.items()}
    design = Design.model_validate(
        {
            "allocation": _allocation(record, facts["allocation"]),
            "model": fact(record, "intervention_model", one_of("model")),
            "masking": fact(record, "masking", one_of("masking"))
            if record.first("masking")
            else facts["masking"],
            "purpose": fact(record, "purpose", word("purpose")),
            "multicenter": _as_bool(facts["multicenter"]),
            "prospective": _as_bool(facts["prospective"]),
        }
    )
    fields: dict[str, Any] = {"design": design}
    if not study.phases.sources and (phases := _phases(words)):
        fields["phases"] = phases
    disagreeing = tuple(
        Conflict(says=f.note, sources=f.sources, taken="none of them")
        for f in (design.allocation, design.masking)
        if f.basis == "unread" and len(f.sources) > 1
    )
    return Found(fields, conflicts=(*disagreeing, *_against_fields(record, design, found)))


@cache
def _patterns() -> dict[str, dict[str, re.Pattern[str]]]:
    kinds = ("allocation", "masking", "multicenter", "prospective")
    return {
        kind: {value: re.compile(p, re.IGNORECASE) for value, p in table("design")[kind].items()}
        for kind in kinds
    }


@cache
def _phrases() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE) for p in table("design")["phrases"])


@cache
def _single(name: str) -> re.Pattern[str]:
    return re.compile(
        table("design")[name] if name != "randomly" else table("design")[name]["patients"], re.IGNORECASE
    )


def _own_words(record: Record) -> tuple[tuple[Sentence, int, int], ...]:
    """Stretches that speak of this study: its titles, its design text, and phrases such as "this ... trial"."""
    titles = [whole(p) for name in ("title.official", "title.brief") for p in record.all(name)]
    return (
        *((s, 0, len(s.text)) for s in titles),
        *((s, 0, len(s.text)) for s in sentences(record, "design.text")),
        *(stretch for s in sentences(record, *_NARRATIVE) for stretch in _own_phrases(s)),
    )


def _own_phrases(sentence: Sentence) -> Iterator[tuple[Sentence, int, int]]:
    for pattern in _phrases():
        for match in pattern.finditer(sentence.text):
            behind = sentence.text[match.end("own") : match.end("own") + 60]
            if not _single("elsewhere").search(match["own"]) and not _single("reported").match(behind):
                yield sentence, *match.span("own")


def _worded(
    words: tuple[tuple[Sentence, int, int], ...], patterns: Mapping[str, re.Pattern[str]]
) -> Iterator[Wording]:
    for value, pattern in patterns.items():
        for sentence, start, end in words:
            if match := pattern.search(sentence.text, start, end):
                yield Wording(value, sentence.matched(match))


def _randomly(record: Record) -> Iterator[Wording]:
    for sentence in sentences(record, *_NARRATIVE, "design.text", "arm.description"):
        match = _single("randomly").search(sentence.text)
        if match and not re.search(r"\bnot\b|\bprevious|\bif\b", match[0], re.IGNORECASE):
            yield Wording("randomized", sentence.matched(match))


def _settled(kind: str, wordings: tuple[Wording, ...]) -> Sourced[str]:
    """The one value all words agree on; words that disagree settle nothing."""
    values = list(dict.fromkeys(w.value for w in wordings))
    if not values:
        return Sourced[str](note="not stated")
    sources = tuple(dict.fromkeys(w.source for w in wordings))
    if len(values) == 1:
        return Sourced[str](value=values[0], basis="stated", sources=sources)
    says = f"the record words its {kind} in {len(values)} ways: {', '.join(values)}"
    return Sourced[str](basis="unread", sources=sources, note=says)


def _allocation(record: Record, worded: Sourced[str]) -> Sourced[str]:
    printed = record.first("allocation")
    if printed is None:
        return worded if worded.sources else missing(record, "allocation")
    found = fact(record, "allocation", one_of("allocation"))
    if found.value == "single_arm":
        return derived("single_arm", printed.source, note="the registry prints N/A for a trial with one arm")
    return found


def _as_bool(worded: Sourced[str]) -> Sourced[bool]:
    value = None if worded.value is None else worded.value == "yes"
    return Sourced[bool](value=value, basis=worded.basis, sources=worded.sources, note=worded.note)


def _phases(words: tuple[tuple[Sentence, int, int], ...]) -> Sourced[tuple[str, ...]] | None:
    found: dict[tuple[str, ...], Source] = {}
    for sentence, start, end in words:
        for match in _PHASE.finditer(sentence.text, start, end):
            found.setdefault(_named_phases(match), sentence.matched(match))
    if not found:
        return None
    longest = max(found, key=len)
    if all(set(phases) <= set(longest) for phases in found):
        return stated(longest, found[longest])
    return Sourced[tuple[str, ...]](
        basis="unread", sources=tuple(found.values()), note="the words name different phases"
    )


def _named_phases(match: re.Match[str]) -> tuple[str, ...]:
    numbers = [_ROMAN.get(n.lower(), n) for n in (match["first"], match["second"]) if n]
    early = "Early " if match["early"] and numbers == ["1"] else ""
    return tuple(f"{early}Phase {n}" for n in dict.fromkeys(numbers))


def _against_fields(
    record: Record, design: Design, found: Mapping[str, tuple[Wording, ...]]
) -> Iterator[Conflict]:
    """A field that says one thing and words that say another: the field stands, the conflict is shown."""
    printed = record.first("allocation")
    if printed is None or design.allocation.value not in ("single_arm", "randomized"):
        return
    opposite = {"single_arm": "randomized", "randomized": "single_arm"}[design.allocation.value]
    against = [w.source for w in found["allocation"] if w.value == opposite]
    if against:
        yield Conflict(
            says=f"the allocation field says {design.allocation.value}, the text says {opposite}",
            sources=(printed.source, *against),
            taken=f"{design.allocation.value}, as the field says",
        )
