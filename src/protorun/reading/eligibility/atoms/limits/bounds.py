"""The bounds of a limit: comparators and quantities in any order. No comparator is ever guessed."""

from __future__ import annotations

import re
from itertools import pairwise

from protorun.reading.eligibility.atoms.limits.suggestions import suggest
from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import Quantity, Span
from protorun.study.criterion import Bound
from protorun.terms.variables import variables

_SETS = frozenset({"score", "count"})

Bounds = tuple[Bound | None, Bound | None, str, str]  # low, high, unit, doubt


_NUMBERS = ("n", "t", "R")
_TWO_SIGNS = re.compile("c[ntR](?P<joint>,?&?)c[ntR]")
_APART = re.compile(r"c[ntR]\|c[ntR]")
_SIGN_FIRST, _SIGN_BEHIND, _BOTH = re.compile("c[ntR]"), re.compile("[ntR]P"), re.compile("B?[ntR]&[ntR]")


def read_bounds(chunks: list[Chunk], at: int, name: str, line: Line) -> tuple[list[Bounds], int] | None:
    """The bounds that begin at a chunk, several where the values of a score leave gaps, and the chunk behind them."""
    kinds = "".join([c.kind for c in chunks[at : at + 8]])
    if (two := _TWO_SIGNS.match(kinds)) and not kinds.startswith("cn&cnP"):
        found = _two_signs(chunks, at, at + 2 + len(two["joint"]), line)
        if found is not None:
            return found
    if _APART.match(kinds):
        outside = apart(side_of(chunks[at], chunks[at + 1]), side_of(chunks[at + 3], chunks[at + 4]))
        if outside:
            return outside, at + 5
    if kinds.startswith("cr") and isinstance(chunks[at + 1].value, Span):
        return (
            ([range_of(chunks[at + 1].value)], at + 2)
            if chunks[at].value == "=" or (chunks[at].value in ("≥", "≤") and _set_like(name))
            else None
        )
    if _SIGN_FIRST.match(kinds):
        first = side_of(chunks[at], chunks[at + 1])
        if chunks[at].value == "=":
            return _equal(chunks, at, name, line)
        return None if first is None else ([first], at + 2)
    if _SIGN_BEHIND.match(kinds):
        side = side_of(chunks[at + 1], chunks[at])
        return ([side], at + 2) if side else None
    if kinds.startswith("r"):
        return [range_of(chunks[at].value)], at + 1
    if kinds[:1] in _NUMBERS and _set_like(name):
        return _listed(chunks, at, name, line)
    if _BOTH.match(kinds) and "B" in (kinds[0], _before(chunks, at)):
        return between(chunks, at + (kinds[0] == "B"))
    if kinds.startswith("Br"):
        return [range_of(chunks[at + 1].value)], at + 2
    if kinds[:1] in _NUMBERS:
        line.doubt(
            "NO_COMPARATOR",
            f"{line.quote(chunks[at].start, chunks[at].end)!r} has no comparator; none is assumed",
        )
        suggest(name, chunks[at], line)
    return None


def _two_signs(chunks: list[Chunk], at: int, second: int, line: Line) -> tuple[list[Bounds], int] | None:
    """`≥ 3 and ≤ 18 years` is one interval; `< 18 and ≥ 75` among exclusions is either one."""
    low, high = side_of(chunks[at], chunks[at + 1]), side_of(chunks[second], chunks[second + 1])
    if both := meet(low, high):
        return [both], second + 2
    if low and high and (low[0] is None) != (high[0] is None) and line.polarity == "exclusion":
        return [low, (high[0], high[1], high[2] or low[2], "")], second + 2
    return None


def apart(one: Bounds | None, two: Bounds | None) -> list[Bounds] | None:
    """`< 18 or > 60 years`: outside an interval; a unit printed once goes for both."""
    if one is None or two is None or (one[0] is None) == (two[0] is None):
        return None
    low, high = one[0] or two[0], one[1] or two[1]
    unit = one[2] or two[2]
    if low is None or high is None or low.value < high.value or not {one[2], two[2]} <= {"", unit}:
        return None
    if low.times != high.times:
        return None
    return [(one[0], one[1], unit, ""), (two[0], two[1], unit, "")]


_TWICE = re.compile(r"c\(c\)|\(v\([vz]\)\)")


