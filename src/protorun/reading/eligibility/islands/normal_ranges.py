"""The limits of normal without a number: `creatinine ≤ ULN` is once that limit, `bilirubin within normal limits` lies
between both."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import Quantity, Span
from protorun.terms.variables import variables

_WITHIN = re.compile(
    r"(?: \([a-z]{2,12}\))?(?: levels?| values?)? (?:(?:is|are|must be|should be|being|to be) )?within (?:(?:the|institutional|laboratory|local|reference|institution's) ){0,3}"
    r"(?:normal|reference) (?:range|limits?|values?)(?: \(wnl\))?"
)
_NORMAL = Span(Quantity(1.0, "", "lln"), Quantity(1.0, "", "uln"))


def mark_normal_ranges(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with `within normal limits` behind laboratory values as a range of multiples."""
    if "within" not in line.text or not ("normal" in line.text or "reference" in line.text):
        return chunks
    found: list[Chunk] = []
    end = 0
    for chunk in chunks:
        if chunk.start < end:
            continue
        found.append(chunk)
        if chunk.kind == "v" and _laboratory(str(chunk.value)) and (m := _WITHIN.match(line.text, chunk.end)):
            end = m.end()
            found.append(Chunk("r", chunk.end, end, _NORMAL))
    return found


def _laboratory(name: str) -> bool:
    return all(n in variables() and variables()[n].kind == "lab" for n in name.split("+"))


_LIMIT = Guarded(
    r"\b(?:(?:the|institutional|laboratory|local) ){0,3}(?P<which>upper limits? of (?:the )?normal(?: range)?|upper normal limits?|uln|unl|"
    r"lower limits? of (?:the )?normal(?: range)?|lln)\b(?: ?\((?:uln|unl|lln)\))?"
)
_SIGN = re.compile(r"(?:[<>≤≥]|\b(?:than|exceed(?:s|ing)?|above|below|over|under|equal to)) ?$")
_MULTIPLE = re.compile(r"(?:\d|x|\*|times|fold) ?(?:above|over|below|under) $")


WORDS = _LIMIT.words


def find(line: Line, found: list[Chunk]) -> list[Chunk]:
    """Each limit of normal with a comparator and no number before it."""
    text = line.text
    return [
        Chunk("n", m.start(), m.end(), Quantity(1.0, "", "lln" if m["which"].startswith("l") else "uln"))
        for m in _LIMIT.finditer(text)
        if _SIGN.search(text, max(0, m.start() - 20), m.start())
        and not _MULTIPLE.search(text, max(0, m.start() - 20), m.start())
    ]
