"""Decisions that were made before: a design of counts is asked once for each state, whatever the number of trials."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._slots import Needs
from protorun.trial.outcomes import Outcomes

Moves = NDArray[np.int16]
"""What was decided, shaped (row, 3): action, level, reason."""


@dataclass
class Decided:
    """A design with a memory. States are found by a hash of their counts and compared in full; designs that see follow-up
    or single patients, and those that only look up a table, are asked each time."""

    design: Design
    _keys: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    _states: NDArray[np.int16] = field(default_factory=lambda: np.zeros((0, 0), np.int16))
    _moves: Moves = field(default_factory=lambda: np.zeros((0, 3), np.int16))

    def moves(self, seen: Outcomes) -> Moves:
        """The design's decisions for these rows."""
        if self.design.needs >= Needs.PENDING or not isinstance(self.design, Composed):
            return self._ask(seen)
        states = _columns(seen)
        keys = states.astype(np.uint64) @ _factors(states.shape[1])
        self._learn(seen, states, keys)
        place = np.searchsorted(self._keys, keys)
        found = self._moves[place]
        other = np.flatnonzero((self._states[place] != states).any(axis=1))
        if len(other):  # two states with one hash
            found[other] = self._ask(seen.where(other))
        return found

    def _learn(self, seen: Outcomes, states: NDArray[np.int16], keys: NDArray[np.uint64]) -> None:
        place = np.minimum(np.searchsorted(self._keys, keys), max(len(self._keys) - 1, 0))
        known = self._keys[place] == keys if len(self._keys) else np.zeros(len(keys), np.bool_)
        if known.all():
            return
        unknown = np.flatnonzero(~known)
        new, first = np.unique(keys[unknown], return_index=True)
        row = unknown[first]
        at = np.searchsorted(self._keys, new)
        before = self._states if len(self._keys) else np.zeros((0, states.shape[1]), np.int16)
        self._moves = np.insert(self._moves, at, self._ask(seen.where(row)), axis=0)
        self._states = np.insert(before, at, states[row], axis=0)
        self._keys = np.insert(self._keys, at, new)

    def _ask(self, seen: Outcomes) -> Moves:
        decision = self.design.decide(seen)
        return np.column_stack([decision.action, decision.level, decision.reason]).astype(np.int16)


def _columns(seen: Outcomes) -> NDArray[np.int16]:
    last = [] if seen.last_n is None or seen.last_dlt is None else [seen.last_n, seen.last_dlt]
    return np.column_stack([seen.level, seen.n, seen.dlt, seen.pending, *last]).astype(np.int16)


def _factors(columns: int) -> NDArray[np.uint64]:
    """Odd multipliers that spread small counts over 64 bits."""
    steps = np.arange(1, columns + 1, dtype=np.uint64)
    mixed = steps * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed | np.uint64(1)
