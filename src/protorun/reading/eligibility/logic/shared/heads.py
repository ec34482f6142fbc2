"""Members of a list that lend each other a word of a name of the tables: `ovarian, fallopian tube or peritoneal cancer`,
`hepatitis C or B`."""

from __future__ import annotations

from functools import lru_cache

from protorun.reading.eligibility.words.lexicon import Chunk, holds, modal, printed, reversing, stem, trie
from protorun.reading.eligibility.words.line import Line

_JOINTS = ",|&/"
_STARTS = ",|&/;.:(gIehCq"
_MOST_LONE = 3


def share_known_heads(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every bare member that makes a name of the tables with words of its neighbor as that name."""
    if not holds(chunks, "k") or not holds(chunks, "z"):
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
    while behind > 1 and (found := lone_before(chunks, behind, line)) != (0, 0):
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


def lone_before(chunks: list[Chunk], at: int, line: Line) -> tuple[int, int]:
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
    if first == end or not bare or not plain(chunks[first:end]):
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


def plain(words: list[Chunk]) -> bool:
    """No word in it keeps a name from being asserted or turns it round."""
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
