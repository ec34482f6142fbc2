"""Finished atoms and connectives become one tree: lists, `and` before `or`, negation, exceptions, conditions, definitions.

Whatever is not understood becomes an `Unparsed` part in a place where it can only make the answer less certain."""

from __future__ import annotations

import re
from itertools import pairwise

from protorun.reading.eligibility.logic.alternatives import limit_instead
from protorun.reading.eligibility.logic.context import Context, measured
from protorun.reading.eligibility.logic.examples import exemplified
from protorun.reading.eligibility.logic.exceptions import excepted, limited, provided
from protorun.reading.eligibility.logic.joints import name_of
from protorun.reading.eligibility.logic.lists import find, has_atom, listed, split, trim
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lex import hard
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import ADEQUATE
from protorun.study.criterion import (
    All,
    Any,
    Expr,
    Flag,
    If,
    Not,
    Number,
)

__all__ = ["assemble", "hard"]


def assemble(chunks: list[Chunk], line: Line, context: Context) -> Expr:
    """The tree of one sentence. `context.firing` is True where the words describe what excludes."""
    chunks = trim(chunks)
    present = {c.kind for c in chunks}
    if present.isdisjoint("DepGiCI"):
        return listed(chunks, line, context)
    for marks, rule in (
        ("D", _defined),
        ("e", _instead),
        ("p", _permitted),
        ("G", _forbidden),
        ("iC", _cases),
        ("iC", _conditional),
        ("e", excepted),
        ("I", exemplified),
    ):
        if not present.isdisjoint(marks) and (found := rule(chunks, line, context)) is not None:
            return found
    return listed(chunks, line, context)


