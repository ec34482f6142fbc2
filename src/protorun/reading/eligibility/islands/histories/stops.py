"""Treatments that ended badly, and recovery from what was done: `toxicity that led to discontinuation of immunotherapy`,
`not recovered from prior surgery`. The whole clause is the name: neither the toxicity nor the treatment is asked for alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT
from protorun.study.criterion import Flag, Not

_WORD = (
    r"(?!(?:and|but|if|unless|except|excluding|who|which|that|not|no|non|without|within|only|other|than|least|most|more|less|is|are|was|were|has|have|had|must|should|may|can|"
    r"will|before|since|including|such|either|both|during|until|grade|grades|months?|weeks?|days?|years?|while|where|when|despite|unable|as|with|study|trial|protocol|investigator|patients?|subjects?|participants?|experienced|history)(?![a-z]))"
    r"[a-z][a-z0-9]{0,24}(?:[-/][a-z0-9]{1,20}){0,3}"
)
_ABOUT = rf"{_WORD}(?: {_WORD}){{0,8}}(?: \([a-z-]{{2,8}}\))?(?: {_WORD}){{0,3}}"
_HARM = r"(?:toxicit(?:y|ies)|(?:adverse |side )?(?:events?|effects?|reactions?)|intolerance)"
_END = r"(?= ?(?:[.;]|$))"
_STOP = Guarded(
    rf"(?<![a-z-])(?:(?:experienced |history of |any |an? |prior |previous ){{0,3}}(?P<harm>(?:{_WORD} ){{0,3}}{_HARM}(?: \([a-z-]{{2,8}}\))?(?: (?:to|from|on|of|related to|due to)(?: {_WORD}){{1,4}})?) "
    r"(?:(?:that|which) )?(?P<led>led to|lead to|leads to|leading to|resulted in|resulting in|results in|required|requiring|requires) "
    rf"(?P<end>(?:(?:the )?(?:{_WORD} ){{0,3}})?(?:discontinuation|cessation|withdrawal|interruption|stopping)(?: of(?: {_WORD}){{1,5}})?)"
    rf"|(?:(?:prior|previous) )?(?P<stop>(?:discontinued|stopped|discontinuation of) (?:the use of |use of |an? |any |the )?{_ABOUT}? (?:due to|because of) {_ABOUT}?)){_END}"
)
_RECOVERY = Guarded(
    rf"(?<![a-z-])(?P<lead>(?:(?:have|has|had) )?(?P<no>not )?(?:yet )?(?P<how>(?:fully |completely )?recovered)|(?P<still>still )recovering) (?P<from>from {_ABOUT}?){_END}"
)
_LEFT = re.compile(
    r"(?:^|[;:.(]|\b(?:who|that|have|has|had|having|with|patients?|subjects?|participants?|or|must|of|a|an|any|the|prior|previous|experienced|been)) ?$"
)
_GRADED = re.compile(r"grade|baseline|ctcae|(?<![a-z0-9-])\d")
_JOINED = re.compile(
    r"(?:[a-z0-9-]+ ){0,3}(?:effects?|toxicit(?:y|ies)|events?|reactions?|surger(?:y|ies)|procedures?|radiotherapy|chemotherapy|treatments?|therap(?:y|ies)|progression|intolerance)\b"
)
"""What may stand behind an `or` without beginning something else."""
_MOST_LETTERS = 150
WORDS = _STOP.words | _RECOVERY.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Each such clause up to the end of its sentence."""
    for match in _STOP.finditer(line.text):
        text = match["stop"] or f"{match['harm']} {match['led']} {match['end']}"
        if _plain(match, text, line):
            yield _named(match.start(), match.end(), text, line)
    for match in _RECOVERY.finditer(line.text):
        if not _plain(match, match["from"], line):
            continue
        if match["still"]:
            yield _named(match.start(), match.end(), f"recovering {match['from']}", line)
        else:
            made = _named(match.start(), match.end(), f"{match['how']} {match['from']}", line)
            made.value = Not.model_construct(part=made.value) if match["no"] else made.value
            yield made


def _plain(match: re.Match[str], text: str, line: Line) -> bool:
    before = line.text[max(0, match.start() - 24) : match.start()]
    listed = not all(_JOINED.match(part) for part in re.split(r"\bor ", text)[1:])
    fits = len(text) <= _MOST_LETTERS and not _GRADED.search(match[0]) and not JUDGMENT.search(match[0])
    return fits and not listed and _LEFT.search(before) is not None


def _named(start: int, end: int, text: str, line: Line) -> Chunk:
    plain = re.sub(r"\([^()]*\)|\b(?:the|an?|any|all)\b", " ", text)
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    flag = Flag.model_construct(variable=name, qualifiers=(), window=None, source=line.cite(start, end))
    return Chunk("A", start, end, flag, own=True)
