"""A whole item: its sentences, their trees, the class of the whole, and what was left unread."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.limits.suggestions import suggested_readings
from protorun.reading.eligibility.chunks import chunks_of
from protorun.reading.eligibility.logic.allowances import allowed
from protorun.reading.eligibility.logic.alternatives import for_some, with_allowances
from protorun.reading.eligibility.logic.assemble import assemble
from protorun.reading.eligibility.logic.context import Context, measured
from protorun.reading.eligibility.logic.examples import with_included
from protorun.reading.eligibility.logic.overrides import released
from protorun.reading.eligibility.parents import only_class
from protorun.reading.eligibility.requirements import (
    MUST,
    asked_of,
    before_exception,
    decided,
    good_value,
    requirement,
    stated_by_person,
)
from protorun.reading.eligibility.statements.titles import only_title
from protorun.reading.eligibility.trees.walks import leaves, simplified, unread
from protorun.reading.eligibility.words.guards import Choices
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT
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

_CAPTIVE = Choices("incarcerat", "prison", "detain", "custody", "depriv(?:ed|ation) of liberty")
"""What nobody answers by consenting: `involuntarily incarcerated or unable to give consent`."""
_MAY = Choices(
    r"\bmay (?!not|interfere|affect|compromise|impair|relapse|recur|increase|put|jeopardi|require|pose|be associated|limit|"
    r"confound|influence|cause|hinder|prevent|preclude|have an? (?:impact|effect)|result|lead|make)",
    r"\b(?:(?:is|are|be) (?:allowed|permitted)|will be (?:allowed|permitted))",
    r"not required",
    r"need not",
    r"(?:do|does) not (?:need|have) to",
    r"at the discretion",
    r"\b(?:remain|still) eligible",
)
_NEEDS_NOT = Choices(
    r"(?<!who )(?<!that )(?<!which )\b(?:do|does) not require\b",
    r"(?<!who )(?<!that )(?<!which )\b(?:need no|(?:is|are) exempt(?:ed)?)\b",
)
_ONLY_IF = re.compile(r"only if|not allowed|not permitted|unless|except|excluding|provided|\(")
_OPEN_ILLNESS = re.compile(
    r"^(?:any |known |other |severe |serious |significant )*uncontrolled(?: or significant)? (?:concurrent|intercurrent|concomitant|medical|systemic)?[ ,a-z]{0,20}?(?:illness|disease|condition)(?:es|s)?\b.{0,12}?includ"
)

_MOST_LETTERS = 6_000
"""The longest of ten thousand printed criteria has 4,500; what is longer is no criterion, and is listed as unread."""


def read_line(line: Line) -> tuple[Expr, list[tuple[int, int]]]:
    """The tree of an item and the stretches it does not cover."""
    lost: list[tuple[int, int]] = []
    whole = _whole_judgment(line)
    if whole is not None:
        return whole, lost
    context = Context(
        firing=line.polarity == "exclusion", lost=lost, assemble=assemble, include=with_included
    )
    if len(line.text) > _MOST_LETTERS or only_title(line.text):
        return context.unparsed(line, [Chunk("z", 0, len(line.text))]), lost
    sentences = with_allowances(_sentences(chunks_of(line), line), line)
    if (asks_nothing := allowed(sentences, line, context)) is not None:
        return simplified(asks_nothing), lost
    release = _release(sentences, context)
    parts = [
        context.unparsed(line, s) if i > release else _sentence(s, line, context)
        for i, s in enumerate(sentences)
    ]
    line.readings = [(says, simplified(old), simplified(new)) for says, old, new in line.readings]
    tree = simplified(_together(parts, sentences, line, context))
    if line.suggested:
        suggested_readings(leaves(tree), line)
    return tree, lost


def _release(sentences: list[list[Chunk]], context: Context) -> int:
    """On an exclusion list, sentences behind `X are eligible if:` or `Except for X` say who is let in, not who is kept
    out: the index of the first of these, or one behind the last sentence."""
    if context.firing:
        for at, chunks in enumerate(sentences):
            if chunks[0].kind == "e" or (chunks[-1].kind in "i:" and holds(chunks, "p")):
                return at
    return len(sentences)


def _whole_judgment(line: Line) -> Expr | None:
    """An open list of uncontrolled illnesses is the investigator's to judge as a whole."""
    if "uncontrolled" not in line.text or not _OPEN_ILLNESS.search(line.text):
        return None
    source = line.cite(0, len(line.text))
    return Judgment.model_construct(text=source.quote, variable="uncontrolled_illness", source=source)


