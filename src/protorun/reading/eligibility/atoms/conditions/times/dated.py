"""A time behind conditions: of which of them it is said."""

from __future__ import annotations

import re
from functools import partial
from typing import Any as Anything

from protorun.reading.eligibility.atoms.conditions.qualifiers import is_condition, map_atoms, stands_behind
from protorun.reading.eligibility.atoms.conditions.times.events import is_event
from protorun.reading.eligibility.atoms.conditions.times.shared import OWN_HISTORY
from protorun.reading.eligibility.islands.plans import AHEAD
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Flag, Number, Window


def dated(chunks: list[Chunk], line: Line, *, finished: bool = True) -> list[Chunk]:
    """A window behind a list of conditions goes for all of them; one behind a limit goes for that limit. Not `finished`:
    unknown words before a condition may still become part of its name, so its time waits."""
    found: list[Chunk] = []
    if not holds(chunks, "W"):
        return chunks
    bare = _bare_windows(chunks)
    for at, chunk in enumerate(bare):
        if chunk.kind == "W" and found and found[-1].kind == ")" and _date_before(found, chunk, line):
            continue
        if (
            chunk.kind == "W"
            and len(found) > 1
            and (found[-1].kind, found[-1].value) == ("q", "")
            and found[-2].kind == "A"
        ):
            found.pop()  # "other malignancy diagnosed within the past 3 years"
        waits = not finished and len(found) > 1 and found[-2].kind == "z"
        if (
            chunk.kind != "W"
            or not found
            or found[-1].kind != "A"
            or (waits and is_condition(found[-1].value))
        ):
            found.append(chunk)
            continue
        start = _first_dated(found, line)
        start += not finished and bool(start) and found[start - 1].kind == "z"
        members = [c for c in found[start:] if c.kind == "A"] or (
            [found[-1]] if _is_limit(found[-1].value) else []
        )
        change = partial(map_atoms, change=partial(_in, window=chunk.value))
        members = _same_time(members, inside=_goes_on_behind(bare, at))
        for member in members:
            before = member.value
            member.value = change(before)
            line.changed(before, member.value, change)
            if member is not members[-1] and member.value != before:
                says = f"the time goes for the last of the list only, not for {line.quote(member.start, member.end)!r}"
                line.readings.append((says, member.value, before))
        if members:
            found[-1].end = chunk.end
        else:
            found.append(chunk)
    return found


def _first_dated(found: list[Chunk], line: Line) -> int:
    """Where the list begins that a window at its end may date."""
    start = len(found)
    while start and (found[start - 1].kind in ",|/&" or is_condition(found[start - 1].value)):
        if start < len(found) and (
            _OTHER_PEOPLE.search(line.text, found[start - 1].end, found[start].start)
            or OWN_HISTORY.search(line.text, found[start - 1].end, found[start].end)
        ):
            break
        start -= 1
    return start


_OTHER_PEOPLE = re.compile(r"\b(?:patients|subjects|participants|individuals|those|people|persons)\b")
"""`A, or patients who have had B within a year`: the time is not said of A."""


def _goes_on_behind(chunks: list[Chunk], at: int) -> bool:
    """More members stand behind the time: `heart failure, stroke within 6 months, or LVEF < 50 %`."""
    kinds = "".join(c.kind for c in chunks[at + 1 : at + 4])
    return re.match(r"[,|/]{1,2}[^,|/]", kinds) is not None


def _same_time(members: list[Chunk], *, inside: bool = False) -> list[Chunk]:
    """The members a time at the end goes for: not what goes on now, nor a lasting illness before one that needed
    something within that time (`asthma, or active autoimmune disease requiring steroids within 2 years`), nor a lasting
    illness before a time `inside` the list."""
    if not members:
        return members
    last = members[-1]
    needs = last.own and _needed(last)
    return [
        m
        for m in members
        if m is last
        or not (_goes_on(m.value) or ((inside or (needs and not _needed(m))) and not _happens(m)))
    ]


def _needed(member: Chunk) -> bool:
    """`autoimmune disease requiring steroids within 2 years`: the time is that of the need."""
    flags = member.value.parts if isinstance(member.value, Any) else (member.value,)
    return any(isinstance(f, Flag) and any(map(stands_behind, f.qualifiers)) for f in flags)


def _happens(member: Chunk) -> bool:
    flags = member.value.parts if isinstance(member.value, Any) else (member.value,)
    return all(isinstance(f, Flag) and is_event(f.variable) for f in flags)


def _goes_on(expr: Anything) -> bool:
    """What is asked for now has its time: `currently taking part, or having taken part within 2 months`."""
    return isinstance(expr, Flag) and ("current" in expr.qualifiers or AHEAD.match(expr.variable) is not None)


_OF_IT = re.compile(r"\b(?:for|to|treat\w*|therap\w*|medication|drugs?|surg\w*)\b[^,.;]*$")


def _date_before(found: list[Chunk], window: Chunk, line: Line) -> bool:
    """`malignancy (except for a, b) within 5 years`: the time goes for what stands before the brackets."""
    at = max((i for i, c in enumerate(found) if c.kind == "("), default=0)
    head = found[at - 1] if at else None
    if (
        head is None
        or found[at + 1].kind not in "eI"
        or not isinstance(head.value, Flag)
        or head.value.window
    ):
        return False
    if (at > 1 and found[at - 2].kind in ",|&/") or _OF_IT.search(
        line.text[max(0, head.start - 40) : head.start]
    ):
        return False
    head.value = _in(head.value, window.value)
    return True


def _in(atom: Anything, window: Window) -> Anything:
    """An atom in a window, unless it has its own; "active malignancies within 3 years" need not be active any more."""
    if getattr(atom, "window", None) is not None:
        return atom
    update: dict[str, Anything] = {"window": window}
    if isinstance(atom, Flag) and atom.variable == "other_malignancy":
        update["qualifiers"] = tuple(q for q in atom.qualifiers if q != "current")
    return atom.model_copy(update=update)


def _bare_windows(chunks: list[Chunk]) -> list[Chunk]:
    """`(within 14 days)` without its brackets."""
    kinds = "".join(c.kind for c in chunks)
    dropped = {i for m in re.finditer(r"\(W\)", kinds) for i in (m.start(), m.end() - 1)}
    return [c for i, c in enumerate(chunks) if i not in dropped] if dropped else chunks


def _is_limit(expr: Anything) -> bool:
    if isinstance(expr, (Any, All)):
        return all(_is_limit(p) for p in expr.parts)
    return isinstance(expr, Number)
