"""Members of a list that lend each other a word of a name nobody has in a table: `gastric or duodenal ulcer`, `major
arterial or venous events`: the head of the last, and the adjectives before the first."""

from __future__ import annotations

from protorun.reading.eligibility.atoms.conditions.kinds import tells_what
from protorun.reading.eligibility.atoms.conditions.open_conditions import (
    ADJECTIVE,
    ORGANS,
    adjectives,
    given,
    is_name,
    open_flag,
    to_what,
)
from protorun.reading.eligibility.logic.shared.heads import lone_before, plain
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag
from protorun.terms.concepts import concepts

_ENDS = ",|&;.):WeI"


def share_open_heads(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every bare adjective or organ of a list as a condition under the name it has with the head of
    the last member."""
    depth = 0
    if not holds(chunks, "|&/"):
        return chunks
    for at, chunk in enumerate(chunks):
        if chunk.kind in "()":
            depth = depth + 1 if chunk.kind == "(" else max(0, depth - 1)
        if depth or chunk.kind not in "|&/" or chunks[at - 1].kind not in "z,":
            continue
        if head := _head(chunks, at + 1, line):
            _led(chunks, at, head, line)
            _give(chunks, at, head[0], line)
    return [c for c in chunks if c.kind != ""]


def _head(chunks: list[Chunk], at: int, line: Line) -> tuple[str, int]:
    """`ulcer` of `duodenal ulcer` behind a joint, the member without its first adjective, and the index behind it."""
    behind = at
    while behind < len(chunks) and chunks[behind].kind == "z":
        behind += 1
    if not plain(chunks[at:behind]) or (behind == at and not _known(chunks, at)):
        return "", 0
    behind += _known(chunks, behind)
    if behind < len(chunks) and chunks[behind].kind not in _ENDS:
        return "", 0
    end = chunks[behind - 1].end
    rest = line.text[end : chunks[behind].start if behind < len(chunks) else len(line.text)]
    text = line.text[chunks[at].start : end] + rest.rstrip()
    first, _, head = text.partition(" ")
    named = (
        head
        and _lends(first)
        and is_name(text)
        and tells_what(head)
        and not all(w in ORGANS for w in head.split())
    )
    return (head, behind) if named else ("", 0)


def _known(chunks: list[Chunk], at: int) -> bool:
    if at >= len(chunks) or chunks[at].kind != "A" or chunks[at].own:
        return False
    value = chunks[at].value
    bare = isinstance(value, Flag) and not value.qualifiers and value.window is None
    return bare and value.variable in concepts() and concepts()[value.variable].domain == "condition"


def _lends(word: str) -> bool:
    """An adjective or an organ: it names nothing by itself."""
    if not word.isalpha() or word in _BOUND or word.endswith(("ed", "ing", "ly")):
        return False
    return word in ORGANS or word in adjectives() or bool(ADJECTIVE.search(word))


_BOUND = frozenset({"immune", "autoimmune", "mental"})
"""Words that are one name with the word behind them: `immune deficiency`, `mental retardation`."""


def _led(chunks: list[Chunk], joint: int, head: tuple[str, int], line: Line) -> None:
    """`major arterial or venous events`: adjectives before the first of two adjectives go for the second as well."""
    first, end = lone_before(chunks, joint + 1, line)
    lead, lone = chunks[first : end - 1], chunks[end - 1]
    if not lead or any(_bound(line, c) for c in [*lead, lone]) or (first and chunks[first - 1].kind in "hf"):
        return
    before = line.text[lead[0].start : lead[-1].end]
    last, start = chunks[head[1] - 1], chunks[joint + 1].start
    own = line.text[start : last.end]
    both = f"{before} {line.text[lone.start : lone.end]} {head[0]}", f"{before} {own}"
    gap = line.text[chunks[first - 1].end if first else 0 : lead[0].start]
    if not all(map(is_name, both)) or given(gap) or to_what(line.text, lead[0].start):
        return
    second = line.cite(start, last.end)
    flags = open_flag(both[0], (), line.cite(lead[0].start, lone.end)), open_flag(both[1], (), second)
    for spent in (*chunks[first:end], *chunks[joint + 1 : head[1]]):
        spent.kind = ""
    chunks[first] = Chunk("A", lead[0].start, lone.end, flags[0])
    chunks[joint + 1] = Chunk("A", start, last.end, flags[1])
    says = f"{before!r} goes for the first of the two only, not for {line.quote(start, last.end)!r}"
    line.readings.append((says, flags[1], open_flag(own, (), second)))


def _bound(line: Line, chunk: Chunk) -> bool:
    word = line.text[chunk.start : chunk.end]
    return not _lends(word) or word in ORGANS


def _give(chunks: list[Chunk], joint: int, head: str, line: Line) -> None:
    first, end = lone_before(chunks, joint + 1, line)
    while end - first == 1:
        lone = chunks[first]
        word = line.text[lone.start : lone.end]
        name = f"{word} {head}"
        begin = first
        while begin and chunks[begin - 1].kind == "q":
            begin -= 1
        gap = line.text[chunks[begin - 1].end if begin else 0 : chunks[begin].start]
        if not _lends(word) or not is_name(name) or (begin and chunks[begin - 1].kind in "hf"):
            return
        if (
            given(gap)
            or to_what(line.text, lone.start)
            or (chunks[begin - 2 : begin - 1] and chunks[begin - 2].kind == "q")
        ):
            return
        qualifiers = tuple(str(c.value) for c in chunks[begin:first] if c.value)
        start = chunks[begin].start
        for spent in chunks[begin:first]:
            spent.kind = ""
        chunks[first] = Chunk(
            "A", start, lone.end, open_flag(name, qualifiers, line.cite(start, lone.end)), own=begin < first
        )
        first, end = lone_before(chunks, begin, line) if begin == first else (0, 0)
