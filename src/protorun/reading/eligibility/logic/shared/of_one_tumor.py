"""`solid tumor that progressed or is not amenable to surgery`: what stands behind the diagnosis are alternatives of that
tumor, so the tumor is asked for with each of them; and so are people with what is said of them."""

from __future__ import annotations

import re

from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.shared.wholes import kind_of, marks_only
from protorun.reading.eligibility.trees.walks import leaves, simplified, unread
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Expr, Flag

_OF_IT = re.compile(
    r"[\s,]*(?:(?:or|and|and/or) )?(?:(?:with|without|who|whom|whose|that|which|for (?:which|whom)|have|has|had|having|are|is|was|were|not|no|no longer|cannot|unable|"
    r"progress\w*|intoler\w*|ineligib\w*|refractory|relaps\w*|recur\w*|exhaust\w*|fail(?:s|ed|ing|ure)?|resist\w*|refus\w*|unavailable|ineffective|unsuitable|declin\w*)\b)"
)
_WITH = re.compile(r"[\s,]*(?:[a-z]{1,14} ){0,2}(?:or|and/or) with\b")


def of_one_tumor(
    each: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line, *, firing: bool
) -> Expr | None:
    """The list with its tumor before all of its members; None where a member may be a tumor of its own."""
    if "|" not in joints or unread(each[0]):
        return None
    if joints[0] == "&" and not firing and set(joints[1:]) <= {"|", ","}:
        return _and_either(each, operands, line)
    if set(joints) - {"|", ","}:
        return None
    first = simplified(each[0])
    if not isinstance(first, All):
        return None
    parts = list(first.parts)
    head = [p for p in parts if {_sort(leaf) for leaf in leaves(p)} <= {"diagnosis", "stage"}]
    rest = [p for p in parts if not any(p is h for h in head)]
    named = [leaf for h in head for leaf in leaves(h) if _sort(leaf) == "diagnosis"]
    if not rest or not named or not _behind(rest, named):
        return None
    said = line.text[operands[0][0].start : operands[0][-1].end]
    marked = not firing and all(map(_mark, rest)) and _HARBORS.search(said) is not None
    pattern = _WITH if firing else _OF_IT
    for at in range(1, len(each)):
        gap = operands[at - 1][-1].end
        own = not {_sort(leaf) for leaf in leaves(each[at])}.isdisjoint({"diagnosis", "stage", "number"})
        if own or not ((marked and _mark(each[at])) or pattern.match(line.text, gap, operands[at][-1].end)):
            return None
        if firing and not marks_only(each[at], {"finding", "test"}):
            return None
    last = rest[0] if len(rest) == 1 else All.model_construct(parts=tuple(rest))
    return All.model_construct(parts=(*head, Any.model_construct(parts=(last, *each[1:]))))


def _and_either(each: list[Expr], operands: list[list[Chunk]], line: Line) -> Expr | None:
    """`solid tumor and has exhausted X or is no candidate for Y`: either of the two, of that tumor."""
    named = any(_sort(leaf) == "diagnosis" for leaf in leaves(each[0]))
    verbs = all(
        _VERB.match(line.text, operands[at - 1][-1].end, operands[at][-1].end) for at in range(1, len(each))
    )
    if not named or not verbs or any(_sort(leaf) == "diagnosis" for e in each[1:] for leaf in leaves(e)):
        return None
    return All.model_construct(parts=(each[0], Any.model_construct(parts=tuple(each[1:]))))


_VERB = re.compile(
    r"[\s,]*(?:(?:or|and|and/or) )?(?:(?:who|that|which|for (?:which|whom)) )?(?:have|has|had|are|is|was|were|cannot|must|progress\w*|fail(?:s|ed)?|refus\w*|there (?:is|are|was|were))\b"
)
_MARKS = {"finding", "test", "condition"}
_HARBORS = re.compile(r"\b(?:with|harbou?ring|having|bearing|carrying|whose)\b")


def _mark(part: Expr) -> bool:
    """`melanoma with a BRAF mutation`: what stands behind `or` is a mark as well."""
    return {_sort(leaf) for leaf in leaves(part)} <= _MARKS


_TUMOR = re.compile(
    r"malignan|tumou?r|cancer|carcinom|lymphom|leuk[ae]*mi|sarcom|gliom|blastom|melanom|myelom|mesotheliom"
)


def _sort(leaf: Expr) -> str:
    """What an atom is about; a tumor under its own words is a diagnosis."""
    named = isinstance(leaf, Flag) and kind_of(leaf) == "condition" and _TUMOR.search(leaf.variable)
    return "diagnosis" if named else kind_of(leaf)


def _behind(rest: list[Expr], named: list[Expr]) -> bool:
    """Everything that is no part of the diagnosis stands behind it."""
    starts = [_start(leaf) for part in rest for leaf in leaves(part)]
    return all(start > max(map(_start, named)) for start in starts)


def _start(leaf: Expr) -> int:
    source = getattr(leaf, "source", None)
    return source.start if source is not None else -1


_WHO_COMMA = re.compile(r" ?, ?(?:and )?who\b")
_MEN = re.compile(r"\b(?:men|males?)\b")


def of_whom(chunks: list[Chunk], operands: list[list[Chunk]], line: Line, context: Context) -> Expr | None:
    """`Women of childbearing potential, who are A or B`: A or B excludes, the potential alone does not."""
    first = operands[0]
    who = [leaf for c in first if c.kind == "A" for leaf in leaves(c.value)]
    potential = who and all(isinstance(x, Flag) and "potential" in x.variable for x in who)
    if not potential or not _WHO_COMMA.match(line.text, first[-1].end):
        return None
    begin = next(i for i, c in enumerate(chunks) if c is operands[1][0])
    rest = context.assemble(chunks[begin:], line, context)
    if _MEN.search(line.text, first[-1].end, chunks[-1].end):
        return Any.model_construct(parts=(context.unparsed(line, first), rest))
    return All.model_construct(parts=(context.assemble(first, line, context), rest))
