"""Operating characteristics, from the weight of every end a trial can have: probabilities, or shares of simulated trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import UsageError
from protorun.escalation.engine.tabulate import Automaton
from protorun.escalation.engine.walk import Firing

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class CalendarTimes:
    """What the calendar adds, by scenario: days from the trial's beginning to its end (mean with its standard error, and
    5, 50 and 95 % points), days in which accrual was suspended, and mean numbers of patients: treated, evaluable, and those
    who left before they could be evaluated and were replaced. Treated patients beyond these were still under observation
    when the trial ended."""

    duration: FloatArray
    duration_error: FloatArray
    duration_low: FloatArray
    duration_median: FloatArray
    duration_high: FloatArray
    suspended: FloatArray
    treated: FloatArray
    evaluable: FloatArray
    replaced: FloatArray


@dataclass(frozen=True)
class OperatingCharacteristics:
    """What a design does under each scenario of true DLT rates; the leading axis is the scenario.

    `selected[scenario, level]` = P(the level is handed on), `stopped[scenario]` = P(no dose); they sum to 1.
    `n` and `dlt` are expected evaluable patients and DLTs per level. `sizes` are the possible total numbers of patients,
    `size_probability[scenario, size]` their distribution. `ended[scenario, reason]` tells why trials ended. `error` is
    the largest Monte Carlo standard error of a probability; 0, with `trials` None, when they are exact. `calendar` is there
    when the trials had one.
    """

    rates: FloatArray
    selected: FloatArray
    stopped: FloatArray
    n: FloatArray
    dlt: FloatArray
    sizes: NDArray[np.int64]
    size_probability: FloatArray
    ended: FloatArray
    reasons: tuple[str, ...]
    labels: tuple[str, ...]
    firing: Firing
    states: int
    error: float = 0.0
    trials: int | None = None
    seed: int | None = None
    calendar: CalendarTimes | None = None

    @property
    def total(self) -> FloatArray:
        """Expected number of evaluable patients, by scenario."""
        total: FloatArray = self.n.sum(axis=1)
        return total

    def table(self, scenario: int = 0) -> list[dict[str, Any]]:
        """One scenario as rows: each level, then no dose, then the total."""
        rows: list[dict[str, Any]] = [
            {
                "level": label,
                "dlt_rate": float(self.rates[scenario, i]),
                "probability_handed_on": float(self.selected[scenario, i]),
                "expected_patients": float(self.n[scenario, i]),
                "expected_dlts": float(self.dlt[scenario, i]),
            }
            for i, label in enumerate(self.labels)
        ]
        rows.append({"level": "stopped, no dose", "probability_handed_on": float(self.stopped[scenario])})
        rows.append(
            {
                "level": "total",
                "probability_handed_on": float(self.selected[scenario].sum() + self.stopped[scenario]),
                "expected_patients": float(self.total[scenario]),
                "expected_dlts": float(self.dlt[scenario].sum()),
            }
        )
        return rows


def summarize(
    automaton: Automaton,
    rates: FloatArray,
    weight: FloatArray,
    *,
    trials: int | None = None,
    seed: int | None = None,
) -> OperatingCharacteristics:
    """The characteristics when end i of the automaton has `weight[scenario, i]`; each row sums to 1."""
    ends, level = automaton.ends, automaton.mtd
    total = ends.n.sum(axis=1)
    sizes, which = np.unique(total, return_inverse=True)
    selected = weight @ _indicator(level, automaton.design.levels)
    stopped = weight @ (level < 0).astype(np.float64)
    return OperatingCharacteristics(
        rates=rates,
        selected=selected,
        stopped=stopped,
        n=weight @ ends.n.astype(np.float64),
        dlt=weight @ ends.dlt.astype(np.float64),
        sizes=sizes.astype(np.int64),
        size_probability=weight @ _indicator(which, len(sizes)),
        ended=weight @ _indicator(automaton.reason, len(automaton.design.reasons)),
        reasons=automaton.design.reasons,
        labels=automaton.design.labels,
        firing=automaton.firing,
        states=automaton.states,
        error=_error(np.column_stack([selected, stopped]), trials),
        trials=trials,
        seed=seed,
    )


def checked_rates(dlt_rates: ArrayLike, levels: int) -> FloatArray:
    """True DLT rates as (scenario, level). Raises UsageError for rates that do not fit."""
    rates = np.atleast_2d(np.asarray(dlt_rates, np.float64))
    if rates.ndim != 2 or rates.shape[1] != levels:
        raise UsageError(f"one DLT rate is needed for each of the {levels} levels, lowest dose first")
    if not ((rates >= 0) & (rates <= 1)).all():
        raise UsageError("a DLT rate lies between 0 and 1")
    return rates


def _error(p: FloatArray, trials: int | None) -> float:
    return 0.0 if trials is None else float(np.sqrt(p * (1 - p) / trials).max())


def _indicator(values: NDArray[np.integer[Any]], size: int) -> FloatArray:
    found: FloatArray = (values[:, None] == np.arange(size)).astype(np.float64)
    return found
