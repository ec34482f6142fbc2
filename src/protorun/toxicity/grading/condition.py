"""Conditions of grading rules: read once from their text, then asked of columns of any length."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError

Truth = NDArray[np.bool_]
Columns = Mapping[str, NDArray[Any]]

AGES = ("age_years", "age_months", "age_days")
FLAGS = ("baseline_high", "baseline_low")
NUMBERS = ("value", "lln", "uln", "baseline", "change", *AGES)
NEAR = 1e-14
"""Two sides closer than this may agree in 15 significant digits; all others cannot."""

_TOKEN = re.compile(r"\s*(<=|>=|[<>=()+]|-?\d+(?:\.\d+)?|[A-Za-z]\w*)")
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True)
class Term:
    """`factor * column + plus`; without a column only `plus`."""

    column: str
    factor: float
    plus: float


@dataclass(frozen=True)
class Compares:
    """A comparison; with a missing side it does not hold."""

    left: Term
    sign: str
    right: Term


@dataclass(frozen=True)
class Missing:
    """The column has no value."""

    column: str


@dataclass(frozen=True)
class Holds:
    """A flag is set, or the sex is the one named; a missing flag is not set."""

    column: str
    value: str = ""


@dataclass(frozen=True)
class Always:
    """Holds for every row."""


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition = Compares | Missing | Holds | Always | Not | All | Some


def condition(text: str) -> Condition:
    """The condition that a text such as `value < lln and change <= -25` states. Raises UsageError on anything else."""
    tokens = _tokens(text)
    found = _some(tokens, text)
    if tokens:
        raise UsageError(f"grading rule: {tokens[0]!r} does not belong in {text!r}")
    return found


def columns_of(asked: Condition) -> frozenset[str]:
    """The columns a condition looks at."""
    match asked:
        case Compares(left, _, right):
            return frozenset({left.column, right.column}) - {""}
        case Missing(column) | Holds(column):
            return frozenset({column})
        case Not(part):
            return columns_of(part)
        case All(parts) | Some(parts):
            return frozenset().union(*(columns_of(part) for part in parts))
    return frozenset()


def holds(asked: Condition, columns: Columns) -> Truth:
    """For which rows the condition holds; both sides of a comparison count with 15 significant digits."""
    match asked:
        case Compares(left, sign, right):
            return _compare(_amount(left, columns), sign, _amount(right, columns))
        case Missing(column):
            return _missing(columns[column])
        case Holds(column, value):
            return columns[column] == value if value else columns[column].astype(np.bool_)
        case Not(part):
            return ~holds(part, columns)
        case All(parts):
            return np.asarray(np.logical_and.reduce([holds(part, columns) for part in parts]))
        case Some(parts):
            return np.asarray(np.logical_or.reduce([holds(part, columns) for part in parts]))
    return np.ones(len(columns["value"]), np.bool_)


def at_any_age(asked: Condition) -> Condition:
    """The condition with every comparison of an age taken as true."""
    match asked:
        case Compares(left, _, right) if left.column in AGES or right.column in AGES:
            return Always()
        case All(parts):
            return All(tuple(at_any_age(part) for part in parts))
        case Some(parts):
            return Some(tuple(at_any_age(part) for part in parts))
    return asked


def _missing(column: NDArray[Any]) -> Truth:
    found: Truth = np.isnan(column) if column.dtype.kind == "f" else column == ""
    return found


def _amount(term: Term, columns: Columns) -> Any:
    if not term.column:
        return np.float64(term.plus)
    return columns[term.column] * term.factor + term.plus if term.plus else columns[term.column] * term.factor


def _compare(left: Any, sign: str, right: Any) -> Truth:
    test = _OPERATORS[sign]
    with np.errstate(invalid="ignore", over="ignore"):
        found = np.asarray(test(left, right))
        near = (left != right) & (np.abs(left - right) <= NEAR * np.abs(right))
    for row in np.flatnonzero(near):
        one, other = (float(side[row]) if np.ndim(side) else float(side) for side in (left, right))
        found[row] = test(float(f"{one:.15g}"), float(f"{other:.15g}"))
    return found


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise UsageError(f"grading rule: {stripped[at:]!r} cannot be read in {text!r}")
        found.append(match[1])
        at = match.end()
    return found


def _some(tokens: list[str], text: str) -> Condition:
    parts = [_all(tokens, text)]
    while _next(tokens, "or"):
        parts.append(_all(tokens, text))
    return parts[0] if len(parts) == 1 else Some(tuple(parts))


def _all(tokens: list[str], text: str) -> Condition:
    parts = [_one(tokens, text)]
    while _next(tokens, "and"):
        parts.append(_one(tokens, text))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _one(tokens: list[str], text: str) -> Condition:
    if _next(tokens, "always"):
        return Always()
    if _next(tokens, "not"):
        return Not(_one(tokens, text))
    if _next(tokens, "("):
        inside = _some(tokens, text)
        if not _next(tokens, ")"):
            raise UsageError(f"grading rule: a bracket is not closed in {text!r}")
        return inside
    if _next(tokens, "no"):
        name = _take(tokens, text)
        return Missing("age_days" if name == "age" else name)
    if tokens and tokens[0] in FLAGS:
        return Holds(tokens.pop(0))
    if tokens[:2] == ["sex", "="]:
        del tokens[:2]
        return Holds("sex", _take(tokens, text))
    return _comparison(tokens, text)


def _comparison(tokens: list[str], text: str) -> Condition:
    left = _term(tokens, text)
    sign = _take(tokens, text)
    if sign not in _OPERATORS:
        raise UsageError(f"grading rule: {sign!r} is no comparison in {text!r}")
    return Compares(left, sign, _term(tokens, text))


def _term(tokens: list[str], text: str) -> Term:
    first = _take(tokens, text)
    if first in NUMBERS:
        return Term(first, 1.0, float(_take(tokens, text)) if _next(tokens, "+") else 0.0)
    try:
        number = float(first)
    except ValueError:
        raise UsageError(f"grading rule: {first!r} is neither a number nor a column in {text!r}") from None
    if not _next(tokens, "x"):
        return Term("", 0.0, number)
    name = _take(tokens, text)
    if name not in NUMBERS:
        raise UsageError(f"grading rule: {name!r} is no column in {text!r}")
    return Term(name, number, 0.0)


def _next(tokens: list[str], word: str) -> bool:
    if tokens and tokens[0] == word:
        tokens.pop(0)
        return True
    return False


def _take(tokens: list[str], text: str) -> str:
    if not tokens:
        raise UsageError(f"grading rule: something is missing at the end of {text!r}")
    return tokens.pop(0)
