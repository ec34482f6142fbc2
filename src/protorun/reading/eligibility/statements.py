"""A short line of which nothing was understood, asked as one question in its own words.

`Normal chest x-ray` or `Full sibling of a child enrolled in the study` is a plain statement about a patient: a person, or a
column of that name, answers it as a whole. A line that counts, compares, denies, joins, times, exempts or points to another
text is no plain statement and stays unread."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.atoms.conditions.open_conditions import open_flag
from protorun.reading.eligibility.words.lex import lex
from protorun.reading.eligibility.words.lexicon import words
from protorun.reading.eligibility.words.nodes import bound
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT
from protorun.reading.eligibility.words.quantities import quantity
from protorun.reading.eligibility.words.windows import mark_windows
from protorun.study.criterion import Expr, Number
from protorun.study.source import Source

_LEAST_WORDS, _MOST_WORDS, _MOST_LETTERS = 2, 16, 120
_PLAIN = re.compile(r"[a-zß][a-z0-9ß' -]*[a-z0-9]")
_NUMBER = re.compile(r"(?<![a-z-])\d|\b\d+(?:\.\d+)?(?![a-z0-9-])")


def statement(text: str, source: Source) -> Expr | None:
    """The line as one open condition under all its words, or None where it says what a name cannot hold."""
    if (found := _named(text)) is not None:
        return open_flag(found, (), source)
    return _timed(text, source) if _TIME.search(text) else None


_SHORT = re.compile(r"(?<=[a-z]) \((?P<short>[a-z]{2,7})\)(?=[ .;,]|$)")


def _unsaid(match: re.Match[str]) -> str:
    """Nothing for the first letters of the words before it, otherwise what it is."""
    short = match["short"].removesuffix("s")
    before = re.split(r"[ -]", match.string[max(0, match.start() - 80) : match.start()])
    initials = "".join(w[0] for w in before if w and w not in ("of", "the", "and", "in", "for"))
    return "" if initials.endswith(short) else match[0]


_ILL = re.compile(r"^(?:acute|severe|serious) (?:illness|disease)$")


def _named(text: str, *, timed: bool = False) -> str | None:
    plain = " ".join((_SHORT.sub(_unsaid, text) if "(" in text else text).strip(" .;,*-").split())
    plain = _lead().sub("", plain, count=1)
    many = not _LEAST_WORDS <= len(plain.split()) <= _MOST_WORDS or len(plain) > _MOST_LETTERS
    if many or not _PLAIN.fullmatch(plain) or _NUMBER.search(plain) or _refused().search(plain):
        return None
    says = not JUDGMENT.search(plain) and not STATEMENT.search(plain)
    return plain if says and (_says_something(plain) or (timed and _ILL.search(plain))) else None


_TIME = re.compile(r"(?:day|week|month|year|hour)s?\b")
_AHEAD = re.compile(
    r"\b(?:plan|inten[dt]|schedul|expect|anticipat|will\b|likely|candidate|hop(?:e|ing)|want|wish|aim|able|unable|inabil|death|die\b|dying|surviv|mortal|discharg|transfer|"
    r"future|upcoming|prospect|await|due to|remain|imminent|complete|stable|chang|test|visit|born|birth|gestation|pregnan|diagnosed$|aged?\b|follow)"
)
"""What lies ahead, changes or is counted from another day than that of the trial is dated by no time before it."""
_GOES_ON = re.compile(
    r" for (?:a (?:total |continuous )?(?:period|duration|time) of )?(?P<side>at least|≥|>|more than|longer than|over|a minimum of|minimum|a minimum duration of) ?(?P<n>\d{1,3}|[a-z]{3,8})"
    r"(?: ?\(\d{1,3}\))? (?P<unit>days?|weeks?|months?|years?)(?P<behind> (?:prior to|before|preceding) [a-z -]{3,40})?[ .;,]*$"
)


def _timed(text: str, source: Source) -> Expr | None:
    """A plain statement with a time behind it: when it was so, or how long it has been so."""
    if match := _GOES_ON.search(text):
        return _lasting(text, match, source)
    chunks = mark_windows(lex(text), text)
    times = [c for c in chunks if c.kind in "WLHt"]
    if len(times) != 1 or times[0].kind != "W" or text[times[0].end :].strip(" .;,"):
        return None
    before = _FROM.sub("", text[: times[0].start].rstrip(" (,"))
    named = None if _AHEAD.search(before) or _OPEN_END.search(before) else _named(before, timed=True)
    if named is None:
        return None
    return open_flag(named, (), source).model_copy(update={"window": times[0].value})


_FROM = re.compile(r" from$")
_OPEN_END = re.compile(r"\b(?:for|of|at|to|in|on|with|by|than|and|or|about|approximately|system)$")


def _lasting(text: str, match: re.Match[str], source: Source) -> Expr | None:
    """`regular dialysis for at least 3 months`: how long it has gone on, up to the trial."""
    amount = quantity(match["n"], 0)
    behind = match["behind"]
    anchored = not behind or any(c.kind == "a" for c in lex(behind)[-1:])
    named = None if amount is None or not anchored or _ENDS.search(text) else _named(text[: match.start()])
    if named is None or amount is None:
        return None
    unit = match["unit"].rstrip("s") + "s"
    low = bound(amount[0].value, inclusive=match["side"] not in (">", "more than", "longer than", "over"))
    name = f"duration_of_{open_flag(named, (), source).variable}"
    return Number.model_construct(variable=name, low=low, high=None, unit=unit, source=source)


_ENDS = re.compile(
    r"stop|discontinu|abst|quit|ceas|off |wash|surviv|expect|plan|will|inten|able|per (?:day|week|month)|postmenopaus|since"
)


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
