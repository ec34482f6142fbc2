"""Hy's law: transaminases at least 3 x ULN and, within two weeks, bilirubin at least 2 x ULN."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.toxicity.grading.condition import condition, holds
from protorun.trial.facts import NO_DAY, DayArray

TRANSAMINASE = condition("value >= 3 x uln")
BILIRUBIN = condition("value >= 2 x uln")
WITHIN_DAYS = 14
"""Bilirubin follows the transaminase by 0 to 14 days (pharmaverse adlbhy; FDA guidance on drug-induced liver injury 2009)."""


@dataclass(frozen=True)
class HysLaw:
    """Per result: does it meet its criterion. Per patient: does the pair occur, and the rows of the first pair (-1)."""

    met: NDArray[np.bool_]
    law: NDArray[np.bool_]
    transaminase_row: NDArray[np.intp]
    bilirubin_row: NDArray[np.intp]


def hys_law(
    patient: NDArray[np.integer],
    day: DayArray,
    *,
    bilirubin: NDArray[np.bool_],
    value: NDArray[np.float64],
    uln: NDArray[np.float64],
    patients: int,
) -> HysLaw:
    """Hy's law from results of ALT and AST (`bilirubin` False) and total bilirubin (True), one row each.

    `value` and `uln` in any unit, the same for both; a result without value, limit or day meets nothing; `patient`
    counts from 0.
    """
    columns = {"value": value, "uln": uln}
    met = np.where(bilirubin, holds(BILIRUBIN, columns), holds(TRANSAMINASE, columns))
    dated = met & (day != NO_DAY)
    liver, bile = np.flatnonzero(dated & ~bilirubin), np.flatnonzero(dated & bilirubin)
    key = patient.astype(np.int64) * 2**33 + day
    liver, bile = liver[np.argsort(key[liver], kind="stable")], bile[np.argsort(key[bile], kind="stable")]
    # The transaminase that counts is the last one on or before the day of the bilirubin.
    before = np.searchsorted(key[liver], key[bile], side="right") - 1
    candidate = liver[np.maximum(before, 0)] if len(liver) else np.full(len(bile), -1)
    fits = (before >= 0) & (key[bile] - key[candidate] <= WITHIN_DAYS) & (patient[bile] == patient[candidate])
    first, rows = np.unique(patient[bile[fits]], return_index=True)
    found = {name: np.full(patients, -1, np.intp) for name in ("liver", "bile")}
    found["liver"][first], found["bile"][first] = candidate[fits][rows], bile[fits][rows]
    return HysLaw(met, found["bile"] >= 0, found["liver"], found["bile"])
