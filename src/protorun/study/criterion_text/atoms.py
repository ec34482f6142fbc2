"""The atoms of a tree in the order of its text, and their sources put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from protorun.study.criterion import Expr
from protorun.study.criterion_text.parsing import below
from protorun.study.criterion_text.writing import write
from protorun.study.source import Source


def atoms_of(expr: Expr) -> Iterator[Expr]:
    """The atoms, in the order in which they stand in the text."""
    if "source" in type(expr).model_fields:
        yield expr
    for part in below(expr):
        yield from atoms_of(part)


def with_sources(expr: Expr, sources: Mapping[str, list[Source]]) -> Expr:
    """The tree in which each atom has the source listed under its text; one that is not listed has none."""
    return _given(expr, {text: list(places) for text, places in sources.items()})


def _given(expr: Expr, left: dict[str, list[Source]]) -> Expr:
    if "source" in type(expr).model_fields:
        places = left.get(write(expr))
        return expr.model_copy(update={"source": places.pop(0)}) if places else expr
    changes: dict[str, object] = {}
    for name in ("parts", "condition", "then", "otherwise", "part", "exception"):
        inside = getattr(expr, name, None)
        if isinstance(inside, tuple):
            changes[name] = tuple(_given(p, left) for p in inside)
        elif inside is not None:
            changes[name] = _given(inside, left)
    return expr.model_copy(update=changes)
