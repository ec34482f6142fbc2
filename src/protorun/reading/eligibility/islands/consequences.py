"""What an illness would do to the trial: `that in the opinion of the investigator would interfere with participation or
compliance`. The whole clause is one question to the investigator, whatever it joins, and narrows what stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line

_HARM = (
    r"(?:interfer|compromis|jeopardi[sz]|confound|preclud|hamper|hinder|endanger|impair|imped|limit|affect|prevent|influenc|mak|put|plac|pos|increas|render|"
    r"complicat|obscur|constitut|contraindicat|restrict|impact|not allow(?!ed))(?:es?|s|ed?|ing)?\b(?! by\b)"
)
_SURE = r"(?:interfer(?:es?|ing)|preclud(?:es?|ing)|jeopardi[sz](?:es?|ing)|compromis(?:es?|ing)|confounds?|hampers?|hinders?|(?:does|do|did) not allow|significantly impairs?)\b"
_LIKELY = r"(?:(?:would|may|might|could|can|will|potentially|possibly|significantly|seriously|adversely|negatively|unduly|unacceptably|either|likely to|(?:be|is|are) (?:likely|expected|thought|felt|deemed|believed|judged|considered) to) ){1,4}"
_BY_WHOM = (
    r"(?:(?:in|at|by|to|per|as|upon|on|according to|based on)\b(?: (?:the|an?|of|opinion|judge?ment|discretion|view|determination|assessment|determined|judged|assessed|deemed|by)){0,5} "
    r"(?:(?:local|principal|treating|study|site|responsible|enrolling) ){0,2}(?:investigator|physician|pi)s?\b(?:'s?)?(?:(?: or | and | and/or |/)(?:the )?(?:study |medical )?(?:sponsor|monitor|investigator|physician)(?:'s)?)?"
    r"(?: (?:opinion|judge?ment|discretion|view|assessment))?)"
)
_BEGINS = Guarded(
    rf"(?:,? ?{_BY_WHOM},? )?\b(?:that|which|who),? (?:{_BY_WHOM},? )?(?:{_LIKELY}{_HARM}|{_SURE})"
    rf"|,? ?\b(?:which|that) {_BY_WHOM},? (?:{_LIKELY}|){_HARM}"
)
_JOINT = re.compile(r",|\b(?:and/or|or|and|but|unless|except|if|who|when|while|during)\b|[.;:()/≥≤<>=]|\d")
_GOES_ON = re.compile(
    rf"(?:and/or |or |and |, ?|/)*(?:(?:that|which|who) )?(?:{_LIKELY}{_HARM}|{_HARM}|{_SURE}|{_BY_WHOM}|"
    r"(?:(?:the|their|his/her|his|her|its|a|an|any|or|and|of|in|proper|safe|full|adequate|successful|patients?'?s?'?|subjects?'?s?'?|participants?'?s?'?|study|trial|informed|ability to|to|optimal|data|disease|drug|treatment) ){0,5}"
    r"(?:participat(?:ion|e)|complian(?:ce|t)|comply|cooperat(?:ion|e)|complet(?:ion|e)|evaluations?|assessments?|interpretations?|results?|outcomes?|conduct|safety|efficacy|procedures?|"
    r"requirements?|follow-?up|adherence|adhere|well-?being|protocol|study|trial|investigator|consent|rendering|risks?|endpoints?|(?:treatment|management|detection) of (?:drug|treatment|study)-)\b)"
)
_MOST_LETTERS, _CARDINAL = 320, frozenset(".;:)")


WORDS = _BEGINS.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """The clauses, each up to where something else begins; one with a number or an exception in it is left alone."""
    for match in _BEGINS.finditer(line.text):
        end = _end(line.text, match.end())
        if end is not None:
            yield Chunk("z", match.start() + len(match[0]) - len(match[0].lstrip(" ,")), end, "consequence")


def clause(text: str) -> int | None:
    """Where such a clause begins that goes on to the end of the text."""
    found = _BEGINS.search(text)
    return found.start() if found and _end(text, found.end()) == len(text.rstrip(" .")) else None


def _end(text: str, at: int) -> int | None:
    stop = min(len(text), at + _MOST_LETTERS)
    while (joint := _JOINT.search(text, at, stop)) is not None:
        sign = joint[0]
        if sign in _CARDINAL:
            return len(text[: joint.start()].rstrip())
        if sign not in (",", "/", "or", "and", "and/or"):
            return None
        goes_on = _GOES_ON.match(text, joint.start())
        if goes_on is None:
            return len(text[: joint.start()].rstrip())
        at = goes_on.end()
    return len(text.rstrip(" .")) if stop == len(text) else None
