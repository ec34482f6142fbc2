"""Contraception and family planning: a person states it, so the clause is kept as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Attestation, Code, Expr, Flag, If, Not

_WORDS = Guarded(
    r"contracept\w*|birth control|abstinen\w*|abstain from (?:sex|heterosexual|penile)|donat\w+ (?:sperm|eggs|ova|oocytes)|"
    r"plan(?:s|ning)? to (?:become pregnant|conceive|father|have children)|father(?:ing)? a child|intend(?:ing|s)? to become pregnant|barrier method"
)
_BOUNDARY = re.compile(
    r"[;.](?=\s|$)|[,)]? or (?!who\b|be\b|to\b|unable|unwilling|not\b|refus|use|using|donat|abst|their|fertile|partner|men\b(?! and women)|male|\w+ (?:control|method|contracept))|, and (?!who\b)"
)
_REFUSES = re.compile(
    r"\bun(?:willing|able)|not (?:willing|able|using|agree\w*|practicing|use|prepared)|refus\w+|do(?:es)? not (?:use|agree|wish|want|practice)|"
    r"without (?:using |adequate |effective )|who are not|fail\w* to use|inadequate|lack of"
)
_TAIL = re.compile(r"(?:[,\s]|\b(?:the|and|a|an)\b){1,8}$")
_JOINT = re.compile(r"(?:and/or|or|and) ")
_WHO = re.compile(r"(?:childbearing|child-bearing|reproductive|fertil)")
_HAS_ATOM = re.compile(r"breast[ -]?feed|lactat|nursing|pregnancy test")


WORDS = _WORDS.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Clauses about contraception, from boundary to boundary; what other pieces have taken stays theirs."""
    at = 0
    while match := _WORDS.search(line.text, at):
        if any(c.start < match.end() and match.start() < c.end for c in taken):
            at = match.end()
            continue
        start, end = _clause(line.text, match.start(), match.end(), taken)
        at = max(end, match.end())
        if not line.text[start:end].strip() or _HAS_ATOM.search(line.text[start:end]):
            continue
        yield Chunk("A", start, end, _expr(line, start, end))


def _clause(text: str, start: int, end: int, taken: Sequence[Chunk]) -> tuple[int, int]:
    left = max((c.end for c in taken if c.end <= start), default=0)
    right = min((c.start for c in taken if c.start >= end), default=len(text))
    for boundary in _BOUNDARY.finditer(text, left, start):
        left = boundary.end()
    later = re.compile(r"[;.](?=\s|$)").search(text, end, right)
    right = later.start() if later else right
    while left < right and text[left] in " ,":
        left += 1
    joint = _JOINT.match(text, left, right)
    left = joint.end() if joint else left
    tail = _TAIL.search(text, left, right)
    return left, tail.start() if tail else right


_OF_WOMEN = re.compile(r"^(?!.*\b(?:men|males?)\b).*\b(?:wom[ae]n|females?|wocbp)\b")
_ACTIVE = re.compile(r"(?<!not )(?<!not currently )\bsexually active")
_PLANS = re.compile(
    r"plan|intend|inten[dt]|father|donat|wish|desir|conceiv|try(?:ing)? to|become|childbearing|fertil"
)
_USES = re.compile(r"contracept|birth control")
_MUST = re.compile(r"\b(?:must|should|shall|required to|have to|has to|needs? to)\b(?! not)")


def _expr(line: Line, start: int, end: int) -> Expr:
    text, source = line.text[start:end], line.cite(start, end)
    stated = Attestation.model_construct(text=line.quote(start, end), variable="contraception", source=source)
    if line.polarity == "inclusion" or (_MUST.search(line.text, 0, end) and not _REFUSES.search(text)):
        if line.polarity == "inclusion" or _WHO.search(text) or not _OF_WOMEN.search(text):
            return stated  # the requirement is denied as a whole where it stands among exclusions
        woman = Code.model_construct(variable="sex", values=("female",), source=source)
        return If.model_construct(condition=woman, then=stated)
    if not _REFUSES.search(text):
        if _USES.search(text) and not _PLANS.search(text):
            return stated.model_copy(update={"variable": ""})
        plans = Attestation.model_construct(
            text=line.quote(start, end), variable="no_pregnancy_planned", source=source
        )
        return Not(part=plans)
    if not _WHO.search(text):
        denied = Not(part=stated)
        if not _OF_WOMEN.search(
            line.text[max(line.text.rfind(".", 0, start), line.text.rfind(";", 0, start)) + 1 : end]
        ):
            return denied
        woman = Code.model_construct(variable="sex", values=("female",), source=source)
        return All(parts=(woman, denied))  # "women who are pregnant or not using contraception"
    women = re.search(r"wom[ae]n|female|[wf]ocbp", text) and not re.search(r"\b(?:men|males?)\b", text)
    fertile = Flag.model_construct(
        variable="childbearing_potential" if women else "reproductive_potential", qualifiers=(), source=source
    )
    if not _ACTIVE.search(text):
        return All(parts=(fertile, Not(part=stated)))
    active = Flag.model_construct(variable="sexually_active", qualifiers=(), source=source)
    return All(parts=(active, fertile, Not(part=stated)))
