"""Times that count back from something nobody knows: `within 5 days before leukapheresis`."""

from __future__ import annotations

from typing import Any

from protorun.reading.eligibility.words.lexicon import Chunk

UNKNOWN = "?"
"""The anchor of such a time while a line is read."""


def undated(chunks: list[Chunk], times: list[Chunk]) -> list[Chunk]:
    """The finished chunks; behind each atom with a time that counts back from something nobody knows stand its words,
    unread, so that the atom decides nothing."""
    found: list[Chunk] = []
    for chunk in chunks:
        found.append(chunk)
        if chunk.kind == "W" and chunk.value.anchor == UNKNOWN:
            chunk.kind, chunk.value = "z", UNKNOWN
        elif chunk.kind == "A" and (shown := _from_screening(chunk.value)) != chunk.value:
            chunk.value = shown
            said = next((t for t in times if t.end >= chunk.end), times[-1])
            found.append(Chunk("z", said.start, said.end, UNKNOWN))
    return found


def _from_screening(expr: Any) -> Any:
    if parts := getattr(expr, "parts", None):
        return expr.model_copy(update={"parts": tuple(map(_from_screening, parts))})
    if part := getattr(expr, "part", None):
        return expr.model_copy(update={"part": _from_screening(part)})
    when = getattr(expr, "window", None)
    if when is None or when.anchor != UNKNOWN:
        return expr
    return expr.model_copy(update={"window": when.model_copy(update={"anchor": "screening"})})
