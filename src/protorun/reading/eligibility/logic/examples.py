"""Examples: `X, including a, b and c` is about X. They narrow nothing; one that is read counts as X does, or not at all."""

from __future__ import annotations

import re
from dataclasses import replace

from protorun.reading.eligibility.logic.brackets import unlikely_example
from protorun.reading.eligibility.logic.context import Context, measured
from protorun.reading.eligibility.logic.lists import find, has_atom, negated, split, trim
from protorun.reading.eligibility.logic.operand import judged, operand
from protorun.reading.eligibility.trees.walks import leaves, simplified, unread
from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Code, Expr, Flag, Judgment, Not, Treated, Unparsed, Washout

_PLAIN_HEADS = (Flag, Code, Treated, Washout)


def exemplified(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`X including a, b and c`, with what is known of the examples beside X where they exclude."""
    at = find(chunks, "I")
    if not at or not has_atom(chunks):
        return None
    if negated(chunks):
        inner = exemplified(chunks[1:], line, context.described())
        return Not(part=inner) if inner is not None else None
    head = context.assemble(trim(chunks[:at]), line, context)
    members = _members(chunks[at + 1 :], line)
    if not context.firing:
        return _required(head, chunks[at:], members, line, context)
    if isinstance(head, Judgment):
        return judged(chunks, line)
    read = [_read(m, line, context) if has_atom(m) else None for m in members]
    known = [r for r in read if r is not None]
    if unread(head):
        named = known and _names_a_class(line.text[chunks[0].start : chunks[at].start])
        return Any(parts=(head, *known)) if named else context.unparsed(line, chunks)
    odd = [m for m, r in zip(members, read, strict=True) if r is None and not _is_name(m, line)]
    if any(not _further(m, line) for m in odd):
        missing = context.unparsed(line, chunks[at:])
        return Any(parts=(All(parts=(head, missing)), missing))
    if known and _narrowed_treatment(head):
        return _dated_by(timeless(head) or head, known[-1]) or head
    found = _beside(head, known)
    return Any(parts=(found, *(context.unparsed(line, m) for m in odd))) if odd else found


def _narrowed_treatment(head: Expr) -> bool:
    """`maintenance antibiotics, including azithromycin`: the example by itself is no maintenance."""
    narrowing = {*words()["treatments"]["narrowing"].split()} - {"other", "another"}
    given = [leaf for leaf in leaves(head) if isinstance(leaf, (Treated, Washout))]
    return any(name.split("_")[0] in narrowing for leaf in given for name in leaf.classes)


def with_included(head: Expr, inside: list[Chunk], line: Line, context: Context) -> Expr:
    """`X (including a, b)` on an exclusion list: what is included excludes beside X."""
    members = _members(inside[1:], line)
    read = [_read(m, line, context) if has_atom(m) else None for m in members]
    odd = any(r is None and not _is_name(m, line) for m, r in zip(members, read, strict=True))
    found = _beside(head, [r for r in read if r is not None])
    return Any(parts=(found, context.unparsed(line, inside))) if odd else found


def _further(member: list[Chunk], line: Line) -> bool:
    """`..., or any active infection that ...`: a further thing and no word about those before it."""
    text = line.text[member[0].start : member[-1].end]
    return bool(re.match(r"(?:any|other|another)\b", text)) and not measured(member)


def _is_name(member: list[Chunk], line: Line) -> bool:
    """An example nobody read but whose words only name something."""
    named = line.text.startswith("those ", member[0].start) or line.text[: member[0].start].endswith("those ")
    return not unlikely_example(member, line) and (named or not _narrowing(member, line))


_CLASS = re.compile(
    r"(?:[a-z'-]+ ){0,5}(?:conditions?|disease|diseases|disorders?|illness|illnesses|comorbidity|comorbidities|therapy|therapies|"
    r"implants?|devices?|infections?|cancers?|tumou?rs?|malignancy|malignancies|drugs?|medications?|agents?|inhibitors?)[ ,:(]*"
)
_MORE_THAN_A_CLASS = re.compile(
    r"\b(?:to|that|which|with|who|for|from|into|by|if|than|caus\w*|associated|related|contra\w*|inability|unable|risk|change|plan\w*|decline|"
    r"suspected|serious|severe|significant|major|poor\w*|un\w+|active|relevant|not|no|non|symptoms?|signs?|sources?|failure|failed|allerg\w*|hypersens\w*)\b"
)


def _names_a_class(text: str) -> bool:
    """`Coexisting conditions such as`: a class of things that nothing restricts; its examples are what is meant."""
    return bool(_CLASS.fullmatch(text.strip())) and not _MORE_THAN_A_CLASS.search(text)


def _members(behind: list[Chunk], line: Line) -> list[list[Chunk]]:
    """The examples one by one, without `etc`."""
    members = [[c for c in m if c.value != "etc"] for m in split(trim(behind))[0]]
    return [m for m in members if m]


def _required(
    head: Expr, behind: list[Chunk], members: list[list[Chunk]], line: Line, context: Context
) -> Expr:
    """On a list of requirements the examples say nothing more, unless `including` asks for them to be part of a treatment."""
    mark = line.text[behind[0].start : behind[0].end]
    asks = behind[0].value == "including" and mark.startswith("includ") and "limited" not in mark
    if asks and any(not isinstance(leaf, (Flag, Code)) for leaf in leaves(head)):
        return All(parts=(head, context.unparsed(line, behind)))
    if not members or not all(_is_name(m, line) for m in members):
        return All(parts=(head, context.unparsed(line, behind)))
    return head


_NARROWING = re.compile(
    r"\b(?:who|whom|whose|that|which|with|without|after|before|prior|following|must|has|have|had|are|is|refractory|relapsed|"
    r"fail\w*|progress\w*|treated|receiv\w*|defined|confirmed|during|for|only|at least|one|two|any|requir\w*|need\w*|controlled|caus\w*|situations?)\b"
)


def _narrowing(member: list[Chunk], line: Line) -> bool:
    return bool(_NARROWING.search(line.text[member[0].start : member[-1].end]))


def _beside(head: Expr, known: list[Expr]) -> Expr:
    """X or any of its examples; what narrows X (words nobody read, a judgment) narrows them as well."""
    if known and (dated := _dated_by(timeless(head) or head, known[-1])) is not None:
        head = dated
    first, last = _last(simplified(head))
    core, narrowed = _core(last)
    if core is None:
        return head
    known = [
        k for k in known if _kinds(k) == _kinds(core)
    ]  # "reactions to drugs, such as aspirin": aspirin is no reaction
    named = Any(parts=(core, *(_as_heads(k, core, first) for k in known))) if known else core
    whole: Expr = All(parts=(named, *narrowed)) if narrowed else named
    return Any(parts=(*first, whole)) if first else whole


def _read(member: list[Chunk], line: Line, context: Context) -> Expr | None:
    """An example as it is understood, or None: then X stands for it."""
    doubts, readings = list(line.doubts), list(line.readings)
    found = operand(member, line, replace(context, lost=[]))
    plain = timeless(found) or found
    if all(isinstance(leaf, _PLAIN_HEADS) for leaf in leaves(plain)):
        return plain
    line.doubts[:], line.readings[:] = doubts, readings
    return None


def _kinds(expr: Expr) -> set[bool]:
    plain = timeless(expr) or expr
    return {isinstance(leaf, (Flag, Code)) for leaf in leaves(plain)}


def _last(head: Expr) -> tuple[tuple[Expr, ...], Expr]:
    """`A, B or X, including c`: the examples are of the last."""
    if isinstance(head, Any) and timeless(head) is None and len(head.parts) > 1:
        return head.parts[:-1], head.parts[-1]
    return (), head


def _core(head: Expr) -> tuple[Expr | None, tuple[Expr, ...]]:
    """The one condition or treatment that is exemplified, and what narrows it."""
    if timeless(head) is not None or isinstance(head, (*_PLAIN_HEADS, Not)):
        return head, ()
    if not isinstance(head, All):
        return None, ()
    core = [p for p in head.parts if isinstance(p, (Flag, Treated)) or timeless(p) is not None]
    others = tuple(p for p in head.parts if isinstance(p, (Judgment, Unparsed)))
    return (core[0], others) if len(core) == 1 and len(others) + 1 == len(head.parts) else (None, ())


def timeless(expr: Expr) -> Treated | None:
    """The treatment of which nobody said whether it is going on or was ever given: `receiving X or (treated with X and ?)`."""
    if isinstance(expr, Any) and len(expr.parts) == 2 and isinstance(expr.parts[1], All):
        inner = expr.parts[1].parts
        if isinstance(inner[0], Treated) and len(inner) == 2 and isinstance(inner[1], Unparsed):
            return inner[0]
    return None


def _dated_by(head: Expr, last: Expr) -> Expr | None:
    """`X, including a and b, within 4 weeks`: the time behind the last example goes for the head as well."""
    if not isinstance(head, (Treated, Flag)) or head.window is not None:
        return None
    if isinstance(head, Flag):
        timed = isinstance(last, Flag) and last.window is not None
        return head.model_copy(update={"window": last.window}) if timed else None  # type: ignore[union-attr]
    if isinstance(last, Treated) and last.window is not None:
        return head.model_copy(update={"window": last.window, "ongoing": False})
    if isinstance(last, Not) and isinstance(last.part, Washout):
        return Not(part=last.part.model_copy(update={"classes": head.classes}))
    return None


def _as_heads(example: Expr, core: Expr, others: tuple[Expr, ...]) -> Expr:
    """`active or recurrent infection, including HIV`: HIV in either of the forms."""
    alike = [
        o for o in others if isinstance(o, Flag) and isinstance(core, Flag) and o.variable == core.variable
    ]
    each = [_as_head(example, head) for head in (*alike, core)]
    return each[0] if all(e == each[0] for e in each) else Any(parts=tuple(each))


def _as_head(example: Expr, head: Expr) -> Expr:
    """An example counts as its head does: in the same window, with the same qualifiers, unless it has its own."""
    if isinstance(example, (Any, All)):
        return type(example)(parts=tuple(_as_head(p, head) for p in example.parts))
    if isinstance(head, Flag) and isinstance(example, Flag):
        update = {
            "window": example.window or head.window,
            "qualifiers": _qualified(example, head),
        }
        return example.model_copy(update=update)
    if not isinstance(example, Treated) or example.window is not None:
        return example
    if isinstance(head, Treated):
        return example.model_copy(update={"window": head.window, "ongoing": head.ongoing})
    if isinstance(head, Not) and isinstance(head.part, Washout):
        return Not(part=head.part.model_copy(update={"classes": example.classes}))
    return _open_time(example, head)


_DEGREES = frozenset({"severe", "uncontrolled", "unstable"})


def _qualified(example: Flag, head: Flag) -> tuple[str, ...]:
    """`severe lung disease, including asthma and chronic pneumonia`: how bad it is goes for each, beside a course of its own."""
    if example.qualifiers != ("chronic",):
        return example.qualifiers or head.qualifiers
    return tuple(sorted({*example.qualifiers, *_DEGREES.intersection(head.qualifiers)}))


def _open_time(example: Treated, head: Expr) -> Expr:
    """An example of a treatment without a time has no time either."""
    if not isinstance(head, Any) or timeless(head) is None:
        return example
    unknown = head.parts[1].parts[1]  # type: ignore[union-attr]
    ever = example.model_copy(update={"ongoing": False})
    return Any(parts=(example.model_copy(update={"ongoing": True}), All(parts=(ever, unknown))))
