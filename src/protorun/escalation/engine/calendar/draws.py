"""The virtual patients of calendar trials: numbers drawn by (seed, trial, candidate) alone, the same for every design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.escalation.engine.calendar.timing import FloatArray, Timing
from protorun.statistics.philox import Purpose, uniforms

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Course:
    """What would happen to candidates once treated: days until their outcome is known, and whether it is a DLT or that
    they left unevaluated; otherwise they complete the window without a DLT."""

    days: FloatArray
    dlt: NDArray[np.bool_]
    left: NDArray[np.bool_]


@dataclass(frozen=True)
class Draws:
    """The candidates of all trials of one seed."""

    seed: int
    timing: Timing

    def gap(self, trial: Ints, candidate: Ints) -> FloatArray:
        """Days between the candidate before and this one."""
        accrual = self.timing.accrual
        if accrual.kind == "fixed":
            return np.full(len(trial), accrual.gap_days)
        return accrual.gaps(uniforms(self.seed, trial, candidate, Purpose.ARRIVAL))

    def course(self, trial: Ints, candidate: Ints, rate: FloatArray) -> Course:
        """The course under a level with this DLT rate; a DLT at one level is a DLT at every more toxic one."""
        window = self.timing.window_days
        dlt = uniforms(self.seed, trial, candidate, Purpose.TOXICITY) < rate
        days = np.full(len(trial), float(window))
        who = np.flatnonzero(dlt)
        u = uniforms(self.seed, trial[who], candidate[who], Purpose.TOXICITY_TIME)
        days[who] = window * self.timing.onset.share(u, rate[who])
        leaving = self.timing.leaving
        left = np.zeros(len(trial), np.bool_)
        for median, purpose in (
            (leaving.death_median_days, Purpose.DEATH),
            (leaving.dropout_median_days, Purpose.DROPOUT),
        ):
            if median is not None:
                away = -median / np.log(2) * np.log(uniforms(self.seed, trial, candidate, purpose))
                left |= away < days
                days = np.minimum(days, away)
        return Course(days, dlt & ~left, left)
