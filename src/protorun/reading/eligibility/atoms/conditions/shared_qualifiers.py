"""Qualifiers that conditions of one list share: `uncontrolled hypertension, diabetes or asthma`, `HIV, active HBV or HCV`."""

from __future__ import annotations

import re
from itertools import pairwise

from protorun.reading.eligibility.atoms.conditions.qualifiers import is_condition, map_atoms, stands_behind
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any, Code, Expr, Flag
from protorun.terms.concepts import concepts

_JOINTS = ",|/&"
_RUN = frozenset(",|/&A")
_LONGEST_BRACKET, _FEW = 14, 2
_VERBS = re.compile(
    r"\b(?:any|having|has|have|had|history|histories|diagnosed|presence|evidence|with|receiving|positive)\b"
)
_FAMILIES = frozenset({"viral"})
Groups = tuple[tuple[str, ...], ...]
"""Qualifiers of a condition; several groups where any of them will do (`severe or uncontrolled`)."""


def distribute(chunks: list[Chunk], line: Line, *, pairs: bool = False) -> list[Chunk]:
    """The qualifier of the first of a list goes for those behind it, unless one of them has a qualifier, a definition
    or a verb of its own; one in the middle of a list only for kindred members. The other reading is kept. `pairs`: only
    where two stand together without a comma, or share a word."""
    at = 0
    if [c.kind for c in chunks].count("A") < 2:
        return chunks
    while at < len(chunks):
        if chunks[at].kind not in _RUN:
            at += 1
            continue
        run, behind = _run(chunks, at)
        members = _clause(run, line)
        leads = not at or chunks[at].kind == "A"  # a joint before it: the first of the list is something else
        if leads and _from_first(members, line) and (not pairs or _paired(run, members)):
            for member in members[1:]:
                _qualify(member, _groups(members[0]), line)
        elif pairs and _carried(members, line):
            _qualify(members[-1], _groups(members[0]), line)
        elif [c.kind for c in run].count("A") > 1:
            _from_middle(run, line)
        at = max(behind, at + 1)
    return chunks


def _carried(members: list[Chunk], line: Line) -> bool:
    """All but the last have the qualifier of the first by now: the last, named by its own words, has it as well."""
    if len(members) < 3 or not _groups(members[0]) or _closed(members[0]) or _narrowed(members[-1]):
        return False
    if any(_closed(m) for m in members[:-1]):
        return False
    same = all(not m.own and _groups(m) == _groups(members[0]) for m in members[1:-1])
    return same and all(_close(a, b, line) for a, b in pairwise(members))


def _from_first(members: list[Chunk], line: Line) -> bool:
    free = members[1:-1] if len(members) > _FEW and _behind_only(members[-1]) else members[1:]
    return (
        len(members) > 1
        and bool(_groups(members[0]))
        and not _closed(members[0])
        and not any(_narrowed(m) for m in free)
        and all(_close(a, b, line) for a, b in pairwise(members))
    )


def _from_middle(run: list[Chunk], line: Line) -> None:
    """`HIV infection, active HBV or HCV`: viruses, or injuries, share the word before them; of other neighbors it may
    be said as well, which is kept as another reading."""
    members = [c for c in run if c.kind == "A"]
    for one, two in pairwise(members):
        joints = {c.kind for c in run if one.end <= c.start < two.start}
        groups = () if _closed(one) else _groups(one)
        if not groups or _narrowed(two) or not _close(one, two, line) or not joints & set("|/&"):
            continue
        if _kindred(one.value, two.value) or (one is run[0] and joints == {"|"}):
            _qualify(two, groups, line, "the condition before it")
        elif joints == {"|"} and (wider := _narrower(two.value, groups)) != two.value:
            says = f"{_words(groups)!r} goes for {line.quote(two.start, two.end)!r} as well"
            if all(says != said for said, _, _ in line.readings):
                line.readings.append((says, two.value, wider))


def _kindred(one: Expr, two: Expr) -> bool:
    first, second = _names(one), _names(two)
    families = {concepts()[n].family if n in concepts() else "" for n in (*first, *second)}
    last = {n.rpartition("_")[2] for n in (*first, *second)}
    return (len(families) == 1 and families <= _FAMILIES) or (
        len(last) == 1 and all("_" in n for n in second)
    )


def _names(expr: Expr) -> set[str]:
    flags = expr.parts if isinstance(expr, Any) else (expr,)
    return {f.variable for f in flags if isinstance(f, (Flag, Code))}


def _clause(run: list[Chunk], line: Line) -> list[Chunk]:
    """The conditions of a run; two of them alone where `current A or B, or a history of C` goes on with words of its own."""
    members = [c for c in run if c.kind == "A"]
    goes_on = len(members) > 2 and not members[1].own and _close(members[0], members[1], line)
    if goes_on and (members[2].own or not _close(members[1], members[2], line)):
        between = [c.kind for c in run if members[0].end <= c.start < members[2].start and c.kind != "A"]
        return members[:2] if set(between) == {"|"} else members
    return members


