"""How the trials of a design end, and with what weight: every end with its probability, or trial by trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._design import Design
from protorun.escalation.engine.exact import weights
from protorun.escalation.engine.monte_carlo import Trials, patients, play, thresholds
from protorun.escalation.engine.states import Rows, merge
from protorun.escalation.engine.tabulate import Automaton
from protorun.escalation.engine.walk import Firing, completes, keeps_last
from protorun.trial.decision import Action

FloatArray = NDArray[np.float64]
BATCH = 1 << 15
MOST_PATIENTS = 2_000
"""In one trial: what a design that cannot be enumerated may treat."""


@dataclass(frozen=True)
class Ends:
    """How trials end: evaluable patients and DLTs by level, the level handed on (-1 = none), the reason. `weight` is the
    probability of each end, or the share of the trials; `trial` names the end of each simulated trial."""

    n: NDArray[np.int64]
    dlt: NDArray[np.int64]
    mtd: NDArray[np.int16]
    reason: NDArray[np.int16]
    weight: FloatArray
    trial: NDArray[np.int64] | None = None

    @property
    def trials(self) -> int | None:
        """How many trials were simulated; None where the weights are exact."""
        return None if self.trial is None else len(self.trial)


def exact_ends(automaton: Automaton, rates: FloatArray) -> Ends:
    """Every end with its probability."""
    return _of_automaton(automaton, weights(rates[None, :], automaton.ends)[0])


def played_ends(automaton: Automaton, rates: FloatArray, asked: Trials, batch: int = BATCH) -> Ends:
    """The ends of simulated trials, looked up in the compiled design; the same for any size of batch."""
    trial = np.concatenate([play(automaton, rates, part) for part in _parts(asked, batch)])
    share = np.bincount(trial, minlength=len(automaton.ends)) / len(trial)
    return _of_automaton(automaton, share, trial)


def decided_ends(
    design: Design, rates: FloatArray, asked: Trials, *, firing: Firing = "cohort", batch: int = BATCH
) -> Ends:
    """The ends of simulated trials of a design with too many states to list: `decide` is asked about the states that
    occur. The same patients, and the same ends, as `played_ends`."""
    parts = [_Batch(design, rates, part, firing).play() for part in _parts(asked, batch)]
    n, dlt, mtd, reason = (np.concatenate(column) for column in zip(*parts, strict=True))
    each = np.full(asked.trials, 1 / asked.trials)
    return Ends(n, dlt, mtd, reason, each, np.arange(asked.trials))


def _of_automaton(automaton: Automaton, weight: FloatArray, trial: NDArray[np.int64] | None = None) -> Ends:
    ends = automaton.ends
    n, dlt = ends.n.astype(np.int64), ends.dlt.astype(np.int64)
    return Ends(n, dlt, automaton.mtd, automaton.reason, weight, trial)


def _parts(asked: Trials, batch: int) -> Iterator[Trials]:
    for at in range(0, asked.trials, batch):
        yield Trials(min(batch, asked.trials - at), asked.seed, asked.first + at)


_Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16], NDArray[np.int16]]


class _Batch:
    """Some trials on their way; each step treats the next patients of those that go on."""

    def __init__(self, design: Design, rates: FloatArray, asked: Trials, firing: Firing) -> None:
        self.design, self.asked, self.firing = design, asked, firing
        self.below, self.certain = thresholds(rates), rates >= 1
        self.drawn = np.empty((0, asked.trials), np.uint32)
        count = asked.trials
        last = np.zeros((count, 2), np.int16) if keeps_last(design, firing) else None
        nobody = np.zeros((count, design.levels), np.int16)
        at = np.full(count, design.start()[0], np.int16)
        self.rows = Rows(at, nobody, nobody.copy(), np.ones(count), last)
        self.mtd, self.reason = np.full((2, count), -1, np.int16)

    def play(self) -> _Columns:
        live = np.arange(self.asked.trials)
        while len(live):
            live = self._step(live)
        return self.rows.n.astype(np.int64), self.rows.dlt.astype(np.int64), self.mtd, self.reason

    def _step(self, live: NDArray[np.intp]) -> NDArray[np.intp]:
        states, group = merge(self.rows.where(live))
        decision = self.design.decide(states.outcomes())
        goes = (decision.action == Action.ENROLL)[group]
        ended = live[~goes]
        handed_on = np.where(decision.action == Action.FINISH, decision.level, -1)
        self.mtd[ended], self.reason[ended] = handed_on[group][~goes], decision.reason[group][~goes]
        live, group = live[goes], group[goes]
        size = np.ones_like(decision.size) if self.firing == "immediate" else decision.size
        self._treat(live, decision.level[group], size[group], completes(self.design, decision)[group])
        return live

    def _treat(
        self,
        live: NDArray[np.intp],
        level: NDArray[np.int16],
        size: NDArray[np.int16],
        goes_on: NDArray[np.bool_],
    ) -> None:
        before = self.rows.n[live].sum(axis=1, dtype=np.int64)
        self._draw(int((before + size).max(initial=0)))
        dlt = np.zeros(len(live), np.int16)
        for k in range(int(size.max(initial=0))):
            number = self.drawn[np.minimum(before + k, len(self.drawn) - 1), live]
            dlt += (k < size) & ((number < self.below[level]) | self.certain[level])
        self.rows.level[live] = level
        self.rows.n[live, level] += size
        self.rows.dlt[live, level] += dlt
        if self.rows.last is not None:
            kept = np.where(goes_on[:, None], self.rows.last[live], 0)
            self.rows.last[live] = kept + np.column_stack([size, dlt])

    def _draw(self, most: int) -> None:
        if most > MOST_PATIENTS:
            raise UsageError(
                f"the trials of {self.design.name} do not end within {MOST_PATIENTS:,} patients; give it a limit"
            )
        if most > len(self.drawn):
            self.drawn = patients(self.asked, max(most, 2 * len(self.drawn)))
