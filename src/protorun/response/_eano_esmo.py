"""The EANO-ESMO type of leptomeningeal metastases at diagnosis: how certain, and what the MRI shows.

Le Rhun 2017, doi:10.1093/annonc/mdx221; 2023, PMC10619142. Which cells of type II are probable and which possible is
[unverified]: both words are given until the paper's table was read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray

_MISSING = ("CSF cytology", "linear enhancement on MRI", "nodules on MRI", "typical clinical signs")


@dataclass(frozen=True)
class LeptomeningealType:
    """Per patient: the type (`IA` to `IID`, empty where it cannot be told), how certain it is, and why."""

    type: tuple[str, ...]
    certainty: tuple[str, ...]
    why: tuple[str, ...]


def eano_esmo_type(
    positive: TruthArray, linear: TruthArray, nodular: TruthArray, typical: TruthArray
) -> LeptomeningealType:
    """Types of all patients from Kleene truth: cytology or biopsy positive; linear enhancement; nodules; typical clinical
    signs. Cytology positive is type I, confirmed; else type II needs MRI or typical signs. A linear, B nodular, C both,
    D neither or hydrocephalus alone."""
    rows = zip(positive.tolist(), linear.tolist(), nodular.tolist(), typical.tolist(), strict=True)
    found = [_type(row) for row in rows]
    columns = zip(*found, strict=True) if found else ((), (), ())
    kind, certainty, why = (tuple(column) for column in columns)
    return LeptomeningealType(kind, certainty, why)


def _type(row: tuple[int, int, int, int]) -> tuple[str, str, str]:
    positive, linear, nodular, typical = row
    missing = [name for name, value in zip(_MISSING[:3], row[:3], strict=True) if value == UNKNOWN]
    if missing:
        return "", "", f"cannot be told: {missing[0]} is not known"
    letter = {(True, False): "A", (False, True): "B", (True, True): "C"}.get(
        (linear == TRUE, nodular == TRUE), "D"
    )
    if positive == TRUE:
        return f"I{letter}", "confirmed", "tumor cells in CSF or biopsy (EANO-ESMO type I)"
    if typical == UNKNOWN:
        return f"II{letter}", "", f"no tumor cells; cannot be told how certain: {_MISSING[3]} are not known"
    if typical == FALSE and letter == "D":
        return "", "", "neither tumor cells nor MRI nor typical signs: no leptomeningeal metastases"
    return f"II{letter}", "probable or possible", "no tumor cells; clinical signs and MRI (EANO-ESMO type II)"


def counts(found: LeptomeningealType) -> dict[str, int]:
    """How many patients are of each type, in the order of the types."""
    names, number = np.unique(np.array(found.type, dtype=str), return_counts=True)
    return {str(name): int(n) for name, n in zip(names, number, strict=True) if name}
