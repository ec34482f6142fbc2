"""Exceptions: `X, except Y` takes Y out of what excludes and releases it from what is required."""

from __future__ import annotations

import re

from protorun.reading.eligibility.logic.alternatives import narrower, swallows_limits
from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.lists import find, has_atom, negated, split, trim
from protorun.reading.eligibility.logic.shared.wholes import kind_of, let_out
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import (
    All,
    Any,
    Code,
    Expr,
    Flag,
    Judgment,
    Not,
    Number,
    Treated,
    Unless,
    Unparsed,
)
from protorun.terms.concepts import concepts


def excepted(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`X, except Y`: Y is taken out of what excludes, and released from what is required."""
    at = find(chunks, "e")
    if at is None:
        return None
    before, behind = trim(chunks[:at]), trim(chunks[at + 1 :])
    if not before or not has_atom(before):
        return None
    if (second := _second_malignancy(before, chunks[at], behind, line, context)) is not None:
        return second
    if negated(before):
        inner = Chunk("e", chunks[at].start, chunks[at].end)
        return Not(part=context.assemble([*before[1:], inner, *behind], line, context.described()))
    if _inserted(chunks, at, line) or (not context.firing and find(behind, "M") is not None):
        return context.unparsed(line, chunks)  # "tumors other than X must have Y"
    if limited(before) and swallows_limits(behind, before):
        return context.unparsed(line, chunks)
    parts = _alternatives(before)
    exception = narrower(parts[-1], behind, line) or _exception(parts[-1], behind, line, context)
    last = context.assemble(parts[-1], line, context)
    taken = _taken(last, exception, context)
    if len(parts) == 1:
        return taken
    first = context.assemble(parts[0], line, context)
    found = (Any if context.firing else All)(parts=(first, taken))
    whole = (Any if context.firing else All)(parts=(first, last))
    line.doubt("EXCEPTION_SCOPE", "the exception is read as belonging to the last of the list only")
    line.readings.append(("the exception goes for the whole list", found, _taken(whole, exception, context)))
    if not context.firing and find(parts[0], "|") is not None:
        line.doubt(
            "PRECEDENCE", "`and` and `or` in one list; what stands before the last comma is read together"
        )
        *start, end = first.parts if isinstance(first, Any) else (first,)
        tight = Any(parts=(*start, All(parts=(end, taken))))
        line.readings.append(("`and` binds tighter than `or`", found, tight))
    return found


def _exception(part: list[Chunk], behind: list[Chunk], line: Line, context: Context) -> Expr:
    """What is let in; a kind of toxicity lets in none of the others, and of a list half understood no member is enough."""
    toxic = any(
        isinstance(x, Number) and "toxicit" in x.variable
        for c in part
        if c.kind == "A"
        for x in leaves(c.value)
    )
    mixed = find(behind, "&") is not None and find(behind, "|") is not None
    if not context.firing and (found := _each_of(behind, line, context)) is not None:
        return found
    found = _provided(part, behind, line, context) or context.exception(line, part, behind)
    inside = leaves(found)
    if not behind:
        return found
    if toxic and not all(isinstance(x, Judgment) for x in inside):
        return context.unparsed(line, behind)
    half = any(isinstance(x, Unparsed) for x in inside) and not any(isinstance(x, Code) for x in inside)
    return context.unparsed(line, behind) if mixed and half else found


def _each_of(behind: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`tumors other than A and B`: each of them is taken out. What stands behind `and` may also be asked for beside."""
    joints = set(split(behind)[1])
    if "&" not in joints or "|" in joints or holds(behind, "iCM"):
        return None
    kinds = [c.value for c in behind if c.kind == "A"]
    sorts = {kind_of(k) if isinstance(k, Flag) else "" for k in kinds}
    if len(kinds) < len(split(behind)[0]) or len(sorts) != 1 or "" in sorts:
        return context.unparsed(line, behind) if kinds and not all(map(_only_treated, kinds)) else None
    return Any.model_construct(parts=tuple(kinds))


def _only_treated(expr: Expr) -> bool:
    return all(isinstance(leaf, (Treated, Number, Code)) for leaf in leaves(expr))


def provided(sign: Chunk, line: Line) -> bool:
    """`as long as`, `provided that`: a condition of what stands right before it."""
    return line.text.startswith(("as long as", "provided"), sign.start)


def _provided(part: list[Chunk], behind: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`unless on anticoagulants as long as the INR is in range`: who has both is taken out."""
    at = find(behind, "i")
    if not at or not provided(behind[at], line) or not has_atom(behind[:at]):
        return None
    what = context.exception(line, part, trim(behind[:at]))
    return All.model_construct(parts=(what, context.assemble(behind[at + 1 :], line, context.opened())))


_WHEN = re.compile(r" ?(?:within|in the|during|prior to|before) ")


def _inserted(chunks: list[Chunk], at: int, line: Line) -> bool:
    """`surgery, other than for diagnosis, within 4 weeks, or ...`: behind the second comma goes on what stood before."""
    close = find(chunks, ",", at + 1)
    opens = at > 0 and chunks[at - 1].kind == ","
    return opens and close is not None and _WHEN.match(line.text, chunks[close].end) is not None


def _taken(part: Expr, exception: Expr, context: Context) -> Expr:
    """The part without its exception."""
    if context.firing:
        return Unless(part=part, exception=_of_its_kind(part, exception))
    return let_out(part, exception)


def _of_its_kind(part: Expr, exception: Expr) -> Expr:
    """`autoimmune disease other than vitiligo`: vitiligo releases who has no other; whether there is another is asked."""
    heads, kinds = leaves(part), leaves(exception)
    if len(heads) != 1 or not _plain_condition(part) or not all(map(_plain_condition, kinds)):
        return exception
    if any(isinstance(e, Not) or k.variable == part.variable for k in kinds for e in (exception, k)):  # type: ignore[union-attr]
        return exception
    source = kinds[0].source  # type: ignore[union-attr]
    names = tuple(dict.fromkeys(k.variable for k in kinds))  # type: ignore[union-attr]
    only = Code.model_construct(variable=f"{part.variable}_type", values=names, every=True, source=source)  # type: ignore[union-attr]
    return All(parts=(exception, only))


def _plain_condition(expr: Expr) -> bool:
    return isinstance(expr, Flag) and (
        expr.variable not in concepts() or concepts()[expr.variable].domain in ("condition", "diagnosis")
    )


def _alternatives(chunks: list[Chunk]) -> list[list[Chunk]]:
    """An exception belongs to the last member of a list: the list before it, and that member; to X in `X, including a, b`."""
    if find(chunks, "I") is not None:
        return [chunks]
    cut = None
    depth = 0
    for at, chunk in enumerate(chunks):
        depth = max(0, depth + (chunk.kind == "(") - (chunk.kind == ")"))
        if depth == 0 and chunk.kind in "|,&" and has_atom(chunks[:at]) and has_atom(chunks[at:]):
            cut = at
    return [chunks[:cut], chunks[cut + 1 :]] if cut is not None else [chunks]


_MALIGNANCY = re.compile(
    r"(?:other_)?(?:malignanc(?:y|ies)|malignant_(?:tumors?|diseases?|neoplasms?)|cancers?)"
)
_STUDIED = re.compile(
    r"(?:the )?(?:primary |target |index )?(?:[a-z]+ ){0,2}(?:diseases?|cancers?|tumou?rs?|malignanc(?:y|ies))(?: type)? (?:under (?:study|investigation)|being studied|of interest)"
)


def _second_malignancy(
    before: list[Chunk], sign: Chunk, behind: list[Chunk], line: Line, context: Context
) -> Expr | None:
    """`malignancy other than NSCLC within 5 years, except Y`: NSCLC is what the trial is about, Y is the exception."""
    head = before[-1]
    if (
        not context.firing
        or not isinstance(head.value, Flag)
        or not _MALIGNANCY.fullmatch(head.value.variable)
    ):
        return None
    again = find(behind, "e")
    own = [c for c in trim(behind[:again] if again is not None else behind) if c.kind not in "a/,W"]
    if not line.text.startswith("other than", sign.start) or not own:
        return None
    name = _own_disease(own, line)
    if name is None:
        return None
    window = head.value.window or (own[0].value.window if own[0].kind == "A" else None)
    qualifiers = tuple("current" if q == "active" else q for q in head.value.qualifiers)
    other = head.value.model_copy(
        update={"variable": "other_malignancy", "window": window, "qualifiers": qualifiers}
    )
    head = Chunk("A", head.start, head.end, other, own=head.own)
    if again is not None:
        joined = [*before[:-1], head, behind[again], *behind[again + 1 :]]
        return context.assemble(joined, line, context)
    whole = context.assemble([*before[:-1], head], line, context)
    if not name:
        return whole
    source = line.cite(own[0].start, own[-1].end)
    only = Code.model_construct(variable="other_malignancy_type", values=(name,), every=True, source=source)
    return Unless(part=whole, exception=only)


def _own_disease(own: list[Chunk], line: Line) -> str | None:
    """The diagnosis of the trial by its name, or no name where it is called the disease under study."""
    if _STUDIED.fullmatch(line.text[own[0].start : own[-1].end]):
        return ""
    value = own[0].value
    known = concepts().get(value.variable) if len(own) == 1 and isinstance(value, Flag) else None
    return (
        value.variable if known is not None and known.domain == "diagnosis" and not value.qualifiers else None
    )


def limited(chunks: list[Chunk]) -> set[str]:
    """The variables of the limits, when there is nothing but limits."""
    found: set[str] = set()
    for chunk in chunks:
        parts = chunk.value.parts if isinstance(chunk.value, (All, Any)) else (chunk.value,)
        if chunk.kind == "A":
            found |= {p.variable if isinstance(p, Number) else "?" for p in parts}
    return set() if "?" in found else found
