"""Results of tests for infections: `positive serology for syphilis`, `HBV DNA is negative`. A test is not the disease."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Code, Expr, Flag, Not

_HIV = "hiv"
_SHARED = frozenset({"serology", "test", "antibody", "pcr"})
_POSITIVE = r"(?:tested |tests |test )?(?:sero-?positiv(?:e|ity)|positive|reactive|detectable)"
_NEGATIVE = (
    r"(?:tested |tests |test )?(?:sero-?negativ(?:e|ity)|negative|non-?reactive|undetectable|not detected)"
)
_NO = re.compile(r"negativ|^non|not |undetect")
_BE = r"(?: results?| status)?(?: is| are| was| were| must be| should be| to be| has been| have been)? "
_CUES = (
    "serolog",
    "sero",
    "test",
    "antibod",
    "antigen",
    "dna",
    "rna",
    "pcr",
    "igm",
    "igg",
    "screen",
    "hbsag",
    "anti-",
    "hbcab",
)


@cache
def _named() -> dict[str, dict[str, str]]:
    """Printed name -> organism, printed name -> kind of test."""
    return {
        kind: {form: name for name, forms in words()[kind].items() for form in forms}
        for kind in ("organisms", "assays")
    }


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """One member of a list, and a whole result."""
    organism, assay = (_either(_named()[kind]) for kind in ("organisms", "assays"))
    bracket = r"(?: \([a-z0-9 -]{2,12}\))?"
    second = rf"(?:(?:/| or |, or | and/or )(?:{assay})\b{bracket})?"
    member = rf"(?:{organism}){bracket}(?: infection| virus)?(?:[ -](?:{assay})\b{bracket}{second})?"
    joint = r"(?: and/or | and | or |/| & |, (?:and/or |and |or )?)"
    listed = rf"{member}(?:{joint}{member}){{0,5}}"
    result = rf"(?:{_POSITIVE}|{_NEGATIVE})"
    one = re.compile(
        rf"(?P<organism>{organism}){bracket}(?: infection| virus)?"
        rf"(?:[ -](?P<assay>{assay})\b{bracket}(?:(?:/| or |, or | and/or )(?P<second>{assay})\b)?)?"
    )
    whole = re.compile(
        rf"\b(?P<before>{result}) (?:(?P<lead>{assay})(?: results?)? )?(?:(?:for|of|on|to) (?:the |either |any of )?)?"
        rf"(?P<behind>{listed})|\b(?P<listed>{listed}){_BE}(?P<after>{result})\b"
    )
    return one, whole


def _either(names: dict[str, str]) -> str:
    return "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))


WORDS = frozenset({"positiv", "negativ", "reactive", "detect"})


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Every result, positive or negative, of every test a list names."""
    text = line.text
    if not any(cue in text for cue in _CUES) and "hiv" not in text:
        return
    one, whole = _patterns()
    for match in whole.finditer(text):
        result = match["before"] or match["after"]
        expr = _result(match, result, [*one.finditer(match["behind"] or match["listed"])], line)
        if expr is not None:
            yield Chunk("A", match.start(), match.end(), expr)


def _result(match: re.Match[str], result: str, members: list[re.Match[str]], line: Line) -> Expr | None:
    negative = bool(_NO.search(result))
    lead = _named()["assays"].get(match["lead"] or "", "")
    shared = lead or ("serology" if "sero" in result else "") or _trailing(members)
    parts: list[Expr] = []
    for member in members:
        organism = _named()["organisms"][member["organism"]]
        for assay in _assays(member, shared):
            if not assay and organism != _HIV and f"{organism} " not in words()["tests"]:
                return None
            parts.append(_one(organism, assay, "negative" if negative else "positive", match, line))
    if len(parts) == 1:
        return parts[0]
    together = negative or (" and " in match[0] and line.polarity == "inclusion")
    return All(parts=tuple(parts)) if together else Any(parts=tuple(parts))


def _assays(member: re.Match[str], shared: str) -> tuple[str, ...]:
    """The kinds of test a member names (`surface antigen/serology`), or the one it shares with its list."""
    named = tuple(_named()["assays"][member[g]] for g in ("assay", "second") if member[g])
    itself = f"{_named()['organisms'][member['organism']]} " in words()["tests"]  # HBsAg is a test already
    return named or ("" if itself else shared,)


def _trailing(members: list[re.Match[str]]) -> str:
    """`HIV, HBV or HCV antibodies`: the kind of test behind the last goes for those that have none."""
    assay = _named()["assays"].get(members[-1]["assay"] or "", "")
    alone = not any(m["assay"] for m in members[:-1])
    return assay if assay in _SHARED and alone else ""


def _one(organism: str, assay: str, value: str, match: re.Match[str], line: Line) -> Expr:
    source = line.cite(match.start(), match.end())
    if organism == _HIV and assay in ("", "serology", "test", "antibody"):
        flag = Flag.model_construct(variable=_HIV, qualifiers=(), window=None, source=source)
        return flag if value == "positive" else Not(part=flag)
    variable = words()["tests"].get(f"{organism} {assay}", f"{organism}_{assay.replace(' ', '_')}")
    return Code.model_construct(variable=variable, values=(value,), source=source)
