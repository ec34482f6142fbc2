"""The age at which the law lets somebody decide, beside an age in years: `≥ 18 years (or the legal age of consent)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag

_WORD = r"(?!and\b|or\b|if\b|unless\b|who\b|with\b|must\b|whichever\b)[a-z'-]{1,20}"
_LEGAL = Guarded(
    r"(?P<joint>,? ?(?P<open>\()?or )(?:(?:the|a|an|of) ){0,2}"
    r"(?:(?:minimum |local )?legal(?:ly)?(?: an)?(?: minimum)? (?:adult|age)(?: age)?(?: of (?:consent|majority))?|(?:adult )?age of (?:consent|majority))"
    rf"(?: {_WORD}){{0,14}}(?:,? (?P<inner>\()?whichever is (?P<which>older|greater|higher|later|younger|lower|less)(?(inner)\)))?(?P<close>\))?(?: at the time(?: {_WORD}){{1,8}})?"
)


WORDS = _LEGAL.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """On an inclusion list: the joint, and being of that age."""
    if line.polarity != "inclusion" or "age" not in line.text:
        return
    for match in _LEGAL.finditer(line.text):
        if bool(match["open"]) != bool(match["close"]) or not re.search(
            r"\d[^.;]{0,80}$", line.text[max(0, match.start() - 84) : match.start()]
        ):
            continue
        joint = match.end("joint")
        both = match["which"] in ("older", "greater", "higher", "later")
        source = line.cite(joint, match.end())
        flag = Flag.model_construct(variable="of_legal_age", qualifiers=(), window=None, source=source)
        yield Chunk("&" if both else "|", match.start(), joint)
        yield Chunk("A", joint, match.end(), flag, own=True)
