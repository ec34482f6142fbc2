"""Times that are said in a sentence of their own: `enrollment within 12 months of diagnosis`, `oral drugs, for which the
wash-out is only 14 days`."""

from __future__ import annotations

import re
from itertools import pairwise

from protorun.reading.eligibility.trees.nodes import bound, window
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import TIME, Quantity, quantity
from protorun.study.criterion import Number

_ENTRY = Guarded(
    r"\b(?:study )?(?:enrol?lment|randomi[sz]ation|registration|study entry|inclusion)(?: (?:must|should|is to|will|has to)(?: be| occur| take place)?)? within (?=(?P<time>\d|one|two|three|four|six|eight|ten|twelve))"
)
_SINCE = re.compile(
    r" (?:of|from|after|following) (?:the |their |initial |first ){0,2}(?P<what>diagnosis|surgery|transplantation)(?= ?(?:[,;.)]|and\b|$))"
)
_WASHOUT = Guarded(
    r"(?:where|for which|for whom|in which case|whose|with) (?:the |a |their )?(?:required )?wash-?out(?: period| time)? (?:is|of|was)(?: only| at least)? (?=(?P<time>\d|one|two|three|four|six))"
)


WORDS = _ENTRY.words | _WASHOUT.words


def find(line: Line, found: list[Chunk]) -> list[Chunk]:
    """Limits on the time since an event, and wash-outs of their own as windows."""
    pieces: list[Chunk] = []
    for m in _ENTRY.finditer(line.text):
        time = quantity(line.text, m.end())
        since = _SINCE.match(line.text, time[1]) if time and time[0].unit in TIME else None
        if time and since and line.polarity == "inclusion":
            pieces.append(_limit(line, m.start(), since.end(), time[0], since["what"]))
    for m in _WASHOUT.finditer(line.text):
        pieces += _washout(line, m.start(), m.start("time"))
    return pieces


def _limit(line: Line, start: int, end: int, time: Quantity, what: str) -> Chunk:
    limit = Number.model_construct(
        variable=f"time_since_{what}",
        low=None,
        high=bound(time.value),
        unit=time.unit,
        source=line.cite(start, end),
    )
    return Chunk("A", start, end, limit)


def _washout(line: Line, start: int, number: int) -> list[Chunk]:
    time = quantity(line.text, number)
    if time is None or time[0].unit not in TIME:
        return []
    return [Chunk("W", start, time[1], window(time[0].value, time[0].unit))]


def of_treatments(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with each wash-out in a clause of its own as a time only where a treatment stands before it."""
    if "wash" not in line.text:
        return chunks
    for before, chunk in pairwise(chunks):
        if chunk.kind == "W" and before.kind != "y" and line.text.startswith(_LEADS, chunk.start):
            chunk.kind, chunk.value = "z", "washout"
    return chunks


_LEADS = ("where ", "for which ", "for whom ", "in which case ", "whose ", "with ")
