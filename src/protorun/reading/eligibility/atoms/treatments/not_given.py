"""Treatments that are named without being given: what a reaction is to, what an illness might get worse by."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line

_REACTION = Guarded(
    r"\b(?:allerg|hyper-?sensitiv|intoleran|anaphyla|contra-?indicat|adverse reaction|infusion[- ](?:related )?reaction|unexpected reaction)[a-z]* (?:[a-z-]{1,20} ){0,3}?(?:to|attributed to|against)\b(?P<between>[^.;:]{0,160})$"
)
_GIVEN = re.compile(
    r"\b(?:receiv|treat(?:ed|ment with|ing)|us(?:e|ing|ed)\b|tak(?:en|ing|es)\b|took|histor|within|current|vaccinat|administ|concurrent|undergo|underwent|prior|previous|requir|need|on\b|during|therapy with)"
)
_MAYBE = Guarded(
    r"\b(?:might|may|could|would|expected to|likely to) (?:[a-z-]{1,20} ){0,3}(?:when|if|upon|while|by) (?:(?:given|receiving|treated with|treatment with|taking|exposed to|an?|the|any|such) ){0,3}$"
)
_LONGEST = 240


def not_given(chunks: list[Chunk], at: int, line: Line) -> bool:
    """True for a treatment behind `hypersensitivity to A, B or`, and for one behind `might deteriorate when receiving`."""
    start = chunks[at].start
    before = line.text[max(0, start - _LONGEST) : start]
    if _MAYBE.inside(before, line.text):
        return True
    found = _REACTION.inside(before, line.text)
    if found is None or _GIVEN.search(found["between"]):
        return False
    return not any(c.kind in "WHLe" for c in chunks[at + 1 : at + 3])
