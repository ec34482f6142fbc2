"""Censoring rules in the order the text gives them, with the one that beats an observed event marked so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from protorun.reading.sentences import Sentence
from protorun.reading.values import table
from protorun.study.endpoint import Censoring
from protorun.study.source import stated


def censoring_of(description: Sequence[Sentence]) -> tuple[Censoring, ...]:
    """The rules of one endpoint; a sentence about censoring that fits no known rule yields none and stays unread."""
    return tuple(_rules(description))


def _rules(description: Sequence[Sentence]) -> Iterator[Censoring]:
    for line in description:
        verb = _rule().search(line.text)
        at = verb and _at(line.text[verb.start() :])
        for when in _when(line.text, verb) if verb and at else ():
            yield Censoring(
                when=when,
                at=str(at),
                overrides_event=bool(_patterns("overrides")["words"].search(line.text)),
                basis=stated(line.text, line.source()),
            )


def _when(text: str, verb: re.Match[str]) -> tuple[str, ...]:
    """What makes a rule apply: the words before it is said that patients are censored, or an "if" behind. The day up to
    which a rule looks ("before the new therapy") is no reason. Two reasons share a rule when both stand for no event."""
    behind = _patterns("split")["who"].search(text, verb.end())
    for words in (text[: verb.start()], behind[0] if behind else ""):
        found = tuple(name for name, p in _patterns("when").items() if p.search(words))
        if found:
            return found if set(found) <= {"no_event_by_cutoff", "lost_to_follow_up"} else found[:1]
    return ("no_event_by_cutoff",) if _patterns("when")["no_event_by_cutoff"].search(text) else ()


def _at(words: str) -> str | None:
    if _patterns("split")["choice"].search(words):
        return None
    return next((name for name, p in _patterns("at").items() if p.search(words)), None)


@cache
def _rule() -> re.Pattern[str]:
    return re.compile(table("censoring")["rule"], re.IGNORECASE)


@cache
def _patterns(kind: str) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(p, re.IGNORECASE) for name, p in table("censoring")[kind].items()}
