"""Which format a document is in: markers with weights, wherever they stand; never the position or the file name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Marker:
    """A sign of a format; without a required one the format is out of the question."""

    pattern: re.Pattern[str]
    weight: float = 1.0
    required: bool = False
    words: str = ""
    """Words the pattern cannot match without; looked for first, because that is fast."""


def line(words: str, weight: float = 1.0, *, required: bool = False, opens: bool = False) -> Marker:
    """The marker of a line that consists of these words, or only `opens` with them."""
    end = r"(?=[ \t:]|\r?$)" if opens else r"[ \t]*:?[ \t]*\r?$"
    return Marker(re.compile(rf"^[ \t]*{re.escape(words)}{end}", re.MULTILINE), weight, required, words)


def score(text: str, markers: Sequence[Marker]) -> float:
    """Share of the weights found in the text, from 0 to 1; 0 when a required marker is missing."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    if any(marker.required and not _there(text, marker) for marker in markers):
        return 0.0
    found = [_there(text, marker) for marker in markers]
    total = sum(marker.weight for marker in markers)
    return sum(marker.weight for marker, there in zip(markers, found, strict=True) if there) / total


def _there(text: str, marker: Marker) -> bool:
    return marker.words in text and bool(marker.pattern.search(text))
