"""What a member of a list takes from the words beside it, so that it does not stand for itself."""

from __future__ import annotations

import re

from protorun.reading.eligibility.trees.walks import leaves, simplified, unread
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Expr, Flag, Judgment, Treated, Unparsed
from protorun.terms.concepts import concepts

_PREPOSITION = re.compile(
    r"\b(?:of|for|to|with|by|from|in|due|against|under|on|without|as|than|between|following|into|through)\b"
)


def of_the_same(pair: list[Expr], before: list[Chunk], own: list[Chunk], line: Line) -> bool:
    """`therapy received for advanced or mNSCLC`: an unknown name behind words that end in an unread phrase with a
    preposition may belong to that phrase."""
    name = pair[1]
    tests = [leaf for leaf in leaves(name) if isinstance(leaf, Flag) and _TEST.search(leaf.variable)]
    if unread(pair[0]) and tests and _RESULT.match(line.text, before[0].start):
        return True  # "negative blood test or urine test": the result goes for both
    if not unread(pair[0]) or not isinstance(name, Flag) or name.variable in concepts() or own[0].own:
        return False
    return _PREPOSITION.search(line.text, before[0].start, before[-1].end) is not None


_RESULT = re.compile(r"(?:negative|positive|normal|abnormal)\b")
_TEST = re.compile(
    r"_(?:tests?|screen|screening|cultures?|swabs?|results?|scans?|smears?|ultrasound|mri|ct|x_ray)$"
)
_IN_WHOM = re.compile(
    r"\b(?:in|for|from) (?:all |any |the |only |those )?(?:[a-z]{3,12} ){0,3}(?:of |with )?$"
)
_FERTILE = frozenset({"childbearing_potential", "reproductive_potential"})


def in_whom(expr: Expr, own: list[Chunk], line: Line) -> bool:
    """`a test at screening or at baseline in women of childbearing potential`: of whom it is asked is no alternative."""
    if not isinstance(expr, Flag) or expr.variable not in _FERTILE:
        return False
    atom = next(c for c in own if c.kind == "A")
    return _IN_WHOM.search(line.text, max(0, atom.start - 50), atom.start) is not None


def narrowed(part: Expr) -> bool:
    """`medicine with an anti-tumor indication`, one of a list: a condition or a treatment and words nobody understood."""
    flat = simplified(part)
    kinds = [type(p) for p in flat.parts] if isinstance(flat, All) else []
    return Unparsed in kinds and set(kinds) <= {Flag, Treated, Unparsed, Judgment}


def open_pair(parts: list[Expr]) -> Expr | None:
    """`chemotherapy with a curative purpose and radiotherapy` among what excludes: each of them, or both? What nobody
    understood may tell, so that nothing is decided."""
    plain = all(isinstance(p, (Flag, Treated)) or narrowed(p) for p in parts)
    unknown = [leaf for p in parts for leaf in leaves(p) if isinstance(leaf, Unparsed)]
    if not plain or not unknown:
        return None
    each = Any.model_construct(parts=tuple(parts))
    return Any.model_construct(parts=(All.model_construct(parts=(each, *unknown)), *unknown))
