"""What is measured of a design under one scenario, each quantity with its Monte Carlo error or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.escalation.comparison.playing import Ends

FloatArray = NDArray[np.float64]
Row = dict[str, Any]

QUANTITIES = {
    "selected": "P(handed on)",
    "none": "P(no level is handed on)",
    "correct": "P(the correct selection)",
    "patients": "patients treated, mean",
    "dlts": "patients with DLT, mean",
    "above_mtd": "share of all patients treated above the correct level",
    "overdosed": "P(more than the stated share of a trial's patients above the correct level)",
    "n": "patients in a trial, mean",
    "n_5": "patients in a trial, 5 % point",
    "n_95": "patients in a trial, 95 % point",
    "ended": "P(the trial ends for this reason)",
}
"""The quantities with their meaning, in the order in which they are reported. Probabilities and shares go from 0 to 1."""


@dataclass(frozen=True)
class Aim:
    """What counts as correct in a scenario (None = no target; -1 = no level), and the share of patients above it beyond
    which a trial counts as overdosing."""

    right: int | None
    over: float
    labels: tuple[str, ...]
    reasons: tuple[str, ...]


def measure(ends: Ends, aim: Aim) -> list[Row]:
    """Every quantity as a row: `quantity`, `level` (or the reason), `value`, `error`: "exact", or the standard error of
    the simulation (None for the points of a distribution)."""
    found = _Measuring(ends)
    rows: list[Row] = []
    for level, label in enumerate(aim.labels):
        rows.append(found.mean("selected", label, ends.mtd == level))
    rows.append(found.mean("none", "", ends.mtd < 0))
    if aim.right is not None:
        rows.append(found.mean("correct", "", ends.mtd == aim.right))
    for level, label in enumerate(aim.labels):
        rows.append(found.mean("patients", label, ends.n[:, level]))
    for level, label in enumerate(aim.labels):
        rows.append(found.mean("dlts", label, ends.dlt[:, level]))
    total = ends.n.sum(axis=1)
    if aim.right is not None:
        above = ends.n[:, aim.right + 1 :].sum(axis=1)
        rows.append(found.ratio("above_mtd", above, total))
        rows.append(found.mean("overdosed", "", above > aim.over * total + 1e-9))
    rows.append(found.mean("n", "", total))
    rows += [found.point("n_5", total, 0.05), found.point("n_95", total, 0.95)]
    there = np.unique(ends.reason[ends.weight > 0])
    return [*rows, *(found.mean("ended", aim.reasons[code], ends.reason == code) for code in there)]


def differences(one: Ends, other: Ends, right: int | None) -> list[Row]:
    """`other` minus `one`: exact where both are, else on the same virtual patients with an error paired trial by trial."""
    rows = []
    for quantity, values in _COMPARED.items():
        if right is None and quantity in ("correct", "above"):
            continue
        a, b = (values(ends, -1 if right is None else right).astype(np.float64) for ends in (one, other))
        rows.append({"quantity": quantity, **_difference((one, a), (other, b))})
    return rows


def _difference(one: tuple[Ends, FloatArray], other: tuple[Ends, FloatArray]) -> Row:
    (a, x), (b, y) = one, other
    if a.trial is None or b.trial is None:
        return {"value": float(b.weight @ y - a.weight @ x), "error": "exact"}
    each = y[b.trial] - x[a.trial]
    return {"value": float(each.mean()), "error": _se(float(each.std()), len(each))}


_COMPARED: dict[str, Callable[[Ends, int], NDArray[Any]]] = {
    "correct": lambda ends, right: ends.mtd == right,
    "none": lambda ends, right: ends.mtd < 0,
    "patients": lambda ends, right: ends.n.sum(axis=1),
    "dlts": lambda ends, right: ends.dlt.sum(axis=1),
    "above": lambda ends, right: ends.n[:, right + 1 :].sum(axis=1),
}
COMPARED = {
    "correct": "P(the correct selection)",
    "none": "P(no level is handed on)",
    "patients": "patients in a trial",
    "dlts": "patients with DLT in a trial",
    "above": "patients of a trial above the correct level",
}
"""What is compared between designs, as differences."""


class _Measuring:
    """Weighted means of one set of ends."""

    def __init__(self, ends: Ends) -> None:
        self.weight, self.trials = ends.weight, ends.trials

    def mean(self, quantity: str, level: str, values: NDArray[Any]) -> Row:
        values = values.astype(np.float64)
        mean = float(self.weight @ values)
        spread = float(self.weight @ (values - mean) ** 2) ** 0.5
        return {"quantity": quantity, "level": level, "value": mean, "error": self._error(spread)}

    def ratio(self, quantity: str, part: NDArray[Any], whole: NDArray[Any]) -> Row:
        """One expected number over another; the error by the delta method."""
        bottom = float(self.weight @ whole)
        share = float(self.weight @ part) / bottom if bottom else 0.0
        spread = float(self.weight @ (part - share * whole) ** 2) ** 0.5 / bottom if bottom else 0.0
        return {"quantity": quantity, "level": "", "value": share, "error": self._error(spread)}

    def point(self, quantity: str, values: NDArray[np.int64], share: float) -> Row:
        """The smallest number that at least this share of the trials does not exceed."""
        order = np.argsort(values, kind="stable")
        passed = np.cumsum(self.weight[order])
        at = min(int(np.searchsorted(passed, share - 1e-12)), len(order) - 1)
        error = "exact" if self.trials is None else None
        return {"quantity": quantity, "level": "", "value": float(values[order[at]]), "error": error}

    def _error(self, spread: float) -> float | str:
        return "exact" if self.trials is None else _se(spread, self.trials)


def _se(spread: float, trials: int) -> float:
    """sd / sqrt(trials), with the sd of the trials as they are (divided by their number)."""
    return float(spread / np.sqrt(trials))
