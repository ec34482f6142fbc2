"""Conditions with what narrows them: `active brain metastases`, `locally advanced or metastatic breast cancer`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.qualifiers import stands_behind
from protorun.reading.eligibility.atoms.conditions.shared_qualifiers import distribute
from protorun.reading.eligibility.atoms.conditions.stages import (
    any_cancer,
    behind_both,
    courses,
    joined,
    of_another,
)
from protorun.reading.eligibility.atoms.conditions.times.dated import dated
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Code, Expr, Flag, Not, Window
from protorun.study.source import Source
from protorun.terms.concepts import concepts

_MOST_QUALIFIERS = 60
_TESTS = frozenset({"hbsag", "hcv_antibody", "hcv_rna", "hbcab"})
_NOW = frozenset({"pregnant", "lactating"})


def mark_flags(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every condition (and the qualifiers and stages around it) as one finished atom."""
    found: list[Chunk] = []
    at = 0
    if holds(chunks, "f"):
        courses(chunks)
    while at < len(chunks):
        known = chunks[at].kind in "fqk"
        item = (_stages(chunks, at, line) or _condition(chunks, at, line)) if known else None
        if item is None:
            found.append(chunks[at])
            at += 1
            continue
        found.append(item[0])
        at = item[1]
    return dated(distribute(found, line), line, finished=False)


