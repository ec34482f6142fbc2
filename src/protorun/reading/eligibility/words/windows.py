"""Time windows: `within 2 weeks prior to enrollment`, `in the past 5 years`, `4 weeks before first dose`."""

from __future__ import annotations

from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.nodes import window
from protorun.reading.eligibility.words.quantities import Quantity

_NOT_BEFORE = frozenset({"duration", "period", "interval", "course"})
_AT = ("during", "in the", "in ")
_ANCHORS = frozenset({"screening", "enrollment", "randomization", "first_dose", "last_dose", "diagnosis"})


def mark_windows(chunks: list[Chunk], text: str) -> list[Chunk]:
    """The chunks with each window as one chunk: W (inside this time) or L (at least this long before)."""
    found: list[Chunk] = []
    at = 0
    if not any(c.kind == "t" for c in chunks):
        return [c for c in chunks if c.kind != "w" or not text.startswith(_AT, c.start)]
    while at < len(chunks):
        made = None if chunks[at].kind not in "wct" or _of_length(chunks, at) else _window(chunks, at)
        if made:
            found.append(made[0])
            at = made[1]
        elif chunks[at].kind == "w" and text.startswith(_AT, chunks[at].start):
            at += 1  # "during screening": a time of day for the visit, no window
        else:
            found.append(chunks[at])
            at += 1
    return found


def _of_length(chunks: list[Chunk], at: int) -> bool:
    """`life expectancy less than 3 months from the start`: a length of time, not a time before."""
    return bool(at) and chunks[at - 1].kind == "v" and chunks[at].kind == "c"


def _window(chunks: list[Chunk], at: int) -> tuple[Chunk, int] | None:
    kinds = "".join(c.kind for c in chunks[at : at + 8])
    if kinds.startswith("wct"):  # "within at most", "in the past at least": rare and unclear
        return None
    behind = chunks[at + kinds.find("t") + 1 : at + kinds.find("t") + 2] if "t" in kinds[:3] else []
    if behind and (
        (behind[0].kind == "l" and kinds[0] != "c") or (behind[0].value in _NOT_BEFORE and kinds[0] != "w")
    ):
        return None
    if kinds.startswith("cta") and chunks[at].value in ("≤", "<"):
        return _build("W", chunks, at, at + 2, chunks[at + 1].value)
    if kinds.startswith("ctly") and chunks[at].value in ("≥", ">"):
        made, _ = _build("L", chunks, at, at + 2, chunks[at + 1].value)
        return made, at + 3
    if kinds.startswith("wt") and isinstance(chunks[at + 1].value, Quantity):
        return _build("W", chunks, at, at + 2, chunks[at + 1].value)
    if kinds.startswith("ctb") and chunks[at].value in ("≥", ">", "≤", "<"):
        kind = "L" if chunks[at].value in ("≥", ">") else "W"
        return _build(kind, chunks, at, at + 2, chunks[at + 1].value)
    if kinds.startswith("tb") and isinstance(chunks[at].value, Quantity):
        return _build("W", chunks, at, at + 1, chunks[at].value)
    return None


def _preceding(chunks: list[Chunk], at: int) -> bool:
    """`within the month preceding enrollment`, `in the past 12-month period`."""
    if chunks[at].kind == "z":
        step = chunks[at].value == "step" and at + 1 < len(chunks) and chunks[at + 1].kind == "a"
        return step or bool(chunks[at].value == "period")
    return chunks[at].kind == "w" and at + 1 < len(chunks) and chunks[at + 1].kind == "a"


def _build(kind: str, chunks: list[Chunk], at: int, behind: int, amount: Quantity) -> tuple[Chunk, int]:
    """Takes `before` and the anchors that follow; several anchors (`screening or enrollment`) keep the first."""
    start, anchor = chunks[at].start, ""
    while behind < len(chunks) and (chunks[behind].kind in "baO" or _preceding(chunks, behind)):
        if chunks[behind].kind == "a":
            anchor = anchor or str(chunks[behind].value)
        if chunks[behind].value == "step":  # "treatment step registration" is a registration
            anchor = anchor if anchor == "screening" else ""
        behind += 1
    unit = amount.unit
    value = amount.value
    if unit == "minutes":
        unit, value = "hours", value / 60
    made = window(value, unit, anchor if anchor in _ANCHORS else "screening")
    return Chunk(kind, start, chunks[behind - 1].end, made), behind