def _sentences(chunks: list[Chunk], line: Line) -> list[list[Chunk]]:
    """Split at full stops and semicolons outside brackets; a sentence that begins with `or` belongs to the one before."""
    found: list[list[Chunk]] = [[]]
    depth = 0
    if not holds(chunks, ";."):
        return [chunks] if chunks else []
    for chunk in chunks:
        if chunk.kind in "()":
            depth = depth + 1 if chunk.kind == "(" else max(0, depth - 1)
        ends = chunk.kind == ";" or (
            chunk.kind == "." and line.text[chunk.end : chunk.end + 1] in ("", " ", "\n")
        )
        if ends and not depth:
            found.append([])
        else:
            found[-1].append(chunk)
    return [s for s in found if s]


def _sentence(chunks: list[Chunk], line: Line, context: Context) -> Expr:
    if holds(chunks, ":"):
        chunks = [c for i, c in enumerate(chunks) if c.kind != ":" or not i or chunks[i - 1].kind not in "ei"]
    text = line.text[chunks[0].start : chunks[-1].end]
    atoms = [c for c in chunks if c.kind == "A"]
    if _CAPTIVE.inside(text, line.text) and STATEMENT.inside(text, line.text):
        return context.unparsed(line, chunks)
    others = [c for c in atoms if not isinstance(c.value, Attestation)]
    if STATEMENT.inside(text, line.text) and (not others or _of_whom(chunks, others, line)):
        return stated_by_person(chunks, text, line)
    if not atoms:
        told = (
            chunks[0].kind in "iC" and ". " in line.text[: chunks[0].start]
        )  # "If needed, they should be ..."
        judged = JUDGMENT.inside(text, line.text) and not told
        return decided(chunks, line) if judged else context.unparsed(line, chunks)
    if (found := released(chunks, line, context)) is not None:
        return found
    if _NEEDS_NOT.inside(text, line.text):
        return context.unparsed(line, chunks)
    if _MAY.inside(text, line.text) and not _ONLY_IF.search(text) and not for_some(chunks):
        line.doubt(
            "ALLOWANCE",
            f"{line.quote(chunks[0].start, chunks[-1].end)!r} allows something; it asks for nothing by itself",
        )
        return context.unparsed(line, chunks)
    for rule in (_for_unread, _topic, _must_of_some):
        if (found := rule(chunks, line, context)) is not None:
            return found
    if line.polarity == "exclusion" and MUST.inside(before_exception(chunks, line), line.text):
        return requirement(chunks, line, context)
    if line.polarity == "exclusion" and (_ADEQUATE.match(text) or any(map(good_value, _leaves_of(atoms)))):
        line.doubt(
            "DIRECTION",
            "an exclusion list that turns away good values; perhaps the line belongs to inclusion",
        )
        return context.unparsed(line, chunks)
    if line.polarity == "exclusion" and chunks[0].kind == "g" and all(_unwanted(c.value) for c in atoms):
        line.doubt(
            "NEGATED_EXCLUSION",
            "a denial on the exclusion list may be meant as a requirement or as it stands",
        )
        return context.unparsed(line, chunks)
    return assemble(chunks, line, context)


_AGREES = re.compile(
    r"\b(?:must|should|will|need to|have to|has to)(?: also)? (?:agree|be willing|consent|commit)\b"
)


def _of_whom(chunks: list[Chunk], others: list[Chunk], line: Line) -> bool:
    """`Patients of childbearing potential or able to father a child must agree ...`: what stands before says who agrees."""
    found = _AGREES.search(line.text, chunks[0].start, chunks[-1].end)
    if found is None or line.polarity == "exclusion" or not holds(chunks, "|"):
        return False
    known = [leaf for c in others for leaf in leaves(c.value)]
    potential = all(isinstance(x, Flag) and "potential" in x.variable for x in known)
    return potential and all(c.end <= found.start() for c in others)


_FOR = re.compile(
    r"^\W*(?:for|in|among) (?:all |those |any )?(?:patients?|subjects?|participants?|individuals?|women|men|females?|males?|children|adults|those|persons?) (?:who|with|whose|that|enrolled|on|receiving)\b"
)


