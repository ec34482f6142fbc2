"""Pieces whose inner grammar is their own: each module finds its pieces in a line before anything else is read."""

from __future__ import annotations

from protorun.reading.eligibility.islands import (
    alterations,
    child_pugh,
    consequences,
    contraception,
    first_doses,
    genes,
    her2,
    intervals,
    legal_age,
    normal_ranges,
    participation,
    planned_children,
    plans,
    pregnancy,
    promises,
    results,
    scales,
    toxicity,
    tumor_stages,
    uncounted,
    viral,
)
from protorun.reading.eligibility.islands.histories import courses, durations, settings, stops, transplants
from protorun.reading.eligibility.words.guards import guard, woken
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line

_ORDER = (
    consequences,
    her2,
    alterations,
    tumor_stages,
    genes,
    scales,
    toxicity,
    planned_children,
    uncounted,
    legal_age,
    pregnancy,
    contraception,
    promises,
    viral,
    results,
    child_pugh,
    participation,
    plans,
    transplants,
    settings,
    stops,
    courses,
    durations,
    normal_ranges,
    intervals,
    first_doses,
)
_FINDERS = tuple((guard(module.WORDS), module.find) for module in _ORDER)
"""Where none of its words stands, a module finds nothing."""


def islands(line: Line) -> list[Chunk]:
    """All pieces found, without overlap; an earlier kind wins."""
    found: list[Chunk] = []
    words = woken(line.text)
    for find in [find for guarded, find in _FINDERS if words & guarded]:
        for chunk in find(line, found):
            if not found or all(chunk.end <= other.start or chunk.start >= other.end for other in found):
                found.append(chunk)
    return found
