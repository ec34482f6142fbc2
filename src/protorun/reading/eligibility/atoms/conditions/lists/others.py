"""`other` before a condition: whatever it is other than, the condition keeps the word in its name."""

from __future__ import annotations

from protorun.reading.eligibility.atoms.conditions.open_conditions import begins_with_other
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.terms.concepts import concepts

_BEHIND = frozenset(",|&/;.):WeIq")


def name_others(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with `other food allergies` as one condition of the table's kind and another name."""
    if "other" not in line.text:
        return chunks
    for at, chunk in enumerate(chunks):
        if chunk.kind == "z" and begins_with_other(chunks[:at], chunk, line):
            _name(chunks, at, line)
    return chunks


def _name(chunks: list[Chunk], at: int, line: Line) -> None:
    step = at + 1
    while step < len(chunks) and chunks[step].kind == "q":
        step += 1
    if step == len(chunks) or chunks[step].kind != "k":
        return
    if step + 1 < len(chunks) and chunks[step + 1].kind not in _BEHIND:
        return
    words = line.text[chunks[at].end : chunks[step].start].split()
    if len(words) > sum(len(line.text[c.start : c.end].split()) for c in chunks[at + 1 : step]):
        return  # "other patients with asthma"
    names = str(chunks[step].value).split("+")
    known = [concepts().get(name) for name in names]
    if all(k is not None and k.domain in ("condition", "diagnosis") and k.family != "viral" for k in known):
        chunks[step].value = "+".join(f"other_{name}" for name in names)
        chunks[at].kind, chunks[at].value = "q", ""
