"""Criterion trees in the study file: one line of text, the places of its atoms, and a seal that shows a correction.

    reads: platelets >= 80 10^9/L
    seal: 5c1f0a3e
    atoms:
    - {atom: platelets >= 80 10^9/L, at: 1610-1634}

`reads` is what counts. A line that no longer fits its seal, or has none, was written by a person: `read_by` becomes
`person`, the class follows from the line, and what protorun had left over, doubted or read otherwise is dropped with its
reading. Atoms that are still in the line keep their places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from protorun.reading.eligibility.logic.classed.classes import classify
from protorun.study.criterion import Alternative, Criterion, Expr
from protorun.study.criterion_text import atoms_of, parse, with_sources, write
from protorun.study.source import Source

KEYS = ("reads", "seal", "atoms")
_OWN = ("residual", "doubts", "alternatives")  # what goes with a reading that is corrected


def has_reading(model: type[BaseModel]) -> bool:
    """True for the nouns whose tree is written as a line."""
    return model in (Criterion, Alternative)


def keys(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys in the file that stand for the tree of a noun."""
    return KEYS if model is Criterion else ("reads", "atoms")


def seal(expr: Expr) -> str:
    """Eight characters of the line as it was last written by protorun; layout does not matter, words do."""
    return hashlib.sha256(write(expr).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def plain(model: Criterion | Alternative) -> dict[str, Any]:
    """The tree as `reads`, `seal` and the atoms that have a source, as (text, source)."""
    found: dict[str, Any] = {"reads": write(model.expr)}
    if isinstance(model, Criterion):
        found["seal"] = seal(model.expr)
    placed = [(write(a), source) for a in atoms_of(model.expr) if (source := getattr(a, "source", None))]
    return found | ({"atoms": placed} if placed else {})


def implied(source: Source, around: Iterable[Source]) -> str | None:
    """The quote of an atom as the sources of its criterion give it, which need not be repeated."""
    for whole in around:
        if whole.locator == source.locator and whole.start <= source.start and source.end <= whole.end:
            return whole.quote[source.start - whole.start : source.end - whole.start]
    return None


def tree(line: str, atoms: Sequence[tuple[str, Source]]) -> Expr:
    """The tree of a line, its atoms with their places. Raises CriterionTextError."""
    places: dict[str, list[Source]] = {}
    for text, source in atoms:
        places.setdefault(text, []).append(source)
    return with_sources(parse(line), places)


def corrected(fields: Mapping[str, Any], expr: Expr, sealed: str | None) -> dict[str, Any]:
    """The fields of a criterion whose line a person wrote: what belonged to the old reading goes."""
    kept = {k: v for k, v in fields.items() if sealed is None or k not in _OWN}
    left = [(0, 0) for _ in kept.get("residual") or ()]
    return kept | {"read_by": "person", "klass": classify(expr, left)}
