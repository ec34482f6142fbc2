"""Titles of what is tested, which ask for nothing themselves: `Laboratory parameters`, `Renal function`, `Vital signs`."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.words.lexicon import words

_LONGEST = 60


def only_title(text: str) -> bool:
    """Nothing but words of which the last names a table of values and the others what it is about."""
    return len(text) <= _LONGEST and _title().fullmatch(text) is not None


@cache
def _title() -> re.Pattern[str]:
    table = words()["titles"]
    about, heads = ("|".join(table[key].split()) for key in ("about", "heads"))
    return re.compile(rf"[ *-]{{0,3}}(?:(?:{about})[ /-]){{0,5}}(?:{heads})[ .;:]{{0,3}}")
