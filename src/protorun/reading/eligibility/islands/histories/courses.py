"""What a disease did under a treatment: `progressed on or after platinum-based chemotherapy`. The whole phrase is the name:
neither the progression nor the treatment is asked for by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT
from protorun.study.criterion import Any, Flag
from protorun.study.source import Source

_WORD = (
    r"(?!(?:and|or|but|if|unless|except|excluding|who|whom|which|that|whose|not|no|non|without|within|only|other|than|least|most|more|less|is|are|was|were|has|have|had|must|"
    r"should|may|can|will|months?|weeks?|days?|years?|prior to|before|since|due|as|including|such|e\.g|i\.e|either|both|any of|all|one|two|three|first|second|third|grade|arm|cohort|"
    r"group|part|this|study|trial|these|following|toxicity|adverse|where|when|for)(?![a-z]))"
    r"[a-z][a-z0-9]{0,24}(?:[-/][a-z0-9]{1,20}){0,4}"
)
_WHEN = r"(?:on|while on|after|following|during|while receiving|under|despite)"
_EVENT = r"(?:progress(?:ed|ion)|relapsed?|recurrence|recurred|resistance)"
_COURSE = Guarded(
    r"(?<![a-z-])(?P<name>(?:(?:documented|confirmed|radiographic|radiological|radiologic|clinical|objective|evidence of|documentation of|disease|tumou?r|cancer|metastatic) ){0,4}"
    rf"(?P<first>{_EVENT})(?P<second> or {_EVENT})? (?:either )?{_WHEN}(?:,? (?:or|and/or) {_WHEN}|/{_WHEN})?"
    r"(?P<least> (?:at least (?:one|1|a)|(?:one|1) or more)(?: prior| previous)?(?: (?:lines?|types?|regimens?|courses?) of)?)?(?: (?:the |their )?(?:most recent|latest|last))?"
    rf"(?P<what>(?: {_WORD}){{1,9}}(?: \([a-z][a-z0-9-]{{1,10}}\))?(?: {_WORD}){{0,3}}))(?= ?(?:[.;)]|$|\((?:e\.?g\.?|eg)[ ,]| and (?:ha[sv]e?|is|are|must|with)\b))"
)
_ON_OR_AFTER = Guarded(
    rf"(?<![a-z-])(?:disease )?(?:progress(?:ed|ion|ive disease)|relapsed?|recurrence|recurred) (?:either )?{_WHEN}(?:,? (?:or|and/or) |/){_WHEN}(?![a-z])"
)
_LEFT = re.compile(
    r"(?:^|[;:.]|, ?|\b(?:who|that|which|have|has|had|having|must|with|patients?|subjects?|participants?|disease|their|a|of|the|and|ha(?:s|ve) (?:either|also|shown|experienced)|shown|experienced|demonstrated|documented)) ?$"
)
_LISTED = re.compile(
    r"(?:,|\b(?:or|and/or|either|progress\w*|relapsed?|refractory|intoleran\w+)) ?(?:ha(?:s|ve|d) )?$"
)
_TREATED = re.compile(
    r"therap|treat|regimen|chemo|inhibitor|antibod|blockade|surg|resection|radio|drug|agent|transplant|mab\b|nib\b|platin|taxel|deruxtecan|vedotin|steroid|immuno|platinum|cell|agonist|antagonist|vaccin"
)
_MOST_LETTERS = 150


WORDS = _COURSE.words | _ON_OR_AFTER.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Each course of a disease under something that was given, where no list lends or borrows a part of it; the `or` of
    `on or after` joins nothing else either."""
    behind = 0
    for match in _COURSE.finditer(line.text):
        before = line.text[max(0, match.start() - 40) : match.start()]
        name = re.sub(r"\([^()]*\)", " ", match["name"])
        plain = len(name) <= _MOST_LETTERS and not JUDGMENT.search(name) and _TREATED.search(match["what"])
        if not plain or not _LEFT.search(before) or _LISTED.search(before):
            continue
        name = name.replace(match["least"], "") if match["least"] else name
        second = match["second"] or ""
        each = [name.replace(second, "", 1)] if second else [name]
        if second:
            each.append(name.replace(match["first"] + second, second.removeprefix(" or "), 1))
        flags = tuple(_flag(n, line.cite(*match.span())) for n in each)
        expr = flags[0] if len(flags) == 1 else Any.model_construct(parts=flags)
        behind = match.end()
        yield Chunk("A", match.start(), match.end(), expr, own=True)
    for match in _ON_OR_AFTER.finditer(line.text) if not behind else ():
        yield Chunk("z", match.start(), match.end(), "progression")


_SAYS_NOTHING = re.compile(r"\b(?:the|an?|documented|confirmed|evidence of|documentation of|either)\b")


def _flag(name: str, source: Source) -> Flag:
    variable = re.sub(r"[^a-z0-9]+", "_", _SAYS_NOTHING.sub(" ", name)).strip("_")
    return Flag.model_construct(variable=variable, qualifiers=(), window=None, source=source)
