"""A decision about the next patients, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Action(IntEnum):
    ENROLL = 0  # at `level`, `size` patients
    WAIT = 1  # an outcome is pending
    FINISH = 2  # the part ends; `level` is its result
    STOP = 3  # the trial ends without a dose; `level` is -1


@dataclass(frozen=True)
class Decision:
    """One row per trial: what to do next, at which level, for how many patients, and why.

    `reason` indexes `reasons`, a closed list of codes of the design; `why(row)` says it in words with its numbers.
    `templates` are the sentences of the codes; they are filled from `numbers` (one array per name: `at` = the level
    the counts belong to, `n`, `dlt`, `pending`, `limit`, `rule` = index of the guard that fired) and from `labels`,
    the names of the levels.
    """

    action: NDArray[np.uint8]
    level: NDArray[np.int16]
    size: NDArray[np.int16]
    reason: NDArray[np.int16]
    reasons: tuple[str, ...]
    sentences: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    numbers: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.action)

    def code(self, row: int = 0) -> str:
        """The reason code of a row."""
        return self.reasons[int(self.reason[row])]

    def number(self, name: str, row: int = 0) -> int:
        """One of the numbers behind a row's reason; -1 where the design keeps none of that name."""
        return int(self.numbers[name][row]) if name in self.numbers else -1

    def label(self, row: int = 0) -> str:
        """The level decided on, by name; empty when the trial stops without a dose."""
        return self._named(int(self.level[row]))

    def why(self, row: int = 0) -> str:
        """The reason of a row in words; falls back to the code where no sentence was built."""
        if self.sentences:
            return self.sentences[row]
        if not self.templates:
            return self.code(row)
        return self.templates[int(self.reason[row])].format(**self._words(row))

    def _words(self, row: int) -> dict[str, str | int]:
        words: dict[str, str | int] = {name: _printed(values[row]) for name, values in self.numbers.items()}
        size, pending = int(self.size[row]), self.number("pending", row)
        words["at"] = self._named(self.number("at", row))
        words["to"] = self.label(row)
        words["known"] = f"{words.get('dlt')} of {words.get('n')} with DLT at {words['at']}" + (
            f", {pending} pending" if pending > 0 else ""
        )
        noun = "patient" if size == 1 else "patients"
        words["patients"], words["more"] = f"{size} {noun}", f"{size} more {noun}"
        return words

    def _named(self, level: int) -> str:
        if level < 0:
            return ""
        return self.labels[level] if level < len(self.labels) else f"level {level + 1}"


def _printed(value: np.generic) -> str | int:
    """Counts as they are, estimates to three digits."""
    return f"{float(value):.3g}" if isinstance(value, np.floating) else int(value)
