"""Results of virus tests said in words: `PCR confirms HCV RNA negativity`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Code

_NEGATIVE = re.compile(
    r"(?:(?:the )?(?:pcr|polymerase chain reaction(?: \(pcr\))?)(?: test)?(?: results?)? (?:confirms?|confirmed|shows?|is|are|was) )?"
    r"(?:(?:undetectable|negative) (?:for )?(?:hcv|hepatitis c(?: virus)?)[ -]?rna(?: by pcr)?|"
    r"(?:(?:negative|undetectable) (?:results? )?(?:for|of) )?(?:hcv|hepatitis c(?: virus)?)[ -]?rna (?:test |level )?(?:is |are |was )?(?:negativity|negative|undetectable|not detected)|"
    r"(?:pcr|polymerase chain reaction) (?:is )?negative for hcv rna)"
)


WORDS = frozenset({"rna"})


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """HCV RNA that is negative."""
    for match in _NEGATIVE.finditer(line.text):
        code = Code.model_construct(variable="hcv_rna", values=("negative",), source=line.cite(*match.span()))
        yield Chunk("A", match.start(), match.end(), code)
