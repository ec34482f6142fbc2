"""Two arms in one phrase: "A in combination with B versus C alone", and where the first of them begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from protorun.reading.sentences import Sentence, whole
from protorun.reading.values import slug, table
from protorun.study.arm import Arm
from protorun.study.record import Record
from protorun.study.source import stated

Span = tuple[int, int]
_SHORTEST, _LONGEST = 4, 160


def compared(record: Record, lines: Sequence[Sentence]) -> tuple[Arm, ...]:
    """The two arms of the first comparison in the running text or in a title; empty when there is none."""
    titles = [whole(p) for name in ("title.official", "title.brief") for p in record.all(name)]
    for sentence in (*lines, *titles):
        if both := sides(sentence.text):
            source = sentence.source(both[0][0], both[1][1])
            arms: list[Arm] = []
            for low, high in both:
                label = sentence.text[low:high]
                arms.append(
                    Arm(
                        id=slug(label, (a.id for a in arms)),
                        label=stated(label, sentence.source(low, high)),
                        sources=(source,),
                    )
                )
            return tuple(arms)
    return ()


def sides(text: str) -> tuple[Span, Span] | None:
    """Where the two treatments of a comparison stand. The first one is joined of two; a plain "A versus B" may compare
    anything."""
    for match in _pattern("versus").finditer(text):
        second = _pattern("second").match(text, match.end())
        first = _first(text, match.start())
        if second is not None and first is not None:
            return first, second.span("label")
    return None


def _first(text: str, end: int) -> Span | None:
    """The longest stretch before "versus" that names a treatment and nothing of the study around it."""
    clause = max((m.end() for m in _pattern("clause").finditer(text, 0, end)), default=0)
    for start in _starts(text, clause, end):
        label = text[start:end]
        if _SHORTEST <= len(label) <= _LONGEST and not _pattern("about_study").search(label):
            return (start, end) if _pattern("joined").search(label) else None
    return None


def _starts(text: str, clause: int, end: int) -> Iterator[int]:
    """Where a treatment can begin: with the clause, or behind a word that introduces it."""
    yield clause
    yield from (m.end() for m in _pattern("introduces").finditer(text, clause, end))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(table("arms")["comparison"][name], re.IGNORECASE)
