"""Trees of atoms: simplified, taken apart, classified."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Attestation,
    Expr,
    If,
    Judgment,
    Klass,
    Not,
    Unless,
    Unparsed,
)


def simplified(expr: Expr) -> Expr:
    """The same tree without double negation and without lists inside lists of the same kind."""
    if isinstance(expr, Not):
        inner = simplified(expr.part)
        if isinstance(inner, Not):
            return inner.part
        return expr if inner is expr.part else Not(part=inner)
    if isinstance(expr, (All, Any)):
        kind = type(expr)
        parts = [simplified(p) for p in expr.parts]
        flat = [q for p in parts for q in (p.parts if isinstance(p, kind) else (p,))]
        if len(flat) == 1:
            return flat[0]
        return expr if _same(flat, expr.parts) else kind(parts=tuple(flat))
    if isinstance(expr, If):
        otherwise = simplified(expr.otherwise) if expr.otherwise else None
        return If(condition=simplified(expr.condition), then=simplified(expr.then), otherwise=otherwise)
    if isinstance(expr, Unless):
        return Unless(part=simplified(expr.part), exception=simplified(expr.exception))
    return expr


def _same(one: Sequence[Expr], two: Sequence[Expr]) -> bool:
    return len(one) == len(two) and all(map(operator.is_, one, two))


def leaves(expr: Expr) -> list[Expr]:
    """The atoms of a tree, left to right."""
    if isinstance(expr, (All, Any, AtLeast)):
        return [leaf for part in expr.parts for leaf in leaves(part)]
    if isinstance(expr, Not):
        return leaves(expr.part)
    if isinstance(expr, If):
        return [
            *leaves(expr.condition),
            *leaves(expr.then),
            *(leaves(expr.otherwise) if expr.otherwise else []),
        ]
    if isinstance(expr, Unless):
        return [*leaves(expr.part), *leaves(expr.exception)]
    return [expr]


def mapped(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The tree with every node changed, from the root down; the same tree where nothing changes."""
    expr = change(expr)
    changes: dict[str, object] = {}
    for name in _INNER.get(type(expr), ()):
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


_INNER: dict[type, tuple[str, ...]] = {
    All: ("parts",),
    Any: ("parts",),
    AtLeast: ("parts",),
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
        return simplified(type(node)(parts=(*node.parts[:at], new, *node.parts[at + len(old.parts) :])))

    return mapped(expr, change)


def unread(expr: Expr) -> bool:
    """Words nobody understood, also with limits kept visible in them."""
    if isinstance(expr, Any) and len(expr.parts) == 2 and isinstance(expr.parts[0], All):
        return isinstance(expr.parts[1], Unparsed) and expr.parts[0].parts[-1] == expr.parts[1]
    return isinstance(expr, Unparsed)


def _deciding(expr: Expr) -> list[Expr]:
    """The atoms that may decide something: not those kept visible inside words nobody understood."""
    if isinstance(expr, Any) and len(expr.parts) == 2 and isinstance(expr.parts[0], All):
        unread = expr.parts[1]
        inside = expr.parts[0].parts
        if isinstance(unread, Unparsed) and inside[-1] == unread and _covers(unread, inside[:-1]):
            return [unread]
    if isinstance(expr, (All, Any)):
        return [leaf for part in expr.parts for leaf in _deciding(part)]
    if isinstance(expr, Not):
        return _deciding(expr.part)
    return leaves(expr)


def _covers(unread: Unparsed, parts: tuple[Expr, ...]) -> bool:
    around = unread.source
    found = [getattr(leaf, "source", None) for part in parts for leaf in leaves(part)]
    own = [source for source in found if source]
    return around is not None and all(around.start <= s.start and s.end <= around.end for s in own)


def classify(expr: Expr, lost: list[tuple[int, int]]) -> Klass:
    """How far the tree covers the words; a residue or a part that a person decides is never `computable`."""
    kinds = {type(leaf) for leaf in _deciding(expr)}
    computed = kinds - {Attestation, Judgment, Unparsed}
    if computed:
        return "computable" if not lost and computed == kinds else "partial"
    if Judgment in kinds:
        return "judgment"
    return "attestation" if Attestation in kinds else "unparsed"
