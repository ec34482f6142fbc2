"""The members of a list as one tree: what `and`, `or` and commas between them say."""

from __future__ import annotations

from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.shared.neighbors import narrowed, open_pair
from protorun.reading.eligibility.logic.shared.wholes import (
    kind_of,
    marks_only,
)
from protorun.reading.eligibility.trees.walks import leaves, simplified, unread
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import (
    All,
    Any,
    Code,
    Expr,
    Flag,
    If,
    Judgment,
    Treated,
)
from protorun.terms.concepts import concepts


def name_of(expr: object) -> str:
    """The variable of a condition or a coded result; empty for anything else."""
    return expr.variable if isinstance(expr, (Flag, Code)) else ""


def joined(parts: list[Expr], joints: list[str], line: Line, context: Context) -> Expr:
    """The members under their joints; where the words leave it open, the other reading is kept or nothing is decided."""
    if len(parts) == 1:
        return parts[0]
    signs = set(joints)
    if _of_each_sex(parts):
        return Any.model_construct(parts=tuple(parts))
    if all(isinstance(p, If) and isinstance(p.condition, Code) for p in parts):
        return All.model_construct(
            parts=tuple(parts)
        )  # "≥ 13 for men or ≥ 12 for women": each sex has its own limit
    if "|" in signs and "&" in signs:
        return _mixed(parts, joints, line, context)
    if "|" in signs:
        left = None if context.firing else _options([[p] for p in parts])
        return left or _led(parts) or Any.model_construct(parts=tuple(parts))
    lost = [p for p in parts if unread(p)]
    if context.firing and lost and len(lost) < len(parts):
        # After a comma alone, words nobody understood may narrow what excludes or add to it: the answer stays open.
        known = [p for p in parts if not unread(p)]
        return Any.model_construct(
            parts=(All.model_construct(parts=(Any.model_construct(parts=tuple(known)), *lost)), *lost)
        )
    if not context.firing:
        return All.model_construct(parts=tuple(parts))
    comma = "," in signs
    if all(
        isinstance(p, (Flag, Treated, Code, Any, Judgment)) or _judged_illness(p) or (comma and narrowed(p))
        for p in parts
    ):
        if "&" in signs:
            line.doubt(
                "AND_ON_EXCLUSION", "`and` joins things that exclude; read as: any one of them excludes"
            )
        return Any.model_construct(parts=tuple(parts))
    if "&" in signs and (left_open := open_pair(parts)) is not None:
        return left_open
    return (
        All.model_construct(parts=tuple(parts)) if "&" in signs else Any.model_construct(parts=tuple(parts))
    )


def _of_each_sex(parts: list[Expr]) -> bool:
    """`men aged 50 or over and women aged 55 or over`: nobody is both, so either of them will do."""
    sexes = [
        leaf.values
        for p in parts
        if isinstance(p, All)
        for leaf in p.parts
        if isinstance(leaf, Code) and leaf.variable == "sex"
    ]
    return len(sexes) == len(parts) == len(set(sexes))


def _options(groups: list[list[Expr]]) -> Expr | None:
    """`cancer that failed standard therapy, or cannot have it, or has none`: ways of having no other treatment left, each
    of them of that cancer."""
    first = groups[0]
    if len(first) == 1 and isinstance(first[0], All):
        first = list(first[0].parts)
    ways = [first[-1], *(g[0] for g in groups[1:])]
    known = [concepts().get(w.variable) if isinstance(w, Flag) else None for w in ways]
    if (
        len(first) < 2
        or any(len(g) > 1 for g in groups[1:])
        or any(k is None or k.family != "option" for k in known)
    ):
        return None
    return All.model_construct(parts=(*first[:-1], Any.model_construct(parts=tuple(ways))))


def _judged_illness(part: Expr) -> bool:
    """`clinically significant heart disease`, a condition like any other of its list."""
    return isinstance(part, All) and {type(p) for p in part.parts} == {Flag, Judgment}


def _mixed(parts: list[Expr], joints: list[str], line: Line, context: Context) -> Expr:
    """`and` binds tighter than `or`, except between illnesses that exclude; the other reading is kept beside it."""
    groups: list[list[Expr]] = [[parts[0]]]
    for part, joint in zip(parts[1:], joints, strict=True):
        if joint == "&":
            groups[-1].append(part)
        else:
            groups.append([part])
    default = Any.model_construct(
        parts=tuple(g[0] if len(g) == 1 else All.model_construct(parts=tuple(g)) for g in groups)
    )
    if all(len(g) == 1 or all(name_of(p).startswith("her2_") for p in g) for g in groups):
        return default  # IHC 2+ and ISH negative are one result by definition
    if context.firing and all(marks_only(p, {"condition", "finding", "judgment"}) for p in parts):
        line.doubt("AND_ON_EXCLUSION", "`and` joins things that exclude; read as: any one of them excludes")
        anyone = Any.model_construct(parts=tuple(parts))
        line.readings.append(("`and` asks for both, and binds tighter than `or`", anyone, default))
        return anyone
    if not context.firing and (left := _options(groups)) is not None:
        return left
    line.doubt("PRECEDENCE", "`and` and `or` in one list; `and` is read as binding tighter")
    others: list[list[Expr]] = [[parts[0]]]
    for part, joint in zip(parts[1:], joints, strict=True):
        if joint == "&":
            others.append([part])
        else:
            others[-1].append(part)
    other = All.model_construct(
        parts=tuple(g[0] if len(g) == 1 else Any.model_construct(parts=tuple(g)) for g in others)
    )
    line.readings.append(("`or` binds tighter than `and`", default, other))
    return default


def _led(parts: list[Expr]) -> Expr | None:
    """`confirmed advanced breast cancer, lung cancer or melanoma`: what stands before the first diagnosis goes for all;
    a stage only where no later diagnosis has its own."""
    head_parts = simplified(parts[0])
    first = head_parts.parts if isinstance(head_parts, All) else (head_parts,)
    marks = [p for p in first if marks_only(p, {"stage"})]
    names = [p for p in first if marks_only(p, {"diagnosis"})]
    if not marks or len(names) != 1 or len(marks) + 1 != len(first):
        return None
    if not all(marks_only(p, {"diagnosis", "stage"}) for p in parts[1:]):
        return None
    if any("stage" in {kind_of(leaf) for leaf in leaves(p)} for p in parts[1:]):
        sure = [m for m in marks if isinstance(m, Code)]
        own = [m for m in marks if not isinstance(m, Code)]
        if not sure:
            return None
        head: Expr = All.model_construct(parts=(*own, names[0])) if own else names[0]
        return All.model_construct(parts=(*sure, Any.model_construct(parts=(head, *parts[1:]))))
    return All.model_construct(parts=(*marks, Any.model_construct(parts=(names[0], *parts[1:]))))
