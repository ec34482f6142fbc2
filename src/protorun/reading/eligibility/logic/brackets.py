"""What stands in brackets behind an atom: whom it is about, another limit, an exception, an explanation."""

from __future__ import annotations

import re

from protorun.reading.eligibility.logic.context import Context, measured
from protorun.reading.eligibility.logic.shared.wholes import let_out
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT
from protorun.study.criterion import (
    All,
    Any,
    Code,
    Expr,
    Flag,
    If,
    Number,
    Treated,
    Washout,
    Window,
)

LOOSE = "bM:-.;Pl"


def bracket(
    inside: list[Chunk],
    parts: list[Expr],
    lost: list[tuple[int, int]],
    line: Line,
    context: Context,
) -> None:
    """Add what the bracket says to `parts`, whose last is what it stands behind; unread stretches go to `lost`."""
    if not inside:
        return
    kinds = "".join(c.kind for c in inside)
    if parts and (other := _for_some(inside, kinds, parts[-1], line, context)) is not None:
        parts[-1] = other
        return
    if "p" in kinds:
        if context.firing or not parts:
            lost.append((inside[0].start, inside[-1].end))
        else:
            parts[-1] = Any(parts=(parts[-1], context.unparsed(line, inside)))
        return
    if "A" not in kinds and not (parts and kinds[0] == "e"):
        if kinds[0] == "I":
            _examples(inside, parts, lost, line, context)
        elif not set(kinds) <= set(LOOSE + "aX,|&/ "):
            lost.append((inside[0].start, inside[-1].end))
        return
    if parts and (who := _whom(inside, kinds, line, context)) is not None:
        parts[-1] = All(parts=(parts[-1], who)) if context.firing else If(condition=who, then=parts[-1])
    elif parts and _other_limit(kinds, inside, parts[-1]):
        parts[-1] = _alternate(inside, parts[-1], line, context)
    elif parts and kinds[0] == "e":
        exception = context.exception(line, [Chunk("A", 0, 0, parts[-1])], inside[1:])
        parts[-1] = _unless(parts[-1], exception, context)
    elif parts and isinstance(parts[-1], Flag) and parts[-1].variable in ("hepatitis_b", "hepatitis_c"):
        parts[-1] = context.assemble(_as_and(inside), line, context.opened())
    elif parts and _pressures(parts[-1], inside):
        parts[-1] = context.assemble(inside[1:] if kinds[0] == "D" else inside, line, context)
    elif kinds[0] == "I":
        _examples(inside, parts, lost, line, context)
    else:
        if kinds[0] == "D" and not parts:
            lost.append((inside[0].start, inside[-1].end))
            return  # "dilation (i.e. fistula repair)" tells more of words nobody understood
        _drop_defined(inside, parts)
        _add(context.assemble(inside[1:] if kinds[0] == "D" else inside, line, context), parts, line)


def _pressures(before: Expr, inside: list[Chunk]) -> bool:
    """`uncontrolled hypertension (systolic > 160 or diastolic > 100 mmHg)`: the pressures define it."""
    atoms = [leaf for c in inside if c.kind == "A" for leaf in leaves(c.value)]
    named = isinstance(before, Flag) and before.variable == "hypertension"
    return named and all(isinstance(x, Number) and x.variable in ("sbp", "dbp") for x in atoms)


def _add(added: Expr, parts: list[Expr], line: Line) -> None:
    if parts and _scale(parts[-1]) and _scale(added):
        line.doubt("TWO_SCALES", "two performance scales side by side are read as alternatives")
        parts[-1] = Any(parts=(parts[-1], added))
    else:
        parts.append(added)


def _examples(
    inside: list[Chunk], parts: list[Expr], lost: list[tuple[int, int]], line: Line, context: Context
) -> None:
    """`(such as a, b)` narrows nothing; numbers, times and denials among the examples may, and so may what a required
    treatment includes."""
    text = line.text[inside[0].start : inside[0].end]
    includes = text.startswith("includ") and "limited" not in text
    if context.firing and not includes:
        return
    if context.firing and parts and not unlikely_example(inside[1:], line):
        parts[-1] = context.include(parts[-1], inside, line, context)
        return
    asks = not context.firing and includes
    treated = any(isinstance(leaf, (Treated, Washout)) for p in parts for leaf in leaves(p))
    if (asks and treated) or unlikely_example(inside[1:], line):
        lost.append((inside[0].start, inside[-1].end))


_MORE = re.compile(
    r"^(?:any|all|patients?|subjects?|participants?|prior|previous|history|current|known|evidence|need|use)\b(?! other)|\b(?:who|whose|that|which)\b"
)


def unlikely_example(chunks: list[Chunk], line: Line) -> bool:
    """Numbers, times, denials, conditions or a sentence of their own: more than a name beside a name."""
    if not chunks:
        return False
    text = line.text[chunks[0].start : chunks[-1].end]
    joined = holds(chunks, "gGieCpMIO")
    return joined or measured(chunks) or bool(_MORE.search(text)) or JUDGMENT.search(text)


