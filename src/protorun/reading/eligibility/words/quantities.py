"""Numbers as criteria print them: with thousands marks, as words, with a unit, as multiples of ULN, as ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from protorun.terms.variables import unit_patterns

TIME = frozenset({"days", "weeks", "months", "years", "hours", "minutes"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A printed number with its unit; `times` is uln, lln or baseline when it is a multiple of that."""

    value: float
    unit: str = ""
    times: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """`low` to `high`, both included."""

    low: Quantity
    high: Quantity


_NUMBER = re.compile(
    r"(?P<thousands>[1-9]\d{0,2}(?:,\d{3})+(?!\d)|[1-9]\d{0,2}(?: \d{3})+(?![\d.,]))|(?P<plain>\d+(?:\.\d+)?|\.\d+)"
)
_DECIMAL_COMMA = re.compile(r",\d{1,2}(?![\d.,])")
_WORDS = {
    w: float(i)
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
} | {"fourteen": 14.0, "eighteen": 18.0, "twenty": 20.0, "twenty-eight": 28.0, "thirty": 30.0}
_WORD = re.compile(rf"(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b(?:[ ]?\([ ]?\d+[ ]?\))?")
_MULTIPLE = re.compile(
    r"[ ]{0,3}(?:-[ ]?)?(?:[x*][ ]{0,2}|times (?:of )?|fold |\() {0,2}?(?:above |over )?(?:the )?"
    r"(?:(?:institutional|local|laboratory|lab|site|central|reference|age[ -]adjusted|age[ -]specific|institution's|"
    r"testing laboratory|corresponding|respective)[ ]){0,3}"
    r"(?P<which>upper limits? of (?:the )?(?:institutional |laboratory |lab )?(?:normal|reference)(?: (?:range|limit|value)s?)?"
    r"|upper (?:normal|reference) (?:limit|range|value)s?|upper limits?|uln|unl|ulrr|upper normal|normal upper limits?|upper limits? normal"
    r"|lower limits? of (?:the )?(?:institutional |laboratory )?normal(?: range)?|lln|baseline|(?<!\()(?<!\( )(?:normal limits?(?: \(nl\))?|nl\b|normal(?! (?:upper|limit|range of))(?: (?:range|values?))?))\b"
    r"(?:[ ]?[,(][ ]?(?:uln|lln|unl)\b[ ]?\)?)?(?: (?:for|of|per) (?:the )?(?:age|laboratory|institution|reference laboratory|"
    r"the reference laboratory|the laboratory|local laboratory)\b)?"
)
_OF_MULTIPLES = "x*tf(ul"
"""The signs a multiple of a limit of normal begins with."""
_RANGE = re.compile(r"[ ]{0,2}(?:-|~|to\b|through\b|up to\b)[ ]{0,2}(?=\d)")


_ENDS = r"(?![ ]?/[ ]?[a-z]|[.*][a-z]| per (?:hour|day|week|month|minute|year|kg|m2)\b)"
_OTHER = re.compile(
    r"[ ]{0,2}(?!(?:and|or|in|of|if|with|is|at|to)\b)[a-zµ]{1,12}[ ]?(?:/|\bper\b)[ ]?(?!or\b|and\b|protocol\b|the\b|local\b|recist\b|ct?cae\b|nci\b|investigator\b|institution)[a-zµ0-9]{1,12}\b"
    r"(?:[ ]?(?:/|\bper\b)[ ]?[a-z0-9]{1,8}\b)?|[ ]{0,2}(?:x|times) (?:the )?normal(?! (?:upper|limit))|[ ]{0,2}(?:feet|miles?|kilomet(?:er|re)s|ounces|oz|fl|msv|hz|points above baseline)\b"
)


