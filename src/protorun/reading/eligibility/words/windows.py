"""Time windows: `within 2 weeks prior to enrollment`, `in the past 5 years`, `4 weeks before first dose`."""

from __future__ import annotations

import re
from itertools import pairwise

from protorun.reading.eligibility.trees.nodes import window
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.quantities import TIME, Quantity
from protorun.reading.eligibility.words.unknown_times import UNKNOWN
from protorun.terms.variables import variables

_NOT_BEFORE = frozenset({"duration", "period", "interval", "course", "history"})
_AT = ("during", "in the", "in ")
_ANCHORS = frozenset({"screening", "enrollment", "randomization", "first_dose", "last_dose", "diagnosis"})


def mark_windows(chunks: list[Chunk], text: str) -> list[Chunk]:
    """The chunks with each window as one chunk: W (inside this time) or L (at least this long before)."""
    found: list[Chunk] = []
    at = 0
    chunks = _without_second_lengths(_one_year(chunks, text))
    if not holds(chunks, "t"):
        return [c for c in chunks if c.kind != "w" or not text.startswith(_AT, c.start)]
    while at < len(chunks):
        made = None
        if chunks[at].kind in "wct" and not _of_length(chunks, at):
            made = _looking_back(chunks, at, text) or _window(chunks, at, text)
        if made:
            if made[0].kind == "W" and _FROM_END.match(text, made[0].end):
                made[0].value = made[0].value.model_copy(update={"anchor": UNKNOWN})
            while found and found[-1].end > made[0].start:  # "in recent 3 months"
                found.pop()
            found.append(made[0])
            at = made[1]
        elif chunks[at].kind == "w" and text.startswith(_AT, chunks[at].start):
            at += 1  # "during screening": a time of day for the visit, no window
        else:
            found.append(chunks[at])
            at += 1
    return _same_anchor(found, text)


_DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4, "years": 365.25, "hours": 1 / 24}
_SAME = 0.1
"""A month is 28, 30 or 31 days."""


