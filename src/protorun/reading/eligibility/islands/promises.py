"""What somebody is willing and able to do, with all its objects: `willing and able to comply with visits, tests and
procedures`. One statement, whatever it joins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT, attested
from protorun.study.criterion import Not

_DO = r"(?:understand|read|follow|adhere|comply|complete|provide|give|attend|participate|cooperate|sign|consent)"
_BEGINS = Guarded(
    rf"\b(?P<no>un|not )?(?:willing|able)(?: ?(?:and|or|and/or|/) ?(?:un|not )?(?:willing|able))? to (?:{_DO}(?:,? (?:and|or|and/or) {_DO})? )"
)
_MEMBER = re.compile(
    r"[a-z0-9%)](?:,| and| or|, and| or,|, or) (?:(?:who|is|are|be|must|should|also|he|she|they|patients?|subjects?|participants?|has to|have to) ){0,4}$"
)
_JOINT = re.compile(
    r",|/|\b(?:and/or|or|and|but|unless|except|if|who|when|while|provided)\b|[.;:()≥≤<>=]|(?<![a-z-])\d"
)
_OBJECT = re.compile(
    rf"(?:and/or |or |and |, ?|/)*(?:to )?(?:{_DO}\b|(?:(?:with|all|any|the|other|study|trial|scheduled|treatment|laboratory|clinic|protocol|written|informed|planned|required|follow-?up|medical|drug|his/her|their|of|dosing|visit) ){{0,4}}"
    r"(?:visits?|procedures?|tests?|treatments?|follow-?ups?|requirements?|schedules?|assessments?|instructions?|examinations?|protocol|evaluations?|restrictions?|diary|diaries|questionnaires?|plans?|"
    r"consent|assent|forms?|guidelines?|regimens?|(?:un)?able|(?:un)?willing)\b)"
)

WORDS = _BEGINS.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """The statements, each up to where something else begins."""
    if JUDGMENT.search(line.text):
        return
    for match in _BEGINS.finditer(line.text):
        if not _MEMBER.search(line.text, max(0, match.start() - 40), match.start()):
            continue
        end = _end(line.text, match.end())
        refused = bool(match["no"])
        if end is None or refused != (line.polarity == "exclusion"):
            continue
        stated = attested(match.start(), end, line)
        yield Chunk("A", match.start(), end, Not.model_construct(part=stated) if refused else stated)


def _end(text: str, at: int) -> int | None:
    while (joint := _JOINT.search(text, at)) is not None:
        if joint[0] in (".", ";", ":", "("):
            return len(text[: joint.start()].rstrip())
        goes_on = (
            _OBJECT.match(text, joint.start()) if joint[0] in (",", "/", "or", "and", "and/or") else None
        )
        if goes_on is None:
            return len(text[: joint.start()].rstrip()) if joint[0] in (",", "and", "or") else None
        at = goes_on.end()
    return len(text.rstrip(" ."))
