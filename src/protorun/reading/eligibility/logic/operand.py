"""One member of a list: its atoms, a negation before them, brackets behind them, and what was not understood."""

from __future__ import annotations

import re
from itertools import pairwise

from protorun.reading.eligibility.atoms.conditions.tested import result_of, said_positive
from protorun.reading.eligibility.atoms.limits.sexes import has_own_sex, of_sex, sex
from protorun.reading.eligibility.logic.brackets import LOOSE, bracket
from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk, headed, holds, modal, reversing
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import (
    ADEQUATE,
    BY_WHOM,
    HEALTHY,
    JUDGMENT,
    LACKING,
    MEMBER,
    REFUSED,
    attested,
)
from protorun.reading.eligibility.words.unknown_times import UNKNOWN
from protorun.study.criterion import (
    All,
    Any,
    Attestation,
    Code,
    Expr,
    Flag,
    If,
    Judgment,
    Not,
    Number,
    Treated,
    Unparsed,
    Washout,
)
from protorun.terms.concepts import concepts

_MANY = {True: 12, False: 6}


def operand(chunks: list[Chunk], line: Line, context: Context) -> Expr:
    """The tree of one list member."""
    chunks = [c for c in _flatten(chunks, line) if c.kind != "q" or c.value]
    if not chunks:
        return Unparsed.model_construct(text="", source=None)
    if chunks[0].kind == "g" and holds(chunks[1:2], "A("):
        return Not.model_construct(part=operand(chunks[1:], line, context.described()))
    if chunks[0].kind == "(" and chunks[-1].kind == ")" and _closing(chunks, 0) == len(chunks) - 1:
        return context.assemble(chunks[1:-1], line, context)
    text = line.text[chunks[0].start : chunks[-1].end]
    atoms = [c for c in chunks if c.kind == "A"]
    if not atoms:
        return _without_atoms(chunks, text, line, context)
    if context.firing and len(atoms) == 1 and _bare_course(atoms[0], line):
        return context.unparsed(line, chunks)
    end = _asserted(chunks)
    if end is None:
        return judged(chunks, line) if JUDGMENT.inside(text, line.text) else context.unparsed(line, chunks)
    if end == len(chunks):
        return _with_atoms(chunks, line, context)
    rest = (chunks[end].start, chunks[-1].end)
    return _restricted(_with_atoms(chunks[:end], line, context), [rest], line, context)


_COURSES = frozenset({"recurrent", "relapsed", "refractory", "relapsing", "recurring"})


def _bare_course(atom: Chunk, line: Line) -> bool:
    """`chronic, recurrent or severe reflux`: the course of an illness that stands elsewhere, not that of a cancer."""
    stage = isinstance(atom.value, Flag) and line.text[atom.start : atom.end].strip() in _COURSES
    return (
        stage
        and re.match(r" (?:disease|cancer|tumou?r|malignanc)", line.text[atom.end : atom.end + 12]) is None
    )


def _without_atoms(chunks: list[Chunk], text: str, line: Line, context: Context) -> Expr:
    if (said := _stated(chunks, text, line)) is not None:
        return said
    if JUDGMENT.inside(text, line.text) or (LACKING.fills(text, line.text) and not holds(chunks, "gei(ntr")):
        return judged(chunks, line)
    if len(chunks) == 1 and chunks[0].kind == "X" and not context.firing:
        return sex(chunks[0], line)
    return context.unparsed(line, chunks)


_WHY = re.compile(r"\b(?:due to|because|secondary to|as a result|e\.g)")


def _stated(chunks: list[Chunk], text: str, line: Line) -> Expr | None:
    """`aged 18 or older, able to give consent`, `depression or poor compliance`: one member that somebody states."""
    begins = MEMBER.search(line.text, chunks[0].start, chunks[-1].end)
    if (
        begins is None
        or begins.start() > chunks[0].start
        or _WHY.search(text)
        or holds(chunks, "eiCDpG(ntr")
        or JUDGMENT.inside(text, line.text)
    ):
        return None
    stated = attested(chunks[0].start, chunks[-1].end, line)
    if line.polarity == "inclusion":
        return stated
    return Not.model_construct(part=stated) if REFUSED.inside(text, line.text) else None


