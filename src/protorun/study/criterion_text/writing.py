"""A criterion tree as one line of text."""

from __future__ import annotations

import json
import re

from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Attestation,
    Bound,
    Code,
    Expr,
    Flag,
    If,
    Judgment,
    Not,
    Number,
    Treated,
    Unless,
    Unparsed,
    Washout,
    Window,
)
from protorun.study.written import NUMBER, number

KEYWORDS = frozenset(
    [
        "if",
        "then",
        "else",
        "unless",
        "or",
        "and",
        "not",
        "to",
        "number",
        "is",
        "in",
        "only",
        "treated",
        "receiving",
        "washout",
        "attested",
        "judgment",
        "unparsed",
        "excluding",
        "perhaps",
        "note",
        "for",
        "at",
        "before",
        "within",
        "unstated",
        "x",
        "all",
        "any",
        "of",
        "other",
        "dosed",
        "whichever",
        "except",
    ]
)
_WORD = re.compile(r'[^\s()\[\]",:;<>=≤≥]+')
_NUMBER = re.compile(NUMBER)
_EXPR, _ONE = range(2)


def write(expr: Expr) -> str:
    """The tree as one line; `parse` gives the same tree back, without sources.

    What joins several is put in parentheses wherever it stands inside another, so that nobody has to know that `and`
    binds tighter than `or`."""
    return _at(expr, _EXPR)


def _at(expr: Expr, place: int) -> str:
    """The tree at a place for a whole line, or for one part of it, where what joins several takes parentheses."""
    text, own = _composed(expr)
    return text if own >= place else f"({text})"


def _composed(expr: Expr) -> tuple[str, int]:
    match expr:
        case If(condition=condition, then=then, otherwise=otherwise):
            rest = "" if otherwise is None else f" else {_at(otherwise, _ONE)}"
            return f"if {_at(condition, _ONE)} then {_at(then, _ONE)}{rest}", _EXPR
        case Unless(part=part, exception=exception):
            return f"{_at(part, _ONE)} unless {_at(exception, _ONE)}", _EXPR
        case Any(parts=(_, _, *_)):
            return " or ".join(_at(p, _ONE) for p in expr.parts), _EXPR
        case All(parts=(_, _, *_)):
            return " and ".join(_at(p, _ONE) for p in expr.parts), _EXPR
        case Not(part=part):
            return f"not {_at(part, _ONE)}", _ONE
        case All() | Any() | AtLeast():
            head = f"at least {expr.n}" if isinstance(expr, AtLeast) else expr.atom
            return f"{head} of ({'; '.join(write(p) for p in expr.parts)})", _ONE
        case _:
            return _atom(expr), _ONE


def _atom(expr: Expr) -> str:
    match expr:
        case Number():
            return _limits(expr) + _number_tail(expr)
        case Code():
            return _code(expr) + _window(expr.window)
        case Flag():
            marks = f" [{_names(expr.qualifiers)}]" if expr.qualifiers else ""
            return _name(expr.variable) + marks + _window(expr.window)
        case Treated():
            head = "receiving" if expr.ongoing else "treated with"
            return (
                f"{head} {_classes(expr.classes)}{_exempt(expr)}{_treated_tail(expr)}{_window(expr.window)}"
            )
        case Washout():
            return f"washout of {_classes(expr.classes)}{_exempt(expr)}: {_gap(expr)}"
        case Unparsed():
            return f"unparsed {_quoted(expr.text)}"
        case Attestation() | Judgment():
            head = "attested" if isinstance(expr, Attestation) else "judgment"
            name = f" {_name(expr.variable)}" if expr.variable else ""
            return f"{head}{name} {_quoted(expr.text)}"
        case _:
            raise TypeError(type(expr).__name__)


def _limits(expr: Number) -> str:
    """`x >= 3 u`, `x 1 to 3 u`, `x = 3 u`, `1 < x <= 3 u`, `number x u`."""
    name, low, high = _name(expr.variable), expr.low, expr.high
    unit = f" {_unit(expr.unit)}" if expr.unit else ""
    if low is None or high is None:
        one = low or high
        sign = "" if one is None else _sign(one, ">" if low else "<")
        return f"number {name}{unit}" if one is None else f"{name} {sign} {_bound(one)}{unit}"
    if low == high and low.inclusive:
        return f"{name} = {_bound(low)}{unit}"
    if low.inclusive and high.inclusive:
        return f"{name} {_bound(low)} to {_bound(high)}{unit}"
    return f"{_bound(low)} {_sign(low, '<')} {name} {_sign(high, '<')} {_bound(high)}{unit}"


def _sign(bound: Bound, sign: str) -> str:
    return f"{sign}=" if bound.inclusive else sign


def _bound(bound: Bound) -> str:
    times = {"": "", "uln": " x ULN", "lln": " x LLN", "baseline": " x baseline"}[bound.times]
    return number(bound.value) + times


def _number_tail(expr: Number) -> str:
    text = _window(expr.window)
    text += f" excluding {_names(expr.excluding)}" if expr.excluding else ""
    text += f" perhaps {_unit(expr.suggested_unit)}" if expr.suggested_unit else ""
    return text + (f" note {_quoted(expr.note)}" if expr.note else "")


def _code(expr: Code) -> str:
    if len(expr.values) == 1 and not expr.every:
        return f"{_name(expr.variable)} is {_value(expr.values[0])}"
    only = "only " if expr.every else ""
    return f"{_name(expr.variable)} {only}in ({', '.join(_value(v) for v in expr.values)})"


def _exempt(expr: Treated | Washout) -> str:
    return f" except {_names(expr.exempt_classes)}" if expr.exempt_classes else ""


def _treated_tail(expr: Treated) -> str:
    unit = f" {_unit(expr.dose_unit)}" if expr.dose_unit else ""
    text = f" dosed in{unit}" if unit else ""
    if expr.dose:
        text = f" at {_sign(expr.dose, '>')} {_bound(expr.dose)}{unit}"
    text += f" for {_name(expr.purpose)}" if expr.purpose else ""
    return text + (f" other than {_names(expr.exempt_routes)}" if expr.exempt_routes else "")


def _gap(expr: Washout) -> str:
    which = "" if expr.which == "fixed" else f", whichever is {expr.which}"
    lives = "" if expr.half_lives is None else f"{number(expr.half_lives)} half-lives"
    if expr.window is None:
        return (lives or "unstated") + which
    fixed = f"{number(expr.window.amount)} {expr.window.unit}" + (f" or {lives}" if lives else "")
    return f"{fixed}{which}{',' if which else ''} before {expr.window.anchor}"


def _window(window: Window | None) -> str:
    if window is None:
        return ""
    return f" within {number(window.amount)} {window.unit} before {window.anchor}"


def _classes(names: tuple[str, ...]) -> str:
    return _names(names) or "()"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(_name, names))


def _name(text: str) -> str:
    plain = _WORD.fullmatch(text) and text not in KEYWORDS and not _NUMBER.fullmatch(text)
    return text if plain else _quoted(text)


def _value(text: str) -> str:
    return text if _WORD.fullmatch(text) and text not in KEYWORDS else _quoted(text)


def _unit(text: str) -> str:
    words = text.split(" ")
    return text if all(_name(w) == w for w in words) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
