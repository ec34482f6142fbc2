"""Words for a stage of the cancer that are said of something else: `recurrent infections`, `refractory nausea`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.qualifiers import stands_behind
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Expr, Flag
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
            (chunks[step].kind in "|,/q" and not stands_behind(chunks[step].value))
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


_OF_TIME = frozenset({"recurrent_disease", "refractory_disease", "progressive_disease"})


def behind_both(stages: list[Chunk], groups: list[list[Expr]]) -> list[Expr]:
    """What stands behind a slash and its second word goes for both (`locally advanced/metastatic unresectable`), and so
    does an extent behind courses (`recurrent or refractory advanced`), and `incurable` behind all."""
    if any(len(group) != 1 for group in groups[:-1]) or len(groups) < 2 or len(groups[-1]) < 2:
        return []
    shared = groups[-1][1:]
    names = {part.variable for part in shared if isinstance(part, Flag)}
    firsts = {part.variable for group in groups for part in group[:1] if isinstance(part, Flag)}
    slash = len(groups) == 2 and holds(stages, "/")
    if holds(stages, "&") or not (
        slash or names == {"incurable_disease"} or _courses_then_extent(firsts, names)
    ):
        return []
    del groups[-1][1:]
    return shared


def _courses_then_extent(firsts: set[str], names: set[str]) -> bool:
    return firsts <= _OF_TIME and not names & _OF_TIME


def joined(stages: list[Chunk], each: list[Expr], line: Line) -> Expr:
    """The stages of a list as one: `and` binds tighter than `or` (`metastatic, or locally advanced and unresectable`)."""
    if len(each) == 1:
        return each[0]
    if not (holds(stages, "&") and holds(stages, "|")):
        return (All if holds(stages, "&") else Any).model_construct(parts=tuple(each))
    line.doubt("PRECEDENCE", "`and` and `or` in one list; `and` is read as binding tighter")
    rows: list[list[Expr]] = [[]]
    left = list(each)
    between = ""
    for chunk, before in zip(stages, [None, *stages], strict=False):
        if chunk.kind != "f":
            between += chunk.kind
        elif before is None or before.kind != "f":  # the first stage of a group
            rows += [[]] if between and "&" not in between else []
            rows[-1].append(left.pop(0))
            between = ""
    parts = [row[0] if len(row) == 1 else All.model_construct(parts=tuple(row)) for row in rows]
    return Any.model_construct(parts=tuple(parts))


_ANY_CANCER = re.compile(
    r" (?:malignanc(?:y|ies)|cancers?|malignant (?:tumou?r|neoplasm|disease)s?)(?= ?(?:[,;.)]|$)| (?:who|that|which|for|with|and|have|has|must)\b)"
)


def any_cancer(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """`advanced malignancy`: right behind a stage, a word for any cancer is the diagnosis."""
    if at >= len(chunks) or chunks[at].kind != "z":
        return None
    named = _ANY_CANCER.match(line.text, chunks[at - 1].end)
    if named is None or chunks[at].start != chunks[at - 1].end + 1:
        return None
    end = at
    while end < len(chunks) and chunks[end].end <= named.end():
        end += 1
    source = line.cite(chunks[at].start, named.end())
    flag = Flag.model_construct(variable="malignancy", qualifiers=(), window=None, source=source)
    return Chunk("A", chunks[at].start, named.end(), flag), end


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
