"""Names of quantities that are in no table: the words left of a comparator."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.lexicon import Chunk, modal, reversing
from protorun.reading.eligibility.words.line import Line

_NO_NAME = re.compile(
    r"\b(?:grades?|stages?|phase|cycles?|lines?|visits?|part|cohort|arm|day|week|months?|years?|days|weeks|no|not|without|never|or|if|unless|except|than|any|grade|dose|patients?|subjects?|who|received|receiving|treated|history|prior|use|requiring|but|were|however|despite|although|while|clinically|they|when)\b"
)


_CUT = re.compile(
    r"\b(?:with|have|having|has|had|by|whose|who|that|which|as|if|using|a|an|the|patients?|subjects?|participants?|individuals?|due to|in)\b|[,;.]"
)
_MOST_WORDS = 7
_THROUGH = re.compile(r"[ ]{0,3}(?:of|in|on|at|by|during)(?: (?:the|a|an|any))?[ ]{0,3}")
_WHOLE = re.compile(
    r"[ ]{0,3}(?:of|in|on|at|by|during|to|for|from|with|due to)(?: (?:the|a|an|any|their|his|her|this))?[ ]{0,3}"
)
"""What lasts or happens is named by its whole phrase: `exposure to a contrast agent`."""
_VAGUE = re.compile(
    r"(?:total|average|mean|median|number|level|score|range|value|maximum|minimum|due|apart|protocol|high|low|rated|age|only|one|report|reporting|lead|sum|both|each|a|normal|the|baseline|result|results|_)+"
)


_TAIL = re.compile(r"(?: (?:disease|disorder|condition|illness|syndrome|dysfunction|deficiency)s?\b)+")
_INSIDE = re.compile(
    r"\b(?:in|for|on|to|at|from|without|into|onto|than|through|during|measured|over)(?: (?:a|an|the|one|each|both|any|either))? ?$"
)
_MEASURE = re.compile(
    r"(?:angle|level|score|rate|ratio|volume|pressure|count|index|length|diameter|thickness|distance|time)s?$"
)
_GIVEN = frozenset(
    {"treatment", "medication", "therapy", "study", "medications", "treatments", "trial", "infusion"}
)


def name_start(found: list[Chunk], stop: Chunk, line: Line, *, given: bool = False) -> int | None:
    """Where the name that ends before a comparator or a time begins: words without a preposition or an article between
    them. `given` lets treatments belong to it (`stable dose of metformin`)."""
    at, edge, words = len(found), stop.start, 0
    whole = given or stop.kind == "W"
    while at and words < _MOST_WORDS:
        chunk = found[at - 1]
        if chunk.kind == ")":
            opened = next((i for i in range(at - 2, max(-1, at - 5), -1) if found[i].kind == "("), None)
            if opened is None or any(c.kind not in "zv" for c in found[opened + 1 : at - 1]):
                break
            at, edge = opened, found[opened].start
            continue
        if words and _tight(found, at - 1, stop, line):
            at, edge = at - 1, chunk.start
            continue
        gap = line.text[chunk.end : edge]
        through = words and whole and chunk.kind in "zkfvya" and _WHOLE.fullmatch(gap)
        if not _may_name(chunk, line, given, stop) or (not through and _parts(gap, words, chunk.kind)):
            break
        words += chunk.kind in "zkfvya"
        at, edge = at - 1, chunk.start
    while at < len(found) and found[at].kind in ("M:-(/" if given else "M:-(q/"):
        at += 1
    return at if at < len(found) and not _piece(found, at, stop, line) else None


def _may_name(chunk: Chunk, line: Line, given: bool, stop: Chunk) -> bool:
    if chunk.kind == "a":
        return (given or stop.kind == "W") and line.text[chunk.start : chunk.end] in _GIVEN
    if chunk.kind == "y":
        return given
    return chunk.kind in "zkfvM:-(q" and (chunk.kind != "q" or bool(chunk.value))


def _parts(gap: str, words: int, kind: str) -> bool:
    """True when the words between two pieces part them."""
    article = _CUT.search(gap)
    if article and not (_THROUGH.fullmatch(gap) or (words == 0 and article[0] in ("a", "an", "the"))):
        return True
    return bool(words) and (
        kind in "(:" or bool(re.search(r"\b(?:to|for|from|than|after|before|and|or)\b", gap))
    )


def _tight(found: list[Chunk], at: int, stop: Chunk, line: Line) -> bool:
    """The sign of a ratio: `PaO2/FiO2`, `PaO2:FiO2`, `FEV1/FVC`; two longer words are a list."""
    sign = found[at]
    if sign.kind not in "/:" or stop.kind not in "cBr" or not at or at + 1 >= len(found):
        return False
    one, two = found[at - 1], found[at + 1]
    close = one.end == sign.start and sign.end == two.start and {one.kind, two.kind} <= {"z", "v"}
    return close and max(one.end - one.start, two.end - two.start) <= 6


def _piece(found: list[Chunk], at: int, stop: Chunk, line: Line) -> bool:
    """The words are a piece of a longer name (`too large for closure`), counted (`one shoulder`), or one of two that
    share the limit (`varus angle or valgus`)."""
    before = found[at - 1] if at else None
    if before is not None and before.kind == ":" and stop.kind != "W" and at > 1:
        scale = found[at - 2]
        return scale.kind == "v" or scale.value in (
            "score",
            "scale",
            "index",
        )  # "MMSE score: illiteracy ≥ 17"
    if before is None or before.kind in "M;.:":
        return False
    if sum(c.kind in "zkfvya" for c in found[at:]) >= _MOST_WORDS and before.kind in "zkv":
        return True
    predicate = before.kind in "&|," and re.match(r" ?(?:in|on) ", line.text[before.end : found[at].start])
    if not predicate and _INSIDE.search(line.text[before.end : found[at].start]):
        return True
    if stop.kind == "W":
        return False
    if before.kind in "cnr" or (before.kind in "&|,/" and _cut_short(found[at:], line)):
        return True
    if before.kind in "|/&," and at > 1 and found[at - 2].kind == "y":
        return True
    if before.kind not in "|/" or at < 2 or found[at - 2].kind not in "zv":
        return False
    other = found[at - 2]
    alone = at < 3 or found[at - 3].kind not in "zkqv"
    return other.kind == "v" or alone or bool(_MEASURE.search(line.text[other.start : other.end]))


def _cut_short(named: list[Chunk], line: Line) -> bool:
    """`shoulder pain and disability index (SPADI)`: an abbreviation that begins otherwise is of a longer name."""
    short = named[-2] if len(named) > 3 and [named[-3].kind, named[-1].kind] == ["(", ")"] else None
    return short is not None and line.text[short.start] != line.text[named[0].start]


_BOTH = re.compile(
    r"(?:signs?(?: and/or | or | and |/| / )symptoms?|symptoms?(?: and/or | or | and |/| / )signs?)(?= of\b)"
)
_VITAMIN_A = re.compile(r"vitamin a\b")


def open_name(named: list[Chunk], line: Line) -> str | None:
    """The name that the words left of a comparator give; None where they say more than a name."""
    words = [c for c in named if c.kind in "zkfvqya"]
    if not words or all(c.kind in "aq" for c in words) or any(_turns(c, c is words[-1]) for c in words):
        return None
    if any(c.value == "but" for c in words):
        return None
    if [c.kind for c in words] == ["v"]:
        return str(words[0].value) if "+" not in str(words[0].value) else None
    tail = _TAIL.match(line.text, named[-1].end)
    end = tail.end() if tail else named[-1].end
    end += 2 * bool(_VITAMIN_A.match(line.text, named[-1].start))
    text = _BOTH.sub("signs_or_symptoms", line.text[named[0].start : end].strip(" :,-()[]"))
    text = re.sub(
        r"\b(?:must be|should be|is|of|was|are|the|(?<!vitamin )(?<!hepatitis )(?<!group )(?<!type )a|an|has|have|with|be|must|should)\b|(?<=\w )any\b",
        " ",
        text,
    )
    name = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    known = [c for c in words if c.kind == "v"]
    if len({c.value for c in known}) == 1 and all(c.value in OF_SCALES for c in words if c.kind != "v"):
        return str(known[0].value) if "+" not in str(known[0].value) else None
    if _VAGUE.fullmatch(name):
        return None
    return (
        name
        if len(name) > 1 and name[0].isalpha() and not _NO_NAME.search(re.sub(r"(?<=\w) use$", "", text))
        else None
    )


def _turns(chunk: Chunk, last: bool) -> bool:
    """A word that changes what is asked; a risk may be measured (`lifetime risk ≥ 20 %`)."""
    if chunk.kind != "z" or (last and chunk.value == "risk") or chunk.value in ("expected", "anticipated"):
        return False
    return chunk.value in modal() or chunk.value in reversing()


OF_SCALES = frozenset(
    [
        "rating",
        "cardiac",
        "heart",
        "functional",
        "classification",
        "index",
        "performance",
        "physical",
        "reading",
        "function",
        "grade",
        "level",
        "status",
        "system",
        "scale",
        "score",
        "class",
    ]
)
