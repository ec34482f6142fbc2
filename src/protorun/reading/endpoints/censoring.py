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
        if not _rule().search(line.text):
            continue
        when = next((name for name, p in _patterns("when").items() if p.search(line.text)), None)
        at = next((name for name, p in _patterns("at").items() if p.search(line.text)), None)
        if when and at:
            yield Censoring(
                when=when,
                at=at,
                overrides_event=bool(_patterns("overrides")["words"].search(line.text)),
                basis=stated(line.text, line.source()),
            )


@cache
def _rule() -> re.Pattern[str]:
    return re.compile(table("censoring")["rule"], re.IGNORECASE)


@cache
def _patterns(kind: str) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(p, re.IGNORECASE) for name, p in table("censoring")[kind].items()}
