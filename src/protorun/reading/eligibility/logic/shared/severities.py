"""`Serious cardiac rhythm or conduction abnormalities`: the first member has no noun of its own, so it shares that of a
later one, and its `serious` goes for that one as well."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.kinds import tells_what
from protorun.reading.eligibility.atoms.conditions.open_conditions import GENERIC
from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Expr, Flag, Unparsed

_GRAVE = re.compile(
    r"(?:severe|serious|uncontrolled|unstable|active|acute|chronic|major|significant|symptomatic|untreated|life-threatening|poorly controlled|moderate|recurrent|advanced|metastatic)\b"
)
_LAST = re.compile(r"(?P<noun>[a-z]+)(?: ?\([^()]*\))?[\s,/&)]*(?:and/or|and|or)?\s*$")


def severe_alike(
    each: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line, context: Context
) -> list[Expr]:
    """The members, with no later one deciding without what stands before the first."""
    found = list(each)
    starts = [o[0].start for o in operands]
    for at in range(len(found) - 1):
        if not _holds_unread(found[at]) or _GRAVE.match(line.text, starts[at]) is None:
            continue
        for later in range(at + 1, len(found)):
            if joints[later - 1] not in ",|/&" or _ends_in_noun(line.text[starts[later - 1] : starts[later]]):
                break
            if joints[later - 1] != "," and _shares(found[later], operands[later], line):
                told = context.unparsed(line, [c for o in operands[at : later + 1] for c in o])
                found[later] = All.model_construct(parts=(found[later], told))
            if not _holds_unread(found[later]):
                break
    return found


def _ends_in_noun(said: str) -> bool:
    """The last word says what somebody has."""
    last = _LAST.search(said[-120:])
    return last is None or tells_what(last["noun"]) or last["noun"] in GENERIC


def _shares(expr: Expr, chunks: list[Chunk], line: Line) -> bool:
    """A condition of two or more words whose last says what it is, without such a word before it."""
    if not isinstance(expr, Flag) or expr.qualifiers or _GRAVE.match(line.text, chunks[0].start):
        return False
    end = chunks[-1].end
    said = line.text[chunks[0].start : end]
    behind = line.text[end : end + 12].split()
    headed = bool(behind) and behind[0].strip(",.;") in GENERIC  # words of no weight, as `disorder`
    return headed or (" " in said and _ends_in_noun(said))


def _holds_unread(expr: Expr) -> bool:
    return any(isinstance(leaf, Unparsed) for leaf in leaves(expr))
