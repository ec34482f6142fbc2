"""A site's reference ranges, for results that were reported without their own: named by file and line, never silent.

Table: `variable`, `low`, `high`, and any of `unit` (else the canonical one) and `sex` (female, male; blank for both).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from protorun.patients._cells import read_unit
from protorun.patients._csv_rows import CsvRow, read_rows, read_text
from protorun.terms.variables import factor, variables
from protorun.trial.facts import Codes, Column, Facts, FloatArray, Numbers

_COLUMNS = ("variable", "low", "high", "unit", "sex")


@dataclass(frozen=True)
class RefRange:
    """The limits of a variable in its canonical unit, NaN for none; `place` is where they stand."""

    variable: str
    low: float
    high: float
    sex: str
    place: str


def read_ref_ranges(path: Path) -> tuple[RefRange, ...]:
    """The ranges of a table. Raises PatientDataError for a variable or unit that is in no table, a column nobody reads,
    a range without limits, or two for the same patients."""
    return parse_ref_ranges(read_text(path), path.name)


def parse_ref_ranges(text: str, name: str = "ranges.csv") -> tuple[RefRange, ...]:
    """Like `read_ref_ranges`, from text."""
    found: list[RefRange] = []
    for row in read_rows(text, name, ("variable",)):
        one = _range(row)
        if other := next((r for r in found if r.variable == one.variable and _meet(r.sex, one.sex)), None):
            raise row.refuse(f"{one.variable} has a range already, at {other.place}")
        found.append(one)
    return tuple(found)


def _meet(one: str, other: str) -> bool:
    return one == other or not one or not other


def _range(row: CsvRow) -> RefRange:
    if unread := [n for n in row.cells if n not in _COLUMNS]:
        raise row.refuse(f"there is no use for the column {unread[0]!r}", f"there are: {', '.join(_COLUMNS)}")
    variable, printed = row.text("variable").lower(), row.text("unit")
    if variable not in variables():
        raise row.refuse(f"{variable!r} is no variable")
    by = factor(variable, read_unit(printed) or "?") if printed else 1.0
    if by is None:
        raise row.refuse(f"{printed!r} is no unit of {variable}")
    low, high = row.number("low") * by, row.number("high") * by
    if (math.isnan(low) and math.isnan(high)) or low >= high:
        raise row.refuse(f"this is no range of {variable}")
    sex = row.word("sex", {"": "", "female": "female", "f": "female", "male": "male", "m": "male"})
    return RefRange(variable, low, high, sex, f"{row.file}:{row.line}")


def with_ref_ranges(facts: Facts, ranges: Sequence[RefRange]) -> tuple[Facts, tuple[str, ...]]:
    """The facts with these limits where a result has none of its own, each named in the source of the result; and a
    sentence about every range that was used. A range for one sex is for those whose sex is known."""
    columns: dict[str, Column] = dict(facts.columns)
    notes = []
    asked = [
        (one, name) for one in ranges for name in columns if name.partition("_except_")[0] == one.variable
    ]
    for one, name in asked:
        column = columns[name]
        if not isinstance(column, Numbers):
            continue
        columns[name], used = _filled(column, one, _of_sex(facts, one.sex))
        if used:
            notes.append(
                f"{name}: reference limits assumed from {one.place} for {used} results reported without"
            )
    return replace(facts, columns=columns), tuple(notes)


def _of_sex(facts: Facts, sex: str) -> NDArray[np.bool_]:
    column = facts.columns.get("sex")
    if not sex:
        return np.ones(len(facts), bool)
    if not isinstance(column, Codes) or sex not in column.values:
        return np.zeros(len(facts), bool)
    return np.asarray(column.codes == column.values.index(sex))


def _filled(column: Numbers, one: RefRange, theirs: NDArray[np.bool_]) -> tuple[Numbers, int]:
    # A result that came with one limit keeps to its own laboratory: no second one is put beside it.
    bare = theirs & np.isnan(column.uln) & np.isnan(column.lln)
    bare &= ~np.isnan(column.low) | ~np.isnan(column.high)
    sources = column.source or ("",) * len(bare)
    words = f"limits assumed from {one.place}"
    source = tuple(
        "; ".join(x for x in (s, words) if x) if b else s for s, b in zip(sources, bare, strict=True)
    )
    return replace(
        column, uln=_put(column.uln, one.high, bare), lln=_put(column.lln, one.low, bare), source=source
    ), int(bare.sum())


def _put(limits: FloatArray, value: float, where: NDArray[np.bool_]) -> FloatArray:
    return np.where(where, value, limits)
