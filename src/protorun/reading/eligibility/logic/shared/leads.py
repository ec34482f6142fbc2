"""What stands before the first member of a list and may go for those behind it."""

from __future__ import annotations

import re
from collections.abc import Callable

from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.trees.walks import leaves, unread
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk, holds, modal, reversing
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Expr, Flag, Judgment, Treated, Unparsed
from protorun.terms.concepts import concepts

OWN_LEAD = re.compile(
    r"\b(?:any|other|another|history|known|prior|previous|current|currently|presence|evidence|patients?|subjects?|participants?|persons?|use|using|"
    r"has|have|had|is|are|was|were|receiv\w+|diagnos\w+|an|the)\b"
)
_PREPOSITION = re.compile(r"^\W*(?:of|for|to|in|with|by|from)\b")
_GOVERNS = Guarded(
    r"\b(?:(?:requir|need|necessitat|caus|warrant)(?:es|ed|ing|s|e)? |(?:result|lead)(?:ed|ing|s)? (?:in|to)\b|suggest\w* |indicat\w* |(?:un)?able to\b|inability to\b|"
    r"aside from\b|other than\b|(?:due|related|secondary) to\b|caused by\b|candidates? for\b|suspicion of\b|(?:hypersensitiv|allerg|intoleran|contraindicat)\w* (?:to|for)\b|"
    r"(?:regular|chronic|daily|long[- ]term|frequent|heavy|excessive|habitual|prolonged) (?:use|intake|consumption|ingestion|administration) of\b|"
    r"signs? (?:and symptoms? )?of\b|symptoms? (?:suggestive )?of\b|dysfunction of\b|damage to\b|disorders? of\b|diseases? of\b)[^.;:()]*$"
)
"""Words that say what becomes of the things behind them: nobody who merely has one of them is meant."""
_RELATES = re.compile(r"\b(?:hypersensitiv|allerg|intoleran|contraindicat)\w* (?:to|for)\b")
_ARTICLE = re.compile(r"\b(?:any|other|another|the|an?)\b")


def quote(chunks: list[Chunk], line: Line) -> str:
    """The words of a member."""
    return line.quote(chunks[0].start, chunks[-1].end)


def bare(expr: Expr, chunks: list[Chunk]) -> bool:
    """Conditions or treatments, and nothing beside them."""
    atoms = leaves(expr)
    plain = all(isinstance(leaf, (Flag, Treated)) and leaf.window is None for leaf in atoms)
    illnesses = [leaf for leaf in atoms if isinstance(leaf, Flag) and leaf.variable in concepts()]
    return (
        plain
        and all(c.kind in "A," for c in chunks)
        and all(
            concepts()[f.variable].domain == "condition" and concepts()[f.variable].family != "viral"
            for f in illnesses
        )
    )


def lead_on(
    found: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line, context: Context
) -> list[Expr]:
    """`symptoms of infection or asthma`, `risk of bleeding or thrombosis`, `clinically significant bleeding or thrombosis`:
    what stands before the first may go for those behind it."""
    change = _lead(found[0], operands[0], line, context)
    if change is None and unread(found[0]) and operands[0] and operands[0][0].value in _STATES:
        return _in_state(found, operands, joints, line)
    if change is None or "|" not in joints:
        return found
    for at in range(1, len(found)):
        gap = line.text[operands[at - 1][-1].end : operands[at][0].start]
        own = operands[at][0].own or OWN_LEAD.search(gap)
        plain = bare(_untimed(found[at], found[0]), operands[at])
        if joints[at - 1] not in ",|/" or own:
            return found
        if unread(found[at]) and _passes(found[0], operands[at]):
            continue
        if not plain:
            return found
        new = change(found[at], operands[at])
        if not unread(new):
            says = f"what stands before the first of the list does not go for {quote(operands[at], line)!r}"
            line.readings.append((says, new, found[at]))
        found[at] = new
    return found


def _passes(first: Expr, own: list[Chunk]) -> bool:
    """`clinically significant heart, zorb or lung disease`: an adjective goes past a member nobody understood."""
    judged = isinstance(first, All) and {type(p) for p in first.parts} == {Flag, Judgment}
    return judged and not holds(own, "qW(") and all(getattr(x, "window", None) is None for x in leaves(first))


_STATES = frozenset({"active", "uncontrolled", "untreated", "symptomatic", "unstable"})


