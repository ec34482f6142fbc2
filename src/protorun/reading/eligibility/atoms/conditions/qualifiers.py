"""What narrows a condition behind its name, with needs in words of no table (`effusion requiring frequent drainage`), and
trees of conditions changed atom by atom."""

from __future__ import annotations

import re
from functools import cache
from typing import Any as Anything

from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT
from protorun.study.criterion import All, Any, Code, Flag, Number

_NEEDS = ("requiring_", "required_")
"""How the name of a need begins that has no row in the table."""
BEHIND = frozenset(
    {
        "requiring_iv_antimicrobials",
        "requiring_systemic_therapy",
        "requiring_treatment",
        "requiring_antibiotics",
        "requiring_systemic_antibiotics",
        "requiring_steroids",
        "requiring_hospitalization",
        "may_recur",
        "seen_on_chest_ct",
        "requiring_intervention",
        "requiring_immunosuppression",
        "progressing_or_requiring_treatment",
    }
)


def stands_behind(qualifier: object) -> bool:
    """True for a qualifier behind the name: one of the table, or a need in its own words (`requiring_frequent_drainage`)."""
    return qualifier in BEHIND or str(qualifier).startswith(_NEEDS)


def is_condition(expr: Anything) -> bool:
    """One condition or test, or any one of several conditions."""
    return isinstance(expr, (Flag, Code)) or (
        isinstance(expr, Any) and all(isinstance(p, Flag) for p in expr.parts)
    )


def map_atoms(expr: Anything, change: Anything) -> Anything:
    """The tree with each of its conditions and limits changed."""
    if isinstance(expr, (Flag, Code, Number)):
        return change(expr)
    if isinstance(expr, (Any, All)):
        return expr.model_copy(update={"parts": tuple(map_atoms(p, change) for p in expr.parts)})
    return expr


_WORD = (
    r"(?!(?:and|or|but|if|unless|except|excluding|who|which|that|not|no|non|without|within|only|other|another|than|least|most|more|less|is|are|was|were|has|have|had|must|should|may|"
    r"can|will|prior|before|since|due|as|including|such|either|any|all|during|in|on|at|after|for|while|despite|from|this|these|those|the|study|trial|protocol|screening|"
    r"months?|weeks?|days?|years?|hours?|adequate|appropriate|optimal|significant|additional|following|with|urgent|immediate)(?![a-z]))"
    r"[a-z]{2,24}(?:-[a-z]{2,20}){0,2}"
)
_NEEDED = re.compile(
    r"(?: \([a-z-]{2,8}\))?(?P<clause> (?:(?:that|which) )?(?:currently )?(?:ha(?:s|ve) )?(?P<verb>requir(?:ing|es|ed)|necessitat(?:ing|es|ed)|need(?:ing|s|ed)) "
    r"(?:an? |(?:the )?use of )?(?P<what>"
    rf"{_WORD}(?: {_WORD}){{0,5}}?(?: with(?: {_WORD}){{1,4}}?)?(?: for(?: {_WORD}){{1,4}}?)?))"
    r"(?= ?(?:[.;,)]|$|\(| or\b| and\b| within\b| in the (?:last|past|previous)\b| at (?:the time of )?(?:screening|baseline|enrol?lment)\b| occur))"
)
_CARE = re.compile(
    r"therap|treat|regimen|chemo|surg|radio|drug|medic|agent|antibiotic|antivir|antifung|antimicrob|steroid|immunosuppress|drainage|paracentesis|thoracentesis|"
    r"hospital|transfus|oxygen|dialysis|ventilat|replacement|admission|infusion|injection|anticoag|insulin|inhaler|epinephrine|intubation|care\b|procedure|interven|denosumab|bisphosphonate"
)
_MORE = re.compile(
    rf"(?:(?:, {_WORD}(?: {_WORD}){{0,2}}){{1,3}},)? (?:and/)?or {_WORD}(?: {_WORD}){{0,3}}?(?= ?(?:[.;)]|$| within\b| in the (?:last|past|previous)\b))"
)
_ALSO = re.compile(
    r"antibiotic|antivir|antifung|antimicrob|steroid|immunosuppress|denosumab|bisphosphonate|drainage|intervention|hospital|oxygen|insulin"
)
"""What may be needed as well: the rest of a list is a criterion of its own as often as not."""
_JOINT = re.compile(r",? (?:and/)?or |, ")
_MOST_LETTERS = 80


@cache
def _known() -> tuple[str, ...]:
    """The phrases of the needs that have a row."""
    table = words()["qualifiers"]
    return tuple(f" {phrase}" for name in BEHIND for phrase in table[name])


def mark_needs(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with each need behind a condition as one qualifier; the phrases of the table are left to it."""
    if not ("requir" in line.text or "need" in line.text or "necessit" in line.text):
        return chunks
    found: list[Chunk] = []
    behind = 0
    for chunk in chunks:
        if chunk.start < behind:
            continue
        found.append(chunk)
        need = _need(chunk, line) if chunk.kind == "k" else None
        if need is not None:
            found.append(need)
            behind = need.end
    return found


def _need(illness: Chunk, line: Line) -> Chunk | None:
    match = _NEEDED.match(line.text, illness.end)
    if match is None or line.text.startswith(_known(), match.start("clause")):
        return None
    what = match["what"]
    if len(what) > _MOST_LETTERS or not _CARE.search(what) or JUDGMENT.search(match[0]):
        return None
    end = match.end()
    more = _MORE.match(line.text, end)
    if more is not None and all(_ALSO.search(part) for part in _JOINT.split(more[0]) if part):
        what, end = what + more[0], more.end()
    tense = "required" if match["verb"].endswith("ed") else "requiring"
    name = f"{tense}_{re.sub(r'[^a-z0-9]+', '_', what)}"
    return Chunk("q", match.start("clause") + 1, end, name)
