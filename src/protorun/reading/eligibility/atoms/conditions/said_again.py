"""Words that say once more what their neighbor has said: `18 to 65 years old, inclusive`, `previous or current X`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.kinds import tells_what
from protorun.reading.eligibility.atoms.conditions.open_conditions import is_name, lends
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import TIME
from protorun.study.criterion import Number

_INCLUSIVE = re.compile(r"[ ,(]*(?:(?:of age|old|years)[ ,(]*)?")
_EVER = frozenset({"prior", "previous", "past"})


def without_echoes(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks of limits without `old`, `of age` and `inclusive` behind a limit that says so already."""
    if " old" not in line.text and "inclusive" not in line.text and "of age" not in line.text:
        return chunks
    found: list[Chunk] = []
    for chunk in chunks:
        before = next((c for c in reversed(found) if c.kind not in "(,"), None)
        if before is not None and before.kind == "A" and _echoes(chunk, before, line):
            while found[-1] is not before and found[-1].kind == ",":
                found.pop()
            continue
        found.append(chunk)
    return found


def _echoes(chunk: Chunk, before: Chunk, line: Line) -> bool:
    limit, gap = before.value, line.text[before.end : chunk.start]
    if not isinstance(limit, Number):
        return False
    if chunk.value == "inclusive" and chunk.kind == "z":
        sides = [b for b in (limit.low, limit.high) if b is not None]
        return all(b.inclusive for b in sides) and _INCLUSIVE.fullmatch(gap) is not None
    if limit.variable != "age" or limit.unit not in TIME:
        return False
    if chunk.kind == "z" and chunk.value == "old":
        return not gap.strip(" -")
    return chunk.kind == "v" and chunk.value == "age" and gap.strip() == "of"


def without_other(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`A or other B`: A, or any B; a B that is an A is an A."""
    if "or other " not in line.text and "or any other " not in line.text:
        return chunks
    return [c for at, c in enumerate(chunks) if not (c.kind == "z" and _joined_other(chunks, at, line))]


_FORM = frozenset({"form", "type", "kind"})


def without_other_treatments(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`A or any other form of B within a week`: one time for all of them, so a B that is an A has that time as well."""
    if " other " not in line.text:
        return chunks
    found: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        if chunk.kind == "z" and chunk.value == "other" and _joins_treatment(chunks, at, line):
            continue
        after_other = chunk.value in _FORM and at and chunks[at - 1].value == "other"
        if after_other and (not found or found[-1] is not chunks[at - 1]):
            continue
        found.append(chunk)
    return found


def _joins_treatment(chunks: list[Chunk], at: int, line: Line) -> bool:
    if at < 2 or chunks[at - 1].kind != "|" or not line.text[: chunks[at].start].endswith(_OR):
        return False
    step = at + 1 + (at + 1 < len(chunks) and chunks[at + 1].value in _FORM)
    first = next((i for i in range(at, 0, -1) if chunks[i - 1].kind in ";."), 0)
    given = any(c.kind == "y" for c in chunks[first:at])
    alone = step + 1 >= len(chunks) or chunks[step + 1].kind in "W;.)("
    timed = any(c.kind in "WHL" for c in chunks[first:at])
    return given and not timed and step < len(chunks) and chunks[step].kind == "y" and alone


_OR = ("or ", "or any ")


def _joined_other(chunks: list[Chunk], at: int, line: Line) -> bool:
    if at < 2 or chunks[at].value != "other" or chunks[at - 1].kind != "|":
        return False
    if line.text[chunks[at - 1].end : chunks[at].start].strip() not in ("", "any", "an"):
        return False
    step = at + 1
    while (
        step < len(chunks)
        and chunks[step].kind in "qz"
        and line.text[chunks[step - 1].end : chunks[step].start] == " "
    ):
        step += 1
    named = step < len(chunks) and chunks[step].kind == "k"
    behind = "".join([c.kind for c in chunks[step + named : step + named + 2]])
    closed = behind == ",|" or behind[:1] in ("", *"W;.)|")
    return closed and (
        named or (step > at + 1 and _condition_named(line.text[chunks[at].end : chunks[step - 1].end]))
    )


def _condition_named(text: str) -> bool:
    """Unknown words that name an illness or an event."""
    return is_name(text.strip()) and tells_what(text) and not lends(text.strip())


def ever_or_now(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`previous or current X`, `active or prior X`: present now, or ever."""
    for at in range(len(chunks) - 3, -1, -1):
        chunk = chunks[at]
        if chunk.kind not in "bwz" or line.text[chunk.start : chunk.end] not in _EVER:
            continue
        if chunks[at + 1].kind in "|/" and chunks[at + 2].kind == "k":
            chunks[at + 2 : at + 3] = _now_apart(chunks[at + 2], line)
        joined_behind = chunks[at + 1].kind in "|/" and chunks[at + 2].kind == "q"
        joined_before = at > 1 and chunks[at - 1].kind in "|/" and chunks[at - 2].kind == "q"
        if (joined_behind or joined_before) and _leads_to_condition(chunks, at + 1, line):
            chunk.kind, chunk.value = "q", ""
    return chunks


_NOW = re.compile(r"(?:concurrent|concomitant|simultaneous|active|current|co-?existing)\b")


def _now_apart(chunk: Chunk, line: Line) -> list[Chunk]:
    """`concurrent malignancies` as the condition with its qualifier before it."""
    now = _NOW.match(line.text, chunk.start, chunk.end)
    if now is None or chunk.value != "other_malignancy":
        return [chunk]
    start = len(line.text) - len(line.text[now.end() :].lstrip())
    return [Chunk("q", *now.span(), "current"), Chunk("k", start, chunk.end, chunk.value)]


def _leads_to_condition(chunks: list[Chunk], at: int, line: Line) -> bool:
    """A condition of the tables stands behind, or a whole member that names one by its own words."""
    while at < len(chunks) and chunks[at].kind in "q|/":
        at += 1
    end = at
    while end < len(chunks) and chunks[end].kind == "z":
        end += 1
    if end == at:
        return at < len(chunks) and chunks[at].kind == "k"
    text = line.text[chunks[at].start : chunks[end - 1].end]
    ends = end == len(chunks) or chunks[end].kind in ",|;.)W"
    return ends and is_name(text) and tells_what(text)


def without_either(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`by either A or B`: `either` announces a joint, it is none."""
    if "either" not in line.text:
        return chunks
    return [
        c
        for at, c in enumerate(chunks)
        if c.kind != "|"
        or not at
        or chunks[at - 1].kind in ",;|&/:.("
        or not line.text.startswith("either", c.start)
    ]
