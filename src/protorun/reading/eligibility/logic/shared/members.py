"""What the members of a list share: a time, a clause or a requirement behind the last, a judgment or a noun before the
first. Each is kept on every member it may go for, so no member decides alone what only the narrowed one decides."""

from __future__ import annotations

import re
from collections.abc import Callable

from protorun.reading.eligibility.atoms.conditions.qualifiers import stands_behind
from protorun.reading.eligibility.atoms.conditions.times.events import is_event
from protorun.reading.eligibility.islands.plans import AHEAD
from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.shared.leads import OWN_LEAD, bare, governed, lead_on, quote
from protorun.reading.eligibility.trees.walks import leaves, unread
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import BY_WHOM, JUDGMENT
from protorun.study.criterion import (
    All,
    Any,
    Attestation,
    Expr,
    Flag,
    Judgment,
    Not,
    Treated,
    Unparsed,
    Window,
)
from protorun.terms.concepts import concepts

Change = Callable[[Expr], Expr]
_CLAUSE = re.compile(
    r"\b(?:requiring|that|which|who|deemed|considered|in the (?:opinion|judge?ment|view)|(?:as )?judged by|as determined by|resulting in|"
    r"leading to|interfering|necessitating)\b"
)
_OBJECT = re.compile(r"\bto\b")
_RELATION = re.compile(r"allerg|hypersensitiv|intoleran|anaphyla|contraindic|sensitiv|reaction")
_RELATED = re.compile(
    r"(?:allerg(?:y|ies)|hypersensitivit\w+|intolerance|anaphyla\w+|contraindications?|sensitivit\w+|reactions?)\W*$"
)
_LAST_OWN = re.compile(r"\s*(?:any|other|another|an?|the|known|history|patients?|subjects?|participants?)\b")


def shared(
    each: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line, context: Context
) -> list[Expr]:
    """The trees of the members of one list, with what they share on each of them."""
    found = list(each)
    for at in range(len(found) - 1, 0, -1):
        if joints[at - 1] in "|/&":
            _time_back(found, at, operands, joints, line)
            upto = at + 1
            head = found[:upto]
            _clause_back(head, operands, joints, line, context)
            found[:upto] = head
    found = lead_on(found, operands, joints, line, context)
    return governed(found, operands, joints, line, context)


def _time_back(
    found: list[Expr], at: int, operands: list[list[Chunk]], joints: list[str], line: Line
) -> None:
    """`perforation, abscess or fistula within 6 months`: the time of the last goes for those before it."""
    window = _time_at_end(found[at], operands[at])
    if window is None or _CLAUSE.search(line.text, operands[at][0].start, operands[at][-1].end):
        return
    event = any(isinstance(leaf, Treated) for leaf in leaves(found[at]))
    for index in range(at - 1, -1, -1):
        member = found[index]
        held = any(c.kind in "WLHt" or (unread(member) and c.kind in "(nv") for c in operands[index])
        if held:
            return
        if unread(member) or _times(member) == {window}:
            continue
        if joints[index] == ";" or not _may_take(member, event=event):
            return
        first = _first_atom(operands[index + 1])
        if OWN_LEAD.search(line.text, operands[index][-1].end, first) or OWN_LEAD.match(line.text, first):
            return
        timed = _timed(member, window)
        says = f"the time goes for the last of the list only, not for {quote(operands[index], line)!r}"
        _untimed_no_more(operands[index], line)
        line.readings.append((says, timed, member))
        found[index] = timed


def _first_atom(chunks: list[Chunk]) -> int:
    return next((c.start for c in chunks if c.kind == "A"), chunks[0].start)


def _time_at_end(expr: Expr, chunks: list[Chunk]) -> Window | None:
    windows = _times(expr)
    last = chunks[-1]
    if len(windows) != 1 or last.kind != "A" or len(chunks) > 4:
        return None
    return windows.pop()


def _times(expr: Expr) -> set[Window | None]:
    return {leaf.window for leaf in leaves(expr) if isinstance(leaf, (Flag, Treated))}


_NOW = frozenset({"active", "current", "uncontrolled", "stable", "unstable", "symptomatic"})


def _may_take(member: Expr, *, event: bool) -> bool:
    """A treatment takes any time; a condition that of other conditions, or, when it is an event, that of a treatment."""
    atoms = [leaf for leaf in leaves(member) if not isinstance(leaf, (Judgment, Unparsed))]
    if not atoms or unread(member) or any(isinstance(leaf, (All, Not)) for leaf in atoms):
        return False
    return all(_takes(leaf, event=event) for leaf in atoms)


def _takes(leaf: Expr, *, event: bool) -> bool:
    if isinstance(leaf, Treated):
        return leaf.window is None
    if not isinstance(leaf, Flag) or leaf.window is not None or set(leaf.qualifiers) & _NOW:
        return False
    if AHEAD.match(leaf.variable):
        return False
    known = concepts().get(leaf.variable)
    if known is not None and (known.domain != "condition" or known.family == "viral"):
        return False
    return not event or is_event(leaf.variable)


