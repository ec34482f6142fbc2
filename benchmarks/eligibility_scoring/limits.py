"""A limit as it is scored: its sides, its unit, its name, and where in the text it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple

from protorun.study.criterion import (
    All,
    AtLeast,
    Bound,
    Code,
    Criterion,
    Expr,
    Flag,
    If,
    Not,
    Number,
    Treated,
    Unless,
    Washout,
)
from protorun.study.criterion import Any as AnyOf
from protorun.study.source import Source
from protorun.terms.concepts import concepts
from protorun.terms.treatments import classes, drugs
from protorun.terms.variables import unit_patterns, variables

TIME = {
    "year": "years",
    "month": "months",
    "week": "weeks",
    "day": "days",
    "hour": "hours",
    "minute": "minutes",
}


class Side(NamedTuple):
    """One bound: which side, its value, whether the value itself belongs to it, and of what it is a multiple."""

    which: Literal["low", "high"]
    value: float
    inclusive: bool
    times: str = ""


@dataclass(frozen=True)
class Limit:
    """A numeric limit that was read; `names` are the words its variable goes by, `start`..`end` where it stands."""

    sides: frozenset[Side]
    unit: str
    variable: str
    start: int
    end: int
    quote: str

    def __str__(self) -> str:
        bounds = " and ".join(
            f"{'>' if s.which == 'low' else '<'}{'=' if s.inclusive else ''} {s.value:g}{' x ' + s.times if s.times else ''}"
            for s in sorted(self.sides, key=lambda s: s.which, reverse=True)
        )
        return f"{self.variable} {bounds} {self.unit}".strip()


@dataclass(frozen=True)
class Stretch:
    """A temporal limit that was read: a window before an anchor, or a duration with its sides."""

    amount: float
    unit: str
    side: Literal["within", "beyond", "either"]
    start: int
    end: int
    quote: str

    def __str__(self) -> str:
        return f"{self.side} {self.amount:g} {self.unit}: {self.quote[:60]!r}"


def nodes(expr: Expr, negated: bool = False) -> Iterator[tuple[Expr, bool]]:
    """The atoms of a tree, each with whether it stands under an odd number of negations."""
    match expr:
        case All(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts):
            for part in parts:
                yield from nodes(part, negated)
        case Not(part=part):
            yield from nodes(part, not negated)
        case If(condition=condition, then=then, otherwise=otherwise):
            for part in (condition, then, otherwise):
                if part is not None:
                    yield from nodes(part, negated)
        case Unless(part=part, exception=exception):
            yield from nodes(part, negated)
            yield from nodes(exception, negated)
        case _:
            yield expr, negated


def limits(criterion: Criterion) -> tuple[Limit, ...]:
    """The numeric limits of a criterion, each once; a limit in a unit of time on no variable of ours is temporal."""
    found = {}
    for atom, _ in nodes(criterion.expr):
        if not isinstance(atom, Number) or (atom.low is None and atom.high is None):
            continue
        source = _source(atom, criterion)
        limit = Limit(
            frozenset(_sides(atom.low, atom.high)),
            atom.unit,
            atom.variable,
            source.start,
            source.end,
            source.quote,
        )
        found[limit] = None
    return tuple(found)


def stretches(criterion: Criterion) -> tuple[Stretch, ...]:
    """The temporal limits of a criterion: windows of atoms, wash-outs, and numbers in units of time."""
    found = {}
    for atom, negated in nodes(criterion.expr):
        source = _source(atom, criterion)
        place = (source.start, source.end, source.quote)
        window = getattr(atom, "window", None)
        if window is not None and isinstance(atom, (Number, Code, Flag, Treated, Washout)):
            side: Any = "either" if isinstance(atom, Washout) or negated else "within"
            found[Stretch(window.amount, window.unit, side, *place)] = None
        if isinstance(atom, Number) and atom.unit in TIME.values() and atom.variable != "age":
            for bound, kind in ((atom.low, "beyond"), (atom.high, "within")):
                if bound is not None:
                    side = "either" if negated else kind
                    found[Stretch(bound.value, atom.unit, side, *place)] = None
    return tuple(found)


def _source(atom: Expr, criterion: Criterion) -> Source:
    return getattr(atom, "source", None) or criterion.sources[0]


def _sides(low: Bound | None, high: Bound | None) -> Iterator[Side]:
    if low is not None:
        yield Side("low", low.value, low.inclusive, low.times)
    if high is not None:
        yield Side("high", high.value, high.inclusive, high.times)


# --- names and units ---

_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "count",
        "for",
        "from",
        "has",
        "have",
        "in",
        "is",
        "level",
        "levels",
        "of",
        "on",
        "or",
        "score",
        "scores",
        "the",
        "to",
        "total",
        "value",
        "values",
        "with",
        "number",
        "rate",
        "result",
        "results",
        "history",
        "subject",
        "subjects",
        "patient",
        "patients",
    ]
)


def words_of(text: str) -> set[str]:
    """The words of a name that say something."""
    return {w for w in re.findall(r"[a-z0-9]+", text.lower().replace("_", " ")) if w not in _STOP}


@cache
def _aliases() -> dict[str, set[str]]:
    """Printed name -> names of our variables, from every table of terms."""
    found: dict[str, set[str]] = {}
    for variable in variables().values():
        for alias in (variable.name, variable.label, *variable.aliases):
            found.setdefault(_plain(alias), set()).add(variable.name)
    return found


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9+%]+", text.lower().replace("_", " ")))


_LEFT_OUT = {"fasting_glucose": "glucose", "corrected_calcium": "calcium", "fev1_prebronchodilator": "fev1"}
"""Variables whose state the gold leaves out of its names."""


def same_name(variable: str, gold: str) -> bool:
    """True when the gold name stands for our variable in the tables; where it or ours is in no table, when both share a
    word or its stem (four letters)."""
    short = re.search(r"\((.+)\)$", gold)
    known = _aliases().get(_plain(short[1] if short else gold), set())
    if known and variable in variables():
        variable = _LEFT_OUT.get(variable, variable)
        return variable in known or any(variable in k.split("+") for k in known)
    theirs = words_of(gold).union(*(_words_of_variable(k) for k in known))
    if variable == "age" and theirs & {"old", "years", "older", "aged", "age", "ages", "adults"}:
        return True
    ours = _words_of_variable(variable)
    return any(a == b or (min(len(a), len(b)) >= 4 and a[:4] == b[:4]) for a in ours for b in theirs)


@cache
def _words_of_variable(name: str) -> frozenset[str]:
    entry = variables().get(name)
    return frozenset(
        words_of(name).union(*(words_of(a) for a in (entry.label, *entry.aliases) if entry) if entry else ())
    )


@cache
def _units() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((unit, re.compile(pattern)) for unit, pattern in unit_patterns().items())


@cache
def canonical(unit: str) -> str:
    """The unit in our spelling; a unit of no table as its letters alone."""
    text = (
        unit.lower()
        .strip()
        .replace("bsa", "1.73m2")
        .replace("²", "2")
        .replace("μ", "u")
        .replace("µ", "u")
        .replace("³", "3")
    )
    text = re.sub(r"mm\s*\^?\s*3\b", "mm3", re.sub(r"\s*/\s*", "/", text))
    for name, pattern in _units():
        if (match := pattern.match(text)) and not re.search(
            r"[a-z0-9/%]", re.sub(_BEHIND, "", text[match.end() :])
        ):
            return name
    return " ".join(re.findall(r"[a-z0-9%]+", text))


_BEHIND = re.compile(
    r"\b(?:or|and|of|age|old|older|more|less|greater|above|over|younger|higher|s|in|the|below|lower|at least)\b"
)
"""Words of a comparator that stands behind the unit, and of what is measured."""


_FILLER = frozenset(re.findall(r"\w+", "i ii iii iv v vi and or higher of more above less over lower"))
_NAMING = frozenset(
    re.findall(
        r"\w+",
        "grade grades class classes classification status score scores point points stage level levels times",
    )
)
"""Words the gold marks as a unit although they name the scale."""


def same_unit(unit: str, variable: str, gold: str) -> bool:
    """True when the gold gives none, when both are the same unit, or when its unit is what our variable counts."""
    wanted = set(re.findall(r"[a-z]+", gold.lower())) - _FILLER
    if not gold or wanted <= _NAMING or canonical(gold) == canonical(unit):
        return True
    if _same_count(unit, gold):
        return True
    if variable in variables() and variables()[variable].bare and unit in ("", "1"):
        return canonical(gold) == variables()[variable].unit
    if unit not in ("", "1"):
        return bool(words_of(unit)) and words_of(unit) <= words_of(gold)
    return bool(words_of(gold) & words_of(variable))


_SAME = (
    {"/uL", "/mm3"},
    {"10^3/uL", "10^9/L"},
    {"IU/L", "U/L"},
    {"mL/min/1.73m2", "mL/min/1 73m2"},
    {"mmHg", "mm"},
)


def _same_count(unit: str, gold: str) -> bool:
    return any({canonical(unit), canonical(gold)} <= same for same in _SAME)


@cache
def named(thing: str) -> frozenset[str]:
    """Words of a condition, a class or a drug in our tables, for finding it in a gold name."""
    entry: Any = concepts().get(thing) or classes().get(thing) or drugs().get(thing)
    aliases = getattr(entry, "aliases", ())
    return frozenset(words_of(thing).union(*(words_of(a) for a in aliases)))
