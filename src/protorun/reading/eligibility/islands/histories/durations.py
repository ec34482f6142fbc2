"""How long somebody has had something, or has been without it: `at least a 2-year history of seasonal allergic rhinitis`,
`quit smoking at least 5 years ago`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import quantity
from protorun.study.criterion import Number

_WORD = r"(?!(?:and|or|but|with|without|if|unless|except|who|that|which|prior|before|requiring|not|no|including|such|as|within)(?![a-z]))[a-z][a-z0-9'-]{0,24}"
_HISTORY = Guarded(
    r"(?<![a-z0-9.≤<>-])(?:(?:at least|a minimum of|minimum of|minimum|≥) )?(?:a |an )?(?P<n>\d{1,2}|one|two|three|five)[- ](?P<unit>year|month)s?(?:'s?)? "
    rf"(?:documented |clinical |confirmed |medical ){{0,2}}history of (?:an? |the )?(?P<what>{_WORD}(?: {_WORD}){{0,6}})(?= ?(?:\([a-z]{{2,5}}\) ?)?(?:[.;)]|$))"
)
_LEFT = re.compile(r"(?:^|[;:.(]|\b(?:have|has|had|having|with|patients?|subjects?|participants?)) ?$")


_QUIT = Guarded(
    r"(?:(?:who |that )?(?:have |has |had )?(?:quit|stopped|ceased|given up|discontinued) smoking|smoking cessation|abstinen(?:t|ce) from smoking)(?: for)? "
    r"(?P<sign>at least|more than|longer than|over|≥|>|less than|fewer than|within the (?:last|past)|<) ?(?P<n>\d{1,2}|one|two|three|five|six|ten)[ -](?P<unit>year|month|week)s?"
    r"(?: ago)?(?: (?:prior to|before) (?:the )?(?:screening|enrol?lment|study|inclusion|baseline)(?: visit)?)?(?= ?(?:[.;,)]|or\b|and\b|$))"
)
WORDS = _HISTORY.words | _QUIT.words


def _quit(line: Line) -> Iterator[Chunk]:
    """The time since somebody smoked."""
    for match in _QUIT.finditer(line.text):
        amount = quantity(match["n"], 0)
        if amount is None:
            continue
        beyond = match["sign"] not in ("less than", "fewer than", "<") and "within" not in match["sign"]
        limit = bound(
            amount[0].value, inclusive=match["sign"] in ("at least", "≥") or "within" in match["sign"]
        )
        number = Number.model_construct(
            variable="time_since_quitting_smoking",
            low=limit if beyond else None,
            high=None if beyond else limit,
            unit=f"{match['unit']}s",
            source=line.cite(*match.span()),
        )
        yield Chunk("A", match.start(), match.end(), number)


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """A history of so many years, up to the trial; the time since somebody quit."""
    yield from _quit(line)
    for match in _HISTORY.finditer(line.text):
        amount = quantity(match["n"], 0)
        if amount is None or not _LEFT.search(line.text[: match.start()]):
            continue
        name = re.sub(r"[^a-z0-9]+", "_", match["what"]).strip("_")
        number = Number.model_construct(
            variable=f"duration_of_{name}",
            low=bound(amount[0].value),
            high=None,
            unit=f"{match['unit']}s",
            source=line.cite(*match.span()),
        )
        yield Chunk("A", match.start(), match.end(), number)
