"""Whether unknown words name something a patient has or went through: `chronic prostatitis`, `recent whiplash`.

A fragment of a line is a condition only where one of its words says so; `first`, `system` or `central laboratory` is not."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.words.lexicon import words
from protorun.reading.eligibility.words.line import Line

_MOST_OF_IT, _ALL_OF_IT = 0.6, 0.75
_WORD = re.compile(r"[a-z]+")
_LEAD = re.compile(
    r"(?:(?:patients?|subjects?|participants?|those|with|who|have|has|had|a|an|any|the|known|diagnosis|diagnosed|history|presence|evidence|of)\b\W*)*"
)


@cache
def _table() -> tuple[frozenset[str], tuple[str, ...]]:
    table = words()["conditions"]
    return frozenset(table["words"].split()), tuple(table["endings"].split())


def tells_what(name: str) -> bool:
    """One of the words is one for conditions or events, or ends like one."""
    listed, endings = _table()
    return any(word in listed or word.endswith(endings) for word in _WORD.findall(name))


def can_be_dated(name: str, start: int, end: int, line: Line) -> bool:
    """What a time behind it may date: an event, the use of a substance, or two words that end in no place or person; with
    nothing else in the line any name."""
    alone = _LEAD.fullmatch(line.text, 0, start) and not line.text[end:].strip(" .,;")
    if alone or end - start >= _ALL_OF_IT * len(line.text.strip()):
        return True
    table, found = words()["conditions"], _WORD.findall(name)
    if tells_what(name) or name in table["taken"].split():
        return True
    return (
        len(found) > 1 and found[0] not in ("first", "around") and found[-1] not in table["undated"].split()
    )


def is_condition(name: str, start: int, end: int, line: Line) -> bool:
    """A name that tells what it is, or one that is most of its line: then nothing else was meant."""
    return end - start >= _MOST_OF_IT * len(line.text.strip()) or tells_what(name)
