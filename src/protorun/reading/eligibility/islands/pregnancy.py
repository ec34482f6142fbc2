"""Pregnancy tests, with the women they apply to and their time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.trees.nodes import window
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Code, Expr, Flag, If, Window

_KIND = r"(?:(?:highly sensitive|high[- ]sensitivity|serum|urine|urinary|blood|plasma|β-?hcg|beta[- ]?hcg|human chorionic gonadotropin|hcg|quantitative|or|and/or|/)\s*){0,8}"
_TEST = rf"{_KIND}pregnancy tests?(?: \([^()]{{0,40}}\))?(?: results?)?"
_TIME = r"(?:within (?:the )?(?:\w+ \()?(?P<n{i}>\d+)\)? (?P<u{i}>hours?|days?|weeks?)(?: (?:prior to|before|of|preceding) (?:the )?(?P<a{i}>[a-z0-9 ]{{0,40}}?(?:enrol\w*|randomi[sz]ation|registration|screening|first dose|treatment|study drug|study|dosing|dose|therapy|study entry|administration)))?)"
_VISIT = r"(?:screening|baseline)(?: visit)?"
_TWICE = rf"(?: (?:at|during) (?:the )?{_VISIT} (?:and|or|and/or) (?:at )?(?:the )?{_VISIT})?"
_ASKED = (
    r"(?:,? \(?(?:for|in|from|of) (?:all |any |the )?(?:women|woman|females?|wocbp|female (?:patients|subjects|participants))(?: (?:patients|subjects|participants))?"
    r"(?: (?:who are )?(?:of|with) (?:childbearing|child-bearing|child bearing|reproductive) (?:potential|age|capacity))?(?: \(wocbp\))?\)?(?= ?(?:[.;]|$)))?"
)
"""Whom the test is asked of, behind it."""
_NEGATIVE = re.compile(
    rf"(?P<who>(?:for )?(?:all )?(?:[wf]ocbp|(?:females?|wom[ae]n) of (?:childbearing|child-bearing|child bearing|reproductive) potential)(?: \([a-z]{{4,6}}\))?: ?(?:must have )?(?:an? )?|(?:for )?(?:all |any |only )?(?:female|women|woman|females|[wf]ocbp|patients|subjects|participants)[^;.]{{0,80}}?(?:childbearing|child-bearing|child bearing|reproductive|[wf]ocbp)"
    rf"(?: potential| age)?[^;.,]{{0,60}}?(?:must|should|need|required|have|has|with|,|:)[^;.,]{{0,30}}?\b)?"
    rf"(?:negative (?:results? (?:of|for|on|in) )?(?:a |an |the )?{_TEST}(?:[^;.,]{{0,30}}?{_TIME.format(i=1)})?{_TWICE}{_ASKED}"
    rf"|{_TEST}(?: (?:of|for|in) (?:all )?(?:female|women|woman)[^;.,]{{0,50}}?)?(?:[^;.]{{0,60}}?{_TIME.format(i=2)})?[^;.,]{{0,30}}?(?:must be |should be |is |was |were |are |be )negative)"
)
_POSITIVE = re.compile(
    rf"(?:a )?positive (?:results? (?:of|for|on) )?(?:a )?{_TEST}|{_TEST} (?:is |was )?positive"
)
_ANCHORS = (
    ("screening", "screening"),
    ("random", "randomization"),
    ("enrol", "enrollment"),
    ("regist", "enrollment"),
    ("entry", "enrollment"),
)


WORDS = frozenset({"pregnancy"})


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Tests that must be negative (or, on an exclusion list, are positive)."""
    if "pregnancy test" not in line.text or ("neg" not in line.text and "pos" not in line.text):
        return
    for match in _NEGATIVE.finditer(line.text):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        source = line.cite(start, match.end())
        test = Code.model_construct(
            variable="pregnancy_test", values=("negative",), window=_window(match), source=source
        )
        needed: Expr = If(condition=_fertile_woman(line, match), then=test)
        yield Chunk("A", start, match.end(), needed)
    for match in _POSITIVE.finditer(line.text):
        code = Code.model_construct(
            variable="pregnancy_test", values=("positive",), source=line.cite(*match.span())
        )
        yield Chunk("A", match.start(), match.end(), code)


def _fertile_woman(line: Line, match: re.Match[str]) -> Expr:
    """A pregnancy test is asked of women who may become pregnant, also where the line does not say so."""
    source = line.cite(*match.span())
    return All(
        parts=(
            Code.model_construct(variable="sex", values=("female",), source=source),
            Flag.model_construct(variable="childbearing_potential", qualifiers=(), source=source),
        )
    )


def _window(match: re.Match[str]) -> Window | None:
    for i in (1, 2):
        if match[f"n{i}"]:
            words = match[f"a{i}"] or ""
            unit = match[f"u{i}"].rstrip("s") + "s"
            anchor = next(
                (a for start, a in _ANCHORS if start in words), "first_dose" if words else "screening"
            )
            return window(float(match[f"n{i}"]), unit, anchor)
    return None