def _without_second_lengths(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks without a length of time printed twice: `1 month (30 days)`, `12 weeks [3 months]`."""
    kinds = "".join([c.kind for c in chunks])
    if "t(t)" not in kinds:
        return chunks
    at = kinds.find("t(t)")
    dropped: set[int] = set()
    while at >= 0:
        if _same_length(chunks[at].value, chunks[at + 2].value):
            dropped |= {at + 1, at + 2, at + 3}
        at = kinds.find("t(t)", at + 1)
    return [c for i, c in enumerate(chunks) if i not in dropped]


def _same_length(one: object, two: object) -> bool:
    if not (isinstance(one, Quantity) and isinstance(two, Quantity)) or one.times or two.times:
        return False
    first, second = _DAYS.get(one.unit, 0) * one.value, _DAYS.get(two.unit, 0) * two.value
    return one.unit != two.unit and first > 0 and abs(first - second) <= _SAME * first


_PAST = re.compile(r"\b(?:past|last|previous|preceding|prior) $")
_ONE = {"year": "years", "month": "months", "week": "weeks"}


def _one_year(chunks: list[Chunk], text: str) -> list[Chunk]:
    """`within the past year` is one year."""
    if not holds(chunks, "w"):
        return chunks
    for before, chunk in pairwise(chunks):
        unit = _ONE.get(text[chunk.start : chunk.end]) if before.kind == "w" and chunk.kind in "zP" else None
        if unit and _PAST.search(text, max(0, chunk.start - 10), chunk.start):
            chunk.kind, chunk.value = "t", Quantity(1.0, unit)
    return chunks


_ANCHORED = re.compile(r"\b(?:screen|consent|icf|visit|baseline|obtain|run[- ]in|ago|past|last)")


def _same_anchor(chunks: list[Chunk], text: str) -> list[Chunk]:
    """`A within 3 weeks, or B within 6 weeks before the first dose`: both times count back from there."""
    times = [c for c in chunks if c.kind == "W"]
    for one, two in pairwise(times):
        between = text[one.end : two.start]
        said = _ANCHORED.search(text, one.start, one.end)
        alike = said is not None and said[0] in ("past", "last") and said[0] in text[two.start : two.end]
        plain = (said is None or alike) and not re.search(r"[;.:]", between)
        if plain and one.value.anchor == "screening" and "or " in between and len(between) < 120:
            one.value = one.value.model_copy(update={"anchor": two.value.anchor})
    return chunks


_FROM_END = re.compile(
    r" (?:of|after|from|following|since) (?:the |their |last |any |prior |previous ){0,2}(?:completion|completing|end|finishing|stopping|cessation|discontinuation)\b"
)
"""`relapse within 6 months of completion of X`: no time before the trial."""


def _of_length(chunks: list[Chunk], at: int) -> bool:
    """`life expectancy less than 3 months from the start`: a length of time, not a time before."""
    if not at or chunks[at - 1].kind != "v":
        return False
    known = variables().get(str(chunks[at - 1].value))
    if known and known.kind == "time" and chunks[at].kind == "w" and chunks[at].value == "within":
        chunks[at].kind, chunks[at].value = "c", "≤"  # "life expectancy within 12 months"
    return chunks[at].kind == "c"


_LAST = re.compile(
    r"(?:\b(?:in|within|over|during|for) )?(?:\bthe )?\b(?:last|past|recent|former|preceding|previous|prior) $"
)
_OVER = re.compile(r"over (?:a|the) ")
_INSIDE = re.compile(r"\b(?:in|within) $")


def _looking_back(chunks: list[Chunk], at: int, text: str) -> tuple[Chunk, int] | None:
    """`for last 6 months`, `in recent 3 months`, `over the three months before`, `in ≤ 30 days`."""
    chunk = chunks[at]
    start: int | None = None
    if chunk.kind == "t" and isinstance(chunk.value, Quantity):
        if at and chunks[at - 1].kind in "wc":
            return None
        said = _LAST.search(text, max(0, chunk.start - 24), chunk.start)
        start, behind = (said.start() if said else None), at + 1
    elif "".join(c.kind for c in chunks[at : at + 2]) != "ct" or chunks[at + 1].value.unit not in TIME:
        return None
    elif _OVER.match(text, chunk.start):
        start, behind = chunk.start, at + 2
    elif chunk.value in ("≤", "<") and (said := _INSIDE.search(text, max(0, chunk.start - 8), chunk.start)):
        start, behind = said.start(), at + 2
    if start is None or (behind < len(chunks) and chunks[behind].kind == "l"):
        return None
    made, behind = _build("W", chunks, behind - 1, behind, chunks[behind - 1].value)
    made.start = start
    return made, behind


_FOR = re.compile(r"\bfor (?:a |an |the )?(?:(?:period|duration|time)s? of )?(?:a )?$")
_STOPPED = re.compile(
    r"\b(?:no|not|without|never|none|neither|off|free|stop\w*|discontinu\w*|abstain\w*|abstinen\w*|wash\w*|withdr\w*|quit|ceas\w*|absence|since|"
    r"completed?|refrain\w*|avoid\w*|naive|removed|resolved|interrupt\w*|suspend\w*|held|withheld|cannot|last|prohibited)\b|n't\b"
)


def lasts(text: str, at: int) -> bool:
    """`on a stable dose for at least 4 weeks before`: so long something has gone on; `not given for at least 4 weeks
    before`, `off X for ...` tell how long ago it ended."""
    return bool(_FOR.search(text, max(0, at - 28), at)) and not stopped(text, at)


def stopped(text: str, at: int) -> bool:
    """True when the clause before a time denies something or says that it ended."""
    begin = max(0, at - 160, *(text.rfind(c, 0, at) + 1 for c in ";.:"))
    return bool(_STOPPED.search(text, begin, at))


def _window(chunks: list[Chunk], at: int, text: str) -> tuple[Chunk, int] | None:
    kinds = "".join(c.kind for c in chunks[at : at + 8])
    if kinds.startswith("wct"):  # "within at most", "in the past at least": rare and unclear
        return None
    behind = chunks[at + kinds.find("t") + 1 : at + kinds.find("t") + 2] if "t" in kinds[:3] else []
    if behind and (
        (behind[0].kind == "l" and kinds[0] != "c") or (behind[0].value in _NOT_BEFORE and kinds[0] != "w")
    ):
        return None
    if behind and behind[0].value == "follow":  # "participation in the 15 year follow-up"
        return None
    if kinds.startswith("cta") and chunks[at].value in ("≤", "<") and not _on_that_day(chunks, at, text):
        return _build("W", chunks, at, at + 2, chunks[at + 1].value)
    if kinds.startswith("ctl") and (given := _since(chunks, at, text)):
        kind, treatment, end = given
        made, _ = _build(kind, chunks, at, at + 2, chunks[at + 1].value)
        made.end = end
        return made, treatment
    if kinds.startswith("wt") and isinstance(chunks[at + 1].value, Quantity):
        return _build("W", chunks, at, at + 2, chunks[at + 1].value)
    if kinds.startswith(("ctb", "tb")) and (lasts(text, chunks[at].start) or _signed(chunks, at)):
        return None
    if kinds.startswith("ctb") and chunks[at].value in ("≥", ">", "≤", "<"):
        kind = "L" if chunks[at].value in ("≥", ">") else "W"
        return _build(kind, chunks, at, at + 2, chunks[at + 1].value)
    if kinds.startswith("tb") and isinstance(chunks[at].value, Quantity):
        return _build("W", chunks, at, at + 1, chunks[at].value)
    return None


_LAST_GIVEN = re.compile(
    r"(?:[\s(]|\b(?:the|any|all|their|his|her|last|most recent|prior|previous|doses?|administration|receipt|completion|end|of|receiving|day|date|infusion|course|cycle|treatment with)\b)*"
)
_MOST_ADJECTIVES = 3


_SIDES = {"≥": "L", ">": "L", "<": "W", "≤": "W"}


def _since(chunks: list[Chunk], at: int, text: str) -> tuple[str, int, int] | None:
    """`at least 2 weeks since the last dose of`: the kind of window, the index of the treatment behind it (words of its own
    name may stand before it), and where the window ends. Behind a word it may say when that happened."""
    kind, since = _SIDES.get(str(chunks[at].value), ""), chunks[at + 2]
    step = at + 3
    if kind == "L" and step < len(chunks) and chunks[step].kind == "y":
        return kind, step, chunks[at + 1].end
    begins = not at or chunks[at - 1].kind in ";.,:|&"
    if (
        not kind
        or since.value == "until"
        or not begins
        or _FOR.search(text, max(0, chunks[at].start - 28), chunks[at].start)
    ):
        return None
    said = _LAST_GIVEN.match(text, since.end)
    end = since.end + len(said[0].rstrip(" (")) if said else since.end
    while step < len(chunks) and chunks[step].start < end:
        step += 1
    first = step
    while step < len(chunks) and chunks[step].kind == "z" and step - first < _MOST_ADJECTIVES:
        step += 1
    if step == len(chunks) or chunks[step].kind != "y":
        return None
    plain = step == first or _ADJECTIVES.fullmatch(text, chunks[first].start, chunks[step].start)
    return (kind, first, end) if plain else None


_ADJECTIVES = re.compile(r"[a-z0-9 -]+")


_NOT_SAID = frozenset("zAkvyYqfIT")


def _before_what(chunks: list[Chunk], at: int) -> bool:
    """`before` and behind it words that name no anchor."""
    return (
        at < len(chunks)
        and chunks[at].kind in _NOT_SAID
        and chunks[at - 1].kind == "b"
        and chunks[at - 1].value in ("before", "prior to")
    )


def _on_that_day(chunks: list[Chunk], at: int, text: str) -> bool:
    """`≤ 75 years at the time of consent`: how old on that day."""
    return re.search(r"\b(?:at|on)\b", text[chunks[at + 1].end : chunks[at + 2].start]) is not None


def _signed(chunks: list[Chunk], at: int) -> bool:
    """The comparator before this time was looked at already."""
    return chunks[at].kind == "t" and bool(at) and chunks[at - 1].kind == "c"


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
    known = anchor if anchor in _ANCHORS else "screening"
    made = window(value, unit, UNKNOWN if kind == "W" and _before_what(chunks, behind) else known)
    return Chunk(kind, start, chunks[behind - 1].end, made), behind