def said_once(chunks: list[Chunk]) -> list[Chunk]:
    """`greater than or equal to (≥) 1` has one comparator, `[AST (SGOT)]` is a name without its own brackets."""
    kinds = "".join([c.kind for c in chunks])
    if "(c)" not in kinds and "(v(" not in kinds:
        return chunks
    dropped: set[int] = set()
    for match in _TWICE.finditer(kinds):
        start, end = match.span()
        if kinds[start] == "(":
            dropped |= {start, end - 1}
        elif chunks[start].value == chunks[start + 2].value:
            dropped |= set(range(start + 1, end))
    return [c for i, c in enumerate(chunks) if i not in dropped] if dropped else chunks


def _before(chunks: list[Chunk], at: int) -> str:
    return chunks[at - 1].kind if at else ""


def between(chunks: list[Chunk], at: int) -> tuple[list[Bounds], int] | None:
    """`between 18 and 75 years`: both ends belong to it."""
    low, high = chunks[at].value, chunks[at + 2].value
    if low.value > high.value:
        return None
    return [range_of(Span(low, Quantity(high.value, high.unit or low.unit, high.times or low.times)))], at + 3


def _equal(chunks: list[Chunk], at: int, name: str, line: Line) -> tuple[list[Bounds], int] | None:
    """A bare `=` is a sign that lost a stroke, except before the values of a score."""
    if _set_like(name):
        return _listed(chunks, at + 1, name, line)
    line.doubt("NO_COMPARATOR", "`=` before a limit is taken for a damaged sign; no side is assumed")
    return None


def _set_like(name: str) -> bool:
    return name in variables() and variables()[name].kind in _SETS


def _listed(chunks: list[Chunk], at: int, name: str, line: Line) -> tuple[list[Bounds], int] | None:
    """`0, 1 or 2` and `0 or 1`: whole numbers in a row; other lists stay several limits."""
    values: list[float] = []
    spanned = False
    while (
        at < len(chunks)
        and chunks[at].kind in "nR"
        and not chunks[at].value.unit
        and not chunks[at].value.times
    ):
        values.append(chunks[at].value.value)
        at += 1
        step = at
        while step < len(chunks) and chunks[step].kind in ",|&/-":
            step += 1
        between_them = line.text[chunks[at - 1].end : chunks[step].start] if step < len(chunks) else ""
        through = bool(re.fullmatch(r"\s*(?:-|to|~)\s*", between_them))
        if (step == at and not through) or step >= len(chunks) or chunks[step].kind not in "nR":
            break
        spanned = spanned or through
        at = step
    if not values:
        return None
    ordered = sorted(set(values))
    if spanned and len(ordered) == 2:  # "I - IV" is a range
        return [(bound(ordered[0]), bound(ordered[1]), "", "")], at
    if all(b - a == 1 for a, b in pairwise(ordered)):
        return [(bound(ordered[0]), bound(ordered[-1]), "", "")], at
    return [(bound(v), bound(v), "", "") for v in ordered], at


def side_of(comparator: Chunk, number: Chunk) -> Bounds | None:
    """One side of a limit; a change from baseline is none."""
    quantity = number.value
    if isinstance(quantity, Quantity) and quantity.unit == "points above baseline":
        return None
    if not isinstance(quantity, Quantity):
        return None
    limit = bound(quantity.value, quantity.times, inclusive=comparator.value in ("≥", "≤"))
    if comparator.value in ("≥", ">"):
        return limit, None, quantity.unit, ""
    if comparator.value in ("≤", "<"):
        return None, limit, quantity.unit, ""
    return None


def meet(one: Bounds | None, two: Bounds | None) -> Bounds | None:
    """Two sides of one interval, such as `≥ 18 and ≤ 75 years`."""
    if one is None or two is None or (one[0] is None) == (two[0] is None):
        return None
    low, high = one[0] or two[0], one[1] or two[1]
    if low and high and low.value > high.value and (one[2] == two[2] or "" in (one[2], two[2])):
        return None
    unit = one[2] or two[2]
    return (low, high, unit, "") if {one[2], two[2]} <= {"", unit} else None


def range_of(found: Span) -> Bounds:
    """Both ends belong to a printed range."""
    low, high = found.low, found.high
    return (
        bound(low.value, low.times or high.times),
        bound(high.value, high.times or low.times),
        high.unit,
        "",
    )
