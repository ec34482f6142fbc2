"""A design compiled: every state a trial can be in, what comes next there, and where each number of DLTs leads.

The decisions are `decide`'s own, asked once for each state; a simulated trial then only looks them up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._design import Design
from protorun.escalation.engine.states import Rows, join
from protorun.escalation.engine.walk import MOST_ROWS, Firing, Step, walk
from protorun.trial.decision import Action


@dataclass(frozen=True)
class Automaton:
    """States in the order of the walk. In state s, `size[s]` patients are treated at `level[s]`; y DLTs among them lead to
    state `successor[first[s] + y]`. Where `end[s]` is not -1 the trial ends, as the row of that number in `ends`, with
    level `mtd` (-1 = no dose) and `reason` (index into the design's reasons)."""

    design: Design
    firing: Firing
    level: NDArray[np.int16]
    size: NDArray[np.int16]
    first: NDArray[np.int64]
    successor: NDArray[np.int64]
    end: NDArray[np.int64]
    ends: Rows
    mtd: NDArray[np.int16]
    reason: NDArray[np.int16]

    @property
    def states(self) -> int:
        """How many different states there are, ended ones included."""
        return len(self.level)


def tabulate(design: Design, *, firing: Firing = "cohort", most_rows: int = MOST_ROWS) -> Automaton:
    """The design as an automaton. Raises NotStated where the rule is silent about a state it reaches, UsageError beyond
    `most_rows` states."""
    found = _Table()
    for step in walk(design, firing=firing, most_rows=most_rows):
        found.add(step)
    return found.automaton(design, firing)


class _Table:
    """The columns of the automaton while it grows, one piece for each step of the walk."""

    def __init__(self) -> None:
        self.level: list[NDArray[np.int16]] = []
        self.size: list[NDArray[np.int16]] = []
        self.successor: list[NDArray[np.int64]] = []
        self.ends: list[Rows] = []
        self.mtd: list[NDArray[np.int16]] = []
        self.reason: list[NDArray[np.int16]] = []
        self.states = 0

    def add(self, step: Step) -> None:
        rows, decision = step.rows, step.decision
        ended = decision.action != Action.ENROLL
        self.states += len(rows)
        self.level.append(decision.level)
        self.size.append(step.size)
        self.successor.append(step.leads + self.states)
        self.ends.append(rows.where(ended))
        self.reason.append(decision.reason[ended])
        self.mtd.append(np.where(decision.action == Action.STOP, -1, decision.level)[ended].astype(np.int16))

    def automaton(self, design: Design, firing: Firing) -> Automaton:
        size = np.concatenate(self.size)
        ended = size < 0
        outcomes = size.astype(np.int64) + 1  # none for a state that has ended
        return Automaton(
            design=design,
            firing=firing,
            level=np.concatenate(self.level),
            size=np.maximum(size, 0),
            first=np.cumsum(outcomes) - outcomes,
            successor=np.concatenate(self.successor),
            end=np.where(ended, np.cumsum(ended) - 1, -1),
            ends=join(self.ends),
            mtd=np.concatenate(self.mtd),
            reason=np.concatenate(self.reason),
        )
