"""A short line of which nothing was understood, asked as one question in its own words.

`Normal chest x-ray` or `Full sibling of a child enrolled in the study` is a plain statement about a patient: a person, or a
column of that name, answers it as a whole. A line that counts, compares, denies, joins, times, exempts or points to another
text is no plain statement and stays unread."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.atoms.conditions.open_conditions import open_flag
from protorun.reading.eligibility.words.lexicon import words
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT
from protorun.study.criterion import Expr, Flag
from protorun.study.source import Source

_LEAST_WORDS, _MOST_WORDS, _MOST_LETTERS = 2, 16, 120
_PLAIN = re.compile(r"[a-zß][a-z0-9ß' -]*[a-z0-9]")
_NUMBER = re.compile(r"(?<![a-z-])\d|\b\d+(?:\.\d+)?(?![a-z0-9-])")


def statement(text: str, source: Source) -> Expr | None:
    """The line as one open condition under all its words, or None where it says what a name cannot hold."""
    plain = " ".join(text.strip(" .;,*-").split())
    plain = _lead().sub("", plain, count=1)
    many = not _LEAST_WORDS <= len(plain.split()) <= _MOST_WORDS or len(plain) > _MOST_LETTERS
    if many or not _PLAIN.fullmatch(plain) or _NUMBER.search(plain) or _refused().search(plain):
        return None
    if JUDGMENT.search(plain) or STATEMENT.search(plain) or not _says_something(plain):
        return None
    flag: Flag = open_flag(plain, (), source)
    return flag


def _says_something(plain: str) -> bool:
    """More than words that only name or announce (`PRE-TREATMENT VISIT`, `other medical conditions`)."""
    hollow = words()["statements"]["hollow"]
    return any(word not in hollow for word in re.split(r"[ -]", plain))


@cache
def _lead() -> re.Pattern[str]:
    listed = "|".join(words()["statements"]["lead"])
    return re.compile(rf"^(?:(?:{listed}) ){{1,6}}")


@cache
def _refused() -> re.Pattern[str]:
    listed = (w.replace("*", "[a-z]*") for w in words()["statements"]["refuse"])
    return re.compile(rf"\b(?:{'|'.join(listed)})\b")
