"""Rate of laboratory grading: 1,000,000 results, low and high. `--json` prints one JSON line per measure.

No peer in Python grades laboratory results; admiral's own figure has not been measured here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np
import polars as pl

from protorun.toxicity.grading import grade_labs, overall

SEED = 20250106
ROWS = 1_000_000
# Test, unit, typical value, lower and upper limit of normal.
TESTS = [
    ("hemoglobin", "g/L", 125, 120, 160),
    ("platelets", "10^9/L", 150, 150, 400),
    ("neutrophils", "10^9/L", 2.2, 1.8, 7.5),
    ("leukocytes", "10^9/L", 4.5, 4, 10),
    ("lymphocytes", "10^9/L", 1.1, 1, 4),
    ("alt", "U/L", 45, 5, 40),
    ("ast", "U/L", 45, 5, 40),
    ("alp", "U/L", 110, 30, 120),
    ("bilirubin", "umol/L", 18, 3, 21),
    ("creatinine", "umol/L", 90, 60, 100),
    ("potassium", "mmol/L", 4.2, 3.5, 5),
    ("sodium", "mmol/L", 138, 135, 145),
    ("calcium", "mmol/L", 2.3, 2.1, 2.6),
    ("magnesium", "mmol/L", 0.8, 0.7, 1.05),
    ("albumin", "g/L", 38, 35, 50),
    ("glucose", "mmol/L", 6, 4, 6),
]


def main() -> None:
    as_json = "--json" in sys.argv
    labs = _labs()
    graded = grade_labs(labs, version="ctcae_v5", clinical="worst_case")
    measures: list[tuple[str, Callable[[], object]]] = [
        (
            f"{version} grades with reasons",
            lambda v=version: grade_labs(labs, version=v, clinical="worst_case"),
        )
        for version in ("ctcae_v4", "ctcae_v5", "ctcae_v6", "daids")
    ]
    measures.append(("overall grade per result", lambda: overall(graded)))
    for what, work in measures:
        row = _row(f"{what}, {ROWS:,} results", work)
        print(
            json.dumps(row)
            if as_json
            else f"{row['what']:58s} {row['seconds']:9.4f} s  {row['rate']:>14,.0f} {row['per']}/s"
        )


def _labs() -> pl.DataFrame:
    rng = np.random.default_rng(SEED)
    kind = rng.integers(0, len(TESTS), ROWS)
    middle, low, high = (np.array([t[i] for t in TESTS], float) for i in (2, 3, 4))
    baseline = middle[kind] * np.exp(rng.normal(0, 0.2, ROWS))
    return pl.DataFrame(
        {
            "patient": rng.integers(0, ROWS // 200, ROWS),
            "test": pl.Series([t[0] for t in TESTS]).gather(pl.Series(kind)),
            "unit": pl.Series([t[1] for t in TESTS]).gather(pl.Series(kind)),
            "value": np.round(middle[kind] * np.exp(rng.normal(0, 0.5, ROWS)), 2),
            "lln": low[kind],
            "uln": high[kind],
            "baseline": np.round(baseline, 2),
        }
    )


def _row(what: str, work: Callable[[], object]) -> dict[str, object]:
    """The fastest of three runs: others share the machine."""
    best = min(_timed(work) for _ in range(3))
    return {
        "benchmark": "grading",
        "what": what,
        "seconds": round(best, 5),
        "rate": round(ROWS / best),
        "per": "results",
    }


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    main()
