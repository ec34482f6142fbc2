"""The atoms of a tree, and the fact that answers each."""

from __future__ import annotations

from collections.abc import Iterator

from protorun.screening.atoms.numbers import number_column
from protorun.study.criterion import (
    Attestation,
    Code,
    Expr,
    Flag,
    If,
    Judgment,
    Not,
    Number,
    Treated,
    Unless,
    Washout,
)


def atoms_of(expr: Expr, turned: bool = False) -> Iterator[tuple[Expr, bool]]:
    """The atoms of a tree; `turned` tells whether an odd number of negations stands above."""
    if isinstance(expr, Not):
        yield from atoms_of(expr.part, not turned)
    elif isinstance(expr, If):
        for part in (expr.condition, expr.then, *((expr.otherwise,) if expr.otherwise else ())):
            yield from atoms_of(part, turned)
    elif isinstance(expr, Unless):
        yield from atoms_of(expr.part, turned)
        yield from atoms_of(expr.exception, not turned)
    elif hasattr(expr, "parts"):
        for part in expr.parts:
            yield from atoms_of(part, turned)
    else:
        yield expr, turned


def column_of(leaf: Expr) -> str:
    """The name of the fact that answers an atom; '' where no fact can."""
    match leaf:
        case Number():
            return number_column(leaf)
        case Code() | Attestation() | Judgment():
            return leaf.variable
        case Flag():
            return leaf.column
        case Treated() | Washout():
            return "treatments"
        case _:
            return ""
