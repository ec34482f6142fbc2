"""Plans of a pregnancy on an exclusion list: `expecting to conceive or father children within the projected duration of
the study, through 120 days after the last dose`. The time that reaches beyond the study is kept in the name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any, Flag

_TRIAL = r"(?:the |this |a )?(?:entire |whole |clinical |present )?(?:course |projected |planned |expected |duration |period |time ){0,2}(?:of (?:the |this |their )?)?(?:entire |clinical )?(?:participation in (?:the |this )?)?(?:study|trial|participation)(?: (?:period|treatment|participation|duration))?"
_STUDY = (
    rf"(?:(?: at any time)? (?:during|throughout|over|within|for|in|while in)(?: the)?(?: their)? {_TRIAL})"
)
_SPAN = r"(?:\d{1,3}|one|two|three|four|five|six|seven|half an?) (?:day|week|month|year)s?"
_AFTER = rf",?(?: or| and)?(?: for)?(?: at least)? (?:through|until|up to|within|for)(?: the)?(?: first)? (?P<span>{_SPAN}) (?:after|following|of)(?: the)? (?P<of>(?:last|final) (?:dose|administration)(?: of (?:the )?(?:(?:study|trial|investigational) )?(?:treatment|drugs?|medication|intervention|therapy|product))?|treatment|study treatment|end of (?:the )?(?:treatment|study)|(?:completion|end) of (?:the )?(?:study|treatment)|administration of [a-z]{{1,12}}-?\d{{2,8}})"
_FROM = r",? (?:starting|beginning) (?:with|at|from) (?:the )?(?:pre-?screening (?:or|and) )?(?:screening|first) visit,?"
_CUE = r"(?P<men>(?:wom[ae]n|females?)(?:/| and | or )(?:men|males?) (?:who are )?)?(?P<cue>(?:currently )?(?:(?:plan(?:s|ned|ning)?|intend(?:s|ing)?|intent(?:ion)?|expect(?:s|ing)?|try(?:ing)?|tries|wish(?:es|ing)?|desir(?:e|es|ing)|attempt(?:s|ing)?)(?: to| on| of)?|considering)) "
_CONCEIVE = r"(?P<pregnancy>(?:be |becom(?:e|ing) |get(?:ting)? )pregnant|(?:an? |any |the )?pregnanc(?:y|ies)|conceiv(?:e|ing)(?: a child| children)?)"
_FATHER = r"(?:(?: and| or|,|/| and/or)+ (?:to )?(?P<father>father(?:ing)?(?: a child| children)?))"
_PLANNED = Guarded(
    rf"\b{_CUE}{_CONCEIVE}{_FATHER}?{_STUDY}?(?:{_FROM})?(?:{_AFTER})?(?=[ ]?(?:[.,;)]|$| or | and/or ))"
)
_LEFT = re.compile(
    r"(?:^|[,;:.(/]|\b(?:or|and/or|who|are|is|patients?|subjects?|participants?|persons?|wom[ae]n|females?|men)) ?$"
)


WORDS = _PLANNED.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """On an exclusion list, plans of a pregnancy, and of fathering a child where that is named."""
    if line.polarity != "exclusion":
        return
    for match in _PLANNED.finditer(line.text):
        if not _LEFT.search(line.text[max(0, match.start() - 24) : match.start()]):
            continue
        source = line.cite(*match.span())
        until = _until(match)
        planned = [
            Flag.model_construct(variable=name, qualifiers=until, window=None, source=source)
            for name, named in (("planned_pregnancy", "pregnancy"), ("planned_fatherhood", "father"))
            if match[named] or (named == "father" and match["men"])
        ]
        value = planned[0] if len(planned) == 1 else Any.model_construct(parts=tuple(planned))
        yield Chunk("A", match.start(), match.end(), value, own=True)


_SINCE = (
    ("last", "last_dose"),
    ("final", "last_dose"),
    ("administration", "dose"),
    ("treatment", "treatment"),
)


def _until(match: re.Match[str]) -> tuple[str, ...]:
    """How long after the study the plan counts."""
    if match["span"] is None:
        return ()
    since = next((name for word, name in _SINCE if word in match["of"]), "study")
    span = "_".join(match["span"].split())
    return (f"until_{span}_after_{since}",)