def judged(chunks: list[Chunk], line: Line) -> Judgment:
    """The stretch as something the investigator decides."""
    start, end = chunks[0].start, chunks[-1].end
    return Judgment.model_construct(text=line.quote(start, end), variable="", source=line.cite(start, end))


_INITIALS = re.compile(r"\([a-z]/[a-z]\)")
"""`refractory/metastatic (R/M)`"""


def _flatten(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """Abbreviations in brackets (`neutrophil count (XYZ)`) explain a name and are passed over."""
    if not holds(chunks, "("):
        return chunks
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        kinds = "".join([c.kind for c in chunks[at : at + 3]]) if chunks[at].kind == "(" else ""
        word = line.text[chunks[at + 1].start : chunks[at + 1].end] if len(kinds) == 3 else ""
        if (
            kinds == "(z)"
            and found
            and len(word) <= 7
            and chunks[at + 1].value not in modal()
            and word.isalpha()
        ):
            at += 3
            continue
        if kinds[:2] == "()":
            at += 2
            continue
        if _INITIALS.match(line.text, chunks[at].start) and found:
            at += 5
            continue
        found.append(chunks[at])
        at += 1
    return found


def _closing(chunks: list[Chunk], at: int) -> int | None:
    depth = 0
    for index in range(at, len(chunks)):
        depth += (chunks[index].kind == "(") - (chunks[index].kind == ")")
        if depth == 0:
            return index
    return None


def _asserted(chunks: list[Chunk]) -> int | None:
    """How far the atoms of an operand are asserted: a word such as `risk`, `family`, `failed` or a negation further off
    decides what stands behind it; None when nothing before it is asserted."""
    unknown = [c.value for c in chunks if c.kind == "z"]
    if unknown and (not reversing().isdisjoint(unknown) or ("anti" in unknown and _against(chunks))):
        return None
    depth, seen = 0, False
    for at, chunk in enumerate(chunks):
        if chunk.kind in "()":
            depth = depth + 1 if chunk.kind == "(" else max(0, depth - 1)
        if depth:
            continue
        seen = seen or chunk.kind == "A"
        near = chunk.kind == "g" and at + 1 < len(chunks) and chunks[at + 1].kind == "A" and seen
        if (chunk.kind == "z" and chunk.value in modal()) or (chunk.kind in "gGieCDIp" and not near):
            return at if seen else None
    return len(chunks)


def _against(chunks: list[Chunk]) -> bool:
    """`anti-seizure`: what stands behind is not there, it is treated."""
    return any(
        a.kind == "z" and a.value == "anti" and b.kind == "A" and isinstance(b.value, (Flag, Any))
        for a, b in pairwise(chunks)
    )


def _at_most(chunks: list[Chunk]) -> bool:
    """`no more than 1 brain metastasis` is also met by none."""
    return any(
        a.kind == "c"
        and a.value in ("≤", "<")
        and b.kind == "n"
        and c.kind == "A"
        and isinstance(c.value, Flag)
        for a, b, c in zip(chunks, chunks[1:], chunks[2:], strict=False)
    )


_NOUN = re.compile(r" ([a-z-]{4,20})(?![a-z-])")


def _heads_a_noun(chunk: Chunk, line: Line) -> bool:
    """`asthma medication`, `allergy work-up`: who takes the one or had the other need not have the condition."""
    if chunk.kind != "A" or not isinstance(chunk.value, Flag):
        return False
    noun = _NOUN.match(line.text, chunk.end)
    return noun is not None and noun[1] in headed() and not said_positive(line.text, chunk.start)


def _with_atoms(chunks: list[Chunk], line: Line, context: Context) -> Expr:
    if _at_most(chunks) or any(_heads_a_noun(c, line) for c in chunks):
        return context.unparsed(line, chunks)
    parts: list[Expr] = []
    sexed: list[Chunk] = []
    positive = "positive " in line.text
    at = 0
    lost: list[tuple[int, int]] = []
    while at < len(chunks):
        chunk = chunks[at]
        if chunk.kind == "A":
            parts.append(result_of(chunk, line) if positive else chunk.value)
        elif chunk.kind == "h":
            parts.append(_confirmed(chunk, line))
        elif chunk.kind == "g" and at + 1 < len(chunks) and chunks[at + 1].kind == "A":
            at += 1
            parts.append(Not.model_construct(part=chunks[at].value))
        elif chunk.kind == "(":
            end = _closing(chunks, at)
            if end is None:
                lost.append((chunk.start, chunks[-1].end))
                break
            bracket(chunks[at + 1 : end], parts, lost, line, context)
            at = end
        elif chunk.kind == "X":
            sexed.append(chunk)
        elif not _silent(chunk, line):
            lost.append((chunk.start, chunk.end))
        at += 1
    if (lines := _lines(parts)) is not None:
        lost.append((chunks[0].start, chunks[-1].end))
        parts = [lines]
    if not _go_together(parts) and not _with_limit(chunks, line):
        return context.unparsed(line, chunks)
    expr: Expr = parts[0] if len(parts) == 1 else All.model_construct(parts=tuple(parts))
    if sexed and not has_own_sex(expr):
        expr = _of_sex(expr, sexed, chunks, lost, line)
    when = any(c.kind == "z" and c.value == UNKNOWN for c in chunks)
    return _restricted(expr, sorted(lost), line, context, decides=not when)


_OF_WHAT = re.compile(r"(?<!prior )(?<!due )\bto (?:any of |any |the |this |study |either |one of ){0,4}$")


_SETTINGS = frozenset(
    {"advanced_disease", "metastatic_disease", "locally_advanced_disease", "recurrent_disease"}
)


def _lines(parts: list[Expr]) -> Number | None:
    """`two regimens for advanced disease`: the count has no place for the setting it counts in."""
    counts = [p for p in parts if isinstance(p, Number) and p.variable.endswith("_lines")]
    staged = any(isinstance(p, Flag) and p.variable in _SETTINGS for p in parts)
    return counts[0] if len(counts) == 1 and staged and len(parts) == 2 else None


_OF_ILLNESS = re.compile(r"(?<=treatment) (?:for|of) (?!(?:the |this |any )?(?:study|trial))")
"""`treatment for asthma`: who has asthma is not meant, but who is treated for it."""


def _silent(chunk: Chunk, line: Line) -> bool:
    """Signs and words of no weight; the study treatment only where it says when, not to what."""
    if chunk.kind == "a":
        if _OF_ILLNESS.match(line.text, chunk.end):
            return False
        return not _OF_WHAT.search(line.text[max(0, chunk.start - 40) : chunk.start])
    return chunk.kind in LOOSE or chunk.kind == ")"


def _of_sex(
    expr: Expr, sexed: list[Chunk], chunks: list[Chunk], lost: list[tuple[int, int]], line: Line
) -> Expr:
    """`women with breast cancer`, `male, aged 18 to 65`: the sex is asked for; anywhere else it says whom a line is about."""
    asked = chunks[0] is sexed[0] and len(sexed) == 1 and not holds(chunks, "MCip")
    if asked and all(isinstance(leaf, Number) and leaf.variable not in _OF_PEOPLE for leaf in leaves(expr)):
        return of_sex(expr, sexed[0], line)  # "female QTcF ≤ 470 ms, male ≤ 450 ms"
    if asked and not any(isinstance(leaf, Attestation) for leaf in leaves(expr)):
        return All.model_construct(parts=(sex(sexed[0], line), expr))
    lost.extend((c.start, c.end) for c in sexed)
    return expr


_OF_PEOPLE = frozenset({"age", "bmi", "weight", "height", "body_weight"})
"""Limits that stand beside a sex because both describe who is asked for."""


def _confirmed(chunk: Chunk, line: Line) -> Code:
    values = ("histology", "cytology") if chunk.value == "either" else (str(chunk.value),)
    source = line.cite(chunk.start, chunk.end)
    return Code.model_construct(variable="diagnosis_confirmed_by", values=values, source=source)


def _restricted(
    expr: Expr, lost: list[tuple[int, int]], line: Line, context: Context, *, decides: bool = True
) -> Expr:
    """Words left over beside an atom narrow it: the whole can be denied by the atom, but never be confirmed."""
    if not lost:
        return expr
    start, end = lost[0][0], lost[-1][1]
    text, source = line.quote(start, end), line.cite(start, end)
    if _only_says(expr, start, end, line):
        return expr
    said = line.text[start:end]
    if decides and (JUDGMENT.inside(said, line.text) or HEALTHY.fills(said, line.text)):
        return All.model_construct(
            parts=(expr, Judgment.model_construct(text=text, variable="", source=source))
        )
    context.lost.append((start, end))
    unread = Unparsed.model_construct(text=text, source=source)
    narrowed = All.model_construct(parts=(expr, unread))
    # Many unread words may say anything, also whom the atom is asked of: then nothing is decided.
    return (
        Any.model_construct(parts=(narrowed, unread))
        if len(text.split()) > _MANY[context.firing] or not decides
        else narrowed
    )


_LINKED = (Number, Code)


def _only_says(expr: Expr, start: int, end: int, line: Line) -> bool:
    """Words beside a limit that ask for nothing more: by whom it is measured, and of what it is the limit
    (`adequate renal function: creatinine ≤ 1.5`)."""
    limits = all(isinstance(leaf, Number) for leaf in leaves(expr))
    if not limits:
        return False
    said = line.text[start:end]
    if BY_WHOM.fills(said, line.text) is not None:
        return True
    return line.text.startswith(":", end) and ADEQUATE.fills(said, line.text) is not None


def _go_together(parts: list[Expr]) -> bool:
    """Atoms side by side without a joint are one statement only where each narrows a diagnosis."""
    return len(parts) <= 1 or _graded(parts) or all(_narrows(p) for p in parts)


_BOTH = re.compile(r" (?:with|and with|who have|and have|whose)(?: an?| the)? ")


def _with_limit(chunks: list[Chunk], line: Line) -> bool:
    """`HIV infection with CD4 < 350/uL`: a condition and a limit are both meant where `with` ties them."""
    atoms = [c for c in chunks if c.kind == "A"]
    return (
        len(atoms) == 2
        and isinstance(atoms[0].value, Flag)
        and isinstance(atoms[1].value, Number)
        and _BOTH.fullmatch(line.text[atoms[0].end : atoms[1].start]) is not None
    )


_GRADED = {
    "nyha": frozenset({"heart_failure", "heart_disease", "cardiovascular_disease"}),
    "child_pugh_class": frozenset({"cirrhosis", "liver_disease"}),
    "child_pugh_score": frozenset({"cirrhosis", "liver_disease"}),
}
"""What a scale grades: `congestive heart failure (NYHA class III or IV)`."""


def _graded(parts: list[Expr]) -> bool:
    """A condition and the class it has on its own scale."""
    illness = [p.variable for p in parts if isinstance(p, Flag)]
    scale = [p.variable for p in parts if isinstance(p, (Number, Code))]
    both = len(parts) == 2 and len(illness) == len(scale) == 1
    return both and illness[0] in _GRADED.get(scale[0], ())


def _narrows(part: Expr) -> bool:
    if isinstance(part, Flag):
        known = concepts().get(part.variable)
        return (
            known is None
            or known.domain in ("diagnosis", "stage", "finding")
            or known.family == "cns"
            or part.variable.startswith("measurable")
        )
    if isinstance(part, (All, Any)):
        return all(_narrows(p) for p in part.parts)
    if isinstance(part, Not):
        return _narrows(part.part)
    return isinstance(part, (Code, Number, If)) and not isinstance(part, (Treated, Washout))
