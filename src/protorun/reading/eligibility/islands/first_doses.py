"""The first dose of the drug of the trial by its code: `before first AB1234567 infusion`, `prior to XY-7012 administration`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line

_CODE = r"[a-z]{1,8}-? ?\d{3,8}[a-z]?"
_GIVEN = r"(?:infusion|injection|administration|dose|dosing|treatment)"
_FIRST = Guarded(
    rf"(?:(?:the )?(?:first|1st|initial) (?:planned |scheduled )?|(?:prior to|before) (?P<begin>(?:the )?)){_CODE} {_GIVEN}(?![a-z])"
)

WORDS = _FIRST.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Each such dose as the beginning of the treatment of the trial."""
    for match in _FIRST.finditer(line.text):
        start = match.start("begin") if match["begin"] is not None else match.start()
        yield Chunk("a", start, match.end(), "first_dose")