def _in_state(found: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line) -> list[Expr]:
    """`active unknown-disease, hepatitis or tuberculosis`: the first word goes for those behind it as well."""
    state = str(operands[0][0].value)
    for at in range(1, len(found)):
        flag, own = found[at], operands[at]
        gap = line.text[operands[at - 1][-1].end : own[0].start]
        plain = isinstance(flag, Flag) and not flag.qualifiers and flag.window is None and len(own) == 1
        if joints[at - 1] not in ",|/" or OWN_LEAD.search(gap) or (own[0].own and plain):
            return found
        if plain:
            narrowed = flag.model_copy(update={"qualifiers": (state,)})
            says = f"{state!r} does not go for {quote(own, line)!r}"
            line.readings.append((says, narrowed, flag))
            found[at] = narrowed
        elif not unread(flag):
            return found
    return found


def governed(
    found: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line, context: Context
) -> list[Expr]:
    """`illness requiring surgery or radiotherapy`: where the first is not understood and ends in an object of such a
    word, what follows may be another object, so by itself it decides nothing."""
    said: Unparsed | None = None
    relates = False
    for at, part in enumerate(found):
        text = line.text[operands[at][0].start : operands[at][-1].end]
        tail = part.parts[-1] if isinstance(part, All) else part
        if isinstance(tail, Unparsed) and _GOVERNS.inside(text, line.text):
            said, relates = tail, bool(_RELATES.search(text))
        elif said is not None:
            if joints[at - 1] not in ",|/" or _led(operands[at - 1 : at + 1], line, relates=relates):
                said = None
            elif _open(part):
                found[at] = context.unparsed(line, operands[at])
            elif not unread(part) and _plain(part) and said not in leaves(part):
                found[at] = All.model_construct(parts=(part, said))
    return found


def _led(pair: list[list[Chunk]], line: Line, *, relates: bool) -> bool:
    """The member has words of its own before its name."""
    before, own = pair
    first = next((c.start for c in own if c.kind == "A"), own[0].start)
    gap = line.text[before[-1].end : first]
    lead = _ARTICLE.sub("", gap) if relates else gap
    qualified = any(isinstance(c.value, Flag) and c.value.qualifiers for c in own if c.kind == "A")
    worded = OWN_LEAD.search(lead) or OWN_LEAD.match(line.text, first)
    return own[0].own or qualified or bool(worded)


def _open(expr: Expr) -> bool:
    """A condition of no table: its words may as well belong to those before them."""
    return isinstance(expr, Flag) and expr.variable not in concepts()


def _plain(expr: Expr) -> bool:
    return all(isinstance(leaf, (Flag, Treated, Unparsed)) for leaf in leaves(expr))


def _untimed(expr: Expr, first: Expr) -> Expr:
    """A condition in the time of the first of the list, without it."""
    times = [leaf.window for leaf in leaves(first) if isinstance(leaf, (Flag, Treated)) and leaf.window]
    same = isinstance(expr, Flag) and expr.window in times
    return expr.model_copy(update={"window": None}) if same else expr


_RATED = re.compile(r"(?:clinically |medically )?(?:significant|relevant|important)\b")


def _lead(
    first: Expr, chunks: list[Chunk], line: Line, context: Context
) -> Callable[[Expr, list[Chunk]], Expr] | None:
    at = next((i for i, c in enumerate(chunks) if c.kind == "A"), len(chunks))
    if not at or holds(chunks, "(:g"):
        return None
    before = chunks[: min(at, len(chunks) - 1)]  # "organ failure" ends in a word that leads elsewhere
    if unread(first) and any(
        c.kind == "z" and (c.value in modal() or c.value in reversing()) for c in before
    ):
        return lambda e, own: context.unparsed(line, own)
    if isinstance(first, Judgment) and (rated := _RATED.match(line.text, chunks[0].start)):
        text, source = line.quote(*rated.span()), line.cite(*rated.span())
        adjective = Judgment.model_construct(text=text, variable="", source=source)
        return lambda e, own: All.model_construct(parts=(e, adjective))
    if (
        at == len(chunks)
        or not isinstance(first, All)
        or not isinstance(first.parts[-1], (Judgment, Unparsed))
    ):
        return None
    said = first.parts[-1]
    gap = line.text[before[-1].end : chunks[at].start]
    behind = chunks[at + 1 :]
    if behind or not (isinstance(said, Judgment) or _PREPOSITION.search(gap)):
        return None
    return lambda e, own: All.model_construct(parts=(e, said))