@cache
def _units() -> tuple[re.Pattern[str], list[tuple[str, re.Pattern[str]]]]:
    """All units as one pattern, of which the first that fits wins, and each by its group. A unit that goes on (`mL/kg`
    behind `mL`) is another unit than the table has; the table's patterns have no groups of their own."""
    often = sorted(unit_patterns().items(), key=lambda unit: unit[0] not in TIME)  # most numbers count time
    table = {unit: f"(?:{pattern}){_ENDS}" for unit, pattern in often}
    start = "[ ]{0,2}-?"
    every = re.compile(f"{start}(?:{'|'.join(f'({pattern})' for pattern in table.values())})")
    return every, [("", every), *((unit, re.compile(start + pattern)) for unit, pattern in table.items())]


_UNIT_START = re.compile(r"[ ]{0,2}-?[a-zµ%°/*+℃]|[ ]{0,2}10")


def quantity(text: str, at: int) -> tuple[Quantity, int] | None:
    """The number that begins at `at` with whatever unit follows it, and where it ends."""
    if match := _NUMBER.match(text, at):
        digits = match[0].replace(",", "").replace(" ", "")
        value = float(digits)
    elif match := _WORD.match(text, at):
        value = _WORDS[match["word"]]
    else:
        return None
    end = match.end()
    if comma := _DECIMAL_COMMA.match(text, end):  # with two digits, or when a unit or multiple follows
        unit, times, stop = _measure(text, comma.end())
        if unit or times or len(comma[0]) == 3:
            return Quantity(float(f"{digits}.{comma[0][1:]}"), unit, times), stop
    unit, times, end = _measure(text, end)
    return Quantity(value, unit, times), end


def _measure(text: str, at: int) -> tuple[str, str, int]:
    many = text[at : at + 6].lstrip(" -")[:1] in _OF_MULTIPLES
    if many and (match := _MULTIPLE.match(text, at) or _BARE_MULTIPLE.match(text, at)):
        which = match["which"]
        times = "baseline" if which == "baseline" else "lln" if which.startswith("l") else "uln"
        return "", times, match.end()
    if text.startswith(" point", at) and (points := _POINTS.match(text, at)):
        return "", "", points.end()
    if _UNIT_START.match(text, at):
        every, each = _units()
        if found := every.match(text, at):
            unit, pattern = each[found.lastindex or 0]
            return unit, "", _again(text, found.end(), pattern)
        if found := _OTHER.match(text, at):
            return " ".join(found[0].split()), "", found.end()  # as printed; no table converts it
    return "", "", at


def _again(text: str, at: int, pattern: re.Pattern[str]) -> int:
    """`9 grams per deciliter (g/dL)`: the same unit in brackets says nothing new."""
    opened = _OPENED.match(text, at)
    again = pattern.match(text, opened.end()) if opened else None
    return again.end() + 1 if again and text[again.end() : again.end() + 1] == ")" else at


_POINTS = re.compile(
    r" points?\b(?! (?:above|below|over|increase|decrease|change|reduction|improvement|drop|from|more|less))"
)
_OPENED = re.compile(r"[ ]?\((?=[a-zµ%/\[])")
_BARE_MULTIPLE = re.compile(
    r"[ ]{0,2}(?P<which>uln|unl|lln|upper limits? of (?:the )?normal(?: range)?|upper normal limits?)\b"
    r"(?:[ ]?\([ ]?(?:uln|lln)[ ]?\))?"
)


def span(text: str, at: int) -> tuple[Quantity | Span, int] | None:
    """The quantity at `at`, or the range that begins there (`18-75 years`, `0 to 2`)."""
    first = quantity(text, at)
    if first is None:
        return None
    low, end = first
    dash = _RANGE.match(text, end)
    second = quantity(text, dash.end()) if dash else None
    if second is None or not text[at].isdigit():
        return first
    high, stop = second
    if low.unit and high.unit and low.unit != high.unit and low.unit != "%":
        return first
    unit, times = high.unit or low.unit, high.times or low.times
    if high.value < low.value:
        return first
    return Span(Quantity(low.value, unit, times), Quantity(high.value, unit, times)), stop
