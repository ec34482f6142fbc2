"""Atoms in words for people: what is asked of the patient."""

from __future__ import annotations

from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Bound,
    Code,
    Expr,
    Flag,
    If,
    Not,
    Number,
    Treated,
    Unless,
    Washout,
    Window,
)
from protorun.terms.concepts import label
from protorun.terms.treatments import classes
from protorun.terms.variables import variables


def said(expr: Expr) -> str:
    """A tree in words: `ALT ≤ 3 x ULN`, `Liver metastasis`, `if (...) then ... else ...`."""
    match expr:
        case All(parts=parts):
            return " and ".join(_inner(p) for p in parts)
        case Any(parts=parts):
            return " or ".join(_inner(p) for p in parts)
        case Not(part=part):
            return f"not {_inner(part)}"
        case AtLeast(n=n, parts=parts):
            return f"at least {n} of: {'; '.join(said(p) for p in parts)}"
        case If(condition=condition, then=then, otherwise=otherwise):
            rest = f", else {_inner(otherwise)}" if otherwise is not None else ""
            return f"if {_inner(condition)} then {_inner(then)}{rest}"
        case Unless(part=part, exception=exception):
            return f"{_inner(part)} unless {_inner(exception)}"
        case _:
            return _atom(expr)


def _inner(expr: Expr) -> str:
    text = said(expr)
    return f"({text})" if isinstance(expr, (All, Any, If, Unless, AtLeast)) else text


def _atom(expr: Expr) -> str:
    match expr:
        case Number():
            return f"{number_label(expr)} {_bounds(expr)}{_when(expr.window)}" + (
                f" ({expr.note})" if expr.note else ""
            )
        case Code():
            only = "only " if expr.every else ""
            return (
                f"{expr.variable.replace('_', ' ')} is {only}{' or '.join(expr.values)}{_when(expr.window)}"
            )
        case Flag():
            marks = "".join(f", {q.replace('_', ' ')}" for q in expr.qualifiers)
            return f"{label(expr.variable)}{marks}{_when(expr.window)}"
        case Treated():
            return f"{'ongoing ' if expr.ongoing else ''}{_names(expr.classes)}{_exempt(expr)}{_dose(expr)}{_when(expr.window)}"
        case Washout():
            return f"wash-out of {_names(expr.classes)}{_exempt(expr)}: {_gap(expr)}"
        case _:
            return str(getattr(expr, "text", expr.atom))


def _bounds(expr: Number) -> str:
    unit = f" {expr.unit}" if expr.unit and expr.unit != "1" else ""
    low, high = expr.low, expr.high
    if low is not None and high is not None and low.value == high.value:
        return f"= {_value(low)}{unit}"
    if low is not None and high is not None:
        return f"{_value(low)} to {_value(high)}{unit}"
    if low is not None:
        return f"{'≥' if low.inclusive else '>'} {_value(low)}{unit}"
    if high is not None:
        return f"{'≤' if high.inclusive else '<'} {_value(high)}{unit}"
    return ""


def _value(bound: Bound) -> str:
    return f"{bound.value:g}" + (f" x {bound.times.upper()}" if bound.times else "")


def _when(window: Window | None) -> str:
    if window is None:
        return ""
    return f" within {window.amount:g} {window.unit} before {window.anchor.replace('_', ' ')}"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(classes()[n].label if n in classes() else n for n in names)


def _exempt(expr: Treated | Washout) -> str:
    return f" except {_names(expr.exempt_classes)}" if expr.exempt_classes else ""


def _dose(expr: Treated) -> str:
    text = f" {'≥' if expr.dose.inclusive else '>'} {expr.dose.value:g} {expr.dose_unit}" if expr.dose else ""
    text += f" for {expr.purpose}" if expr.purpose else ""
    return text + (f" (not {', '.join(expr.exempt_routes)})" if expr.exempt_routes else "")


def _gap(expr: Washout) -> str:
    fixed = f"{expr.window.amount:g} {expr.window.unit}" if expr.window else ""
    if expr.half_lives is None:
        return fixed
    return f"{fixed} or {expr.half_lives:g} half-lives, whichever is {expr.which}"


def number_label(atom: Number) -> str:
    known = variables().get(atom.variable)
    words = known.label if known else atom.variable.replace("_", " ")
    return words + (f" except {', '.join(atom.excluding)}" if atom.excluding else "")
