"""Simulated trials of a design, for when it cannot be enumerated or somebody wants to see the noise.

Each patient of each trial has one random number, drawn by its place (seed, trial, patient) alone: a DLT happens where it is
below the true rate of the level. So designs compared over the same trials treat the same patients, outcomes are monotone in
the dose, and the result does not depend on batches or workers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError
from protorun.escalation._for_study import Executable, as_design
from protorun.escalation.engine.characteristics import (
    FloatArray,
    OperatingCharacteristics,
    checked_rates,
    summarize,
)
from protorun.escalation.engine.tabulate import Automaton, tabulate
from protorun.escalation.engine.walk import Firing
from protorun.statistics.philox import Purpose, words

_CHUNK = 1 << 15
_WORD = float(1 << 32)


@dataclass(frozen=True)
class Trials:
    """How many trials, from which number on, and the seed."""

    trials: int
    seed: int = 1
    first: int = 0


def monte_carlo(
    what: Executable | Automaton,
    dlt_rates: ArrayLike,
    *,
    trials: int = 10_000,
    seed: int = 1,
    reading: str | None = None,
    firing: Firing = "cohort",
) -> OperatingCharacteristics:
    """Operating characteristics from `trials` simulated trials for each scenario, with their standard error.

    `dlt_rates` is (scenario, level), lowest dose first. Raises UsageError for rates that do not fit or no trials.
    """
    if trials < 1:
        raise UsageError(f"at least one trial is needed, not {trials}")
    truths = np.atleast_2d(np.asarray(dlt_rates, np.float64))
    automaton = (
        what
        if isinstance(what, Automaton)
        else tabulate(as_design(what, reading, truths.shape[-1]), firing=firing)
    )
    rates = checked_rates(truths, automaton.design.levels)
    weight = np.stack([_shares(automaton, truth, Trials(trials, seed)) for truth in rates])
    return summarize(automaton, rates, weight, trials=trials, seed=seed)


def _shares(automaton: Automaton, rates: FloatArray, asked: Trials) -> FloatArray:
    """The share of the trials that ended in each end."""
    counted = np.zeros(len(automaton.ends), np.int64)
    for at in range(0, asked.trials, _CHUNK):
        chunk = Trials(min(_CHUNK, asked.trials - at), asked.seed, asked.first + at)
        counted += np.bincount(play(automaton, rates, chunk), minlength=len(counted))
    found: FloatArray = counted / asked.trials
    return found


def play(automaton: Automaton, rates: FloatArray, asked: Trials) -> NDArray[np.int64]:
    """The end (row of `automaton.ends`) of each trial under these true rates.

    The same (seed, trial, patient) has the same random number under every design."""
    drawn = patients(asked, int(automaton.ends.n.sum(axis=1, dtype=np.int64).max(initial=0)))
    below = thresholds(rates)[np.maximum(automaton.level, 0)]
    certain = (rates >= 1)[np.maximum(automaton.level, 0)]
    state = np.zeros(asked.trials, np.int64)
    treated = np.zeros(asked.trials, np.int64)
    found = np.full(asked.trials, -1, np.int64)
    live = np.arange(asked.trials)
    while True:
        ended = automaton.end[state] >= 0
        if ended.any():
            found[live[ended]] = automaton.end[state[ended]]
            live, state, treated = live[~ended], state[~ended], treated[~ended]
        if not len(live):
            return found
        size = automaton.size[state]
        dlt = _dlts(drawn, live, treated, size, below[state])
        dlt = np.where(certain[state], size, dlt)
        state, treated = automaton.successor[automaton.first[state] + dlt], treated + size


def _dlts(
    drawn: NDArray[np.uint32],
    live: NDArray[np.int64],
    treated: NDArray[np.int64],
    size: NDArray[np.int16],
    below: NDArray[np.uint32],
) -> NDArray[np.int64]:
    """DLTs among the next `size` patients of each trial that goes on."""
    start, most = int(treated[0]), int(size[0])
    together = bool((treated == start).all() and (size == most).all())
    dlt = np.zeros(len(live), np.int64)
    for k in range(int(size.max())):
        if together:
            dlt += drawn[start + k][live] < below
        else:
            here = k < size
            dlt += here & (drawn[np.minimum(treated + k, len(drawn) - 1), live] < below)
    return dlt


def thresholds(rates: FloatArray) -> NDArray[np.uint32]:
    """A patient whose random number is below that of the level has a DLT there; a rate of 1 is for the caller to treat."""
    found: NDArray[np.uint32] = np.minimum(rates * _WORD, _WORD - 1).astype(np.uint32)
    return found


def patients(asked: Trials, most: int) -> NDArray[np.uint32]:
    """One 32-bit number for each patient of each trial, shaped (patient, trial); four come from one block."""
    trial = np.arange(asked.first, asked.first + asked.trials, dtype=np.uint64)
    blocks = [words(asked.seed, trial, block, Purpose.TOXICITY_WORD) for block in range(-(-most // 4) or 1)]
    return np.concatenate([block.T for block in blocks])
