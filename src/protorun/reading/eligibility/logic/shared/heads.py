"""Members of a list that lend each other a word: `ovarian, fallopian tube or peritoneal cancer`, `hepatitis C or B`,
`gastric or duodenal ulcer`."""

from __future__ import annotations

from functools import lru_cache

from protorun.reading.eligibility.atoms.conditions.open_conditions import (
    ADJECTIVE,
    ORGANS,
    given,
    is_name,
    open_flag,
    to_what,
)
from protorun.reading.eligibility.words.lexicon import Chunk, modal, printed, reversing, stem, trie
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag
from protorun.terms.concepts import concepts

_JOINTS = ",|&/"
_STARTS = ",|&/;.:(gIehCq"
_ENDS = ",|&;.):WeI"
_MOST_LONE = 3


def share_known_heads(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every bare member that makes a name of the tables with words of its neighbor as that name."""
    if not any(c.kind == "k" for c in chunks) or not any(c.kind == "z" for c in chunks):
        return chunks
    for at, chunk in enumerate(chunks):
        if chunk.kind == "k" and at and chunks[at - 1].kind in _JOINTS:
            _lend_back(chunks, at, line)
        if chunk.kind == "k" and at + 2 < len(chunks) and chunks[at + 1].kind in "|&/":
            _lend_on(chunks, at, line)
    return [c for c in chunks if c.kind != ""]


def _lend_back(chunks: list[Chunk], at: int, line: Line) -> None:
    """The last words of `primary peritoneal cancer` for `ovarian` and `fallopian tube` before it."""
    own = _stems(line.text[chunks[at].start : chunks[at].end])
    if len(own) < 2:
        return
    behind = at
    while behind > 1 and (found := _lone_before(chunks, behind, line)) != (0, 0):
        first, end = found
        if first == end:  # a member with a name of its own
            behind = first
            continue
        words = _stems(line.text[chunks[first].start : chunks[end - 1].end])
        value = next((v for n in range(1, len(own)) if (v := _concept((*words, *own[-n:])))), "")
        if not value:
            return
        chunks[first] = Chunk("k", chunks[first].start, chunks[end - 1].end, value)
        for spent in chunks[first + 1 : end]:
            spent.kind = ""
        behind = first


def _lone_before(chunks: list[Chunk], at: int, line: Line) -> tuple[int, int]:
    """The few unknown words of the member before: where they begin and end; (0, 0) when there are none."""
    end = at
    while end and chunks[end - 1].kind in _JOINTS:
        end -= 1
    if end == at or not end:
        return 0, 0
    if chunks[end - 1].kind == "k":
        return end - 1, end - 1
    first = end
    while first and end - first < _MOST_LONE and chunks[first - 1].kind == "z":
        first -= 1
    bare = line.text[chunks[end - 1].end : chunks[end].start].strip() in ("", "cell")
    if first == end or not bare or not _plain(chunks[first:end]):
        return 0, 0
    return (first, end) if not first or chunks[first - 1].kind in _STARTS + "fh" else (0, 0)


def _lend_on(chunks: list[Chunk], at: int, line: Line) -> None:
    """The first words of `hepatitis C` for the `B` behind it."""
    own = _stems(line.text[chunks[at].start : chunks[at].end])
    lone = chunks[at + 2]
    if len(own) < 2 or lone.kind != "z" or len(str(lone.value)) > 2:
        return
    if value := _concept((*own[:-1], str(lone.value))):
        chunks[at + 2] = Chunk("k", lone.start, lone.end, value)


def _plain(words: list[Chunk]) -> bool:
    return not any(c.value in modal() or c.value in reversing() for c in words)


@lru_cache(maxsize=4096)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word, _, _ in printed(text))


def _concept(stems: tuple[str, ...]) -> str:
    """The condition of the tables that has exactly this name."""
    node = trie()
    for word in stems:
        node = node.get(word)  # type: ignore[assignment]
        if node is None:
            return ""
    kind, value = node.get("", ("", ""))
    return str(value) if kind == "k" else ""


def share_open_heads(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every bare adjective or organ of a list as a condition under the name it has with the head of
    the last member."""
    depth = 0
    for at, chunk in enumerate(chunks):
        depth = max(0, depth + (chunk.kind == "(") - (chunk.kind == ")"))
        if depth or chunk.kind not in "|&/" or chunks[at - 1].kind not in "z,":
            continue
        if head := _head(chunks, at + 1, line):
            _give(chunks, at, head, line)
    return [c for c in chunks if c.kind != ""]


def _head(chunks: list[Chunk], at: int, line: Line) -> str:
    """`ulcer` of `duodenal ulcer` behind a joint: the member without its first adjective."""
    behind = at
    while behind < len(chunks) and chunks[behind].kind == "z":
        behind += 1
    if not _plain(chunks[at:behind]) or (behind == at and not _known(chunks, at)):
        return ""
    behind += _known(chunks, behind)
    if behind < len(chunks) and chunks[behind].kind not in _ENDS:
        return ""
    end = chunks[behind - 1].end
    rest = line.text[end : chunks[behind].start if behind < len(chunks) else len(line.text)]
    text = line.text[chunks[at].start : end] + rest.rstrip()
    first, _, head = text.partition(" ")
    named = head and _lends(first) and is_name(text) and not all(w in ORGANS for w in head.split())
    return head if named else ""


def _known(chunks: list[Chunk], at: int) -> bool:
    if at >= len(chunks) or chunks[at].kind != "A" or chunks[at].own:
        return False
    value = chunks[at].value
    plain = isinstance(value, Flag) and not value.qualifiers and value.window is None
    return plain and value.variable in concepts() and concepts()[value.variable].domain == "condition"


def _lends(word: str) -> bool:
    """An adjective or an organ: it names nothing by itself."""
    if not word.isalpha() or word in _BOUND or word.endswith(("ed", "ing")):
        return False
    return word in ORGANS or bool(ADJECTIVE.search(word))


_BOUND = frozenset({"immune", "autoimmune", "mental"})
"""Words that are one name with the word behind them: `immune deficiency`, `mental retardation`."""


def _give(chunks: list[Chunk], joint: int, head: str, line: Line) -> None:
    first, end = _lone_before(chunks, joint + 1, line)
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
        first, end = _lone_before(chunks, begin, line) if begin == first else (0, 0)
