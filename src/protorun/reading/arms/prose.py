"""Arms of records that have no list of arms: two groups in sentences, a comparison in a phrase, or a single arm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from protorun.reading.arms.prose_arms import compared
from protorun.reading.sentences import Sentence, sentences
from protorun.reading.values import slug, table
from protorun.study.arm import Arm
from protorun.study.record import Record
from protorun.study.source import Source, Sourced, derived, stated
from protorun.study.study import Conflict, Study

_NARRATIVE = ("summary.brief", "summary.detailed")
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


def arms_in_prose(record: Record, study: Study) -> tuple[Arm, ...]:
    """The arms the running text describes; empty when it describes none."""
    lines = tuple(sentences(record, *_NARRATIVE))
    allocation = study.design.allocation.value
    if allocation == "single_arm":
        return (_single_arm(lines, study),)
    introduced = _introduced(lines)
    if len(introduced) > 1:
        return introduced
    return compared(record, lines) if allocation == "randomized" else ()


def prose_conflicts(record: Record, arms: Sequence[Arm]) -> tuple[Conflict, ...]:
    """Where the sentences about the arms do not go together."""
    found = []
    for sentence in sentences(record, *_NARRATIVE):
        if match := _pattern("willing").search(sentence.text):
            found.append(
                Conflict(
                    says="patients are randomized, yet the words let each arm be willing to receive its treatment",
                    sources=(sentence.matched(match),),
                    taken="chance decides",
                )
            )
        match = _pattern("announced").search(sentence.text)
        if match and len(arms) > 1 and _number(match["n"]) != len(arms):
            found.append(
                Conflict(
                    says=f"the text announces {match['n']} arms and describes {len(arms)}",
                    sources=(sentence.matched(match), *(s for a in arms for s in a.sources[:1])),
                    taken="the arms described",
                )
            )
    return tuple(found)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(table("arms")[name], re.IGNORECASE)


@cache
def _introductions() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE) for p in table("arms")["introduced"])


def _introduced(lines: Sequence[Sentence]) -> tuple[Arm, ...]:
    arms: dict[str, Arm] = {}
    for at, sentence in enumerate(lines):
        match = next((m for p in _introductions() if (m := p.search(sentence.text))), None)
        if match is None:
            continue
        label = match["label"].strip()
        if label.lower() in arms:
            continue
        about = _joined((sentence, *_same_arm(lines[at + 1 :], sentence)))
        arms[label.lower()] = Arm(
            id=slug(
                re.sub(r"\s(?:group|arm)$", "", label, flags=re.IGNORECASE), (a.id for a in arms.values())
            ),
            label=stated(label, sentence.matched(match, "label")),
            description=stated(about.quote, about),
            sources=(about,),
        )
    return tuple(arms.values())


def _same_arm(following: Sequence[Sentence], first: Sentence) -> tuple[Sentence, ...]:
    more: list[Sentence] = []
    for sentence in following:
        if sentence.passage != first.passage or not _pattern("goes_on").search(sentence.text):
            break
        if any(p.search(sentence.text) for p in _introductions()):
            break
        more.append(sentence)
    # "Then consolidation was given to all": a sentence after another arm's belongs to no single one.
    return tuple(more)


def _joined(lines: Sequence[Sentence]) -> Source:
    first, last = lines[0].source(), lines[-1].source()
    passage = lines[0].passage.source
    quote = passage.quote[first.start - passage.start : last.end - passage.start]
    return Source(start=first.start, end=last.end, quote=quote, locator=passage.locator)


def _single_arm(lines: Sequence[Sentence], study: Study) -> Arm:
    words = study.design.allocation.sources
    label: Sourced[str] = derived("single arm", *words, note="the trial has one arm")
    for sentence in lines:
        if match := _pattern("treated").search(sentence.text):
            about, until = sentence.matched(match), sentence.matched(match, "until")
            return Arm(id="single", label=label, description=stated(about.quote, about), sources=(until,))
    return Arm(id="single", label=label, sources=words)


def _number(text: str) -> int:
    return _NUMBERS.get(text.lower()) or int(text)