def _timed(expr: Expr, window: Window) -> Expr:
    if isinstance(expr, Any) and _timeless(expr):
        return _timed(expr.parts[1].parts[0], window)  # type: ignore[union-attr]
    if isinstance(expr, (All, Any)):
        return type(expr)(parts=tuple(_timed(p, window) for p in expr.parts))
    if isinstance(expr, Treated):
        return expr.model_copy(update={"window": window, "ongoing": False})
    return expr.model_copy(update={"window": window}) if isinstance(expr, Flag) else expr


def _timeless(expr: Any) -> bool:
    """`treated now, or treated and nobody knows when`."""
    second = expr.parts[-1]
    return len(expr.parts) == 2 and isinstance(second, All) and isinstance(second.parts[0], Treated)


def _untimed_no_more(chunks: list[Chunk], line: Line) -> None:
    quote = line.quote(chunks[0].start, chunks[-1].end)
    line.doubts = [d for d in line.doubts if not d.startswith(f"NO_TIME: {quote!r}")]


def _clause_back(
    found: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line, context: Context
) -> None:
    """`effusion or ascites requiring drainage`: what narrows the last may narrow those before it."""
    at, chunks = len(found) - 1, operands[len(found) - 1]
    start, end = chunks[0].start, chunks[-1].end
    if (
        not operands[at - 1]
        or _LAST_OWN.match(line.text, operands[at - 1][-1].end + 1)
        or _LAST_OWN.match(line.text, start)
    ):
        return
    clause = _CLAUSE.search(line.text, start, end)
    relation = clause is None and _RELATION.match(line.text, start) and _OBJECT.search(line.text, start, end)
    begin = clause.start() if clause else relation.start() if relation else None
    if begin is None or not line.text[start:begin].strip() or any(c.own for c in chunks):
        return
    if any(isinstance(leaf, Attestation) for leaf in leaves(found[at])):
        return
    change: Change | None = None
    for index in range(at - 1, -1, -1):
        if unread(found[index]):
            continue
        text = line.text[operands[index][0].start : operands[index][-1].end]
        plain = bare(found[index], _without_prior(operands[index], line)) and not _CLAUSE.search(text)
        if joints[index] == ";" or not plain or (relation and not _RELATED.search(text)):
            return
        change = change or _narrowing(found[at], begin, end, line, context)
        if change is None:
            return
        narrowed = change(found[index])
        says = f"{line.quote(begin, end)!r} goes for the last of the list only, not for {quote(operands[index], line)!r}"
        line.readings.append((says, narrowed, found[index]))
        found[index] = narrowed
        if index and _BEGINS.search(line.text, operands[index - 1][-1].end, _first_atom(operands[index])):
            return


_BEGINS = re.compile(r"\b(?:history|prior|previous|current|currently|evidence|diagnosis)\b")
"""`current A, or a history of B or C requiring D`: what begins a part of its own keeps what stands behind from the part before.
"""


def _without_prior(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`a prior history of X` is a history of X."""
    return [c for c in chunks if c.kind != "b" or line.text[c.start : c.end] not in ("prior", "previous")]


def _narrowing(last: Expr, begin: int, end: int, line: Line, context: Context) -> Change | None:
    marks = tuple(
        q for leaf in leaves(last) if isinstance(leaf, Flag) for q in leaf.qualifiers if stands_behind(q)
    )
    if marks and isinstance(last, (Flag, Any)):
        return lambda e: _marked(e, tuple(dict.fromkeys(marks)))
    if isinstance(last, All) and any(isinstance(part, Not) for part in last.parts):
        return None
    own = last.parts[-1] if isinstance(last, All) else None
    said = own if _same(own, line.quote(begin, end)) else _said(begin, end, line, context)
    return lambda e: All.model_construct(parts=(e, said))  # type: ignore[arg-type]


def _same(own: Expr | None, clause: str) -> bool:
    """The judgment of the last member is the clause, with nothing before it but by whom."""
    if not isinstance(own, Judgment):
        return False
    if clause.endswith(own.text):
        return BY_WHOM.fills(clause.lower(), clause.lower()) is not None
    if not own.text.endswith(clause):
        return False
    before = own.text[: -len(clause)].strip(" ,").lower()
    return not before or BY_WHOM.fills(before, before) is not None


def _marked(expr: Expr, marks: tuple[str, ...]) -> Expr:
    if isinstance(expr, (All, Any)):
        return type(expr)(parts=tuple(_marked(p, marks) for p in expr.parts))
    if not isinstance(expr, Flag):
        return expr
    return expr.model_copy(update={"qualifiers": tuple(dict.fromkeys((*expr.qualifiers, *marks)))})


def _said(begin: int, end: int, line: Line, context: Context) -> Expr:
    """A stretch as something a person judges, or that nobody understood."""
    text, source = line.quote(begin, end), line.cite(begin, end)
    if JUDGMENT.search(line.text[begin:end]):
        return Judgment.model_construct(text=text, variable="", source=source)
    context.lost.append((begin, end))
    return Unparsed.model_construct(text=text, source=source)
