"""Sentences that only allow something: `palliative radiotherapy is permitted`, `patients with seizures are eligible if X`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.lists import find, has_atom, trim
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT
from protorun.study.criterion import ALLOWANCE, All, Attestation, Expr, Flag, If, Not, Unparsed
from protorun.terms.concepts import concepts

_ASKS = re.compile(
    r"\b(?:must|should|shall|needs? to|requires?d?|mandatory|until|after|before|prior to|only|not|no|without|un(?:less|til)|except\w*|exclud\w*|if|provided|but|however|"
    r"cannot|only|limited|up to|maximum|minimum|eligible (?:for|to)(?! (?:the |this )?(?:study|trial|protocol|participat\w*|enrol\w*)))\b|[:;≥≤<>*]"
)
_ENDS = re.compile(
    r"(?: (?:for|in|into|on|to|the|this|study|trial|protocol|participate|enroll?|enter|during|treatment|screening|period|while|as well|also))*[ .,;)]*$"
)
_MAY = re.compile(
    r"(?:note:? )?(?:the |all |these )?(?:patients?|participants?|subjects?|individuals?|they)(?: \([^()]{1,40}\))? may (?:also )?(?:have|be|continue|receive|take|use|remain|participate)\b"
)


def allowed(sentences: list[list[Chunk]], line: Line, context: Context) -> Expr | None:
    """A criterion of one sentence that asks nothing, or asks something only of those it lets in."""
    if len(sentences) != 1 or JUDGMENT.search(line.text):
        return None
    chunks = sentences[0]
    at = find(chunks, "p")
    if at is None:
        whole = line.text[chunks[0].start : chunks[-1].end]
        free = " may " in whole and _MAY.match(whole) and not _ASKS.search(whole) and "(" not in whole
        return _nothing(chunks, line) if free else None
    condition = find(chunks, "i", at)
    if condition is not None:
        return _let_in(chunks, at, condition, line, context)
    before, says = line.text[chunks[0].start : chunks[at].start], line.text[chunks[at].start : chunks[at].end]
    if line.polarity == "inclusion" and "allow" not in says and "permit" not in says:
        return _let_in_only(chunks, at, says, line, context)
    ends = _ENDS.match(line.text, chunks[at].end)
    plain = ends is not None and ends.end() >= chunks[-1].end and not _ASKS.search(before)
    return _nothing(chunks, line) if at and plain and find(chunks[:at], "gGeiCM") is None else None


def _let_in_only(chunks: list[Chunk], at: int, says: str, line: Line, context: Context) -> Expr | None:
    """`Patients aged 18 to 75 will be included`: on an inclusion list it says who is wanted."""
    ends = _ENDS.match(line.text, chunks[at].end)
    who = trim(chunks[:at])
    if "will be included" not in says or ends is None or ends.end() < chunks[-1].end or not has_atom(who):
        return None
    return context.assemble(who, line, context.asking())


def _nothing(chunks: list[Chunk], line: Line) -> Expr:
    start, end = chunks[0].start, chunks[-1].end
    line.doubt("ALLOWANCE", f"{line.quote(start, end)!r} allows something; it asks for nothing by itself")
    return Attestation.model_construct(
        text=line.quote(start, end), variable=ALLOWANCE, source=line.cite(start, end)
    )


def _let_in(chunks: list[Chunk], at: int, condition: int, line: Line, context: Context) -> Expr | None:
    """`P are eligible if Q`: those with P are let in where Q holds; nothing is asked of anybody else."""
    who, what = trim(chunks[:at]), trim(chunks[condition + 1 :])
    if not has_atom(who) or not has_atom(what) or holds(who, "gGeiCM"):
        return None
    if _ENDS.match(line.text[chunks[at].end : chunks[condition].start]) is None:
        return None
    lost = len(context.lost)
    these, needed = (
        context.assemble(who, line, context.opened()),
        context.assemble(what, line, context.asking()),
    )
    if any(isinstance(leaf, Unparsed) for part in (these, needed) for leaf in leaves(part)):
        del context.lost[lost:]
        return None
    if "only" not in line.text[chunks[at].start : chunks[condition].end]:
        says = "those named are let in on a condition; it is read as asked of them, and of nobody else"
        line.doubt("ALLOWANCE", says)
    return All(parts=(these, Not(part=needed))) if context.firing else If(condition=these, then=needed)


def softens(before: list[Chunk], chunks: list[Chunk], line: Line) -> list[Chunk] | None:
    """`Brain metastases. Those with stable brain metastases can be enrolled`: the second sentence lets a kind of the
    first in; what stands behind `unless` then, or None where it is about anything else."""
    at = find(chunks, "p")
    atoms = [c.value for c in before if c.kind == "A"]
    if line.polarity != "exclusion" or at is None or len(atoms) != 1 or not isinstance(atoms[0], Flag):
        return None
    ends = _ENDS.match(line.text, chunks[at].end)
    who = trim([c for c in chunks[:at] if c.kind != "C" and c.value not in ("note", "however")])
    kinds = [c.value for c in who if c.kind == "A"]
    if ends is None or ends.end() < chunks[-1].end or len(kinds) != 1 or len(who) != 1:
        return None
    return who if isinstance(kinds[0], Flag) and _kind_of(kinds[0], atoms[0]) else None


def _kind_of(one: Flag, other: Flag) -> bool:
    """The same condition, narrowed."""
    if one.variable == other.variable:
        return len(one.qualifiers) > len(other.qualifiers)
    known = concepts()
    both = one.variable in known and other.variable in known
    return (
        both and known[one.variable].family == known[other.variable].family == "cns" and bool(one.qualifiers)
    )
