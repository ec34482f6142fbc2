"""The long table of treatments: one row per course, with dates as intervals and the half-life of the drug."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from protorun.errors import PatientDataError
from protorun.patients._cells import CellError, days, is_blank, yes_no
from protorun.patients._csv_rows import Grid
from protorun.terms.treatments import drugs, has_half_life, recognize
from protorun.terms.truth import TRUE
from protorun.trial.facts import NO_DAY, Treatments

T = TypeVar("T")
_EVIDENCE = ("administered", "reported", "dispensed", "ordered")
_KNOWN = frozenset(
    {
        "patient",
        "treatment",
        "kind",
        "start_on",
        "end_on",
        "ongoing",
        "dose_mg",
        "route",
        "purpose",
        "half_life_days",
        "evidence",
    }
)


def read_treatments(grid: Grid, patients: tuple[str, ...]) -> tuple[Treatments, Counter[str]]:
    """The courses sorted by patient, and what nobody knows: columns, drugs. Raises PatientDataError for a patient who is
    not in the patient table and for an end before the start."""
    if "treatment" not in grid.columns:
        raise PatientDataError("there is no column 'treatment'", where=f"{grid.file}:1")
    place = {name: i for i, name in enumerate(patients)}
    rows = np.array(grid.each("patient", lambda cell: _patient(cell, place)), np.int32)
    order = np.argsort(rows, kind="stable")
    drug = [grid.columns["treatment"][i] for i in order]
    kind = [cells[i] for i in order] if (cells := grid.columns.get("kind")) else [""] * len(order)
    starts, ends = _days(grid, "start_on")[order], _days(grid, "end_on")[order]
    _check(starts, ends, grid, order)
    given = _optional(grid, "half_life_days", _positive, math.nan)[order].astype(np.float64)
    half_life = np.array([_half_life(d, k) for d, k in zip(drug, kind, strict=True)])
    known = np.array([_half_life_known(d, k) for d, k in zip(drug, kind, strict=True)], bool)
    routes, purposes, evidence = _words(grid, "route"), _words(grid, "purpose"), _evidence(grid)
    courses = Treatments(
        patient=rows[order],
        drug=tuple(drug),
        kind=tuple(kind),
        start_low=starts[:, 0],
        start_high=starts[:, 1],
        end_low=ends[:, 0],
        end_high=ends[:, 1],
        half_life_days=np.where(np.isnan(given), half_life, given).reshape(-1),
        half_life_known=(known | ~np.isnan(given)).reshape(-1),
        source=tuple(grid.places[i] for i in order),
        dose_mg=_optional(grid, "dose_mg", _positive, math.nan)[order].astype(np.float64),
        route=tuple(routes[i] for i in order),
        purpose=tuple(purposes[i] for i in order),
        ongoing=_optional(grid, "ongoing", lambda cell: bool(yes_no(cell) == TRUE), False)[order].astype(
            bool
        ),
        evidence=tuple(evidence[i] for i in order),
    )
    return courses, _unmapped(grid, drug, kind)


def _patient(cell: str, place: dict[str, int]) -> int:
    if cell not in place:
        raise CellError(f"there is no patient {cell!r} in the patient table")
    return place[cell]


def _days(grid: Grid, name: str) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    blank = (int(NO_DAY), int(NO_DAY))
    if name not in grid.columns:
        return np.full((len(grid.lines), 2), NO_DAY, np.int32)
    found = grid.each(name, lambda cell: blank if is_blank(cell) else days(cell))
    return np.array(found, np.int32).reshape(-1, 2)


def _check(
    starts: np.ndarray[tuple[int, int], np.dtype[np.int32]],
    ends: np.ndarray[tuple[int, int], np.dtype[np.int32]],
    grid: Grid,
    order: np.ndarray[tuple[int], np.dtype[np.intp]],
) -> None:
    both = (starts[:, 0] != NO_DAY) & (ends[:, 1] != NO_DAY)
    wrong = np.flatnonzero(both & (ends[:, 1] < starts[:, 0]))
    if len(wrong):
        line = grid.lines[int(order[wrong[0]])]
        raise PatientDataError("the treatment ends before it starts", where=f"{grid.file}:{line}:end_on")


def _optional(
    grid: Grid, name: str, read: Callable[[str], T], blank: T
) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    if name not in grid.columns:
        return np.full(len(grid.lines), blank)
    return np.array(grid.each(name, lambda cell: blank if is_blank(cell) else read(cell)))


def _positive(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise CellError(f"{cell!r} is no number") from None
    if not math.isfinite(value) or value < 0:
        raise CellError(f"{cell!r} is no amount")
    return value


def _evidence(grid: Grid) -> list[str]:
    if "evidence" not in grid.columns:
        return [""] * len(grid.lines)
    return grid.each("evidence", lambda cell: "" if is_blank(cell) else _known_evidence(cell.lower()))


def _known_evidence(cell: str) -> str:
    if cell not in _EVIDENCE:
        raise CellError(f"{cell!r} is no evidence of a treatment; there are: {', '.join(_EVIDENCE)}")
    return cell


def _words(grid: Grid, name: str) -> list[str]:
    cells = grid.columns.get(name, [""] * len(grid.lines))
    return ["" if is_blank(c) else c.lower().replace(" ", "_") for c in cells]


def _half_life(drug: str, kind: str) -> float:
    known = drugs().get(recognize(drug) or "")
    return known.half_life_days if known and known.half_life_days is not None else math.nan


def _half_life_known(drug: str, kind: str) -> bool:
    """True with a half-life in the table, and for what has none by its nature."""
    name = recognize(drug) or recognize(kind)
    if name is None:
        return False
    return not math.isnan(_half_life(drug, kind)) or not has_half_life(name)


def _unmapped(grid: Grid, drug: list[str], kind: list[str]) -> Counter[str]:
    found = Counter(
        f"treatment {d}" for d, k in zip(drug, kind, strict=True) if not recognize(d) and not recognize(k)
    )
    for name in grid.columns:
        if name not in _KNOWN:
            found[f"column {name} of the treatments"] = sum(not is_blank(c) for c in grid.columns[name])
    return found
