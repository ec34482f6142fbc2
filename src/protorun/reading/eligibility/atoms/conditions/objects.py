"""What stands around a finished condition and still belongs to it: what a reaction is to, the second half of a slash."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any, Flag
from protorun.terms.concepts import concepts

_REACTIONS = frozenset({"hypersensitivity", "anaphylaxis"})
_TO = re.compile(
    r"(?:(?: reactions?)?(?:,? (?:or|and|and/or) |, |/)(?:(?:an?|any|other|known|severe|serious|unexpected|suspected|significant|adverse|infusion|allergic) ){0,3}"
    r"(?:reactions?|allerg(?:y|ies)|hypersensitivit(?:y|ies)|intolerances?|anaphylaxis|idiosyncrasy|contraindications?|sensitivit(?:y|ies))){0,4}(?: reactions?)? (?:to|against|attributed to) "
)


def with_objects(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every `hypersensitivity or reactions to X` narrowed by the X nobody read, and with the halves of
    `A/B` behind a diagnosis as one of them."""
    if "/" in line.text:
        chunks = _halves(chunks)
    if "allerg" not in line.text and "sensitiv" not in line.text and "anaphyla" not in line.text:
        return chunks
    found: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        found.append(chunk)
        narrowed = at + 1 < len(chunks) and chunks[at + 1].kind == "z"
        if chunk.kind != "A" or narrowed or not _bare(chunk):
            continue
        if (to := _TO.match(line.text, chunk.end)) is not None:
            start = chunk.end + len(to[0]) - len(to[0].lstrip(" ,/"))
            found.append(Chunk("z", start, to.end() - 1, "object"))
    return found


def _bare(chunk: Chunk) -> bool:
    parts = chunk.value.parts if isinstance(chunk.value, Any) else (chunk.value,)
    return all(isinstance(p, Flag) and p.variable in _REACTIONS for p in parts)


def _halves(chunks: list[Chunk]) -> list[Chunk]:
    """`colorectal cancer with dMMR/MSI-H`: either of the findings, of that cancer."""
    found: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        joined = len(found) > 2 and found[-1].kind == "/" and _finding(chunk) and _finding(found[-2])
        if joined and found[-3].kind == "A" and not _further(chunks, at):
            first = found[-2]
            del found[-2:]
            either = Any.model_construct(parts=(first.value, chunk.value))
            chunk = Chunk("A", first.start, chunk.end, either)
        found.append(chunk)
    return found


def _finding(chunk: Chunk) -> bool:
    named = concepts().get(chunk.value.variable) if isinstance(chunk.value, Flag) else None
    return named is not None and named.domain == "finding"


def _further(chunks: list[Chunk], at: int) -> bool:
    return at + 1 < len(chunks) and chunks[at + 1].kind in "/A"
