"""The class of a criterion: how far its tree covers its words, and whether only a person can decide it."""

from __future__ import annotations

from protorun.reading.eligibility.logic.classed.questions import one_question_each
from protorun.reading.eligibility.trees.walks import INNER, leaves
from protorun.study.criterion import (
    All,
    Any,
    Attestation,
    Expr,
    Judgment,
    Klass,
    Not,
    Unparsed,
)


def classify(expr: Expr, lost: list[tuple[int, int]]) -> Klass:
    """How far the tree covers the words. A part that a person decides is an atom like any other beside a computed one,
    where it is one question and holds nothing that should stand by itself; until it is answered it is unknown."""
    kinds = {type(leaf) for leaf in _deciding(expr)}
    computed = kinds - {Attestation, Judgment, Unparsed}
    if computed:
        whole = not lost and Unparsed not in kinds
        return "computable" if whole and (computed == kinds or one_question_each(expr)) else "partial"
    if Judgment in kinds:
        return "judgment"
    return "attestation" if Attestation in kinds else "unparsed"


def waits_for_a_person(expr: Expr) -> bool:
    """True where a part of the tree is judged or stated by a person."""
    return any(isinstance(leaf, (Attestation, Judgment)) for leaf in leaves(expr))


def _deciding(expr: Expr) -> list[Expr]:
    """The atoms that may decide something: not those kept visible inside words nobody understood."""
    if type(expr) not in INNER:
        return [expr]
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
