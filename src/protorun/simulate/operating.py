"""Operating characteristics: what share of the copies, and how much on average, each with its Monte Carlo error."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.simulate.counting import NO_RESULT, STOPPED
from protorun.simulate.simulation import Simulation
from protorun.trial.events import NEVER

Row = dict[str, Any]
LEVEL_OF_TEST = 0.05
"""Two-sided level at which a simulated comparison counts as won; a choice of ours where the record names none."""

_MEANS = {
    "enrolled": "patients enrolled by the dose rule",
    "evaluable": "evaluable patients",
    "not_evaluable": "not evaluable, replaced",
    "pending": "still under observation when the rule ended",
    "dlt": "patients with DLT",
    "lost": "candidates lost while enrollment was suspended",
    "days_to_result": "days to the result of the dose rule",
    "screened_out": "candidates not eligible",
    "enrolled_in_all": "patients enrolled in all",
    "days_to_close": "days to the last planned day",
}


def operating_characteristics(simulation: Simulation) -> list[Row]:
    """Rows of quantity, estimate, Monte Carlo standard error and the number of copies behind it.

    Probabilities have the error sqrt(p (1 - p) / copies), means sd / sqrt(copies). A share of 0 or 1 carries its exact
    one-sided limit (95 %), never a bare zero error; a mean over the copies that reached a median says how many did. A
    blocked simulation gives no rows.
    """
    if not simulation.arrays:
        return []
    return [*_results(simulation), *_means(simulation), *_levels(simulation), *_endpoints(simulation)]


def _results(simulation: Simulation) -> list[Row]:
    if "result" not in simulation.arrays:
        return []
    result = simulation.arrays["result"]
    rows = [
        _share(f"P({label} is handed on)", result == level) for level, label in enumerate(simulation.levels)
    ]
    rows.append(_share("P(stopped without a dose)", result == STOPPED))
    if (result == NO_RESULT).any():
        rows.append(_share("P(no result)", result == NO_RESULT))
    return rows


def _means(simulation: Simulation) -> list[Row]:
    arrays, rows = simulation.arrays, []
    same = "enrolled" in arrays and np.array_equal(arrays["enrolled"], arrays["enrolled_in_all"])
    for name, says in _MEANS.items():
        if name not in arrays or (name == "enrolled_in_all" and same):
            continue
        values = arrays[name].astype(np.float64)
        if name != "screened_out" or values.any():
            rows.append(_mean(says, values[values < NEVER]))
    return rows


def _levels(simulation: Simulation) -> list[Row]:
    rows = []
    for level, label in enumerate(simulation.levels):
        for name, says in (("enrolled", "patients"), ("dlt", "DLTs")):
            key = f"{name}_at_{level}"
            if key in simulation.arrays:
                rows.append(_mean(f"{says} at {label}", simulation.arrays[key].astype(np.float64)))
    return rows


def _endpoints(simulation: Simulation) -> list[Row]:
    arrays, rows = simulation.arrays, []
    for name in ("os", "pfs"):
        for i, arm in enumerate(simulation.arms or ("",)):
            key = f"{name}_median_days_{i}"
            if key in arrays:
                says = f"median {name.upper()} in days, {arm}".rstrip(", ")
                rows.append(_reached(_mean(says, _known(arrays[key])), len(arrays[key])))
        if f"{name}_events" in arrays:
            rows.append(_mean(f"{name.upper()} events", _known(arrays[f"{name}_events"])))
        if f"{name}_logrank_p" in arrays:
            rows.append(_won(f"P(log-rank p < {LEVEL_OF_TEST}, {name.upper()})", arrays[f"{name}_logrank_p"]))
    for i, arm in enumerate(simulation.arms or ("",)):
        if f"responders_{i}" in arrays:
            share = arrays[f"responders_{i}"] / np.maximum(arrays[f"patients_{i}"].astype(np.float64), 1)
            rows.append(_mean(f"share with CR or PR, {arm}".rstrip(", "), share))
        if f"score_mean_{i}" in arrays:
            rows.append(
                _mean(f"mean quality-of-life score, {arm}".rstrip(", "), _known(arrays[f"score_mean_{i}"]))
            )
    if "score_p" in arrays:
        rows.append(_won(f"P(difference in score, p < {LEVEL_OF_TEST})", arrays["score_p"]))
    return rows


def _won(says: str, p: NDArray[np.generic]) -> Row:
    return _share(says, p.astype(np.float64) < LEVEL_OF_TEST)


def _known(values: NDArray[np.generic]) -> NDArray[np.float64]:
    numbers = values.astype(np.float64)
    return numbers[~np.isnan(numbers)]


def _share(says: str, hit: NDArray[np.bool_]) -> Row:
    n, p = len(hit), float(hit.mean())
    limit = 0.05 ** (1 / n)  # Clopper & Pearson 1934 for n of n; 1 - limit for none of n
    note = f"none in {n}: below {1 - limit:.2g} (95 %)" if p == 0 else ""
    note = f"all {n}: above {limit:.4g} (95 %)" if p == 1 else note
    return {
        "quantity": says,
        "estimate": p,
        "se": float(np.sqrt(p * (1 - p) / n)),
        "from_5": None,
        "to_95": None,
        "copies": n,
        "note": note,
    }


def _mean(says: str, values: NDArray[np.float64]) -> Row:
    n = len(values)
    low, high = np.quantile(values, (0.05, 0.95)) if n else (None, None)
    return {
        "quantity": says,
        "estimate": float(values.mean()) if n else None,
        "se": float(values.std(ddof=1) / np.sqrt(n)) if n > 1 else None,
        "from_5": None if low is None else float(low),
        "to_95": None if high is None else float(high),
        "copies": n,
        "note": "" if n else "never reached",
    }


def _reached(row: Row, copies: int) -> Row:
    """The row of a median with the share of copies it says nothing about."""
    if row["copies"] in (0, copies):
        return row
    return row | {"note": f"reached in {row['copies']} of {copies} copies; the others would be longer"}


def rounded(rows: list[Row]) -> list[Row]:
    """The rows for people: no more digits than the Monte Carlo error supports."""
    return [{name: _short(value, row["se"]) for name, value in row.items()} for row in rows]


def _short(value: Any, error: float | None) -> Any:
    if not isinstance(value, float):
        return value
    digits = 4 if not error else int(np.clip(1 - np.floor(np.log10(error)), 0, 6))
    return round(value, digits)
