"""Quantities with their name around or behind them: `a score of at least 5 on the X scale`, `more than one year of X`,
`145 mmHg ≤ X ≤ 190 mmHg`, `minimum X of 5 years`, `≥ 6 months after X`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.limits.bounds import Bounds, meet, range_of, read_bounds, side_of
from protorun.reading.eligibility.atoms.limits.number_atoms import number_atom
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.measure_names import open_name
from protorun.reading.eligibility.words.quantities import TIME
from protorun.terms.variables import factor, variables

Found = tuple[Chunk, int] | None
_JOINTS = ",;.|:&"
_ENDING = ",;.)|&WLba(eiCpDI"


def worded_measure(chunks: list[Chunk], at: int, line: Line) -> Found:
    """The first of the forms that fits."""
    return (
        _between_signs(chunks, at, line)
        or _of_scale(chunks, at, line)
        or _since(chunks, at, line)
        or _length_of(chunks, at, line)
        or _least(chunks, at, line)
        or _behind(chunks, at, line)
    )


def _made(name: str, side: Bounds, line: Line, covered: list[Chunk], behind: int) -> Found:
    start, end = covered[0].start, covered[-1].end
    return Chunk("A", start, end, number_atom(name, side, line, start, end)), behind


def _words(chunks: list[Chunk], at: int, kinds: str, most: int = 6) -> int:
    """The chunk behind a run of words."""
    behind = at
    while behind < len(chunks) and chunks[behind].kind in kinds:
        behind += 1
    return behind if at < behind <= at + most else at


_TURNED = {"≤": "≥", "<": ">", "≥": "≤", ">": "<"}


def _between_signs(chunks: list[Chunk], at: int, line: Line) -> Found:
    """`18 ≤ age ≤ 75`: the first sign is read from the name."""
    if "".join(c.kind for c in chunks[at : at + 2]) not in ("nc", "tc"):
        return None
    second = _words(chunks, at + 2, "zvM")
    if second == at + 2 or "".join(c.kind for c in chunks[second : second + 2]) not in ("cn", "ct"):
        return None
    one, two = chunks[at + 1], chunks[second]
    same = {one.value, two.value} <= {"≤", "<"} or {one.value, two.value} <= {"≥", ">"}
    signs = line.text[one.start] in "<>≤≥" and line.text[two.start] in "<>≤≥"
    name = open_name([c for c in chunks[at + 2 : second] if c.kind != "M"], line)
    if not same or not signs or name is None:
        return None
    turned = Chunk("c", one.start, one.end, _TURNED[str(one.value)])
    side = meet(side_of(turned, chunks[at]), side_of(two, chunks[second + 1]))
    if side is None or (name in variables() and factor(name, side[2]) is None):
        return None
    return _made(name, side, line, chunks[at : second + 2], second + 2)


_SCORED = re.compile(
    r"\b(?:scor(?:e|es|ed|ing)|rated|rating)(?: (?:of|at|between|from|is|was|must be|should be|being))*(?: an?)? ?$"
)
_ON = re.compile(
    r"(?: ?points?)?(?: \(?inclusive\)?)? on (?:the |their |a |an )?(?:(?:0-)?\d{1,3}[- ]point )?"
)


def _of_scale(chunks: list[Chunk], at: int, line: Line) -> Found:
    """`a score of 24 or above on the Folstein Mini-Mental State Exam`."""
    if not _SCORED.search(line.text, max(0, chunks[at].start - 40), chunks[at].start):
        return None
    read = _value(chunks, at, line)
    if read is None:
        return None
    side, behind = read
    on = _ON.match(line.text, chunks[behind - 1].end)
    while behind < len(chunks) and on is not None and chunks[behind].start < on.end():
        behind += 1
    end = _words(chunks, behind, "zv-")
    if on is None or end == behind or side[2]:
        return None
    if end < len(chunks) and chunks[end].kind not in _ENDING:
        return None
    name = open_name(chunks[behind:end], line)
    if name is None:
        return None
    return _made(name, side, line, chunks[at:end], end)


def _value(chunks: list[Chunk], at: int, line: Line) -> tuple[Bounds, int] | None:
    """A limit on a score, or its values in a row (`3 or 4`)."""
    kinds = "".join(c.kind for c in chunks[at : at + 3])
    if kinds.startswith("cn") and chunks[at].value != "=":
        side = side_of(chunks[at], chunks[at + 1])
        return (side, at + 2) if side else None
    if kinds.startswith("nP"):
        side = side_of(chunks[at + 1], chunks[at])
        return (side, at + 2) if side else None
    if kinds.startswith("r"):
        return range_of(chunks[at].value), at + 1
    if kinds == "n|n":
        read = read_bounds(chunks, at, "ecog", line)  # as the values of any score
        return (read[0][0], read[1]) if read and len(read[0]) == 1 and read[1] == at + 3 else None
    return None


_AFTER = re.compile(r"(?: |-)?(?:after|since|following|post)(?: (?:the|a|an|their|last|most recent))? ?-?")


def _since(chunks: list[Chunk], at: int, line: Line) -> Found:
    """`≥ 6 months after stroke`, `> 4 hours from onset to randomization`: the time since it."""
    kinds = "".join(c.kind for c in chunks[at : at + 3])
    if kinds[:2] != "ct" or chunks[at].value == "=" or (at and chunks[at - 1].kind not in _JOINTS):
        return None
    first = at + 2 + kinds.endswith("l")
    end = _words(chunks, first, "zk", 4)
    if end == first:
        return None
    between = line.text[chunks[at + 1].end : chunks[first].start]
    to = end < len(chunks) and chunks[end].kind == "a" and line.text[: chunks[end].start].endswith(" to ")
    until = to and re.fullmatch(r" from (?:the )?", between)
    after = kinds == "ctl" and _AFTER.fullmatch(between)
    if not until and (not after or (end < len(chunks) and chunks[end].kind not in ",;.)|&WLei")):
        return None
    side, name = side_of(chunks[at], chunks[at + 1]), open_name(chunks[first:end], line)
    if side is None or name is None:
        return None
    return _made(f"time_since_{name}", side, line, chunks[at:end], end)


_WITH = re.compile(
    r"(?:^|[:,;.(] ?|\b(?:with|have|had|has|having|after|requires?|and|or|complet(?:ed|ing)|received|receiving) )(?:an? )?$"
)


def _length_of(chunks: list[Chunk], at: int, line: Line) -> Found:
    """`more than one year of sports practice`, `at least 6 months of stable therapy`."""
    kinds = "".join(c.kind for c in chunks[at : at + 2])
    if kinds not in ("ct", "tP") or chunks[at].value == "=":
        return None
    side = side_of(*(chunks[at : at + 2] if kinds == "ct" else chunks[at : at + 2][::-1]))
    end = _words(chunks, at + 2, "zkya", 5)
    if side is None or end == at + 2 or (end < len(chunks) and chunks[end].kind not in _ENDING):
        return None
    of = line.text[chunks[at + 1].end : chunks[at + 2].start]
    before = line.text[max(0, chunks[at].start - 12) : chunks[at].start]
    if not re.fullmatch(r"'?s? (?:of|history of|duration of)(?: (?:the|a|an|regular|prior|previous))? ", of):
        return None
    name = open_name(chunks[at + 2 : end], line)
    if name is None or not (at == 0 or _WITH.search(before)) or re.match("age|life|follow", name):
        return None
    if "of" not in of or holds(chunks[at + 2 : end], "v"):
        return None
    return _made(f"duration_of_{name}", side, line, chunks[at:end], end)


def _least(chunks: list[Chunk], at: int, line: Line) -> Found:
    """`minimum disease duration of 5 years`: the word of the limit before the name, the number behind it."""
    if chunks[at].kind != "c" or not line.text.startswith(("minim", "maxim"), chunks[at].start):
        return None
    end = _words(chunks, at + 1, "zkv", 5)
    if end == at + 1 or end >= len(chunks) or chunks[end].kind not in "nt":
        return None
    gap = line.text[chunks[end - 1].end : chunks[end].start]
    name = open_name(_whole_name(chunks[at], chunks[at + 1 : end]), line)
    side = side_of(chunks[at], chunks[end])
    if side is None or name is None or not re.fullmatch(r" (?:of|is|was)(?: at least)? |: ", gap):
        return None
    if side[2] in TIME and name not in variables() and not _LENGTH.search(name):
        return None
    if name in variables() and factor(name, side[2]) is None and not (side[0] or side[1]).times:  # type: ignore[union-attr]
        return None
    return _made(name, side, line, chunks[at : end + 1], end + 1)


_LENGTH = re.compile(r"duration|time|interval|length|period|survival")


def _whole_name(sign: Chunk, named: list[Chunk]) -> list[Chunk]:
    """The name from behind the sign on: words without weight elsewhere belong to it (`disease duration`)."""
    if holds(named, "v"):
        return named
    return [Chunk(named[0].kind, sign.end, named[0].end, named[0].value), *named[1:]]


def _behind(chunks: list[Chunk], at: int, line: Line) -> Found:
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
    while behind < len(chunks) and (step := _one_word(chunks, behind)):
        behind += step
    if behind == at + 2 or behind - at > 8 or (behind < len(chunks) and chunks[behind].kind not in ",;.|("):
        return None
    words = [c for c in chunks[at + 2 : behind] if c.kind == "z"]
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


def _one_word(chunks: list[Chunk], at: int) -> int:
    """How many chunks one word of a name is; one in brackets (`immature (band) forms`) may stand inside it."""
    if chunks[at].kind == "z":
        return 1
    return 3 if "".join(c.kind for c in chunks[at : at + 4]) == "(z)z" else 0
