"""Measurements -> grades, by the rules of one version, for any number of rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.toxicity.grading.condition import AGES, Columns, Truth, at_any_age, holds
from protorun.toxicity.grading.rules import NOT_GRADED, PRINTED, Rule

Rows = NDArray[np.intp]
Units = Literal["either", "si", "us"]
UNITS = ("either", "si", "us")
LARGEST = 1e12
"""No laboratory value in any unit of the rules is larger."""


@dataclass(frozen=True)
class Asked:
    """One row per question "which grade has this value": `term` indexes `terms`, `unit` indexes `units`, and `columns`
    hold value, lln, uln, baseline, change (percent from baseline), baseline_high, baseline_low, sex, age_years,
    age_months, age_days, as far as known (NaN, False, '' = unknown)."""

    row: NDArray[np.int32]
    """The row of `unit` and `columns` that the question is about."""
    term: NDArray[np.int32]
    unit: NDArray[np.int32]
    terms: Sequence[tuple[str, str]]
    """Pairs of term and direction (`low`, `high`)."""
    units: Sequence[str]
    columns: Columns


@dataclass
class Graded:
    """Grade 0 to 4 per row, -1 = missing, and the clause that gave it (or the item that is missing) in words."""

    grade: NDArray[np.int8]
    reason: NDArray[np.int32]
    reasons: list[str] = field(default_factory=list)

    def why(self, row: int) -> str:
        """The deciding clause of a row in words."""
        return self.reasons[int(self.reason[row])]

    def give(self, rows: Rows, grade: int, says: str) -> None:
        """The grade and its reason for these rows."""
        self.grade[rows] = grade
        self.reason[rows] = len(self.reasons)
        self.reasons.append(says)


def evaluate(asked: Asked, by: Sequence[Rule], *, version: str, units: Units = "either") -> Graded:
    """Grade every row: the first clause that holds decides, and what a rule needs and a row lacks is named.

    A unit must be the one of the rule (letters of either case); `units` restricts the rules to one system. Values that
    are negative, infinite or above 1e12 are not graded.
    """
    if units not in UNITS:
        raise UsageError(f"units is one of {', '.join(UNITS)}, not {units!r}")
    found = Graded(np.full(len(asked.term), NOT_GRADED, np.int8), np.zeros(len(asked.term), np.int32))
    usable = _refuse(asked, found)
    by_term: dict[tuple[str, str], list[Rule]] = {}
    for rule in by:
        if units in ("either", rule.units):
            by_term.setdefault((rule.term.casefold(), rule.direction), []).append(rule)
    for term, unit, rows in _groups(asked, usable):
        name, direction = asked.terms[term]
        known = by_term.get((name.casefold(), direction), [])
        if not known:
            found.give(rows, NOT_GRADED, f"{version} has no laboratory rule for {name!r} ({direction})")
            continue
        _group(asked, found, rows, known=known, unit=asked.units[unit])
    return found


def _refuse(asked: Asked, found: Graded) -> Truth:
    value = asked.columns["value"][asked.row]
    with np.errstate(invalid="ignore"):
        cases = (
            (np.isnan(value), "the value is missing"),
            (value < 0, "a value below 0 cannot be"),
            (value > LARGEST, "the value is too large to be one"),
        )
    usable = np.ones(len(value), np.bool_)
    for rows, says in cases:
        found.give(np.flatnonzero(rows), NOT_GRADED, says)
        usable &= ~rows
    return usable


def _groups(asked: Asked, usable: Truth) -> Iterator[tuple[int, int, Rows]]:
    """Rows of equal term and unit."""
    key = asked.term.astype(np.int64) * len(asked.units) + asked.unit[asked.row]
    rows = np.flatnonzero(usable)
    rows = rows[np.argsort(key[rows], kind="stable")]
    edges = np.flatnonzero(np.diff(key[rows], prepend=-1, append=-1))
    for first, behind in pairwise(edges):
        term, unit = divmod(int(key[rows[first]]), len(asked.units))
        yield term, unit, rows[first:behind]


def _group(asked: Asked, found: Graded, rows: Rows, *, known: list[Rule], unit: str) -> None:
    fitting = [rule for rule in known if rule.unit.casefold() in ("", unit.casefold())]
    for rule in fitting:
        columns = {name: asked.columns[name][asked.row[rows]] for name in rule.columns}
        here = _applies(rule, columns)
        if here.any():
            _apply(rule, {name: c[here] for name, c in columns.items()}, rows[here], found)
        rows = rows[~here]
        if not len(rows):
            return
    wanted = " or ".join(dict.fromkeys(rule.unit for rule in known if rule.unit))
    if len(fitting) == len(known):
        says = "no grade is defined for this age or sex"
    elif unit:
        says = f"the unit {unit!r} is not the one of the rule, {wanted}"
    else:
        says = f"the unit is missing; the rule is for {wanted}"
    found.give(rows, NOT_GRADED, says)


def _applies(rule: Rule, columns: Columns) -> Truth:
    """Rows of the age and sex of the rule; where the age is not known the first rule applies, and says so."""
    if rule.when is None:
        return np.ones(len(columns["value"]), np.bool_)
    here = holds(rule.when, columns)
    ages = [name for name in AGES if name in columns]
    if not ages or not (unknown := np.isnan(columns[ages[0]])).any():
        return here
    # A condition on age has no `not`, so it can hold at some age exactly if it holds with every comparison of ages true.
    return here | (unknown & holds(at_any_age(rule.when), columns))


def _apply(rule: Rule, columns: Columns, rows: Rows, found: Graded) -> None:
    suffix = f" (assumes {rule.assumes})" if rule.assumes else ""
    unit = f" [{rule.unit}]" if rule.unit else ""
    left = np.arange(len(rows))
    for clause in rule.clauses:
        here = holds(clause.when, {name: c[left] for name, c in columns.items()})
        if here.any():
            graded = clause.grade != NOT_GRADED
            found.give(rows[left[here]], clause.grade, clause.says + (unit + suffix if graded else ""))
            left = left[~here]
        if not len(left):
            return
    unknown = _baseline_needed(columns, left)
    if unknown.any():
        found.give(rows[left[unknown]], NOT_GRADED, f"{PRINTED['baseline']} is missing")
    found.give(rows[left[~unknown]], 0, "no clause for grade 1 to 4 holds" + unit)


def _baseline_needed(columns: Columns, left: Rows) -> Truth:
    """Rows whose baseline was abnormal by its flag, so that the value of the baseline decides, and it is missing."""
    needed = np.zeros(len(left), np.bool_)
    for flag in ("baseline_high", "baseline_low"):
        if flag in columns:
            needed |= columns[flag][left].astype(np.bool_)
    return needed & np.isnan(columns["baseline"][left]) if "baseline" in columns else needed & False
