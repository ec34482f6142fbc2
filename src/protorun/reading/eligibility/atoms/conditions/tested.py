"""What is tested is not what a patient has: `positive drug abuse test`, `positive depression screening`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.open_conditions import open_flag
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Expr, Flag
from protorun.terms.concepts import concepts

_POSITIVE = re.compile(
    r"(?<![a-z0-9+-] )(?<![a-z0-9+-])positive |\b(?:a|an|any|known|or|and|with|prior|previous) positive "
)
_BEHIND = re.compile(
    r"(?: (?:skin|blood|urine|breath|saliva|serum|rapid|antibody))?[ -](?:tests?|testing|screens?|screening|cultures?|smears?|swabs?|assays?|results?|toxicology)\b"
)


def said_positive(text: str, start: int) -> bool:
    """The word `positive` stands before a name, and belongs to nothing before it."""
    begins = text.endswith("positive ", 0, start)
    return begins and _POSITIVE.search(text, max(0, start - 16), start) is not None


def result_of(atom: Chunk, line: Line) -> Expr:
    """What an atom says; where a positive result is said of a condition, that result under its own words."""
    flag: Expr = atom.value
    if not isinstance(flag, Flag) or flag.qualifiers or not said_positive(line.text, atom.start):
        return flag
    known = concepts().get(flag.variable)
    test = _BEHIND.match(line.text, atom.end)
    if known is None or known.family == "viral" or test is None:
        return flag
    start, end = atom.start - len("positive "), test.end()
    named = open_flag(line.text[start:end], (), line.cite(start, end))
    return named.model_copy(update={"window": flag.window})
