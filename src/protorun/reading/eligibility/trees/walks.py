"""Trees of atoms: simplified and taken apart."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any as Anything

from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Expr,
    Flag,
    If,
    Not,
    Unless,
    Unparsed,
)


def simplified(expr: Expr) -> Expr:
    """The same tree without double negation and without lists inside lists of the same kind."""
    rule = _SIMPLER.get(type(expr))
    return expr if rule is None else rule(expr)


def _denied(expr: Not) -> Expr:
    inner = simplified(expr.part)
    if isinstance(inner, Not):
        return inner.part
    return expr if inner is expr.part else Not.model_construct(part=inner)


def _flat(expr: All | Any) -> Expr:
    kind = type(expr)
    parts = [simplified(p) for p in expr.parts]
    flat: list[Expr] = []
    for part in parts:
        if type(part) is kind:
            flat += part.parts
        else:
            flat.append(part)
    flat = _once(flat)
    if len(flat) == 1:
        return flat[0]
    return expr if _same(flat, expr.parts) else kind.model_construct(parts=tuple(flat))


def _once(parts: list[Expr]) -> list[Expr]:
    """A condition said twice in one list (`small cell lung cancer (SCLC)`) stands there once."""
    seen: list[tuple[object, ...]] = []
    kept: list[Expr] = []
    for part in parts:
        if isinstance(part, Flag):
            said = (part.variable, part.qualifiers, part.window)
            if said in seen:
                continue
            seen.append(said)
        kept.append(part)
    return kept


def _cases(expr: If) -> Expr:
    otherwise = simplified(expr.otherwise) if expr.otherwise else None
    condition, then = simplified(expr.condition), simplified(expr.then)
    return If.model_construct(condition=condition, then=then, otherwise=otherwise)


def _unless(expr: Unless) -> Expr:
    return Unless(part=simplified(expr.part), exception=simplified(expr.exception))


_SIMPLER: dict[type, Callable[[Anything], Expr]] = {
    Not: _denied,
    All: _flat,
    Any: _flat,
    If: _cases,
    Unless: _unless,
}


def _same(one: Sequence[Expr], two: Sequence[Expr]) -> bool:
    return len(one) == len(two) and all(map(operator.is_, one, two))


def leaves(expr: Expr) -> list[Expr]:
    """The atoms of a tree, left to right."""
    names = INNER.get(type(expr))
    if names is None:
        return [expr]
    if names == _LISTED:
        return [leaf for part in expr.parts for leaf in leaves(part)]  # type: ignore[union-attr]
    inner = (getattr(expr, name) for name in names)
    return [leaf for part in inner if part is not None for leaf in leaves(part)]


def mapped(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The tree with every node changed, from the root down; the same tree where nothing changes."""
    expr = change(expr)
    names = INNER.get(type(expr))
    if names is None:
        return expr
    changes: dict[str, object] = {}
    for name in names:
        value = getattr(expr, name)
        if name == "parts":
            after: object = tuple([mapped(p, change) for p in value])
            same = all(map(operator.is_, after, value))  # type: ignore[call-overload]
        else:
            after = mapped(value, change) if value is not None else None
            same = after is value
        if not same:
            changes[name] = after
    return expr.model_copy(update=changes) if changes else expr


_LISTED = ("parts",)
INNER: dict[type, tuple[str, ...]] = {
    All: _LISTED,
    Any: _LISTED,
    AtLeast: _LISTED,
    Not: ("part",),
    If: ("condition", "then", "otherwise"),
    Unless: ("part", "exception"),
}


def replaced(expr: Expr, old: Expr, new: Expr) -> Expr:
    """The tree with one node changed, also where that node is a list that became a stretch of a longer one."""

    def change(node: Expr) -> Expr:
        if node == old:
            return new
        if not (isinstance(node, (All, Any)) and isinstance(old, (All, Any)) and type(node) is type(old)):
            return node
        starts = range(len(node.parts) - len(old.parts) + 1)
        at = next((i for i in starts if node.parts[i : i + len(old.parts)] == old.parts), None)
        if at is None:
            return node
        return simplified(
            type(node).model_construct(parts=(*node.parts[:at], new, *node.parts[at + len(old.parts) :]))
        )

    return mapped(expr, change)


def unread(expr: Expr) -> bool:
    """Words nobody understood, also with limits kept visible in them."""
    if isinstance(expr, Any) and len(expr.parts) == 2 and isinstance(expr.parts[0], All):
        return isinstance(expr.parts[1], Unparsed) and expr.parts[0].parts[-1] == expr.parts[1]
    return isinstance(expr, Unparsed)
