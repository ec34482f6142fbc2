"""Two bit masks per patient, `fail` and `unknown`: bit i of word w is criterion 62 w + i. All counts come from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.screening.screening import Screening
from protorun.terms.truth import FALSE, UNKNOWN

WORD = 62
"""Bits of a word: a signed 64-bit integer keeps its sign and stays exact in every database."""
Words = NDArray[np.int64]


@dataclass(frozen=True)
class Masks:
    """Shaped (word, patient). A criterion is satisfied where neither bit is set; not applicable sets none."""

    fail: Words
    unknown: Words
    count: int
    """How many criteria there are."""

    def __len__(self) -> int:
        return int(self.fail.shape[1])

    def failed(self, criterion: int) -> NDArray[np.bool_]:
        """Who fails a criterion."""
        return _bit(self.fail, criterion)

    def open(self, criterion: int) -> NDArray[np.bool_]:
        """For whom a criterion is unknown."""
        return _bit(self.unknown, criterion)


def masks(screening: Screening) -> Masks:
    """The masks of a screening."""
    return Masks(
        packed(screening.satisfied == FALSE), packed(screening.satisfied == UNKNOWN), len(screening.criteria)
    )


def packed(rows: NDArray[np.bool_]) -> Words:
    """Rows of truth (criterion, patient) as words (word, patient)."""
    words = np.zeros(((len(rows) + WORD - 1) // WORD, rows.shape[1]), np.int64)
    for i, row in enumerate(rows):
        words[i // WORD] |= row.astype(np.int64) << np.int64(i % WORD)
    return words


def _bit(words: Words, criterion: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (words[criterion // WORD] >> np.int64(criterion % WORD)) & 1 == 1
    return found