def _defined(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`X is defined as Y`: the record's own definition wins over the word, which stands for Y."""
    at = find(chunks, "D")
    if at is None or not has_atom(chunks[at:]):
        return None
    if not has_atom(chunks[:at]):
        return _limits_of_head(chunks, at, line, context)
    left, right = chunks[:at], chunks[at + 1 :]
    head = _last_concept(left)
    if head is None:
        return None
    name, index = head
    right = [c for c in right if not (c.kind == "A" and name_of(c.value) == name)]
    while right and right[0].kind == "D":
        right = right[1:]
    if not has_atom(right):
        return None
    meaning = assemble(right, line, context)
    if find(left, "|") is not None or (context.firing and find(left, ",&") is not None):
        return _of_a_list(left, right, line, context) or context.unparsed(line, chunks)
    rest = left[:index] + left[index + 1 :]
    if _EVIDENCE.match(line.text, chunks[at].start) and not measured(right):
        return All.model_construct(parts=(listed(left, line, context), meaning))
    if has_atom(rest) or holds(rest, "z"):
        return All.model_construct(parts=(listed(trim(rest), line, context), meaning))
    return meaning


def _limits_of_head(chunks: list[Chunk], at: int, line: Line, context: Context) -> Expr | None:
    """`Adequate renal function, defined as creatinine ≤ 1.5`: the limits say what is adequate."""
    said = line.text[chunks[0].start : chunks[at].start].rstrip(" ,")
    if not at or not limited(chunks[at:]) or ADEQUATE.fills(said, line.text) is None:
        return None
    return assemble(chunks[at + 1 :], line, context)


_EVIDENCE = re.compile(r"(?:and |as )?(?:indicated|evidenced|characterized|manifested) by\b")
"""`brain metastases indicated by seizures`: the signs tell how it is known, they do not stand for it."""


def _of_a_list(left: list[Chunk], right: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`A, B or C, defined as D`: D tells more of one of them or of all of them, which is not said; without any of them
    nothing excludes. Limits may stand for the conditions themselves, so they leave it open."""
    if not context.firing or measured(right):
        return None
    heads = listed(trim(left), line, context)
    if any(not isinstance(leaf, Flag) for leaf in leaves(heads)):
        return None
    return All.model_construct(parts=(heads, context.unparsed(line, right)))


def _last_concept(chunks: list[Chunk]) -> tuple[str, int] | None:
    for index in range(len(chunks) - 1, -1, -1):
        if chunks[index].kind == "A":
            name = name_of(chunks[index].value)
            return (name, index) if name else None
    return None


def _instead(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`L, unless C, in which case M`: another limit for those with C."""
    at = find(chunks, "e")
    if at is None or not limited(before := trim(chunks[:at])):
        return None
    if not any(isinstance(leaf, Number) for c in chunks[at:] if c.kind == "A" for leaf in leaves(c.value)):
        return None
    return limit_instead(chunks[at + 1 :], listed(before, line, context), line, context)


def _permitted(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`P are eligible only if Q`; a plain permission ("X are allowed") asks for nothing by itself."""
    at = find(chunks, "p")
    if at is None:
        return None
    condition = find(chunks, "i", at)
    only = condition is not None and "only" in line.text[chunks[at].start : chunks[condition].end]
    if condition is not None and only and has_atom(chunks[:at]) and has_atom(chunks[condition:]):
        who = listed(trim(chunks[:at]), line, context.opened())
        what = assemble(chunks[condition + 1 :], line, context.asking())
        needed: Expr = If(condition=who, then=what)
        return All.model_construct(parts=(who, Not.model_construct(part=what))) if context.firing else needed
    if not has_atom(chunks):
        return None
    line.doubt(
        "ALLOWANCE",
        f"{line.quote(chunks[0].start, chunks[-1].end)!r} allows something; it may soften another criterion",
    )
    return context.unparsed(line, chunks)


def _forbidden(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`X is not allowed`, `patients with X are excluded`."""
    at = find(chunks, "G")
    if at is None or not has_atom(chunks[:at]) or has_atom(chunks[at:]):
        return None
    rest = assemble(chunks[:at], line, context.described())
    return rest if context.firing else Not.model_construct(part=rest)


def _conditional(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`if C, X`, `X if C`, `for patients with C: X`."""
    at = find(chunks, "iC")
    if at is None:
        return None
    before, behind = trim(chunks[:at]), chunks[at + 1 :]
    if before and find(before, "e") and provided(chunks[at], line):
        return None  # "A unless B as long as C": C is a condition of the exception
    if (other := _other_limit(before, behind, line, context)) is not None:
        return other
    if has_atom(before):
        if _of_last_only(before):
            return context.unparsed(line, chunks)
        condition = assemble(behind, line, context.opened())
        part = assemble(before, line, context)
    else:
        comma = find(behind, ",:")
        if comma is None or not has_atom(behind[:comma]) or not has_atom(behind[comma:]) or before:
            return None
        condition = assemble(behind[:comma], line, context.opened())
        part = assemble(behind[comma + 1 :], line, context)
    return (
        All.model_construct(parts=(part, condition)) if context.firing else If(condition=condition, then=part)
    )


def _of_last_only(before: list[Chunk]) -> bool:
    """`X, or Y if C`: whether C is a condition of X as well is not said."""
    limit = any(isinstance(leaf, Number) for c in before if c.kind == "A" for leaf in leaves(c.value))
    return not limit and any(a.kind == "," and b.kind == "|" for a, b in pairwise(before))


def _cases(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`≤ 3 for patients without C, or ≤ 5 for patients with C`: each limit holds under its own condition."""
    pieces, _ = split(chunks)
    if len(pieces) < 2 or sum(c.kind in "iC" for c in chunks) < 2:
        return None
    cases: list[Expr] = []
    for piece in pieces:
        at = find(piece, "iC")
        before = trim(piece[:at]) if at is not None else []
        behind = piece[at + 1 :] if at is not None else []
        if not limited(before) or not has_atom(behind) or find(behind, "iC") is not None:
            return context.unparsed(line, chunks)
        # A time at the end of a piece is the time of its limit: a metastasis has no "within 15 days".
        when = [c for c in behind if c.kind == "A" and isinstance(c.value, Flag) and c.value.window]
        for chunk in when:
            chunk.value = chunk.value.model_copy(update={"window": None})
            line.doubt("WINDOW_SCOPE", "the time behind a condition is taken for a time of the limit")
        condition, then = assemble(behind, line, context.opened()), assemble(before, line, context)
        cases.append(
            All.model_construct(parts=(condition, then))
            if context.firing
            else If(condition=condition, then=then)
        )
    return (Any if context.firing else All)(parts=tuple(cases))


def _other_limit(before: list[Chunk], behind: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`ALT ≤ 2.5 x ULN, or ≤ 5 x ULN if liver metastases`: the second limit holds under the condition, else the first."""
    cut = max((i for i, c in enumerate(before) if c.kind in "|,;"), default=None)
    if cut is None or not has_atom(before[:cut]) or not behind or not has_atom(behind):
        return None
    first, second = trim(before[:cut]), trim(before[cut:])
    if not second or not limited(first) or not limited(first) <= limited(second):
        return None
    if limited(first) != limited(second):
        return _or_with_more(first, second, behind, line, context)
    condition = assemble(behind, line, context.opened())
    return If(
        condition=condition, then=assemble(second, line, context), otherwise=assemble(first, line, context)
    )


def _or_with_more(
    first: list[Chunk], second: list[Chunk], behind: list[Chunk], line: Line, context: Context
) -> Expr | None:
    """`bilirubin ≤ 1.5, or ≤ 3 with direct bilirubin within normal limits if C`: the second way asks for more than a
    wider limit, so it stands beside the first."""
    if context.firing or any(c.kind in ",&|;" for c in second):
        return None
    condition = assemble(behind, line, context.opened())
    other = All.model_construct(parts=(condition, assemble(second, line, context)))
    return Any.model_construct(parts=(assemble(first, line, context), other))
