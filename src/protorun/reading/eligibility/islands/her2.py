"""HER2 by immunohistochemistry and in-situ hybridization, and the words positive, negative, low, expressing.

HER2-low is IHC 1+, or 2+ with a negative ISH (ASCO/CAP 2023); the record's own definition always wins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Code, Expr

_ISH = r"(?:[fcds]?ish|fluorescence in[ -]situ hybridi[sz]ation(?: \(fish\))?|in[ -]situ hybridi[sz]ation(?: \([fcds]?ish\))?)"
_IHC = r"(?:ihc|immunohistochemi(?:cal|stry)(?: \(ihc\))?)"
_SCORE = r"(?:[123]\+|\+{1,3}(?!\d)|[0123](?![\d.]))"
_IHC_LIST = re.compile(
    rf"(?:(?:her[- ]?2(?:/neu)?|standard|an?|the|either)\s+){{0,4}}\b(?:{_IHC}\)?|her[- ]?2(?:/neu)?(?=[\s:]+[0-3]\+))(?:\s+(?:test|testing|result|results|score|scores|staining|"
    rf"status|is|was|of|as|be|by|level|expression|must|equal to|value)|\s*[:=-])*\s*"
    rf"(?P<list>{_SCORE}(?:\s*(?:,|/|or|and|and/or|-|to|,\s*or)\s*{_SCORE})*)"
)
_ISH_SIGN = re.compile(
    rf"(?:her[- ]?2(?:/neu)?[- ])?(?:an?\s+)?(?P<before>negative|non-?amplified|not amplified|positive|amplified)\s+(?:result\s+)?(?:by\s+|for\s+|on\s+)?(?:an?\s+)?{_ISH}"
    rf"(?:\s+tests?|\s+results?|\s+testing)*|(?:her[- ]?2\s+)?\b{_ISH}(?:\s+(?:test|testing|result|is|was|are))*\s*"
    r"(?P<after>-(?![a-z])|\+|[- ]?negative|[- ]?positive|[- ]?non-?amplified|[- ]?not amplified|[- ]?amplified|[- ](?:gene )?amplification)"
)
_BESIDE = re.compile(r"[ ,/(]*(?:(?:and|with)\s+)?(?:an?\s+)?")
_ABOUT_HER2 = re.compile(rf"her[- ]?2|2\+\s?[/,(]?\s?{_ISH}\b")
_WORD = re.compile(
    r"\b(?:(?:human )?epidermal growth factor receptor[- ]?2(?: ?\(her[- ]?2(?:/neu)?\))?|her[- ]?2(?:/neu|\s*neu)?)(?:[- ](?:receptor|protein))?(?:\s+status)?[- ]*"
    r"(?P<word>-\s?positive|positive|overexpress(?:ing|ion|ed)|-?amplified|\+(?![a-z0-9])|negative|-?non-?amplified|low(?:[- ]expressing|[- ]expression)?|"
    r"express(?:ing|ion)|ultra-?low|zero|(?<=-)(?=metastatic|\s|\)|,|$))"
)
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ultra", ("ultralow",)),
    ("low", ("low",)),
    ("zero", ("zero",)),
    ("non", ("negative", "low", "ultralow", "zero")),
    ("negative", ("negative", "low", "ultralow", "zero")),
    ("positive", ("positive",)),
    ("over", ("positive",)),
    ("amplified", ("positive",)),
    ("+", ("positive",)),
)


WORDS = frozenset({"her", "her2", "her-2", "ihc", "immunohist", "receptor"})


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """IHC score lists, ISH results, and HER2 words."""
    text = line.text
    if (
        "her2" not in text
        and "her-2" not in text
        and "ihc" not in text
        and "immunohist" not in text
        and "her 2" not in text
        and "growth factor receptor" not in text
    ):
        return
    if _ABOUT_HER2.search(text):
        for match in _IHC_LIST.finditer(text):
            values = _scores(match["list"])
            sign = _ISH_SIGN.match(text, _BESIDE.match(text, match.end()).end())  # type: ignore[union-attr]
            if sign and values and values[-1] == "2+":
                yield _equivocal(line, match, sign, values)
            elif values:
                yield _chunk(line, match, _code("her2_ihc", values, line, match))
        for match in _ISH_SIGN.finditer(text):
            yield _chunk(line, match, _code("her2_ish", (_sign(match),), line, match))
    for match in _WORD.finditer(text):
        yield _chunk(line, match, _status(match, line))


def _equivocal(line: Line, match: re.Match[str], sign: re.Match[str], values: tuple[str, ...]) -> Chunk:
    """`IHC 0, 1+ or 2+ FISH negative`: in-situ hybridization decides the equivocal 2+ only."""
    both = All(parts=(_code("her2_ihc", ("2+",), line, match), _code("her2_ish", (_sign(sign),), line, sign)))
    sure = values[:-1]
    expr = Any(parts=(_code("her2_ihc", sure, line, match), both)) if sure else both
    return Chunk("A", match.start(), sign.end(), expr)


def _sign(match: re.Match[str]) -> str:
    sign = (match["before"] or match["after"]).strip("- ") or "-"
    return "negative" if sign in ("-", "") or sign.startswith(("neg", "non", "not")) else "positive"


def _scores(printed: str) -> tuple[str, ...]:
    """`0 or 1+`, `1+ to 3+`, `2+`."""
    found = re.findall(r"[0123]\+?|\+{1,3}", printed)
    numbers = [f.count("+") if f.startswith("+") else int(f[0]) for f in found]
    if len(numbers) == 2 and re.search(r"\d\+?\s*(?:-|to)\s*\d", printed) and numbers[0] < numbers[1]:
        numbers = list(range(numbers[0], numbers[1] + 1))
    return tuple("0" if n == 0 else f"{n}+" for n in dict.fromkeys(numbers))


def _status(match: re.Match[str], line: Line) -> Expr:
    word = match["word"].strip("- ")
    if not word:
        line.doubt(
            "MINUS_SIGN", f"{line.quote(*match.span())!r}: the hyphen is read as a minus sign, HER2 negative"
        )
        return _code("her2_status", ("negative", "low", "ultralow", "zero"), line, match)
    if word.startswith("express"):
        # IHC 0 and ultralow are not covered by "expressing"; IHC 2+ is, whatever its ISH.
        return Any(
            parts=(
                _code("her2_status", ("positive", "low"), line, match),
                _code("her2_ihc", ("1+", "2+", "3+"), line, match),
                _code("her2_ish", ("positive",), line, match),
            )
        )
    values = next(values for start, values in _WORDS if word.startswith(start))
    return _code("her2_status", values, line, match)


def _code(name: str, values: tuple[str, ...], line: Line, match: re.Match[str]) -> Code:
    return Code.model_construct(variable=name, values=values, source=line.cite(*match.span()))


def _chunk(line: Line, match: re.Match[str], expr: Expr) -> Chunk:
    return Chunk("A", match.start(), match.end(), expr)
