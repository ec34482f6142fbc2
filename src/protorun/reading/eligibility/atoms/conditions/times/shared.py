"""One time for several: `trauma or surgery within 4 weeks`, `within 6 months: A or B`, `recent (within 3 months) A`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.times.events import is_event
from protorun.reading.eligibility.atoms.treatments.tense import untimed
from protorun.reading.eligibility.islands.participation import GOES_ON
from protorun.reading.eligibility.trees.nodes import window
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag, Treated, Window

_FEW, _LONGEST_BRACKET = 2, 14
OWN_HISTORY = re.compile(r"\bhistory of\b")
"""`heart failure, history of stroke within 6 months`: the history and its time are the stroke's."""


def share_times(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`major trauma or major surgery within 4 weeks`: the time of the last goes for the events before it, even if nobody
    understood what the last is."""
    for at, chunk in enumerate(chunks):
        if (window := _time_of(chunk)) is None:
            continue
        step = at - 1
        while step > 0 and chunks[step].kind in "zkfaq" and (chunk.kind == "W" or at - step <= _FEW):
            step -= 1
        while step > 0 and chunks[step].kind in ",|&/":
            behind = chunks[step + 1].end
            while step > 1 and chunks[step - 1].kind in ",|&/":
                step -= 1
            member = _member_before(chunks, step)
            if member is None or OWN_HISTORY.search(line.text, chunks[step - 1].end, behind):
                break
            if _time_of(chunks[member]) != window and not _take_time(chunks[member], window, line):
                break
            step = member - 1
    return chunks


_TIMED = (["q", "W"], ["q", "(", "W", ")"], ["q", "(", "c", "t", ")"])


def recent_by(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`recent history (within 3 months) of A or B`, `recent (< 6 months) A`: the time says how recent, and goes for each."""
    if "recent" not in line.text:
        return chunks
    for at, chunk in enumerate(chunks):
        form = next((f for f in _TIMED if [c.kind for c in chunks[at : at + len(f)]] == f), None)
        if form is None or chunk.value != "recent":
            continue
        when = _how_recent(chunks[at + 1 : at + len(form)])
        first = end = at + len(form)
        while end < len(chunks) and (chunks[end].kind == "A" or (end > first and chunks[end].kind in ",|&/")):
            end += 1
        members = [c for c in chunks[first:end] if c.kind == "A"]
        whole = end == len(chunks) or chunks[end].kind in ";."
        plain = all(isinstance(c.value, Flag) and c.value.window is None for c in members)
        if when is None or not members or not whole or not plain:
            continue
        for member in members:
            member.value = member.value.model_copy(update={"window": when})
        members[0].start = chunk.start
        return [*chunks[:at], *chunks[first:]]
    return chunks


def _how_recent(inside: list[Chunk]) -> Window | None:
    for chunk, before in zip(inside, [None, *inside], strict=False):
        if chunk.kind == "W" and isinstance(chunk.value, Window):
            return chunk.value
        if chunk.kind == "t" and before is not None and before.value in ("<", "≤"):
            return window(chunk.value.value, chunk.value.unit)
    return None


def _member_before(chunks: list[Chunk], joint: int) -> int | None:
    """The finished member before a joint; what stands in brackets behind it is passed over unless it has a time."""
    at = joint - 1
    if chunks[at].kind == ")":
        first = max(0, at - _LONGEST_BRACKET)
        opens = next((i for i in range(at - 1, first, -1) if chunks[i].kind in "()Wtn"), 0)
        at = opens - 1 if opens and chunks[opens].kind == "(" else at
    if at < joint - 1 and not isinstance(chunks[at].value, Flag):
        return None
    return at if chunks[at].kind == "A" else None


def lead_time(chunks: list[Chunk]) -> list[Chunk]:
    """`Within 6 months: stroke, or myocardial infarction`: a time before a list of nothing but names goes for each."""
    if len(chunks) < 3 or chunks[0].kind != "W" or chunks[1].kind not in ",:":
        return chunks
    rest = [c for c in chunks[2:] if c.kind not in ",|&/."]
    if not rest or not all(c.kind == "A" and isinstance(c.value, (Treated, Flag)) for c in rest):
        return chunks
    for chunk in rest:
        if chunk.value.window is None:
            change = {
                "window": chunks[0].value,
                **({"ongoing": False} if isinstance(chunk.value, Treated) else {}),
            }
            chunk.value = chunk.value.model_copy(update=change)
    return chunks[2:]


def _time_of(chunk: Chunk) -> Window | None:
    if chunk.kind == "W":
        return chunk.value if isinstance(chunk.value, Window) else None
    return chunk.value.window if chunk.kind == "A" and isinstance(chunk.value, (Treated, Flag)) else None


def _take_time(chunk: Chunk, window: Window, line: Line) -> bool:
    value = untimed(chunk.value) or chunk.value
    if (isinstance(value, Treated) and value.window is None and not _said_now(chunk, line)) or (
        isinstance(value, Flag)
        and value.window is None
        and set(value.qualifiers) <= {"recent"}
        and is_event(value.variable)
    ):
        update = {"ongoing": False} if isinstance(value, Treated) else {"qualifiers": ()}
        new = value.model_copy(update={"window": window, **update})
    elif isinstance(value, Flag) and _takes_part(chunk, line):
        kept = tuple(q for q in value.qualifiers if q != "current")
        new = value.model_copy(update={"window": window, "qualifiers": kept})
    else:
        return False
    says = f"the time goes for the last of the list only, not for {line.quote(chunk.start, chunk.end)!r}"
    line.readings.append((says, new, value))
    chunk.value = new
    return True


def _takes_part(chunk: Chunk, line: Line) -> bool:
    """Participation in another trial whose words do not say that it goes on."""
    value = chunk.value
    other = isinstance(value, Flag) and value.variable == "trial_participation" and value.window is None
    return other and (
        "current" not in value.qualifiers or not GOES_ON.search(line.text, chunk.start, chunk.end)
    )


def _said_now(chunk: Chunk, line: Line) -> bool:
    """`current use of A, or B within 4 weeks`: A has a time of its own."""
    said = line.text[max(0, chunk.start - 30) : chunk.end]
    going = bool(getattr(chunk.value, "ongoing", False))
    return going and re.search(r"current|ongoing|concurrent|concomitant", said) is not None
