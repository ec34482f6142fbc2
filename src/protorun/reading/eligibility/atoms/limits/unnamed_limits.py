"""Limits without a name before them: `at least one measurable lesion`, `18 years or older`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.limits.bounds import Bounds, apart, between, meet, range_of, side_of
from protorun.reading.eligibility.atoms.limits.number_atoms import number_atom
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any
from protorun.terms.variables import factor, variables

_TWO_SIGNS = re.compile(r"c[nt],?&?c[nt]P?v")
_SIGN_FIRST, _SIGN_BEHIND, _BARE = re.compile("c[nt]P?v"), re.compile("[nt]Pv"), re.compile("[nt]P?v")
_BOTH, _RANGE = re.compile("B[nt]&[nt]v"), re.compile("rv")
_YEARS = re.compile(
    r"tv?(?P<behind>P)v?|(?P<two>c[nt],?[&|]?ct)|(?P<before>c)t(?=[^b]|$)|B?(?P<range>r)(?=[^b]|$)|B(?P<both>[nt]&t)"
)


def unnamed_limit(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """The limit first, then what is counted: `at least one measurable lesion`, `≥ 18 years of age`."""
    kinds = "".join([c.kind for c in chunks[at : at + 6]])
    if "v" not in kinds:
        return None
    if match := _TWO_SIGNS.match(kinds):
        second = at + kinds.index("c", 1)
        side = meet(side_of(chunks[at], chunks[at + 1]), side_of(chunks[second], chunks[second + 1]))
    elif match := _SIGN_FIRST.match(kinds):
        side = side_of(chunks[at], chunks[at + 1])
    elif match := _SIGN_BEHIND.match(kinds):
        side = side_of(chunks[at + 1], chunks[at])
    elif match := _BARE.match(kinds):
        side = None
    elif match := _BOTH.match(kinds):
        both = between(chunks, at + 1)
        side = both[0][0] if both else None
    elif match := _RANGE.match(kinds):
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


def age_limit(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """Years that say they are an age without naming it: `18 years or older`, `women, 50 years and above`."""
    kinds = "".join([c.kind for c in chunks[at : at + 6]])
    match = _YEARS.match(kinds)
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
    if _THINGS.search(line.text, max(0, chunks[at].start - 24), chunks[at].start):
        return None
    side = _age_side(chunks, at, match)
    if side is None and match["two"] and (outside := _outside(chunks, at, match, line)):
        start, end = chunks[at].start, chunks[behind - 1].end
        parts = tuple(number_atom("age", one, line, start, end) for one in outside)
        return Chunk("A", start, end, Any(parts=parts)), behind
    if side is None and match["two"]:
        side, behind = side_of(chunks[at], chunks[at + 1]), at + 2
    if side is None or not _fits("age", side[2]) or not side[2]:
        return None
    if old:
        behind += behind < len(chunks) and chunks[behind].start < old.end()
        again = behind < len(chunks) and chunks[behind].kind == "P"
        behind += bool(again and match["before"] is None and match["behind"])
        again = behind < len(chunks) and chunks[behind].kind == "P"
        if again and not match["behind"] and match["range"] is None:
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


_THINGS = re.compile(
    r"\b(?:transplants?|grafts?|implants?|prosthes[ie]s|devices?|scars?|wounds?|burns?|fractures?|lesions?|injur(?:y|ies)|samples?|specimens?|biops(?:y|ies)) (?:that (?:is|are) )?$"
)
"""What else may be years old."""


def _outside(chunks: list[Chunk], at: int, match: re.Match[str], line: Line) -> list[Bounds] | None:
    """`below 18 or above 45 years`; with `and` only what an exclusion list can mean by it."""
    second = at + len(match["two"]) - 2
    if "|" not in match["two"] and line.polarity != "exclusion":
        return None
    one, two = side_of(chunks[at], chunks[at + 1]), side_of(chunks[second], chunks[second + 1])
    if one is None or two is None or one[2] == two[2] or "" in (one[2], two[2]):
        return apart(one, two)
    low, high = one[0] or two[0], one[1] or two[1]
    if (one[0] is None) == (two[0] is None) or low is None or high is None:
        return None
    of_low, of_high = (factor("age", (one if one[i] else two)[2]) or 0.0 for i in (0, 1))
    return [one, two] if low.value * of_low >= high.value * of_high else None


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
