"""Units of laboratory results: conversion by exact factors where it is allowed, and doubts about what was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from protorun.terms.variables import factors, variables
from protorun.toxicity.grading._questions import Questions
from protorun.toxicity.grading.analytes import of_term, spelled, to_unit_of
from protorun.toxicity.grading.rules import Rule

if TYPE_CHECKING:
    import polars as pl

SCALED = ("value", "lln", "uln", "baseline")


@dataclass(frozen=True)
class Results:
    """Results as columns: the frame as given, its numbers, the unit of each row as an index into `units`, and what is to
    be checked as an index into `notes`."""

    frame: pl.DataFrame
    columns: dict[str, NDArray[Any]]
    unit: NDArray[np.int32]
    units: tuple[str, ...]
    note: NDArray[np.int32]
    notes: tuple[str | None, ...] = (None,)

    def noted(self, rows: NDArray[np.intp], says: str) -> Results:
        """The same results with a note on these rows."""
        if not len(rows):
            return self
        note = self.note.copy()
        note[rows] = len(self.notes)
        return replace(self, note=note, notes=(*self.notes, says))


def doubted(found: Results, asked: Questions) -> Results:
    """Results with a note where the value is not plausible for a person in the unit it has: often a wrong unit; or where its
    limits of normal are turned round."""
    for variable, unit, rows in _groups(found, asked):
        known = variables().get(variable)
        by = factors(variable).get(spelled(unit)) if variable and unit else None
        if known is None or by is None:
            continue
        value = found.columns["value"][rows]
        with np.errstate(invalid="ignore"):
            odd = rows[(value * by < known.low * (1 - 1e-9)) | (value * by > known.high * (1 + 1e-9))]
        low, high = known.low / by, known.high / by
        found = found.noted(odd, f"outside {low:.4g} to {high:.4g} {unit}: is the unit right?")
    with np.errstate(invalid="ignore"):
        turned = np.flatnonzero(found.columns["lln"] > found.columns["uln"])
    return found.noted(
        turned, "judged by limits that are turned round: the lower limit of normal is above the upper one"
    )


def converted(found: Results, asked: Questions, by: Sequence[Rule]) -> Results:
    """Results in a unit that the rule of their term wants, wherever the table of units has an exact factor."""
    columns = {name: c.copy() if name in SCALED else c for name, c in found.columns.items()}
    unit, units = found.unit.copy(), list(found.units)
    changed = replace(found, columns=columns, unit=unit)
    of = {term: [rule for rule in by if rule.term.casefold() == term.casefold()] for term, _ in asked.terms}
    for variable, written, rows, term in _named_groups(found, asked):
        target = to_unit_of(of[term], variable, written)
        if target is None:
            continue
        wanted, factor = target
        for name in SCALED:
            columns[name][rows] *= factor
        if wanted not in units:
            units.append(wanted)
        unit[rows] = units.index(wanted)
        changed = changed.noted(rows, f"converted from {written} by {factor:.10g}")
    return replace(changed, units=tuple(units))


def _groups(found: Results, asked: Questions) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
    for variable, unit, rows, _ in _named_groups(found, asked):
        yield variable, unit, rows


def _named_groups(found: Results, asked: Questions) -> Iterator[tuple[str, str, NDArray[np.intp], str]]:
    """Rows of equal term and unit; a row that two terms grade comes once."""
    first = np.flatnonzero(np.diff(asked.row, prepend=-1) > 0)
    row, term = asked.row[first], asked.term[first]
    key = term.astype(np.int64) * len(found.units) + found.unit[row]
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order], prepend=-1, append=-1))
    for begin, behind in pairwise(edges):
        which, unit = divmod(int(key[order[begin]]), len(found.units))
        name = asked.terms[which][0]
        known = of_term(name) if name else None
        if known is not None:
            yield known.variable, found.units[unit], row[order[begin:behind]].astype(np.intp), name
