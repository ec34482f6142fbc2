"""Treatments for a stage of the disease, and how many of them: `no prior chemotherapy for metastatic disease`, `1 or 2 prior
regimens for recurrent cancer`. What was given for something else does not count, so the whole phrase is the name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Number

_WORD = (
    r"(?!(?:and|or|but|if|unless|except|excluding|who|which|that|not|no|non|without|within|only|other|another|than|least|most|more|less|for|of|with|in|to|any|prior|previous|"
    r"received|receiving|concurrent|current|first|second|third|line|lines|adjuvant|neoadjuvant)(?![a-z]))[a-z]{3,24}(?:-[a-z0-9]{1,20}){0,2}"
)
_HEAD = r"(?:therap(?:y|ies)|treatments?|chemotherap(?:y|ies)|immunotherap(?:y|ies)|radiotherapy|chemo-?radi(?:otherapy|ation)|regimens?|agents?|drugs?)"
_TREATMENT = rf"(?:{_WORD} ){{0,3}}{_HEAD}"
_STAGE = (
    r"(?:(?:locally |locoregionally |newly )?(?:advanced|metastatic|recurrent|relapsed|refractory|unresectable|inoperable|resectable|primary|diagnosed|persistent|distant|"
    r"early[- ]stage|advanced[- ]stage|castration[- ]resistant|hormone[- ]sensitive|surgically)(?:,? (?:and/or|or|and) |/|, | ))"
)
_DISEASE = (
    r"(?:(?!or\b|and\b|for\b|with\b|in\b)[a-z0-9-]{2,20} ){0,3}?(?:disease|cancers?|carcinomas?|adenocarcinomas?|tumou?rs?|malignanc(?:y|ies)|sarcomas?|melanomas?|lymphomas?|leuk[ae]+mias?|"
    r"myelomas?|neuroblastomas?|gliomas?|glioblastomas?|mesotheliomas?|[a-z]{0,2}nsclc|sclc|es-sclc|hcc|crc|rcc|ccrcc|m?crpc|tnbc|scchn|hnscc|gist|aml|cll|dlbcl)(?: \([a-z-]{2,8}\))?"
)
_FOR = (
    rf"for (?:the (?:treatment|management) of )?(?:the |their |this )?{_STAGE}{{0,6}}{_DISEASE}"
    r"(?= ?(?:[.;)]|$)| within\b| in the (?:last|past)\b)"
)
_SETTING = Guarded(
    rf"(?<![a-z-])(?P<list>{_TREATMENT}(?:(?:, (?:or |and )?| or | and |/){_TREATMENT}){{0,4}}) (?P<for>{_FOR})"
)
_MEMBER = re.compile(_TREATMENT)
_LEFT = re.compile(
    r"(?:^|[.;:(]|\b(?:prior|previous|no|any|not|received|receiving|undergone|had|without|receipt of|history of|previously received)) ?$"
)
_N = r"(?:\d|one|two|three|four|five)"
_COUNT = Guarded(
    rf"(?<![a-z0-9.≤≥<>=-])(?:(?P<sign>at least|≥|>|<|≤|no more than|not more than|more than|up to|a maximum of|fewer than|less than|a minimum of) ?)?(?P<low>(?<![a-z0-9.]){_N})(?: ?(?:or|to|-|and) ?(?P<high>{_N}))?(?P<more> or more)? "
    rf"(?:prior|previous) (?P<what>(?:(?:lines?|courses?|types?) of )?{_TREATMENT}) (?P<for>{_FOR})"
)
_SIGNS = {
    "at least": ("low", True), "≥": ("low", True), "a minimum of": ("low", True), ">": ("low", False), "more than": ("low", False),
    "<": ("high", False), "fewer than": ("high", False), "less than": ("high", False), "≤": ("high", True), "no more than": ("high", True),
    "not more than": ("high", True), "up to": ("high", True), "a maximum of": ("high", True),
}  # fmt: skip
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
WORDS = _SETTING.words


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Numbers of treatments for a setting, then each treatment for it."""
    if " for " not in line.text:
        return
    behind = 0
    for match in _COUNT.finditer(line.text):
        if (number := _count(match, line)) is not None:
            behind = match.end()
            yield Chunk("A", match.start(), match.end(), number)
    for match in _SETTING.finditer(line.text):
        if match.start() >= behind and _LEFT.search(line.text, max(0, match.start() - 24), match.start()):
            yield from _each(match)


def _count(match: re.Match[str], line: Line) -> Number | None:
    low = _number(match["low"])
    high = _number(match["high"]) if match["high"] else None
    sign = _SIGNS.get(match["sign"] or ("≥" if match["more"] else ""))
    if (sign is None) == (high is None):
        return None
    sides = {"low": bound(low), "high": None if high is None else bound(high)}
    if sign is not None:
        sides = {"low": None, "high": None, sign[0]: bound(low, inclusive=sign[1])}
    name = _name(f"prior {match['what']} {match['for']}")
    return Number.model_construct(
        variable=name, unit="", low=sides["low"], high=sides["high"], source=line.cite(*match.span())
    )


def _number(word: str) -> float:
    return float(_NUMBERS.get(word, word))


def _each(match: re.Match[str]) -> Iterator[Chunk]:
    """Every treatment of the list, each for what stands behind the last."""
    members = list(_MEMBER.finditer(match.string, *match.span("list")))
    for at, member in enumerate(members):
        end = match.end() if at == len(members) - 1 else member.end()
        yield Chunk("y", member.start(), end, _name(f"{member[0]} {match['for']}"))


def _name(text: str) -> str:
    plain = re.sub(r"\([^()]*\)|\b(?:the|their|this)\b", " ", text)
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