def _for_some(inside: list[Chunk], kinds: str, before: Expr, line: Line, context: Context) -> Expr | None:
    """`(unless C, for whom ≤ 3 x ULN is permitted)`, `(≤ 3 x ULN allowed for patients with C)`, `(within 2 weeks before
    screening and within 4 weeks before enrollment)` behind a limit."""
    if not all(isinstance(leaf, (Number, Code)) or isinstance(before, If) for leaf in leaves(before)):
        return None
    if kinds == "iz" and inside[1].value in ("performed", "done", "tested"):
        return _if_performed(before, line, inside, context)
    if re.fullmatch(r"W(?:[&,]{1,2}W)*", kinds):
        dated = [_in_window(before, c.value) for c in inside if c.kind == "W"]
        return None if None in dated else All(parts=tuple(d for d in dated if d is not None))
    if kinds[0] == "e" and "A" in kinds:
        read = context.assemble(
            [Chunk("A", inside[0].start, inside[0].start, before), *inside], line, context
        )
        return read if isinstance(read, If) and read.otherwise is not None else None
    if "p" in kinds and _other_limit(kinds, inside, before):
        return _alternate([c for c in inside if c.kind != "p"], before, line, context)
    return _case(inside, before, line, context)


_CASE = re.compile(r"(?:z:)?[iC]?(?P<who>A(?:\|A)*)[,:]{0,2}A")


def _case(inside: list[Chunk], before: Expr, line: Line, context: Context) -> Expr | None:
    """`(for subjects with C ≤ 3 x ULN)`, `(patients with C: ≤ 3 x ULN)`, `(note: if C, ≤ 3 x ULN)`: another limit for those
    with C on what the limit before it is about."""
    case = _CASE.fullmatch("".join(c.kind for c in inside))
    if case is None or (inside[0].kind == "z" and inside[0].value != "note"):
        return None
    who, limit = inside[slice(*case.span("who"))], inside[-1].value
    some = all(isinstance(leaf, (Flag, Code)) for c in who if c.kind == "A" for leaf in leaves(c.value))
    both = [{x.variable for x in leaves(e) if isinstance(x, Number)} for e in (limit, before)]
    numbers = all(isinstance(leaf, Number) for e in (limit, before) for leaf in leaves(e))
    if not some or not numbers or both[0] != both[1]:
        return None
    condition = context.assemble(who, line, context.opened())
    return If(condition=condition, then=limit, otherwise=before)


def _if_performed(before: Expr, line: Line, inside: list[Chunk], context: Context) -> Expr | None:
    """`(if performed)`: not applicable where the test was not done; that no result is recorded does not tell that."""
    if not isinstance(before, (Number, Code)):
        return None
    source = line.cite(inside[0].start, inside[-1].end)
    done = Flag.model_construct(
        variable=before.variable, qualifiers=("performed",), window=None, source=source
    )
    return All(parts=(done, before)) if context.firing else If(condition=done, then=before)


def _in_window(expr: Expr, when: Window) -> Expr | None:
    """Every limit of a tree taken within the time; None where one has a time of its own."""
    if isinstance(expr, Number):
        return None if expr.window else expr.model_copy(update={"window": when})
    if isinstance(expr, (All, Any)):
        parts = [_in_window(p, when) for p in expr.parts]
        return None if None in parts else type(expr)(parts=tuple(p for p in parts if p is not None))
    if isinstance(expr, If) and expr.otherwise is not None:
        then, otherwise = _in_window(expr.then, when), _in_window(expr.otherwise, when)
        if then is not None and otherwise is not None:
            return If(condition=expr.condition, then=then, otherwise=otherwise)
    return None


def _whom(inside: list[Chunk], kinds: str, line: Line, context: Context) -> Expr | None:
    """`(for patients > 16 years of age)`: whom the words before it are about."""
    before = line.text[max(0, inside[0].start - 24) : inside[0].start]
    if not re.search(r"\((?:for|in|if)\b[^()]*$", before) or "i" in kinds or "C" in kinds or ":" in kinds:
        return None
    return context.assemble(inside, line, context.opened())


def _scale(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.variable in ("ecog", "karnofsky", "lansky")


def _drop_defined(inside: list[Chunk], parts: list[Expr]) -> None:
    """`HER2-negative X (HER2-negative is defined as Y)`: the definition takes the place of the word."""
    if len(inside) > 2 and inside[0].kind == "A" and inside[1].kind == "D":
        name = getattr(inside[0].value, "variable", None)
        parts[:] = [p for p in parts if getattr(p, "variable", "") != name]


def _as_and(inside: list[Chunk]) -> list[Chunk]:
    """In the definition of a virus infection the markers are joined, also where only `with` or nothing stands between."""
    found: list[Chunk] = []
    for chunk in inside:
        if chunk.kind == "A" and found and found[-1].kind == "A":
            found.append(Chunk("&", chunk.start, chunk.start))
        found.append(chunk)
    return found


def _unless(part: Expr, exception: Expr, context: Context) -> Expr:
    from protorun.study.criterion import Unless

    if context.firing:
        return Unless(part=part, exception=exception)
    return let_out(part, exception)


def _other_limit(kinds: str, inside: list[Chunk], before: Expr) -> bool:
    has_limit = any(isinstance(c.value, (Number, All, Any)) for c in inside if c.kind == "A")
    return ("i" in kinds or "C" in kinds) and has_limit and isinstance(before, (Number, All, Any))


def _alternate(inside: list[Chunk], before: Expr, line: Line, context: Context) -> Expr:
    """`≤ 3 x ULN (if liver metastases are present, ≤ 5 x ULN)`: another limit where the condition holds."""
    other = context.assemble(inside, line, context.asking())
    if isinstance(other, If) and other.otherwise is None:
        return If(condition=other.condition, then=other.then, otherwise=before)
    unread = context.unparsed(line, inside)  # for some the limit is another one
    held = All.model_construct(parts=(before, unread))
    if context.firing:
        return held
    # Another limit on a value is a wider one; another age, which a law sets, may be a narrower one.
    of_age = any(isinstance(leaf, Number) and leaf.variable == "age" for leaf in leaves(before))
    return Any.model_construct(parts=(held if of_age else before, unread))
