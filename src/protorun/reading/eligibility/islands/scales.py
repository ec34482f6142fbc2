"""One limit on two performance scales: `Karnofsky (> 16 years of age) or Lansky (≤ 16 years of age) ≥ 50 %`.

The ages say who is scored on which scale; they ask nothing of anybody's age."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.trees.nodes import bound, window
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Bound, Expr, If, Number, Window
from protorun.study.source import Source

_NAME = r"(?:karnofsky|lansky|kps|lps)\b(?:[ /-](?:play|performance|status|scale|score|ps|kps|lps)\b){0,4}(?: \((?:kps|lps|ps)\))?"
_WHO = r"(?:(?:kps|lps|for|if|in|when|patients?|subjects?|participants?|recipients|children|adults|aged?|ages|who|are|those)[ ,:]+){0,6}"
_COMPARES = (
    r"(?:≥|>|≤|<|at least|older than|over|above|more than|greater than|younger than|under|below|less than)"
)
_YEARS = r"(?: ?(?:years?|yrs?|y\.?o\.?)(?: of age| old)?)?"
_AGE = rf"\({_WHO}(?:(?P<c#>{_COMPARES}) ?(?P<n#>\d{{1,2}}){_YEARS}|(?P<l#>\d{{1,2}}){_YEARS} ?(?:to|-|–) ?(?P<h#>\d{{1,2}}){_YEARS}|(?P<m#>\d{{1,2}}){_YEARS},? (?:or|and) (?P<o#>older|above|over|younger|under|below))\)"
_JOINT = r" ?(?:or|and/or|and|/|,|, or|;) ?(?:a |the )?"
_PAIR = rf"(?P<s1>{_NAME}) ?{_AGE.replace('#', '1')}{_JOINT}(?P<s2>{_NAME}) ?{_AGE.replace('#', '2')}"
_BARE = rf"(?P<b1>{_NAME}) ?/ ?(?P<b2>{_NAME})"
_LIMIT = r"(?:(?P<lc>≥|>|at least|greater than|more than) ?(?P<ln>\d{2,3})|(?P<lo>\d{2}) ?%? ?(?:to|-|–) ?(?P<hi>\d{2,3}))(?: ?%)?(?: points)?(?= |[.,;)]|$)"
_WHEN = r"(?: (?:assessed|measured|determined|obtained)? ?within (?P<w>\d{1,2}) (?P<unit>day|week|month)s? (?:prior to|before|of) (?:the )?(?:study )?(?P<anchor>enrol?lment|registration|randomization|screening))?"
_ANCHORS = {"randomization": "randomization", "screening": "screening"}
_BEHIND = re.compile(
    rf"(?:{_PAIR}|{_BARE}){_WHEN}(?: (?:performance|status|scale|score|scales|scores|level|ps|of|must|be|is|should|a)\b){{0,5}}:? ?{_LIMIT}"
)
_BEFORE = re.compile(
    rf"\b(?:performance (?:status|score)|score|scale)s?(?: (?:score|of|must|be|is|should)\b){{0,4}} ?{_LIMIT} (?:from|on|by|using)(?: the| either)? {_PAIR}(?: (?:scales?|scores?|index))?"
)
_UPPER = re.compile(r"≤|<|younger|under|below|less")


WORDS = frozenset({"lansky", "lps"})


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Limits on two scales, each for its own ages."""
    for pattern in (_BEHIND, _BEFORE):
        for match in pattern.finditer(line.text):
            yield Chunk("A", match.start(), match.end(), _tree(match, line))


def _tree(match: re.Match[str], line: Line) -> Expr:
    found = match.groupdict()
    low, high = _sides(found)
    source = line.cite(*match.span())
    when = None
    if found.get("w"):
        when = window(
            float(found["w"] or 0), f"{found['unit']}s", _ANCHORS.get(found["anchor"] or "", "enrollment")
        )
    if found.get("b1"):
        line.doubt("TWO_SCALES", "two performance scales side by side are read as alternatives")
        return Any(parts=tuple(_limit(str(found[b]), low, high, when, source) for b in ("b1", "b2")))
    cases = [
        If(condition=_age(found, n, source), then=_limit(str(found[f"s{n}"]), low, high, when, source))
        for n in "12"
    ]
    if line.polarity == "exclusion":
        return Any(parts=tuple(All(parts=(c.condition, c.then)) for c in cases))
    return All(parts=tuple(cases))


def _limit(name: str, low: Bound, high: Bound | None, when: Window | None, source: Source) -> Number:
    scale = "lansky" if name.startswith("l") else "karnofsky"
    return Number.model_construct(variable=scale, low=low, high=high, unit="", window=when, source=source)


def _sides(found: dict[str, str | None]) -> tuple[Bound, Bound | None]:
    if found["ln"]:
        return bound(float(found["ln"]), inclusive=found["lc"] in ("≥", "at least")), None
    return bound(float(found["lo"] or 0)), bound(float(found["hi"] or 0))


def _age(found: dict[str, str | None], n: str, source: Source) -> Number:
    """The ages of a scale; `16 years and younger` and `at least 16` include their end."""
    low, high = None, None
    if found[f"l{n}"]:
        low, high = bound(float(found[f"l{n}"] or 0)), bound(float(found[f"h{n}"] or 0))
    else:
        sign = found[f"c{n}"] or f"{found[f'o{n}']} or more"
        at = float(found[f"n{n}"] or found[f"m{n}"] or 0)
        side = bound(at, inclusive=sign in ("≥", "≤", "at least") or sign.endswith("or more"))
        low, high = (None, side) if _UPPER.search(sign.removesuffix(" or more")) else (side, None)
    return Number.model_construct(variable="age", low=low, high=high, unit="years", source=source)
