"""At which visits a value is looked at, and the words that make a scale another one: `EASI ≥ 16 at screening and baseline`,
`cough VAS ≥ 40 mm`. They stay with the limit."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.qualifiers import map_atoms
from protorun.reading.eligibility.words.lexicon import Chunk, modal, reversing
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Expr, Number
from protorun.terms.variables import variables

_WHEN = r"(?:the )?(?:screening|baseline|run-in|randomi[sz]ation|enrol?lment|inclusion|study entry|visits? \d{1,2}|v\d{1,2}|day -?\d{1,2}|week -?\d{1,2})(?: visits?| periods?| phase)?"
_VISITS = re.compile(
    rf"(?: \(\d{{1,3}}[- ]point [a-z ]{{0,14}}scale\))?,? \(?(?:both )?(?:at|on|during|in) (?:both )?{_WHEN}(?:(?:, and|, or|,| and| or|/) ?(?:at |on |during )?{_WHEN}){{1,4}}\)?(?=[ .,;)]|$)"
)
_MOMENT = re.compile(
    r",? \(?at (?:the )?(?:time of (?:the )?)?(?:(?!the\b|any\b|least\b|and\b|or\b|risk\b)[a-z][a-z0-9]*-?[a-z0-9]{0,20} ?){1,3}(?:visit|initiation|infusion|start|leukapheresis|transplantation)\)?(?=[ .,;)]|$)"
)
_ASIDE = frozenset("AWcgieDIp")


def name_moments(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with the drug of `age ≤ 80 years at dupilumab initiation` as a word: it only names a moment."""
    for limit in [c for c in chunks if c.kind == "A" and _is_limit(c.value)]:
        said = _MOMENT.match(line.text, limit.end)
        for drug in [c for c in chunks if said and c.kind == "y" and limit.end <= c.start < said.end()]:
            drug.kind = "z"
    return chunks


def at_visits(chunks: list[Chunk], at: int, found: list[Chunk], line: Line) -> int:
    """The index behind the visits at which the last limit and those before it in its list are looked at; they note them."""
    atom = found[-1]
    if at >= len(chunks) or not _is_limit(atom.value):
        return at
    said = _VISITS.match(line.text, atom.end) or _MOMENT.match(line.text, atom.end)
    if said is None or said[0].count("(") != said[0].count(")"):
        return at
    behind = at
    while behind < len(chunks) and chunks[behind].end <= said.end():
        behind += 1
    if behind == at or any(c.kind in _ASIDE for c in chunks[at:behind]) or _plain_moment(chunks[at:behind]):
        return at
    note = (
        said[0][said[0].find(")") + 1 :].strip(" ,()") if said[0].startswith(" (") else said[0].strip(" ,()")
    )
    for limit in reversed(found):
        if limit.kind not in ",&|/" and not (limit.kind == "A" and _is_limit(limit.value)):
            break
        if limit.kind == "A":
            limit.value = map_atoms(limit.value, lambda n: _noted(n, note))
    atom.end = chunks[behind - 1].end
    return behind


def _plain_moment(said: list[Chunk]) -> bool:
    """One visit of the trial's own: it goes without saying."""
    return all(c.kind == "a" for c in said) and len(said) == 1


def _noted(limit: Number, note: str) -> Number:
    return limit.model_copy(update={"note": "; ".join(filter(None, (limit.note, note)))})


def _is_limit(expr: Expr) -> bool:
    if isinstance(expr, (All, Any)):
        return all(_is_limit(p) for p in expr.parts)
    return isinstance(expr, Number)


_ENDS = frozenset(",|&;.:(g")
_WORD = re.compile(r"[a-z][a-z-]*")
_VERB = re.compile(r"(?:[^h]ed|ing)$")
_NO_SCALE = frozenset({"other", "another", "new", "additional", "least", "patient", "tumor", "lesion", "children", "child", "adult", "adolescent", "low", "high", "poor", "abnormal", "elevated", "normal", "initial"})  # fmt: skip
_MOST_WORDS = 3


def of_a_scale(found: list[Chunk], atom: Chunk, line: Line) -> None:
    """`cough VAS ≥ 40`: the words before the name of a scale make it the scale of something."""
    limit, first = atom.value, len(found)
    if not isinstance(limit, Number) or limit.variable not in variables():
        return
    if variables()[limit.variable].kind != "score":
        return
    while first and found[first - 1].kind == "z" and len(found) - first < _MOST_WORDS:
        first -= 1
    words = [line.text[c.start : c.end] for c in found[first:]]
    if not words or (first and found[first - 1].kind not in _ENDS) or not all(map(_names, words)):
        return
    if any(c.value in modal() or c.value in reversing() for c in found[first:]):
        return
    between = line.text[found[first].start : atom.start].strip()
    if between.replace("-", " ").split() != " ".join(words).replace("-", " ").split():
        return
    name = "_".join([*(w.replace("-", "_") for w in words), limit.variable])
    atom.start = found[first].start
    source = line.cite(atom.start, atom.end)
    atom.value = limit.model_copy(update={"variable": name, "source": source})
    del found[first:]


def _names(word: str) -> bool:
    return bool(_WORD.fullmatch(word)) and not _VERB.search(word) and word not in _NO_SCALE
