"""Members of a list and what joins them: `and`, `or`, commas, a shared head, a shared mark, a shared negation."""

from __future__ import annotations

import re

from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.joints import joined, name_of
from protorun.reading.eligibility.logic.operand import judged, operand
from protorun.reading.eligibility.logic.shared.marks_before_tumor import marked_before
from protorun.reading.eligibility.logic.shared.members import shared
from protorun.reading.eligibility.logic.shared.neighbors import in_whom, of_the_same
from protorun.reading.eligibility.logic.shared.of_one_tumor import of_one_tumor, of_whom
from protorun.reading.eligibility.logic.shared.severities import severe_alike
from protorun.reading.eligibility.logic.shared.wholes import (
    judged_heads,
    kind_of,
    marked_with,
    required_as_well,
    with_clauses,
)
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import (
    All,
    Any,
    Expr,
    Flag,
    Judgment,
    Not,
    Number,
)


def trim(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks without signs at either end."""
    start, end = 0, len(chunks)
    while start < end and chunks[start].kind in ",:;.&|-/":
        start += 1
    while end > start and chunks[end - 1].kind in ",:;.&|-/":
        end -= 1
    return chunks[start:end]


def find(chunks: list[Chunk], kinds: str, start: int = 0) -> int | None:
    """The first chunk of these kinds outside brackets."""
    depth = 0
    for at, chunk in enumerate(chunks):
        kind = chunk.kind
        if kind == "(":
            depth += 1
        elif kind == ")":
            depth = max(0, depth - 1)
        elif kind in kinds and not depth and at >= start:
            return at
    return None


def has_atom(chunks: list[Chunk]) -> bool:
    """True when something in it was understood."""
    return holds(chunks, "A")


def negated(chunks: list[Chunk]) -> bool:
    """True when it begins with a negation."""
    return bool(chunks) and chunks[0].kind == "g"


def listed(chunks: list[Chunk], line: Line, context: Context) -> Expr:
    """Operands and what joins them."""
    operands, joints = with_clauses(*split(chunks), line)
    if len(operands) <= 1:
        return operand(operands[0] if operands else [], line, context)
    if (without := _without(chunks, line, context)) is not None:
        return without
    if (spread := _spread_negation(operands, joints, line, context)) is not None:
        return spread
    if context.firing and (found := of_whom(chunks, operands, line, context)) is not None:
        return found
    if (also := _also(operands, joints, line)) is not None:
        before, behind = _halves(chunks, operands[also])
        return All.model_construct(parts=(listed(before, line, context), listed(behind, line, context)))
    each = shared([operand(o, line, context) for o in operands], operands, joints, line, context)
    if any(isinstance(e, Flag) for e in each[1:]):
        each = severe_alike(each, operands, joints, line, context)
    each = [
        context.unparsed(line, o)
        if at and (of_the_same(each[at - 1 : at + 1], operands[at - 1], o, line) or in_whom(e, o, line))
        else e
        for at, (e, o) in enumerate(zip(each, operands, strict=True))
    ]
    for at in required_as_well(each, operands, joints, line):
        each[at] = context.unparsed(line, operands[at])
    if (judged_at := judged_heads(each, operands, line)) is not None:
        whole = judged([c for o in operands[judged_at:] for c in o], line)
        context.lost[:] = [span for span in context.lost if span[0] < operands[judged_at][0].start]
        each = [*each[:judged_at], whole]
        operands, joints = operands[: judged_at + 1], joints[:judged_at]
        if not judged_at:
            return each[0]
    marked = marked_with(each, operands, joints, line) or marked_before(each, operands, line)
    if marked is not None:
        return marked
    if (of_one := of_one_tumor(each, operands, joints, line, firing=context.firing)) is not None:
        return of_one
    parts, kept = _with_allowances(each, operands, joints, line, context)
    if kept and (_uneven(parts, kept) if not context.firing else _strewn(parts, kept)):
        line.doubt("LIST_SCOPE", "things of different kinds in one list with commas; not taken apart")
        return context.unparsed(line, chunks)
    tree = joined(parts, kept, line, context)
    if len(parts) < len(each):
        line.readings.append(("`or` joins the whole list", tree, Any.model_construct(parts=tuple(each))))
    return tree


_VERB = re.compile(
    r"(?:(?:subsequently|currently|previously|then|now|also|they|he/she|who|which|that|whose) )*"
    r"(?:have|has|had|is|are|was|were|do|does|did|can|cannot|will|must|should|who|whose|subsequently)\b|"
    r"(?:(?:subsequently|currently|then) )?(?:tolerat|requir|receiv)"
)


def _also(operands: list[list[Chunk]], joints: list[str], line: Line) -> int | None:
    """`A or B and have C`: a verb behind `and` says something more of whom the whole list is about."""
    if joints.count("&") != 1 or "|" not in joints[: joints.index("&")]:
        return None
    at = joints.index("&") + 1
    start, end = operands[at - 1][-1].end, operands[at][-1].end
    said = _AND.match(line.text, start, end)
    if at > 1 and _WHO.search(line.text, operands[at - 2][-1].end, start):
        return None  # "A, or who have B and cannot C"
    return at if said and _VERB.match(line.text, said.end(), end) else None


_WHO = re.compile(r"\bwho\b")
_AND = re.compile(r"[\s,)]*(?:and|&)\s+")


def _halves(chunks: list[Chunk], last: list[Chunk]) -> tuple[list[Chunk], list[Chunk]]:
    at = next(i for i, c in enumerate(chunks) if c is last[0])
    return trim(chunks[:at]), chunks[at:]


def _uneven(parts: list[Expr], joints: list[str]) -> bool:
    """`solid tumors or lymphoma, failure of therapy, or no therapy`: commas that part, `or` that joins, of what?"""
    if "|" not in joints or "," not in joints:
        return False
    if "&" in joints:
        return True
    return len({frozenset(kind_of(leaf) for leaf in leaves(p)) - {"stage"} for p in parts}) > 1


def _strewn(parts: list[Expr], joints: list[str]) -> bool:
    """`pregnant, breastfeeding and younger than 18 years`: on an exclusion list each of them, or all together?"""
    limits = sum(isinstance(p, Number) for p in parts)
    if joints == [","] and isinstance(parts[1], Number):
        # "diabetes, HbA1c > 9 %": the limit may be that of the condition
        return not isinstance(parts[0], Number)
    if joints[0] == "," and len(parts) == 3 and name_of(parts[0]) in ("hypertension", "hypotension"):
        return all(isinstance(p, Number) and p.variable in ("sbp", "dbp") for p in parts[1:])
    if set(joints) == {",", "&"} and limits == len(parts):
        return True  # "hemoglobin < 9, platelets < 75 and neutrophils < 1.5": any of them, or all?
    return set(joints) == {",", "&"} and 0 < limits < len(parts) and any(isinstance(p, Flag) for p in parts)


def split(chunks: list[Chunk]) -> tuple[list[list[Chunk]], list[str]]:
    """Operands outside brackets and the joints between them: `|`, `&` or `,`."""
    operands: list[list[Chunk]] = [[]]
    joints: list[str] = []
    depth = 0
    for chunk in chunks:
        if chunk.kind in "()":
            depth = depth + 1 if chunk.kind == "(" else max(0, depth - 1)
        if depth == 0 and chunk.kind in ",|&;/":
            sign = "|" if chunk.kind == "/" else chunk.kind
            if operands[-1]:
                operands.append([])
                joints.append(sign)
            elif joints:
                joints[-1] = sign if joints[-1] in ",;" else joints[-1]
        else:
            operands[-1].append(chunk)
    if not operands[-1]:
        operands.pop()
        joints = joints[:-1] if joints else joints
    return operands, joints[: max(0, len(operands) - 1)]


def _spread_negation(
    operands: list[list[Chunk]], joints: list[str], line: Line, context: Context
) -> Expr | None:
    """`no a, b or c` denies each of them; a limit or a second negation in the list stops that."""
    first = operands[0]
    if line.text.startswith("non", first[0].start) and "|" in joints:
        return None  # "non-smoker or smoking less than 10 pack years" denies the first only
    starts = [bool(o) and o[0].kind == "g" for o in operands]
    if (
        not starts[0]
        or len(first) == 1
        or any(starts[1:])
        or any(_is_limit(c) for o in operands[1:] for c in o)
    ):
        return None
    if not all(map(has_atom, operands)) and not (any(map(has_atom, operands)) and set(joints) <= {"|", ","}):
        return None  # what nobody understood among the denied is denied as well, but not behind `and`
    if any(c.kind in "gMeiCpG" for o in operands[1:] for c in o):
        return None
    members = [first[1:], *operands[1:]]
    inner = [operand(o, line, context.described()) for o in members]
    return Not.model_construct(
        part=Any.model_construct(parts=tuple(shared(inner, members, joints, line, context.described())))
    )


def _without(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`LVEF ≥ 45 % without effusion or arrhythmia`: what stands behind `without` is denied as one list."""
    at = find(chunks, "g", 1)
    if at is None or context.firing or not line.text.startswith("without", chunks[at].start):
        return None
    limited = len(chunks[:at]) == 1 and _is_limit(chunks[0])
    if not limited or holds(chunks[at + 1 :], "gei&") or not holds(chunks[at + 1 :], "|"):
        return None
    denied = listed(chunks[at:], line, context)
    return All.model_construct(parts=(chunks[0].value, denied)) if isinstance(denied, Not) else None


def _is_limit(chunk: Chunk) -> bool:
    return chunk.kind == "A" and isinstance(chunk.value, Number)


def _with_allowances(
    each: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line, context: Context
) -> tuple[list[Expr], list[str]]:
    """`no abnormality in X, or no clinical significance`: the judgment excuses what stands right before it."""
    parts: list[Expr] = []
    kept: list[str] = []
    for index, part in enumerate(each):
        text = line.text[operands[index][0].start : operands[index][-1].end]
        excuses = isinstance(part, Judgment) and "significan" in text and index and joints[index - 1] == "|"
        if excuses and not context.firing and len(operands) > 2:
            parts[-1] = Any.model_construct(parts=(parts[-1], part))
            line.doubt(
                "OR_SCOPE", "`or no clinical significance` is read as belonging to the item right before it"
            )
            continue
        if index:
            kept.append(joints[index - 1])
        parts.append(part)
    return parts, kept
