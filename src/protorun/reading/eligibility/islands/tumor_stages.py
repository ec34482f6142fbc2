"""Stages of a tumor by their numerals: `stage III or IV`, `FIGO stage II-IVA`, `stage IIIB, IIIC or IV`.

A whole stage is a step of an ordinal scale (0 to 4) and holds all that lies within it. A part of a stage (`IIIB`) goes by
its own name, as its place within the stage says nothing of a stage that is recorded without it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any, Expr, Flag, Number

WORDS = frozenset({"stage"})

_ONE = r"(?:iv|i{1,3})(?:[a-d][1-3]?)?(?![a-z0-9])"
_SYSTEM = r"(?:figo|ajcc|uicc|tnm|ann[ -]arbor|clinical|pathologic(?:al)?|anatomic|advanced|disease)(?:[ -](?:tnm|disease))?"
_LIST = (
    rf"(?:stages? )?{_ONE}(?:(?:,? ?(?:or|and|and/or|to|through) |, ?| ?[/-] ?)(?:stages? )?{_ONE}){{0,6}}"
)
_BY = r"(?: ?\((?:(?:per|by|according to|as defined by|based on) )?(?:the )?(?:ajcc|uicc|figo|tnm|american joint committee on cancer)[^()]{0,80}\))?"
_STAGES = re.compile(
    rf"(?<![a-z0-9-])(?:(?P<system>{_SYSTEM}) )?stages? (?P<list>{_LIST})(?P<by>{_BY})(?: (?:disease|cancer)(?=[ ]?(?:[,.;)]|$)))?"
    r"(?! ?:| [^,;.]{0,30}(?:classification|criteria of))"
)
_OTHER = re.compile(
    r"kidney|renal|ckd|copd|gold|gina|tanner|heart|parkinson|hoehn|pressure|ulcer|sarcoid|sleep|liver disease|fibrosis|cirrho|endometrios|periodont|hypertens|masaoka|bell's|binet|\brai\b|iss\b|lugano"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_OWN = {"figo": "figo_stage", "ann arbor": "ann_arbor_stage", "ann-arbor": "ann_arbor_stage"}


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Each list of stages as one limit, or as any one of its parts; nothing where other illnesses have stages."""
    if _OTHER.search(line.text):
        return
    for match in _STAGES.finditer(line.text):
        expr = _stages(match, line)
        if expr is not None:
            yield Chunk("A", match.start(), match.end(), expr)


def _stages(match: re.Match[str], line: Line) -> Expr | None:
    listed = match["list"]
    names = re.findall(_ONE, listed)
    variable = _OWN.get(match["system"] or "", "cancer_stage")
    source = line.cite(*match.span())
    whole = sorted({_ROMAN[n] for n in names if n in _ROMAN})
    parts = list(dict.fromkeys(n for n in names if n not in _ROMAN))
    if re.search(r"-|\b(?:to|through)\b", listed):
        if parts or len(names) != 2 or whole != [_ROMAN[n] for n in names]:
            return None  # where `IB2 to IVA` begins and ends among the parts is for nobody to guess
        whole = list(range(whole[0], whole[1] + 1))
    ranges = [
        Number.model_construct(
            variable=variable, low=bound(float(a)), high=bound(float(b)), unit="", window=None, source=source
        )
        for a, b in _runs(whole)
    ]
    flags = [
        Flag.model_construct(variable=f"{variable}_{n}", qualifiers=(), window=None, source=source)
        for n in parts
        if n.rstrip("abcd123") not in {w for w in names if w in _ROMAN}
    ]
    found: list[Expr] = [*flags, *ranges]
    return found[0] if len(found) == 1 else Any.model_construct(parts=tuple(found))


def _runs(steps: list[int]) -> list[tuple[int, int]]:
    """`3, 4` is one stretch, `1, 4` are two."""
    if not steps:
        return []
    cuts = [0, *(at + 1 for at, (a, b) in enumerate(pairwise(steps)) if b - a > 1), len(steps)]
    return [(steps[a], steps[b - 1]) for a, b in pairwise(cuts)]
