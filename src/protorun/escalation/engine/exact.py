"""Exact operating characteristics: every history counted, none drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import ProtorunError, UsageError
from protorun.escalation._design import Design
from protorun.escalation._for_study import Executable, as_design
from protorun.escalation.engine.states import Rows, join
from protorun.escalation.engine.walk import MOST_ROWS, Firing, walk
from protorun.trial.decision import Action

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class OperatingCharacteristics:
    """What a design does under each scenario of true DLT rates; the leading axis is the scenario.

    `selected[scenario, level]` = P(the level is handed on), `stopped[scenario]` = P(no dose); they sum to 1.
    `n` and `dlt` are expected evaluable patients and DLTs per level. `sizes` are the possible total numbers of patients,
    `size_probability[scenario, size]` their distribution. `ended[scenario, reason]` tells why trials ended. `error` is
    the largest Monte Carlo standard error of a probability: 0, as these are exact.
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


def exact(
    study_or_design: Executable,
    dlt_rates: ArrayLike,
    *,
    reading: str | None = None,
    firing: Firing = "cohort",
    most_rows: int = MOST_ROWS,
) -> OperatingCharacteristics:
    """Operating characteristics of a count design by forward enumeration with merged states.

    `dlt_rates` is (scenario, level), lowest dose first; one row may stand alone. Raises UsageError for rates that do not
    fit, NotStated where the rule is silent. Agrees with bcrm's exact 3+3 to 1e-12.
    """
    truths = np.atleast_2d(np.asarray(dlt_rates, np.float64))
    design = as_design(study_or_design, reading, truths.shape[-1])
    rates = _rates(truths, design.levels)
    ends, reason, level, states = _ends(design, firing, most_rows)
    weight = _weights(rates, ends)
    if not np.allclose(weight.sum(axis=1), 1, rtol=0, atol=1e-9):
        raise ProtorunError(f"the probabilities of {design.name} sum to {weight.sum(axis=1)}, not to 1")
    total = ends.n.sum(axis=1)
    sizes, which = np.unique(total, return_inverse=True)
    return OperatingCharacteristics(
        rates=rates,
        selected=weight @ _indicator(level, design.levels),
        stopped=weight @ (level < 0).astype(np.float64),
        n=weight @ ends.n.astype(np.float64),
        dlt=weight @ ends.dlt.astype(np.float64),
        sizes=sizes.astype(np.int64),
        size_probability=weight @ _indicator(which, len(sizes)),
        ended=weight @ _indicator(reason, len(design.reasons)),
        reasons=design.reasons,
        labels=design.labels,
        firing=firing,
        states=states,
    )


def _rates(dlt_rates: ArrayLike, levels: int) -> FloatArray:
    rates = np.atleast_2d(np.asarray(dlt_rates, np.float64))
    if rates.ndim != 2 or rates.shape[1] != levels:
        raise UsageError(f"one DLT rate is needed for each of the {levels} levels, lowest dose first")
    if not ((rates >= 0) & (rates <= 1)).all():
        raise UsageError("a DLT rate lies between 0 and 1")
    return rates


def _ends(
    design: Design, firing: Firing, most_rows: int
) -> tuple[Rows, NDArray[np.int16], NDArray[np.int16], int]:
    """Histories that have ended, with their reason and final level (-1 = no dose), and the number of states passed."""
    parts: list[Rows] = []
    reasons: list[NDArray[np.int16]] = []
    levels: list[NDArray[np.int16]] = []
    states = 0
    for rows, decision in walk(design, firing=firing, most_rows=most_rows):
        ended = decision.action != Action.ENROLL
        states += len(rows)
        parts.append(rows.where(ended))
        reasons.append(decision.reason[ended])
        levels.append(np.where(decision.action == Action.STOP, -1, decision.level)[ended].astype(np.int16))
    return join(parts), np.concatenate(reasons), np.concatenate(levels), states


def _weights(rates: FloatArray, ends: Rows) -> FloatArray:
    """P(history) by scenario and row, from tables of powers: exact also for rates of 0 and 1."""
    weight: FloatArray = np.repeat(ends.ways[None, :], len(rates), axis=0)
    power = np.arange(int(ends.n.max(initial=0)) + 1)
    for level in range(rates.shape[1]):
        p = rates[:, level, None]
        weight *= (p**power)[:, ends.dlt[:, level]]
        weight *= ((1 - p) ** power)[:, ends.n[:, level] - ends.dlt[:, level]]
    return weight


def _indicator(values: NDArray[np.integer[Any]], size: int) -> FloatArray:
    found: FloatArray = (values[:, None] == np.arange(size)).astype(np.float64)
    return found
