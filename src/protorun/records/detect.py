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


def line(words: str, weight: float = 1.0, *, required: bool = False, opens: bool = False) -> Marker:
    """The marker of a line that consists of these words, or only `opens` with them."""
    end = r"(?=[ \t:]|\r?$)" if opens else r"[ \t]*:?[ \t]*\r?$"
    return Marker(re.compile(rf"^[ \t]*{re.escape(words)}{end}", re.MULTILINE), weight, required)


def score(text: str, markers: Sequence[Marker]) -> float:
    """Share of the weights found in the text, from 0 to 1; 0 when a required marker is missing."""
    found = [bool(marker.pattern.search(text)) for marker in markers]
    if any(marker.required and not there for marker, there in zip(markers, found, strict=True)):
        return 0.0
    total = sum(marker.weight for marker in markers)
    return sum(marker.weight for marker, there in zip(markers, found, strict=True) if there) / total