def _stages(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """`locally advanced or metastatic` before a diagnosis: any of the stages, and the diagnosis."""
    if chunks[at].kind != "f":
        return None
    behind = at + 1
    while behind < len(chunks):
        step = behind
        while step < len(chunks) and chunks[step].kind in "|,/&":
            step += 1
        if step < len(chunks) and chunks[step].kind == "f":
            behind = step + 1
        else:
            break
    end = chunks[behind - 1].end
    if of_another(chunks[behind : behind + 1], end, line):
        return None
    groups = _groups(chunks[at:behind], line)
    shared = behind_both(chunks[at:behind], groups)
    expr = joined(chunks[at:behind], [_all(group) for group in groups], line)
    if shared:
        expr = All.model_construct(parts=(expr, *shared))
    diagnosis = (
        _condition(chunks, behind, line)
        if behind < len(chunks) and chunks[behind].kind == "k"
        else any_cancer(chunks, behind, line)
    )
    if diagnosis:
        expr, behind, end = (
            All.model_construct(parts=(expr, diagnosis[0].value)),
            diagnosis[1],
            diagnosis[0].end,
        )
    return Chunk("A", chunks[at].start, end, expr), behind


def _all(parts: list[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else All.model_construct(parts=tuple(parts))


def _groups(stages: list[Chunk], line: Line) -> list[list[Expr]]:
    """The stages of a list; those side by side (`metastatic unresectable`) are both."""
    groups: list[list[Expr]] = []
    for before, chunk in zip([None, *stages], stages, strict=False):
        if chunk.kind == "f":
            made = _flag(str(chunk.value), (), None, line.cite(chunk.start, chunk.end))
            if before is not None and before.kind == "f":
                groups[-1].append(made)
            else:
                groups.append([made])
    return groups


def _condition(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """Qualifiers (in a row or as a list) and the condition they narrow."""
    step = at
    groups: list[list[str]] = [[]]
    listed = False
    last = min(len(chunks), at + _MOST_QUALIFIERS)
    while step < last and chunks[step].kind == "q" and not stands_behind(chunks[step].value):
        groups[-1].append(str(chunks[step].value))
        step += 1
        nxt = step
        while nxt < len(chunks) and chunks[nxt].kind in "|,/":
            nxt += 1
        if nxt > step and nxt < len(chunks) and chunks[nxt].kind == "q" and _leads_to_condition(chunks, nxt):
            if _OWN_NOUN.search(line.text, chunks[step - 1].end, chunks[step].start):
                return None  # "acute disease or active infection"

            groups.append([])
            listed = listed or holds(chunks[step:nxt], "|/")
            step = nxt
    if listed and "".join([c.kind for c in chunks[step : step + 2]]) == ",k":
        step += chunks[step].start == chunks[step - 1].end  # "history of, or active, non-infectious X"
    if not listed:  # "unstable, symptomatic X" is both; "active, known or suspected X" is any of them
        groups = [[q for group in groups for q in group]]
    elif len(lead := [q for q in groups[0][:-1] if q]) and all(len(g) == 1 for g in groups[1:]):
        groups = [groups[0], *([*lead, *g] for g in groups[1:])]  # "severe primary or secondary X"
    if step >= len(chunks) or chunks[step].kind != "k":
        return None
    name, behind = str(chunks[step].value), step + 1
    behind = _same(chunks, behind, name)
    extra: list[str] = []
    while behind < len(chunks) and _stands_behind(chunks[behind], line):
        extra.append(str(chunks[behind].value))
        behind += 1
    source = line.cite(chunks[at].start, chunks[behind - 1].end)
    if name == "other_malignancy" and _CONCURRENT.search(line.text, chunks[step].start, chunks[step].end):
        extra.append("current")
    flags = [_named(name, tuple(q for q in dict.fromkeys((*group, *extra)) if q), source) for group in groups]
    flags = [f for i, f in enumerate(flags) if f not in flags[:i]]
    expr: Expr = flags[0] if len(flags) == 1 else Any.model_construct(parts=tuple(flags))
    if behind < len(chunks) and chunks[behind].kind == "u":
        expr, behind = _not_cleared(expr, source), behind + 1
    return Chunk("A", chunks[at].start, chunks[behind - 1].end, expr, own=chunks[at].kind == "q"), behind


def _not_cleared(expr: Expr, source: Source) -> Expr:
    """`suspected X that cannot be ruled out by imaging`, for each of the conditions."""
    if isinstance(expr, Any):
        return Any.model_construct(parts=tuple(_not_cleared(p, source) for p in expr.parts))
    cleared = _flag(expr.variable, ("ruled_out_by_imaging",), None, source)  # type: ignore[union-attr]
    return All.model_construct(parts=(expr, Not.model_construct(part=cleared)))


def _stands_behind(chunk: Chunk, line: Line) -> bool:
    clause = chunk.value == "uncontrolled" and line.text.startswith(("that ", "which "), chunk.start)
    return chunk.kind == "q" and (stands_behind(chunk.value) or clause)


_OWN_NOUN = re.compile(r"\b(?:disease|illness|disorder|condition|medical)(?:e?s)?\b")
_CONCURRENT = re.compile(r"concurrent|concomitant|simultaneous|synchronous|\bcurrent|\bactive|co-?existing")


def _leads_to_condition(chunks: list[Chunk], at: int) -> bool:
    while at < len(chunks) and chunks[at].kind in "q|,/":
        at += 1
    return at < len(chunks) and chunks[at].kind == "k"


def _same(chunks: list[Chunk], at: int, name: str) -> int:
    """Passes over the same condition said again: `HIV (human immunodeficiency virus)`, `ILD/pneumonitis`."""
    while at < len(chunks) and chunks[at].kind in "(k/|":
        kinds = "".join([c.kind for c in chunks[at : at + 3]])
        if kinds == "(k)" and chunks[at + 1].value == name:
            at += 3
        elif (chunks[at].kind == "k" and chunks[at].value == name) or (
            chunks[at].kind == "k" and chunks[at].value == "infection" and _viral(name)
        ):
            at += 1
        elif (
            kinds[:2] == "|k"
            and chunks[at + 1].value == name
            and kinds[2:] not in ("", ",", "|", ";", ".", ")")
        ):
            break  # "asthma or asthmatic bronchitis"
        elif kinds[:2] in ("/k", "|k") and chunks[at + 1].value == name:
            at += 2
        else:
            break
    return at


def _viral(name: str) -> bool:
    """HIV, HBV, HCV name the infection already."""
    return name in concepts() and concepts()[name].family == "viral"


def _named(name: str, qualifiers: tuple[str, ...], source: Source) -> Expr:
    if name in _NOW:
        qualifiers = tuple(q for q in qualifiers if q not in ("current", "active"))
    if name in _TESTS:
        return Code.model_construct(variable=name, values=("positive",), source=source)
    if "+" in name:
        return Any.model_construct(parts=tuple(_flag(n, qualifiers, None, source) for n in name.split("+")))
    return _flag(name, qualifiers, None, source)


def _flag(name: str, qualifiers: tuple[str, ...], window: Window | None, source: Source) -> Flag:
    return Flag.model_construct(variable=name, qualifiers=qualifiers, window=window, source=source)
