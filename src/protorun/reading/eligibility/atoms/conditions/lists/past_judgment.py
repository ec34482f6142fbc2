"""Qualifiers before a judgment are those of the condition behind it: `active clinically significant infection`."""

from __future__ import annotations

from protorun.reading.eligibility.words.lexicon import Chunk

_JUDGED = frozenset({"clinically", "medically", "significant", "relevant", "important"})


def past_judgment(chunks: list[Chunk]) -> list[Chunk]:
    """The chunks with such qualifiers right before their condition."""
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        behind = at
        while behind < len(chunks) and chunks[behind].kind == "q" and chunks[behind].value:
            behind += 1
        judged = behind
        while judged < len(chunks) and chunks[judged].kind == "z" and chunks[judged].value in _JUDGED:
            judged += 1
        if at < behind < judged < len(chunks) and chunks[judged].kind == "k":
            place = chunks[judged].start
            found += chunks[behind:judged]
            found += [Chunk("q", place, place, c.value) for c in chunks[at:behind]]
            at = judged
        else:
            found.append(chunks[at])
            at += 1
    return found
