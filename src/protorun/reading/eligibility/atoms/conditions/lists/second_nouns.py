"""A lone noun that says the last word of the condition before it again: `alcohol or drug addiction or abuse`, `autoimmune
disease or syndrome`."""

from __future__ import annotations

from protorun.reading.eligibility.words.lexicon import Chunk, stem
from protorun.reading.eligibility.words.line import Line

_GENERIC = frozenset({"disease", "disorder", "condition", "syndrome", "illness"})
_HABITS = frozenset({"abuse", "misuse", "addiction", "dependence", "dependency"})
_ENDS = ",|&/;.):WeI"


def without_second_nouns(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks without such nouns and their joints."""
    found: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        if chunk.kind == "z" and len(found) > 1 and _says_again(chunks, at, found, line):
            found.pop()
        else:
            found.append(chunk)
    return found


def _says_again(chunks: list[Chunk], at: int, found: list[Chunk], line: Line) -> bool:
    if found[-1].kind not in "|/" or found[-2].kind != "k":
        return False
    if at + 1 < len(chunks) and chunks[at + 1].kind not in _ENDS:
        return False
    noun = str(chunks[at].value)
    last = stem(line.text[found[-2].start : found[-2].end].split(" ")[-1])
    alike = any(noun in group and last in group for group in (_GENERIC, _HABITS))
    return alike and line.text[chunks[at - 1].end : chunks[at].start].isspace()
