"""Pack-years say by themselves what they measure: `smoking history of ≥ 10 pack-years`, `< 5 pack-year tobacco history`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.limits.bounds import range_of, side_of
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.quantities import Quantity, Span
from protorun.study.criterion import Flag, Number

_LED = re.compile(
    r"(?:(?:history|exposure|consumption|amount|total|smoking|tobacco|cigarettes?|use|of|a|an|that is|is|was|load) ?)*"
)
_BEHIND = re.compile(
    r"[ -]*(?:of )?(?:(?:(?:cigarette |tobacco )?(?:smoking|smoke|tobacco|cigarettes?)(?: history| use| exposure| consumption)?|smoking history|history)(?: of smoking)?)?(?=[ .;,)]|$)"
)


def mark_pack_years(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every number of pack-years as a limit on them."""
    if "pack" not in line.text:
        return chunks
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        made = _limit(chunks, at, line)
        if made is None:
            found.append(chunks[at])
            at += 1
            continue
        while found and _same(found[-1], made[0], line):
            made[0].start = found.pop().start
        found.append(made[0])
        at = made[1]
    return found


def _unit(value: object) -> str:
    amount = value.low if isinstance(value, Span) else value
    return amount.unit if isinstance(amount, Quantity) else ""


def _limit(chunks: list[Chunk], at: int, line: Line) -> tuple[Chunk, int] | None:
    if chunks[at].kind == "A" and _of_packs(chunks[at].value):
        number = chunks[at].value.model_copy(update={"variable": "pack_years", "unit": ""})
        return Chunk("A", chunks[at].start, chunks[at].end, number), at + 1
    kinds = "".join(c.kind for c in chunks[at : at + 2])
    if kinds == "cn" and "pack" in _unit(chunks[at + 1].value):
        side, behind = side_of(chunks[at], chunks[at + 1]), at + 2
    elif kinds == "nP" and "pack" in _unit(chunks[at].value):
        side, behind = side_of(chunks[at + 1], chunks[at]), at + 2
    elif chunks[at].kind == "r" and "pack" in _unit(chunks[at].value):
        side, behind = range_of(chunks[at].value), at + 1
    else:
        return None
    if side is None:
        return None
    said = _BEHIND.match(line.text, chunks[behind - 1].end)
    end = said.end() if said else chunks[behind - 1].end
    while behind < len(chunks) and chunks[behind].start < end:
        behind += 1
    source = line.cite(chunks[at].start, end)
    number = Number.model_construct(variable="pack_years", low=side[0], high=side[1], unit="", source=source)
    return Chunk("A", chunks[at].start, end, number), behind


def _of_packs(value: object) -> bool:
    return isinstance(value, Number) and "pack" in value.unit


def _same(before: Chunk, limit: Chunk, line: Line) -> bool:
    """`smoking history of`: what the pack-years are of."""
    gap = line.text[before.end : limit.start]
    word = line.text[before.start : before.end]
    if not _LED.fullmatch(gap.strip(" ")):
        return False
    bare = (
        isinstance(before.value, Flag) and before.value.variable == "smoker" and not before.value.qualifiers
    )
    return (bare and "smoking" in word) or (before.kind in "zq" and _LED.fullmatch(word) is not None)
