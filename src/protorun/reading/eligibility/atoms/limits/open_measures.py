"""Quantities nobody has in a table, under the name their own words give: `FeNO ≥ 25 ppb`, `pain for at least 3 months`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.limits.bounds import Bounds, between, range_of, side_of
from protorun.reading.eligibility.atoms.limits.number_atoms import giga, number_atom
from protorun.reading.eligibility.words.lexicon import Chunk, words
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.measure_names import name_start, open_name
from protorun.reading.eligibility.words.quantities import TIME
from protorun.reading.eligibility.words.windows import stopped
from protorun.terms.variables import factor, variables

_LASTS = re.compile(
    r"\b(?:for|lasting|lasts|persisting|of|during|over)(?: (?:a|the|an))?(?: (?:period|duration|time) of)?\s*(?:\(\s*)?$"
)
_LENGTH = re.compile(
    r"(?:^|_)(?:duration|time|interval|length|history|period|delay|survival|prognosis|free)(?:_|$)"
)
_SAID = re.compile(
    r"(?:^(?:experienced|prescribed|birth|version|reported|lived|occurred)|_(?:occurred|occurring|required|performed|diagnosed))$|(?:^|_)(?:may|will|can|begin|start)(?:_|$)"
)
"""Verbs, which are measured by nothing."""
_SCALE = re.compile(
    r"(?:scores?|scale|index|level|range|count|angle|volume|length|diameter|thickness|concentration|rating|\))(?: (?:of|is|was|between|from|in the range of|ranging from))*[ :=]*$"
)


def open_measure(
    chunks: list[Chunk], at: int, found: list[Chunk], line: Line
) -> tuple[Chunk, int, int] | None:
    """A quantity nobody has in a table is named by the words left of its comparator: `FeNO ≥ 25 ppb`.

    Gives the limit, the chunk behind it, and how many chunks before it are its name."""
    read = _quantity_at(chunks, at, line)
    if read is None or not found:
        return None
    side, behind = read
    lasting = side[2] in TIME
    near = line.text[found[-1].end : chunks[at].start]
    before = line.text[max(0, chunks[at].start - 60) : chunks[at].start]
    given = lasting and bool(_LASTS.search(before) or "duration of " in before)
    first = name_start(found, chunks[at], line, given=given)
    if first is None or (not lasting and near.endswith(" for ")):
        return None
    start, end = found[first].start, chunks[behind - 1].end
    name = open_name(found[first:], line)
    multiple = any(b is not None and b.times for b in side[:2])
    if name is None or _SAID.search(name) or (multiple and all(c.kind in "kq:" for c in found[first:])):
        return None
    if lasting:
        if name in variables() or not _is_length(name, near, before, chunks[at], line):
            return None
        name = name if _LENGTH.search(name) else f"duration_of_{name.removesuffix('_lasting')}"
    else:
        name, side = _finding(name, side, line.quote(chunks[at].start, end))
    return Chunk("A", start, end, number_atom(name, side, line, start, end)), behind, len(found) - first


def _is_length(name: str, near: str, before: str, sign: Chunk, line: Line) -> bool:
    """The words say that something lasts; what was not given or has ended for that long does not last."""
    if _LENGTH.search(name):
        return True
    lasts = _LASTS.search(before) or (sign.value in (">", "≥") and not near.strip())
    return bool(lasts) and not stopped(line.text, sign.start)


def _finding(name: str, side: Bounds, quote: str) -> tuple[str, Bounds]:
    """`thrombocytopenia < 100 x 10^9/L` limits the platelets."""
    measured = str(words()["limit_of"].get(name.removeprefix("critical_").removeprefix("severe_"), ""))
    if not measured:
        return name, side
    unit = giga(measured, side[2], quote)
    times = any(b is not None and b.times for b in side[:2])
    fits = times or (unit and factor(measured, unit) is not None)
    return (measured, (side[0], side[1], unit, side[3])) if fits else (name, side)


def _quantity_at(chunks: list[Chunk], at: int, line: Line) -> tuple[Bounds, int] | None:
    kinds = "".join([c.kind for c in chunks[at : at + 4]])
    if kinds == "cncn":
        return None
    if (kinds.startswith("cr") or kinds[:3] in ("cnP", "ctP")) and chunks[at].value == "=":
        at += 1
        kinds = kinds[1:]
        if kinds[0] == "r":
            return range_of(chunks[at].value), at + 1
    if kinds[:2] in ("cn", "ct") and chunks[at].value != "=":
        side, behind = side_of(chunks[at], chunks[at + 1]), at + 2
    elif kinds[:2] in ("nP", "tP"):
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
            not rest or rest[0].kind not in "zkvyf" or bool(_PREPOSITION.match(line.text, rest[0].start - 12))
        )
    if rest and rest[0].kind == "q" and rest[0].value and len(rest) > 1 and rest[1].kind in "zk":
        return not line.text[chunks[behind - 1].end : rest[0].start].isspace()
    if not rest or rest[0].kind not in "zkyvf" or (unit in TIME and rest[0].value == "duration"):
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
