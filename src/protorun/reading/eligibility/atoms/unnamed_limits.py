"""Limits without a name before them: `at least one measurable lesion`, `18 years or older`, and quantities in no table."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.bounds import between, range_of, side_of
from protorun.reading.eligibility.atoms.number_atoms import number_atom
from protorun.reading.eligibility.words.lexicon import Chunk, modal, reversing
from protorun.reading.eligibility.words.line import Line
from protorun.terms.variables import factor, variables

_OPEN_NAME = re.compile(r"[a-z][a-z0-9 ()/'-]{2,59}")
_NO_NAME = re.compile(
    r"\b(?:no|not|without|never|or|if|unless|except|than|any|grade|dose|patients?|subjects?|who|received|receiving|treated|history|prior|use|requiring)\b"
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


def open_measure(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """A quantity nobody has in a table is named by the words left of its comparator: `FeNO ≥ 25 ppb`."""
    if at and (chunks[at - 1].kind not in ",;&|(.:A" or (at > 1 and chunks[at - 2].kind == "z")):
        return None
    step = at
    while step < len(chunks) and chunks[step].kind in "zkfM":
        step += 1
    if "".join(c.kind for c in chunks[step : step + 2]) != "cn" or step - at > 5 or chunks[step].value == "=":
        return None
    if any(c.kind == "z" and (c.value in modal() or c.value in reversing()) for c in chunks[at:step]):
        return None
    words = line.text[chunks[at].start : chunks[step].start].strip(" :,-")
    words = re.sub(
        r"\b(?:must be|should be|is|of|was|are|the|a|an|has|have|with|be|must|should)\b", " ", words
    )
    name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    if not _OPEN_NAME.fullmatch(words.strip()) or _NO_NAME.search(words) or not name or len(name) < 2:
        return None
    side = side_of(chunks[step], chunks[step + 1])
    if side is None or side[2] == "half-lives":
        return None
    end = chunks[step + 1].end
    return Chunk("A", chunks[at].start, end, number_atom(name, side, line, chunks[at].start, end)), step + 2


def age_limit(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    """Years that say they are an age without naming it: `18 years or older`, `women, 50 years and above`."""
    kinds = "".join(c.kind for c in chunks[at : at + 6])
    match = re.match(r"t(P)v?|(c)t(?=[^b]|$)|r(?=v|$)", kinds)
    if not match:
        return None
    behind = at + match.end()
    text = line.text[chunks[at].start : chunks[behind - 1].end]
    words = re.search(r"older|younger|elder|\bold\b|of age", text)
    if not words:
        return None
    side = side_of(chunks[at + 1], chunks[at]) if match[1] else side_of(chunks[at], chunks[at + 1])
    if side is None or not _fits("age", side[2]) or not side[2]:
        return None
    end = chunks[behind - 1].end
    return Chunk("A", chunks[at].start, end, number_atom("age", side, line, chunks[at].start, end)), behind


def _fits(name: str, unit: str) -> bool:
    known = variables().get(name)
    if known is None or known.kind not in ("age", "count", "time"):
        return False
    return not unit or factor(name, unit) is not None