def _for_unread(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`For patients who did X, Y` with an X nobody understood: Y is asked of some only, it is not known of whom."""
    cut = next((i for i, c in enumerate(chunks) if c.kind in ",:("), None)
    if cut is None or chunks[cut].kind == "(" or holds(chunks[:cut], "AX") or not holds(chunks[cut:], "A"):
        return None
    before = max(line.text.rfind(sign, 0, chunks[0].start) for sign in ".;:,(") + 1
    if not _FOR.match(line.text[before : chunks[0].start + 40].lstrip()):
        return None
    if holds(chunks[cut + 1 :], ",:"):
        return context.unparsed(line, chunks)
    who, then = context.unparsed(line, chunks[:cut]), _sentence(chunks[cut + 1 :], line, context)
    return (
        All.model_construct(parts=(who, then))
        if context.firing
        else If.model_construct(condition=who, then=then)
    )


def _topic(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    """`For patients with X, Y` and `X: Y`: X says whom or what Y is about, it is not asked for."""
    depth, cut, seen = 0, None, False
    for at, chunk in enumerate(chunks):
        if chunk.kind in "()":
            depth = depth + 1 if chunk.kind == "(" else max(0, depth - 1)
        seen = seen or chunk.kind == "A"
        if depth == 0 and at and chunk.kind in ":," and seen:
            cut = at
            break
    if cut is None or cut == len(chunks) - 1 or (chunks[cut].kind == ":" and holds(chunks[:cut], "e")):
        return None
    before = re.split(r"[.;:]", line.text[max(0, chunks[0].start - 24) : chunks[0].start])[-1].lstrip(" ,()")
    leads = re.match(r"(?:for|in|among|with|without)\b", before + line.text[chunks[0].start : chunks[0].end])
    if chunks[cut].kind == ":" and not any(isinstance(c.value, Number) for c in chunks[:cut]):
        if line.polarity == "inclusion" or MUST.inside(
            line.text[chunks[0].start : chunks[-1].end], line.text
        ):
            return context.unparsed(line, chunks)
        return _told(chunks, cut, line, context)
    if leads and leads[0].startswith("with") and not _only_limits(chunks[cut:]):
        leads = None
    populations = all(isinstance(c.value, (Flag, Code, All, Any)) for c in chunks[:cut] if c.kind == "A")
    if leads is None or chunks[cut].kind != "," or not populations:
        return None
    population = [c for c in chunks[:cut] if c.kind != "C"]
    who = assemble(population, line, context.opened())
    then = _sentence(chunks[cut + 1 :], line, context)
    return (
        All.model_construct(parts=(who, then))
        if context.firing
        else If.model_construct(condition=who, then=then)
    )


def _must_of_some(chunks: list[Chunk], line: Line, context: Context) -> Expr | None:
    who = None if context.firing else asked_of(chunks, line)
    return who and If.model_construct(condition=who, then=_sentence(chunks[2:], line, context))


def _told(chunks: list[Chunk], cut: int, line: Line, context: Context) -> Expr:
    """`Cardiac disease: unstable angina`: what stands behind the colon tells which of what stands before it excludes."""
    head = chunks[:cut]
    if measured(head) or holds(head, "gei|&,"):
        return context.unparsed(line, chunks)
    named, rest = assemble(head, line, context), _sentence(chunks[cut + 1 :], line, context)
    if chunks[cut + 1].kind == "I":
        return Any.model_construct(parts=(named, rest))
    if unread(rest):
        return All.model_construct(parts=(named, rest))
    if only_class(line.text[head[0].start : head[-1].end]):
        return rest
    return All.model_construct(parts=(rest, context.unparsed(line, head)))


def _only_limits(chunks: list[Chunk]) -> bool:
    atoms = [c.value for c in chunks if c.kind == "A"]
    return bool(atoms) and all(isinstance(leaf, Number) for a in atoms for leaf in leaves(a))


_ADEQUATE = re.compile(
    r"(?:adequate|sufficient|acceptable|normal) [a-z -]{3,60}[,:]? (?:as )?(?:defined|evidenced|indicated|demonstrated) (?:as|by)\b"
)
"""What an inclusion list asks for, on the other list."""


def _leaves_of(atoms: list[Chunk]) -> list[Expr]:
    return [leaf for c in atoms for leaf in leaves(c.value)]


def _unwanted(expr: Expr) -> bool:
    """What trials exclude: comorbidities and treatments. Their denial on an exclusion list has two meanings."""
    return all(
        isinstance(leaf, (Treated, Washout))
        or (
            isinstance(leaf, Flag)
            and (leaf.variable not in concepts() or concepts()[leaf.variable].domain == "condition")
        )
        for leaf in leaves(expr)
    )


def _together(parts: list[Expr], sentences: list[list[Chunk]], line: Line, context: Context) -> Expr:
    if not parts:
        return context.unparsed(line, [Chunk("z", 0, len(line.text))])
    if len(parts) == 1:
        return parts[0]
    if (asked := _FOR_WHOM.match(line.text)) is not None and asked.end() <= sentences[1][0].start:
        return _of_some(parts, context)
    first_words = [s[0].kind for s in sentences]
    allowances = [unread(p) and _allows(s, line) for p, s in zip(parts, sentences, strict=True)]
    if any(k == "|" for k in first_words[1:]):
        if context.firing and not any(isinstance(leaf, Unparsed) for p in parts for leaf in leaves(p)):
            return Any.model_construct(parts=tuple(parts))
        return _with_or(parts, first_words)
    kept = [p for p, a in zip(parts, allowances, strict=True) if not a]
    soft = [p for p, a in zip(parts, allowances, strict=True) if a]
    if not context.firing:
        kept = [kept[0], *(_second(k) for k in kept[1:])] if kept else kept
        base: Expr = (
            kept[0] if len(kept) == 1 else All.model_construct(parts=tuple(kept)) if kept else soft[0]
        )
        return Any.model_construct(parts=(base, *soft)) if soft and kept else base
    if any(unread(p) for p in kept[1:]):
        # A further sentence nobody understood may narrow what excludes or add to it: the answer stays open.
        known = [p for p in kept if not unread(p)]
        others = [p for p in kept if unread(p)]
        base = (
            (known[0] if len(known) == 1 else Any.model_construct(parts=tuple(known))) if known else others[0]
        )
        return (
            Any.model_construct(parts=(All.model_construct(parts=(base, *others)), *others))
            if known
            else base
        )
    base = kept[0] if len(kept) == 1 else Any.model_construct(parts=tuple(kept)) if kept else soft[0]
    return (
        All.model_construct(parts=(base, *(Not.model_construct(part=s) for s in soft)))
        if soft and kept
        else base
    )


_FOR_WHOM = re.compile(
    r"\W*(?:for|in|among) (?:all |any |those )?(?:wom[ae]n|m[ae]n|females?|males?|patients?|subjects?|participants?|individuals?|children|adults|those|persons?)\b[^.;:]{0,120}:"
)


def _of_some(parts: list[Expr], context: Context) -> Expr:
    """`For women of childbearing potential:` and its entries: they are asked of those only."""
    rest: Expr = parts[1]
    if len(parts) > 2:
        kind = Any if context.firing else All
        rest = kind.model_construct(parts=tuple(parts[1:]))
    if context.firing:
        return All.model_construct(parts=(parts[0], rest))
    return If.model_construct(condition=parts[0], then=rest)


def _allows(chunks: list[Chunk], line: Line) -> bool:
    text = line.text[chunks[0].start : chunks[-1].end]
    return holds(chunks, "p") or _MAY.inside(text, line.text)


def _second(expr: Expr) -> Expr:
    """A further sentence explains as often as it asks: with unread words in it, it decides nothing."""
    open_ = [leaf for leaf in leaves(expr) if isinstance(leaf, Unparsed)]
    return (
        Any.model_construct(parts=(All.model_construct(parts=(expr, open_[0])), open_[0]))
        if open_ and not unread(expr)
        else expr
    )


def _with_or(parts: list[Expr], first_words: list[str]) -> Expr:
    groups: list[list[Expr]] = [[parts[0]]]
    for part, word in zip(parts[1:], first_words[1:], strict=True):
        if word == "|":
            groups.append([part])
        else:
            groups[-1].append(part)
    return Any.model_construct(
        parts=tuple(g[0] if len(g) == 1 else All.model_construct(parts=tuple(g)) for g in groups)
    )
