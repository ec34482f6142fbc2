"""Words for a stage of the cancer that are said of something else: `recurrent infections`, `refractory nausea`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.qualifiers import BEHIND
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Expr
from protorun.terms.concepts import concepts

_COURSES = {"recurrent_disease": "recurrent", "refractory_disease": "refractory", "progressive_disease": "progressing", "advanced_disease": "advanced"}  # fmt: skip


_MALIGNANT = re.compile(r"malignan|metasta|cancer|tumor|involvement")


def courses(chunks: list[Chunk]) -> None:
    """`recurrent infections`: before a condition that is no cancer the stage tells how that condition goes."""
    for at, chunk in enumerate(chunks):
        if chunk.kind != "f" or chunk.value not in _COURSES:
            continue
        step = at + 1
        while step < len(chunks) and (
            (chunks[step].kind in "|,/q" and chunks[step].value not in BEHIND)
            or chunks[step].value in _COURSES
        ):
            step += 1
        named = (
            concepts().get(str(chunks[step].value))
            if step < len(chunks) and chunks[step].kind == "k"
            else None
        )
        illness = named is not None and named.domain == "condition" and named.family != "cns"
        if illness and not _MALIGNANT.search(str(chunks[step].value)):
            chunk.kind, chunk.value = "q", _COURSES[str(chunk.value)]


def behind_both(stages: list[Chunk], groups: list[list[Expr]]) -> list[Expr]:
    """`locally advanced/metastatic unresectable`: what stands behind a slash and its second word goes for both."""
    if len(groups) != 2 or len(groups[0]) != 1 or len(groups[1]) < 2 or not holds(stages, "/"):
        return []
    shared = groups[1][1:]
    del groups[1][1:]
    return shared


_CANCERS = re.compile(
    r"[ -](?:(?:malignan|solid|non|high|low|primary|cns|brain|intracranial|ovarian|invasive|epithelial|her2|triple|hormone|unresectable|stage)[a-z0-9-]{0,12} ){0,3}"
    r"[a-z]{0,20}(?:cancer|tumou?r|malignan|neoplas|carcino|sarcom|lymphom|leuk[ae]+mi|myelom|melanom|gliom|blastom|thymom|thelioma|nscl|sclc|disease|setting|lesion|solid)"
)


_COURSE = re.compile(r"\b(?:recurrent|relapsed|refractory|progressive|(?<!locally )advanced)$")


def of_another(behind: list[Chunk], end: int, line: Line) -> bool:
    """`refractory nausea`, `recurrent infections`: right before the name of another trouble a stage is no stage of the cancer."""
    if not behind or behind[0].kind != "z" or behind[0].start > end + 1:
        return False
    return _COURSE.search(line.text, max(0, end - 14), end) is not None and not _CANCERS.match(line.text, end)