def _paired(run: list[Chunk], members: list[Chunk]) -> bool:
    between = [c for c in run if c.start < members[-1].start]
    if len(members) == 2 and not holds(between, ",&"):
        return True
    last = [m.value.variable.rpartition("_")[2] for m in members if isinstance(m.value, Flag)]
    return len(set(last)) == 1 and len(last) == len(members)


def _close(one: Chunk, two: Chunk, line: Line) -> bool:
    """Nothing but the words of a list between two members."""
    return not _VERBS.search(line.text[one.end : two.start])


def _qualify(member: Chunk, groups: Groups, line: Line, whom: str = "the first of the list") -> None:
    before = member.value
    member.value = _narrower(before, groups)
    if member.value != before:
        says = f"{_words(groups)!r} goes for {whom} only, not for {line.quote(member.start, member.end)!r}"
        line.changed(before, member.value, lambda e: _narrower(e, groups))
        line.readings.append((says, member.value, before))


def _words(groups: Groups) -> str:
    return " or ".join(" ".join(q.replace("_", " ") for q in group) for group in groups)


_ALWAYS = {"active": "hiv", "severe": "anaphylaxis"}


def _narrower(expr: Expr, groups: Groups) -> Expr:
    """The condition with the qualifiers; HIV infection has no inactive form, anaphylaxis no mild one."""
    name = expr.variable if isinstance(expr, Flag) else ""
    kept = {tuple(q for q in group if _ALWAYS.get(q) != name): None for group in groups}
    each = [map_atoms(expr, lambda f, own=own: _qualified(f, own)) for own in kept]
    return each[0] if len(each) == 1 else Any.model_construct(parts=tuple(each))


def _qualified(atom: Expr, own: tuple[str, ...]) -> Expr:
    if not isinstance(atom, Flag):
        return atom
    kept = tuple(q for q in atom.qualifiers if stands_behind(q) and q not in own)
    return atom.model_copy(update={"qualifiers": (*own, *kept)})


def _run(chunks: list[Chunk], at: int) -> tuple[list[Chunk], int]:
    """The members of a list and their joints, and the index behind them; what a bracket says of a virus is passed over."""
    found: list[Chunk] = []
    while at < len(chunks):
        chunk = chunks[at]
        if chunk.kind in _JOINTS or (chunk.kind == "A" and is_condition(chunk.value)):
            found.append(chunk)
            at += 1
        elif chunk.kind == "(" and found and (behind := _behind_virus(chunks, at, found[-1])):
            at = behind
        else:
            break
    return found, at


def _behind_virus(chunks: list[Chunk], at: int, last: Chunk) -> int:
    names = _names(last.value) if last.kind == "A" else set()
    if not names or any(n not in concepts() or concepts()[n].family not in _FAMILIES for n in names):
        return 0
    stop = min(len(chunks), at + _LONGEST_BRACKET)
    close = next((i for i in range(at + 1, stop) if chunks[i].kind == ")"), 0)
    goes_on = 0 < close < len(chunks) - 1 and chunks[close + 1].kind in _JOINTS
    return close + 1 if goes_on and not holds(chunks[at + 1 : close], "(") else 0


def _groups(chunk: Chunk) -> Groups:
    """The qualifiers of one condition; none where it is also asked for without any."""
    flags = chunk.value.parts if isinstance(chunk.value, Any) else (chunk.value,)
    own = [tuple(q for q in f.qualifiers if not stands_behind(q)) for f in flags if isinstance(f, Flag)]
    return tuple(dict.fromkeys(own)) if own and all(own) else ()


def _closed(chunk: Chunk) -> bool:
    """Narrowed behind as well (`active infection requiring therapy`): a whole of its own."""
    flags = chunk.value.parts if isinstance(chunk.value, Any) else (chunk.value,)
    return any(stands_behind(q) for f in flags if isinstance(f, Flag) for q in f.qualifiers)


def _behind_only(chunk: Chunk) -> bool:
    """`uncontrolled A, B, or C requiring drainage`: what stands behind the last keeps the first word from none of them."""
    flag = chunk.value
    return not chunk.own and isinstance(flag, Flag) and all(map(stands_behind, flag.qualifiers))


def _narrowed(chunk: Chunk) -> bool:
    """It has a qualifier of its own, or is no condition; `hepatitis B or C` are two without."""
    flags = chunk.value.parts if isinstance(chunk.value, Any) else (chunk.value,)
    if chunk.own or not all(isinstance(f, Flag) for f in flags):
        return True
    return any(getattr(f, "qualifiers", ()) for f in flags)
