"""`HER2-positive or HER2-low breast cancer`: marks of a tumor before its name, which stands behind the last of them only."""

from __future__ import annotations

import re
from itertools import pairwise

from protorun.reading.eligibility.logic.shared.wholes import kind_of
from protorun.reading.eligibility.trees.walks import leaves, simplified
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Code, Expr, Flag
from protorun.terms.concepts import concepts, named

_ALTERED = re.compile(
    r"_(?:mutation|rearrangement|fusion|amplification|alteration|deletion|deficiency|wildtype|(?:un|hyper)?methylated)$"
)
_JOINT = re.compile(r"[ ,]*(?:(?:and/)?or|/)?[ ,]*(?:either )?")
_LAST = re.compile(r"(?:and/)?or\b|/")


def marked_before(each: list[Expr], operands: list[list[Chunk]], line: Line) -> Expr | None:
    """The tumor goes for every mark before it; None where the list is no such list."""
    *before, last = each
    last = simplified(last)
    if not all(_marks(part) for part in before) or not _side_by_side(operands, line):
        return None
    if isinstance(last, All) and _marks_then_tumor(last):
        mark, *named = last.parts
        return All.model_construct(parts=(Any.model_construct(parts=(*before, mark)), *named))
    name = _wider(line.text[operands[-1][0].start : operands[-1][-1].end]) if _is_tumor(last) else ""
    if not name:
        return None
    tumor = last.model_copy(update={"variable": name, "qualifiers": ()})
    return Any.model_construct(parts=(*(All.model_construct(parts=(m, tumor)) for m in before), last))


def _marks(part: Expr) -> bool:
    return all(map(_is_mark, leaves(part)))


def _is_mark(leaf: Expr) -> bool:
    if isinstance(leaf, Code):
        return leaf.variable.startswith("her2_")
    altered = isinstance(leaf, Flag) and leaf.variable not in concepts() and _ALTERED.search(leaf.variable)
    return bool(altered) or kind_of(leaf) == "finding"


def _is_tumor(leaf: Expr) -> bool:
    return isinstance(leaf, Flag) and kind_of(leaf) == "diagnosis"


def _marks_then_tumor(last: All) -> bool:
    *own, tumor = last.parts
    plain = all(_marks(p) or (isinstance(p, Flag) and kind_of(p) == "stage") for p in own[1:])
    return bool(own) and _marks(own[0]) and plain and _is_tumor(tumor)


def _side_by_side(operands: list[list[Chunk]], line: Line) -> bool:
    """Nothing but joints between the members, and nothing at all inside them: `HER2-positive disease or ...` has its noun."""
    text = line.text
    gaps = [text[a[-1].end : b[0].start] for a, b in pairwise(operands)]
    inner = (text[a.end : b.start] for own in operands for a, b in pairwise(own))
    joined = all(_JOINT.fullmatch(gap) for gap in gaps) and _LAST.search(gaps[-1])
    return bool(joined) and all(not between.strip(" -") for between in inner)


def _wider(text: str) -> str:
    """The tumor that the last words of a narrower one name: `breast cancer` in `triple negative breast cancer`."""
    words = re.split(r"[ -]", text)
    return next(
        (t for n in range(1, len(words)) if (t := named("diagnosis").get(" ".join(words[n:]), ""))), ""
    )
