"""Limits without a name before them: `at least one measurable lesion`, `18 years or older`, and quantities in no table."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.bounds import Bounds, between, meet, range_of, side_of
from protorun.reading.eligibility.atoms.number_atoms import number_atom
from protorun.reading.eligibility.words.lexicon import Chunk, modal, reversing
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import TIME
from protorun.terms.variables import factor, variables

_NO_NAME = re.compile(
    r"\b(?:grades?|stages?|phase|cycles?|lines?|visits?|part|cohort|arm|day|week|months?|years?|days|weeks|no|not|without|never|or|if|unless|except|than|any|grade|dose|patients?|subjects?|who|received|receiving|treated|history|prior|use|requiring)\b"
)


def unnamed_limit(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """The limit first, then what is counted: `at least one measurable lesion`, `≥ 18 years of age`."""
    kinds = "".join(c.kind for c in chunks[at : at + 6])
    if match := re.match(r"c[nt]P?v", kinds):
        side = side_of(chunks[at], chunks[at + 1])
    elif match := re.match(r"[nt]Pv", kinds):
        side = side_of(chunks[at + 1], chunks[at])
    elif match := re.match(r"[nt]P?v", kinds):
        side = None
    elif match := re.match(r"B[nt]&[nt]v", kinds):
        both = between(chunks, at + 1)
        side = both[0][0] if both else None
    elif match := re.match(r"rv", kinds):
        side = range_of(chunks[at].value)
    else:
        return None
    behind = at + match.end()
    name = str(chunks[behind - 1].value)
    if side is None or "+" in name or not _fits(name, side[2]):
        return None
    end = chunks[behind - 1].end
    if name == "age" and behind < len(chunks) and chunks[behind].kind == "P":
        return None
    return Chunk("A", chunks[at].start, end, number_atom(name, side, line, chunks[at].start, end)), behind


def open_measure(
    chunks: list[Chunk], at: int, found: list[Chunk], line: Line
) -> tuple[Chunk, int, int] | None:
    """A quantity nobody has in a table is named by the words left of its comparator: `FeNO ≥ 25 ppb`.

    Gives the limit, the chunk behind it, and how many chunks before it are its name."""
    read = _quantity_at(chunks, at, line)
    if read is None:
        return None
    side, behind = read
    first = name_start(found, chunks[at], line)
    if first is None:
        return None
    start, end = found[first].start, chunks[behind - 1].end
    name = open_name(found[first:], line)
    multiple = any(b is not None and b.times for b in side[:2])
    if name is None or (multiple and all(c.kind == "k" for c in found[first:])):
        return None
    if side[2] in TIME:
        near = line.text[found[-1].end : chunks[at].start]
        if not (
            _LASTS.search(near)
            or _LENGTH.search(name)
            or (chunks[at].value in (">", "≥") and not near.strip())
        ):
            return None
        name = name if _LENGTH.search(name) else f"duration_of_{name}"
    return Chunk("A", start, end, number_atom(name, side, line, start, end)), behind, len(found) - first


def measure_behind(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """`≥ 80 % diary compliance`: a member of a list that is a quantity and what is measured, and nothing else."""
    if at and chunks[at - 1].kind not in ",;.|:":
        return None
    if (
        "".join(c.kind for c in chunks[at : at + 2]) != "cn"
        or chunks[at].value == "="
        or not chunks[at + 1].value.unit
    ):
        return None
    behind = at + 2
    while behind < len(chunks) and chunks[behind].kind == "z":
        behind += 1
    if behind == at + 2 or behind - at > 6 or (behind < len(chunks) and chunks[behind].kind not in ",;.|("):
        return None
    words = chunks[at + 2 : behind]
    side, name = side_of(chunks[at], chunks[at + 1]), open_name(words, line)
    between_words = line.text[chunks[at + 1].end : words[-1].end]
    if (
        side is None
        or name is None
        or re.search(r"\b(?:of|in|with|for|per|at|on|by|above|below)\b", between_words)
    ):
        return None
    start, end = chunks[at].start, words[-1].end
    return Chunk("A", start, end, number_atom(name, side, line, start, end)), behind


def _quantity_at(chunks: list[Chunk], at: int, line: Line) -> tuple[Bounds, int] | None:
    kinds = "".join(c.kind for c in chunks[at : at + 4])
    if re.match("cncn|cn&cn", kinds):
        return None
    if re.match("cr|c[nt]P", kinds) and chunks[at].value == "=":
        at += 1
        kinds = kinds[1:]
        if kinds[0] == "r":
            return range_of(chunks[at].value), at + 1
    if re.match("c[nt]", kinds) and chunks[at].value != "=":
        side, behind = side_of(chunks[at], chunks[at + 1]), at + 2
    elif re.match("[nt]P", kinds):
        side, behind = side_of(chunks[at + 1], chunks[at]), at + 2
    elif kinds.startswith("Br"):
        side, behind = range_of(chunks[at + 1].value), at + 2
    elif kinds.startswith("Bn&n") and (both := between(chunks, at + 1)):
        side, behind = both[0][0], both[1]
    elif kinds.startswith("r") and _SCALE.search(line.text[max(0, chunks[at].start - 24) : chunks[at].start]):
        side, behind = range_of(chunks[at].value), at + 1
    else:
        return None
    if side is None or side[2] == "half-lives" or not _ends(chunks, at, behind, side[2], line):
        return None
    return side, behind


def _ends(chunks: list[Chunk], at: int, behind: int, unit: str, line: Line) -> bool:
    """Nothing behind the quantity that it might count or measure instead: `(> 90 %) cure rate`, `≥ 2 drinks`."""
    rest = chunks[behind : behind + 2]
    if at and chunks[at - 1].kind == "(":
        if not rest or rest[0].kind != ")":
            return False
        rest = chunks[behind + 1 : behind + 2]
        return (
            not rest or rest[0].kind not in "zkv" or bool(_PREPOSITION.match(line.text, rest[0].start - 12))
        )
    if not rest or rest[0].kind not in "zkyvf":
        return True
    return bool(_PREPOSITION.search(line.text[chunks[behind - 1].end : rest[0].start])) or _is_of(
        line, chunks, behind
    )


def _is_of(line: Line, chunks: list[Chunk], behind: int) -> bool:
    return bool(
        re.match(
            r" (?:in|on|at|by|during|for|as|prior|before|after|from|if|when|using|per|measured|while|despite|with|without|who|within|and|or|to|under|\()",
            line.text[chunks[behind - 1].end : chunks[behind - 1].end + 12],
        )
    )


_PREPOSITION = re.compile(
    r"\b(?:in|on|at|by|during|for|as|prior|before|after|from|if|when|using|per|while|despite|with|without|who|within|and|or|to|under)\b|[(]"
)


_CUT = re.compile(
    r"\b(?:with|have|having|has|had|by|whose|who|that|which|as|if|using|a|an|the|patients?|subjects?|participants?|individuals?|due to|in)\b|[,;.]"
)
_MOST_WORDS = 7
_LASTS = re.compile(
    r"\b(?:for|lasting|lasts|persisting|of|during|over)(?: (?:a|the|an))?(?: (?:period|duration|time) of)?\s*(?:\(\s*)?$"
)
_LENGTH = re.compile(r"(?:^|_)(?:duration|time|interval|length|history|period|delay|survival|free)(?:_|$)")
_SCALE = re.compile(
    r"(?:scores?|scale|index|level|range|count|angle|volume|length|diameter|thickness|concentration|rating|\))(?: (?:of|is|was|between|from|in the range of|ranging from))*[ :=]*$"
)
_THROUGH = re.compile(r"\s*(?:of|in|on|at|by|during)(?: (?:the|a|an))?\s*")
_VAGUE = re.compile(
    r"(?:total|average|mean|median|number|level|score|range|value|maximum|minimum|due|apart|protocol|high|low|rated|age|only|one|report|reporting|lead|sum|both|each|a|normal|the|baseline|result|results|_)+"
)


def name_start(found: list[Chunk], stop: Chunk, line: Line) -> int | None:
    """Where the name that ends before a comparator begins: words without a preposition or an article between them."""
    at, edge, words = len(found), stop.start, 0
    while at and words < _MOST_WORDS:
        chunk = found[at - 1]
        if chunk.kind == ")":
            opened = next((i for i in range(at - 2, max(-1, at - 5), -1) if found[i].kind == "("), None)
            if opened is None or any(c.kind not in "zv" for c in found[opened + 1 : at - 1]):
                break
            at, edge = opened, found[opened].start
            continue
        article = _CUT.search(line.text[chunk.end : edge])
        if chunk.kind not in "zkfvM:-(q" or (chunk.kind == "q" and not chunk.value):
            break
        gap = line.text[chunk.end : edge]
        if article and not (_THROUGH.fullmatch(gap) or (words == 0 and article[0] in ("a", "an", "the"))):
            break
        if words and re.search(r"\b(?:to|for|from|than|after|before|and|or)\b", gap):
            break
        if chunk.kind == "(" and words:
            break
        if chunk.kind == ":" and words:
            break
        words += chunk.kind in "zkfv"
        at, edge = at - 1, chunk.start
    while at < len(found) and found[at].kind in "M:-(q":
        at += 1
    return at if at < len(found) else None


def open_name(named: list[Chunk], line: Line) -> str | None:
    """The name that the words left of a comparator give; None where they say more than a name."""
    words = [c for c in named if c.kind in "zkfvq"]
    if not words or any(c.kind == "z" and (c.value in modal() or c.value in reversing()) for c in words):
        return None
    if [c.kind for c in words] == ["v"]:
        return str(words[0].value) if "+" not in str(words[0].value) else None
    text = line.text[named[0].start : named[-1].end].strip(" :,-()[]")
    text = re.sub(r"\b(?:must be|should be|is|of|was|are|the|a|an|has|have|with|be|must|should)\b", " ", text)
    name = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
    known = [c for c in words if c.kind == "v"]
    if len({c.value for c in known}) == 1 and all(c.value in OF_SCALES for c in words if c.kind != "v"):
        return str(known[0].value) if "+" not in str(known[0].value) else None
    if _VAGUE.fullmatch(name):
        return None
    return name if len(name) > 1 and name[0].isalpha() and not _NO_NAME.search(text) else None


OF_SCALES = frozenset(
    [
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


def age_limit(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """Years that say they are an age without naming it: `18 years or older`, `women, 50 years and above`."""
    kinds = "".join(c.kind for c in chunks[at : at + 6])
    match = re.match(
        r"tv?(?P<behind>P)v?|(?P<two>ct,?&?ct)|(?P<before>c)t(?=[^b]|$)|B?(?P<range>r)(?=[^b]|$)|B(?P<both>[nt]&t)",
        kinds,
    )
    if (later := _old_or_more(chunks, at, line)) is not None:
        return later
    if not match or (kinds.startswith("tv") and str(chunks[at + 1].value) != "age"):
        return None
    behind = at + match.end()
    old = _OLD.match(line.text, chunks[behind - 1].end)
    text = line.text[chunks[at].start : chunks[behind - 1].end]
    if not (
        old or re.search(r"older|younger|elder|\bold\b|of age", text) or _of_persons(chunks, at, behind, line)
    ):
        return None
    side = _age_side(chunks, at, match)
    if side is None and match["two"]:
        side, behind = side_of(chunks[at], chunks[at + 1]), at + 2
    if side is None or not _fits("age", side[2]) or not side[2]:
        return None
    if old:
        behind += behind < len(chunks) and chunks[behind].start < old.end()
        if (
            match["before"] is None
            and behind < len(chunks)
            and chunks[behind].kind == "P"
            and match["behind"]
        ):
            behind += 1
        if (
            not match["behind"]
            and match["range"] is None
            and chunks[behind : behind + 1]
            and chunks[behind].kind == "P"
        ):
            return None
    end = chunks[behind - 1].end
    return Chunk("A", chunks[at].start, end, number_atom("age", side, line, chunks[at].start, end)), behind


def _old_or_more(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """`18 years old or more`, `60 or older`."""
    if chunks[at].kind not in "tn":
        return None
    old = _OLD.match(line.text, chunks[at].end) if chunks[at].kind == "t" else None
    behind = at + 1
    while old and behind < len(chunks) and chunks[behind].end <= old.end():
        behind += 1
    if behind >= len(chunks) or chunks[behind].kind != "P":
        return None
    older = re.search(r"older|younger|elder", line.text[chunks[behind].start : chunks[behind].end])
    side = side_of(chunks[behind], chunks[at])
    if side is None or not (
        old or (older and chunks[at].kind == "n" and not side[2] and 5 <= chunks[at].value.value <= 110)
    ):
        return None
    start, end = chunks[at].start, chunks[behind].end
    return Chunk("A", start, end, number_atom("age", side, line, start, end)), behind + 1


_OLD = re.compile(r"[ -]*(?:of age|old|in age)\b(?: (?:inclusive|\(inclusive\)))?")
_PERSONS = re.compile(
    r"(?:patients?|subjects?|participants?|volunteers?|adults?|children|infants?|men|women|males?|females?|individuals?|persons?|people)"
    r"(?: (?:aged|of|is|are|must be|should be|who are|between|being))*[ ,:(]*$"
)


def _of_persons(chunks: list[Chunk], at: int, behind: int, line: Line) -> bool:
    """`male 18-50 years`, `children < 5 years`: years of persons, with nothing behind that they could be years of; also
    years that stand alone on their line."""
    if (
        at == 0
        and not line.text[chunks[behind - 1].end :].strip(" .;,)")
        and not line.text[: chunks[0].start].strip()
    ):
        return "year" in line.text or "yr" in line.text
    ends = behind >= len(chunks) or chunks[behind].kind in ",;.)|&"
    return ends and bool(_PERSONS.search(line.text[: chunks[at].start]))


def _age_side(chunks: list[Chunk], at: int, match: re.Match[str]) -> Bounds | None:
    if match["behind"]:
        return side_of(chunks[at + match.end("behind") - 1], chunks[at])
    if match["range"]:
        return range_of(chunks[at + match.start("range")].value)
    if match["both"]:
        found = between(chunks, at + 1)
        return found[0][0] if found else None
    if match["two"]:
        second = at + len(match["two"]) - 2
        return meet(side_of(chunks[at], chunks[at + 1]), side_of(chunks[second], chunks[second + 1]))
    return side_of(chunks[at], chunks[at + 1])


def _fits(name: str, unit: str) -> bool:
    known = variables().get(name)
    if known is None:
        return False
    if known.kind not in ("age", "count", "time", "score"):
        return bool(unit) and factor(name, unit) is not None
    return not unit or factor(name, unit) is not None
