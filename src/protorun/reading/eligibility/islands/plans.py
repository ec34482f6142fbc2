"""What somebody plans, expects or is unable to do: `plans to receive live vaccines during the study`. It has not happened,
so nothing in it is asserted; the whole phrase is the name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT
from protorun.study.criterion import Flag

_WORD = r"(?!and\b|or\b|but\b|such\b|without\b|not\b|no\b|if\b|unless\b|except\b|within\b|who\b|which\b|that\b|other\b|another\b|any other\b|for at least\b|prior\b|before\b|after\b|during\b|throughout\b)[a-z][a-z'-]{0,24}"
_DURING = r"(?: (?:at any time )?(?:during|throughout|over|in) (?:the |this )?(?:course of (?:the |this )?|entire )?(?:study|trial)(?: (?:period|treatment|participation|drug treatment|duration))?)"
_PLAN = Guarded(
    rf"\b(?P<cue>(?:known or )?(?:planned|planning|plans?|intends?|intending|intent(?:ion)?|expect(?:s|ed|ing)?|anticipat(?:ed|es|ing|ion)|scheduled)(?: (?:to|for|of|use of))?)"
    rf"(?P<what>(?: {_WORD}){{1,9}}){_DURING}(?=[ ]?(?:[.,;()]|$| or\b| and\b))"
)
_UNABLE = Guarded(
    rf"\b(?P<cue>(?:inability|unable) to)(?P<what>(?: {_WORD}){{1,8}}){_DURING}?(?=[ ]?(?:[.;]|$))"
)
_LEFT = re.compile(
    r"(?:^|[,;:.(]|\b(?:or|who|those|are|is|have|has|patients?|subjects?|participants?|any|an?|the|known)) ?$"
)
_PREGNANT = re.compile(r"pregnan|conceiv|father|sperm|contracept|breast|nurs")
_MOST_LETTERS = 100
AHEAD = re.compile(r"(?:plan|intend|intent|expect|anticipat|schedul|unable|inability)")
"""How the names of what has not happened begin: no time before the trial is theirs."""


WORDS = _PLAN.words | _UNABLE.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """On an exclusion list: plans for the time of the study, and what somebody cannot do."""
    if line.polarity != "exclusion":
        return
    for pattern in (_PLAN,) if STATEMENT.search(line.text) else (_PLAN, _UNABLE):
        for match in pattern.finditer(line.text):
            text = match[0]
            if "anticipat" in match["cue"] and "need" in text:
                continue  # of a treatment of the tables: `anticipated_need_for_...`
            plain = len(text) <= _MOST_LETTERS and not JUDGMENT.search(text) and not STATEMENT.search(text)
            if (
                plain
                and not _PREGNANT.search(text)
                and _LEFT.search(line.text[max(0, match.start() - 24) : match.start()])
            ):
                name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"\b(?:the|this|an?|any)\b", " ", text)).strip("_")
                source = line.cite(*match.span())
                flag = Flag.model_construct(variable=name, qualifiers=(), window=None, source=source)
                yield Chunk("A", match.start(), match.end(), flag, own=True)
