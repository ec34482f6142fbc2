"""Child-Pugh classes: `Child-Pugh class A`, `Child-Pugh B or worse`, `Child-Pugh A (5-6 points)`, `Child-Pugh B7`.

Points of a class: Pugh et al. 1973, doi:10.1002/bjs.1800600817 (A 5 to 6, B 7 to 9, C 10 to 15)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Code, Expr, Flag, Number

_SCALE = r"child(?:s|'s)?[- –]{0,3}(?:turcotte[- –]{0,3})?pugh(?:'s)?(?: ?\((?:cp|ctp)\))?"
_CLASS = re.compile(
    r"(?P<before>(?:liver )?cirrhosis (?:at a level of |of |with |classified as |graded as )?)?"
    + _SCALE
    + r"(?: (?:liver function|hepatic function|liver|classification|class|scores?|grade|stage|category|status|of|is|rated|rating|=)){0,4} ?"
    r"(?P<sign>≥|>|≤|<|worse than |greater than |higher than )? ?(?:class )?"
    r"(?P<first>[abc])(?:(?P<joint> ?(?:,|/|or|and|to|-) ?)(?:class )?(?P<last>[abc]))?(?P<points>[5-9]|1[0-5])?\+?(?![a-z0-9])"
    r"(?: (?:liver )?(?:class|grade|scores?|cirrhosis class))?"
    r"(?P<more> ?\(?(?:or|and) (?:worse|higher|greater|above|more severe|better|lower|below)\)?)?"
    r"(?P<inside> ?\((?:scores? |points? |≤ ?)?(?:of )?(?P<low>\d{1,2})(?: ?(?:-|to|or) ?(?P<high>\d{1,2}))?(?: points?| scores?)?\))?"
    r"(?P<behind> (?:liver )?cirrhosis\b)?"
)
_POINTS = {"a": (5, 6), "b": (7, 9), "c": (10, 15)}
_MORE = re.compile(r"worse|higher|greater|above|severe")
_BETTER = re.compile(r"better|lower|below")


WORDS = frozenset({"pugh"})


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Each class or list of classes, with the points where they narrow it."""
    for match in _CLASS.finditer(line.text):
        values = _classes(match)
        if not values or (match["points"] and (match["last"] or match["sign"] or match["more"])):
            continue
        source = line.cite(*match.span())
        parts: list[Expr] = [Code.model_construct(variable="child_pugh_class", values=values, source=source)]
        if (points := _points(match, values)) is not None:
            low, high = (bound(float(p)) for p in points)
            parts = [Number.model_construct(variable="child_pugh_score", low=low, high=high, source=source)]
        if match["before"] or match["behind"]:
            parts.insert(
                0, Flag.model_construct(variable="cirrhosis", qualifiers=(), window=None, source=source)
            )
        yield Chunk("A", match.start(), match.end(), parts[0] if len(parts) == 1 else All(parts=tuple(parts)))
        if (of := _OF_SOME.match(line.text, match.end())) is not None:
            yield Chunk("C", *of.span())


_OF_SOME = re.compile(r" (?:in|for)(?= (?:hcc\b|hepatocellular|(?:known |underlying )?cirrho))")
"""`Child-Pugh class A in HCC` is asked of those with the disease."""


def _classes(match: re.Match[str]) -> tuple[str, ...]:
    first, last = match["first"], match["last"]
    span = "abc"["abc".index(first) : "abc".index(last) + 1] if last else first
    sign = (match["sign"] or "").strip()
    if last and (sign or match["more"]):
        return ()
    at = "abc".index(first)
    if sign in ("≥",) or _MORE.search(match["more"] or ""):
        span = "abc"[at:]
    elif sign in (">", "worse than", "greater than", "higher than"):
        span = "abc"[at + 1 :]
    elif sign == "≤" or _BETTER.search(match["more"] or ""):
        span = "abc"[: at + 1]
    elif sign == "<":
        span = "abc"[:at]
    elif last and match["joint"].strip() not in ("to", "-"):
        span = first + last
    return tuple(c.upper() for c in dict.fromkeys(span))


def _points(match: re.Match[str], values: tuple[str, ...]) -> tuple[int, int] | None:
    """Points that say another thing than the classes do; those of the whole class add nothing."""
    if match["points"]:
        return int(match["points"]), int(match["points"])
    if not match["low"]:
        return None
    low = int(match["low"])
    high = int(match["high"] or low)
    if "≤" in match["inside"]:
        low = 5
    whole = (_POINTS[values[0].lower()][0], _POINTS[values[-1].lower()][1])
    return None if (low, high) == whole else (low, high)
