"""Treatments that are named without being given: what a reaction is to, what an illness might get worse by."""

from __future__ import annotations

import re

from protorun.reading.eligibility.trees import nodes
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Window

_REACTION = Guarded(
    r"\b(?:allerg|hyper-?sensitiv|intoleran|anaphyla|contra-?indicat|adverse reaction|infusion[- ](?:related )?reaction|unexpected reaction)[a-z]* (?:[a-z-]{1,20} ){0,3}?(?:to|attributed to|against)\b(?P<between>[^.;:]{0,160})$"
)
_GIVEN = re.compile(
    r"\b(?:receiv|treat(?:ed|ment with|ing)|us(?:e|ing|ed)\b|tak(?:en|ing|es)\b|took|histor|within|current|vaccinat|administ|concurrent|undergo|underwent|prior|previous|requir|need|on\b|during|therapy with)"
)
_MAYBE = Guarded(
    r"\b(?:might|may|could|would|expected to|likely to) (?:[a-z-]{1,20} ){0,3}(?:when|if|upon|while|by) (?:(?:given|receiving|treated with|treatment with|taking|exposed to|an?|the|any|such) ){0,3}$"
)
_BEGINS = re.compile(
    r"\bat (?:the )?(?:(?:time|moment) of )?(?:start(?:ing)?|initiat(?:ion|ing)|beginning|commencement)(?: of)?(?: the)? $"
)
"""`fever at the time of starting X`: X has not been given yet."""
_LONGEST = 240


def not_given(chunks: list[Chunk], at: int, line: Line) -> bool:
    """True for a treatment behind `hypersensitivity to A, B or`, and for one behind `might deteriorate when receiving`."""
    start = chunks[at].start
    before = line.text[max(0, start - _LONGEST) : start]
    if _MAYBE.inside(before, line.text) or _BEGINS.search(before):
        return True
    found = _REACTION.inside(before, line.text)
    if found is None or _GIVEN.search(found["between"]):
        return False
    return not any(c.kind in "WHLe" for c in chunks[at + 1 : at + 3])


_STOPPED = re.compile(r"\b(?:off|discontinu|stop|wash|ended|complet|finish|withdr|since|last)")


def free_of(
    chunks: list[Chunk], at: int, denial: Chunk, line: Line, *, window: Window | None
) -> tuple[Window | None, int]:
    """`not received X for at least 4 weeks (before enrollment)`: X was not given within them; and the chunk behind. What was
    not stopped for that long was."""
    if _STOPPED.search(line.text, denial.start, chunks[at - 1].start):
        return None, at
    if window is not None:
        return window, at
    first = at + (at < len(chunks) and chunks[at].kind == "c" and chunks[at].value in ("≥", ">"))
    lasts = (
        first < len(chunks) and chunks[first].kind == "t" and line.text.endswith(" for ", 0, chunks[at].start)
    )
    ends = first + 1 >= len(chunks) or chunks[first + 1].kind in ",;.)|&"
    if not lasts or not ends:
        return None, at
    return nodes.window(chunks[first].value.value, chunks[first].value.unit), first + 1
