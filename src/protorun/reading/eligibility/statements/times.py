"""A plain statement with a time behind it: when it was so, or how long it has been so."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.open_conditions import open_flag
from protorun.reading.eligibility.statements.names import named, plain_words
from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.lex import lex
from protorun.reading.eligibility.words.quantities import quantity
from protorun.reading.eligibility.words.windows import mark_windows
from protorun.study.criterion import Expr, Number
from protorun.study.source import Source

TIME = re.compile(r"(?:day|week|month|year|hour)s?\b")
_AHEAD = re.compile(
    r"\b(?:plan|inten[dt]|schedul|expect|anticipat|will\b|likely|candidate|hop(?:e|ing)|want|wish|aim|able|unable|inabil|death|die\b|dying|surviv|mortal|discharg|transfer|"
    r"future|upcoming|prospect|await|due to|remain|imminent|complete|stable|chang|test|visit|born|birth|gestation|pregnan|diagnosed$|aged?\b|follow)"
)
"""What lies ahead, changes or is counted from another day than that of the trial is dated by no time before it."""
_GOES_ON = re.compile(
    r" for (?:a (?:total |continuous )?(?:period|duration|time) of )?(?P<side>at least|≥|>|more than|longer than|over|a minimum of|minimum|a minimum duration of) ?(?P<n>\d{1,3}|[a-z]{3,8})"
    r"(?: ?\(\d{1,3}\))? (?P<unit>days?|weeks?|months?|years?)(?P<behind> (?:prior to|before|preceding) [a-z -]{3,40})?[ .;,]*$"
)


def timed(text: str, source: Source) -> Expr | None:
    """The statement with its time, or None."""
    if match := _GOES_ON.search(text):
        return _lasting(text, match, source)
    chunks = mark_windows(lex(text), text)
    times = [c for c in chunks if c.kind in "WLHt"]
    if len(times) != 1 or times[0].kind != "W" or text[times[0].end :].strip(" .;,"):
        return None
    before = _FROM.sub("", text[: times[0].start].rstrip(" (,"))
    name = (
        None if _AHEAD.search(before) or _OPEN_END.search(before) else named(plain_words(before), timed=True)
    )
    if name is None:
        return None
    return open_flag(name, (), source).model_copy(update={"window": times[0].value})


_FROM = re.compile(r" from$")
_OPEN_END = re.compile(r"\b(?:for|of|at|to|in|on|with|by|than|and|or|about|approximately|system)$")


def _lasting(text: str, match: re.Match[str], source: Source) -> Expr | None:
    """`regular dialysis for at least 3 months`: how long it has gone on, up to the trial."""
    amount = quantity(match["n"], 0)
    behind = match["behind"]
    anchored = not behind or any(c.kind == "a" for c in lex(behind)[-1:])
    name = (
        None
        if amount is None or not anchored or _ENDS.search(text)
        else named(plain_words(text[: match.start()]), timed=True)
    )
    if name is None or amount is None:
        return None
    unit = match["unit"].rstrip("s") + "s"
    low = bound(amount[0].value, inclusive=match["side"] not in (">", "more than", "longer than", "over"))
    variable = f"duration_of_{open_flag(name, (), source).variable}"
    return Number.model_construct(variable=variable, low=low, high=None, unit=unit, source=source)


_ENDS = re.compile(
    r"stop|discontinu|abst|quit|ceas|off |wash|surviv|expect|plan|will|inten|able|per (?:day|week|month)|postmenopaus|since"
)
