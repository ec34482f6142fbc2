"""Facts of patients from CSV: one wide table with a row per patient, and an optional long table of treatments.

Wide table: `patient` and one column per fact, named as `protorun screen STUDY --template` prints them. Beside a number
there may stand `<name>_uln`, `<name>_lln`, `<name>_baseline`; beside any fact `<name>_on` with its date (a day, a month
or a year). A cell may carry its unit (`80 10^9/L`), a column may (`platelets [10^9/L]`); a bare number is in the unit of
the template. `birth_on` gives the age. `conditions_documented` and `treatments_documented` say that a patient's list is
complete (`..._documented_since`: from that day on). `screened_on`, `enrollment_on`, `randomization_on`, `first_dose_on` are the dates that time windows count from.

Treatment table: `patient`, `treatment` (a drug or a class), and any of `kind`, `start_on`, `end_on`, `ongoing`,
`dose_mg` (per day), `route`, `purpose`, `half_life_days`, `evidence`.
"""

from __future__ import annotations

import calendar
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from protorun.errors import PatientDataError
from protorun.patients._cells import EPOCH, CellError, Measured, days, is_blank, measured, read_unit, yes_no
from protorun.patients._csv_rows import Grid, read_grid, read_text
from protorun.patients._treatment_table import read_treatments
from protorun.terms.codes import coded, read_code
from protorun.terms.reasons import Reason
from protorun.terms.truth import TRUE
from protorun.terms.variables import canonical_unit, factors, variables
from protorun.trial.facts import NO_DAY, Codes, Column, DayArray, Facts, Flags, Numbers, Treatments

_ANCHORS = ("enrollment", "randomization", "first_dose", "last_dose", "diagnosis")
_DOCUMENTED = ("conditions", "treatments")
_WITH_UNIT = re.compile(r"(?P<name>[^\[\]()]+?)\s*[\[(](?P<unit>[^\[\]()]+)[\])]")
_BESIDE = ("_uln", "_lln", "_baseline", "_on")
_MOST_PATIENTS_NAMED = 5


@dataclass(frozen=True)
class Table:
    """Facts read from files, and what was not used: columns nobody asks for, treatments nobody knows, bad units."""

    facts: Facts
    unmapped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    died: tuple[str, ...] = ()
    """Who died, or may have died, on or before the screening date (`died_on`)."""


def read_patients(
    patients: Path,
    *,
    as_of: date | None = None,
    treatments: Path | None = None,
    kinds: Mapping[str, str] | None = None,
) -> Table:
    """The facts of a patient table. `as_of` is the screening date where the table has none; `kinds` (column -> `number`,
    `code`, `yes/no`) names facts that only this study asks for. Raises PatientDataError naming file, line and column."""
    courses = read_text(treatments) if treatments else None
    return parse_patients(
        read_text(patients),
        patients.name,
        as_of=as_of,
        treatments=courses,
        treatments_name=treatments.name if treatments else "",
        kinds=kinds,
    )


def parse_patients(
    text: str,
    name: str = "patients.csv",
    *,
    as_of: date | None = None,
    treatments: str | None = None,
    treatments_name: str = "treatments.csv",
    kinds: Mapping[str, str] | None = None,
) -> Table:
    """Like `read_patients`, from text."""
    grid, units = _without_units(read_grid(text, name, "patient"))
    ids = _ids(grid)
    screened = _screened(grid, as_of)
    unmapped: Counter[str] = Counter()
    columns: dict[str, Column] = {}
    for fact in grid.columns:
        column = _column(grid, fact, units, {**_known(grid), **(kinds or {})})
        if column is not None:
            columns[fact] = column
        elif not _is_beside(fact, grid):
            unmapped[f"column {fact}"] = sum(not is_blank(c) for c in grid.columns[fact])
    born: tuple[DayArray, DayArray] | None = None
    if "birth_on" in grid.columns and "age" not in columns:
        columns["age"] = _age(grid, screened)
        born = _dates(grid, "birth_on")
        unmapped.pop("column birth_on", None)
    courses: Treatments | None = None
    if treatments is not None:
        courses, unknown = read_treatments(read_grid(treatments, treatments_name, "patient"), ids)
        unmapped += unknown
    facts = Facts(
        patients=ids,
        screened_on=screened,
        columns=columns,
        treatments=courses,
        documented=_documented(grid),
        anchors={a: _dates(grid, f"{a}_on")[0] for a in _ANCHORS if f"{a}_on" in grid.columns},
        documented_since={
            d: _dates(grid, f"{d}_documented_since")[1]
            for d in _DOCUMENTED
            if f"{d}_documented_since" in grid.columns
        },
        born=born,
    )
    return Table(facts, dict(unmapped), _notes(columns), _died(grid, facts))


def _died(grid: Grid, facts: Facts) -> tuple[str, ...]:
    first, last = _dates(grid, "died_on")
    dead = ((first != NO_DAY) | (last != NO_DAY)) & (first <= facts.screened_on)
    return tuple(facts.patients[i] for i in np.flatnonzero(dead))


def _without_units(grid: Grid) -> tuple[Grid, dict[str, str]]:
    """Columns named `platelets [10^9/L]` under their plain name, with the unit beside."""
    units: dict[str, str] = {}
    columns: dict[str, list[str]] = {}
    for name, cells in grid.columns.items():
        match = _WITH_UNIT.fullmatch(name)
        plain = match["name"] if match else name
        if plain in columns:
            raise PatientDataError(f"the column {plain!r} stands twice", where=f"{grid.file}:1")
        if match and match["unit"]:
            units[plain] = match["unit"]
        columns[plain] = cells
    return Grid(grid.file, columns, grid.lines), units


def _ids(grid: Grid) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for cell, line in zip(grid.columns["patient"], grid.lines, strict=True):
        if not cell:
            raise PatientDataError("the patient has no identifier", where=f"{grid.file}:{line}:patient")
        if cell in seen:
            raise PatientDataError(
                f"the patient {cell!r} stands twice (first on line {seen[cell]})",
                where=f"{grid.file}:{line}:patient",
            )
        seen[cell] = line
    return tuple(seen)


def _screened(grid: Grid, as_of: date | None) -> DayArray:
    given = (
        _dates(grid, "screened_on")[0] if "screened_on" in grid.columns else np.full(len(grid.lines), NO_DAY)
    )
    missing = np.flatnonzero(given == NO_DAY)
    if len(missing) and as_of is None:
        where = f"{grid.file}:{grid.lines[missing[0]]}:screened_on"
        raise PatientDataError(
            "the screening date is not given", where=where, hint="add the column or give --as-of"
        )
    day = (as_of - EPOCH).days if as_of else 0
    return np.where(given == NO_DAY, day, given).astype(np.int32)


def _known(grid: Grid) -> dict[str, str]:
    """The kind of every column by its name alone."""
    from protorun.terms.concepts import concepts
    from protorun.terms.treatments import classes

    kinds: dict[str, str] = {}
    names = sorted((n for n in concepts() if "+" not in n), key=len, reverse=True)
    for name in grid.columns:
        base = name.partition("_except_")[0]
        if base in variables():
            kinds[name] = "number"
        elif name in coded() or _tells_which(name, grid):
            kinds[name] = "code"
        elif (
            (name.startswith("prior_") and name.removeprefix("prior_") in classes())
            or (not name.endswith(_BESIDE) and any(name == n or name.startswith(f"{n}_") for n in names))
            or name in _STATED
            or name.startswith("judgment_")
            or (name.endswith("_performed") and name.removesuffix("_performed") in {**variables(), **coded()})
        ):
            kinds[name] = "yes/no"
    return kinds


def _tells_which(name: str, grid: Grid) -> bool:
    """`autoimmune_disease_type` beside `autoimmune_disease`: all diseases of that kind the patient has."""
    return name.endswith("_type") and name.removesuffix("_type") in grid.columns


_STATED = frozenset(
    {"consent", "compliance", "contraception", "no_pregnancy_planned", "uncontrolled_illness"}
)


def _is_beside(name: str, grid: Grid) -> bool:
    if name in (
        "patient",
        "screened_on",
        "died_on",
        *(f"{d}_documented" for d in _DOCUMENTED),
        *(f"{d}_documented_since" for d in _DOCUMENTED),
        *(f"{a}_on" for a in _ANCHORS),
    ):
        return True
    return any(name.endswith(end) and name.removesuffix(end) in grid.columns for end in _BESIDE)


def _column(grid: Grid, name: str, units: Mapping[str, str], kinds: Mapping[str, str]) -> Column | None:
    kind = kinds.get(name, "")
    if kind == "number":
        return _numbers(grid, name, units)
    if kind == "code":
        return _codes(grid, name)
    if kind == "yes/no":
        first, last = _dates(grid, f"{name}_on")
        return Flags(np.array(grid.each(name, yes_no), np.uint8), first, grid.places, last)
    return None


def _numbers(grid: Grid, name: str, units: Mapping[str, str]) -> Numbers:
    variable = name.partition("_except_")[0]
    unit = _column_unit(grid, name, variable, units)
    blank = Measured(math.nan, math.nan)
    found = grid.each(name, lambda cell: blank if is_blank(cell) else measured(cell, variable, unit))
    by = np.array([m.by for m in found])
    first, last = _dates(grid, f"{name}_on")
    limits = {
        which: _limits(grid, f"{name}_{which}", variable, unit, by) for which in ("uln", "lln", "baseline")
    }
    return Numbers(
        low=np.array([m.low for m in found], np.float64),
        high=np.array([m.high for m in found], np.float64),
        unit=canonical_unit(variable),
        day=first,
        source=grid.places,
        day_last=last,
        reason=np.array([m.reason for m in found], np.uint8),
        **limits,
    )


def _column_unit(grid: Grid, name: str, variable: str, units: Mapping[str, str]) -> str:
    printed = units.get(name, "")
    if printed and variable in variables() and read_unit(printed) not in factors(variable):
        there_are = ", ".join(factors(variable))
        raise PatientDataError(
            f"{printed!r} is no unit of {variable}",
            where=f"{grid.file}:1:{name}",
            hint=f"there are: {there_are}",
        )
    return printed


def _limits(
    grid: Grid, name: str, variable: str, unit: str, by: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Reference limits; one without a unit of its own is in the unit of its value."""
    if name not in grid.columns:
        return np.full(len(grid.lines), np.nan)
    blank = (math.nan, False)
    found = grid.each(name, lambda cell: blank if is_blank(cell) else _limit(cell, variable, unit))
    values = np.array([v for v, _ in found], np.float64)
    own = np.array([o for _, o in found], bool)
    return np.where(own, values, values * by)


def _limit(cell: str, variable: str, unit: str) -> tuple[float, bool]:
    """The limit and whether it named its unit. A limit must be one positive number."""
    number = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)(.*)", cell, re.DOTALL)
    if number is None:
        raise CellError(f"{cell!r} is no reference limit")
    if not number[2].strip():
        return float(number[1]), False
    read = measured(cell, variable, unit)
    return read.low, True


def _codes(grid: Grid, name: str) -> Codes:
    found = grid.each(name, lambda cell: _code(name, cell))
    values = tuple(dict.fromkeys(v for v in found if v is not None))
    place = {value: i for i, value in enumerate(values)}
    first, last = _dates(grid, f"{name}_on")
    codes = np.array([-1 if v is None else place[v] for v in found], np.int16)
    return Codes(codes, values, first, grid.places, last)


def _code(name: str, cell: str) -> str | None:
    if is_blank(cell):
        return None
    value = read_code(name, cell)
    if value is None:
        from protorun.terms.codes import values

        raise CellError(f"{cell!r} is no value of {name}; there are: {', '.join(values(name))}")
    return value


def _dates(grid: Grid, name: str) -> tuple[DayArray, DayArray]:
    if name not in grid.columns:
        none = np.full(len(grid.lines), NO_DAY, np.int32)
        return none, none
    blank = (int(NO_DAY), int(NO_DAY))
    found = grid.each(name, lambda cell: blank if is_blank(cell) else days(cell))
    return np.array([a for a, _ in found], np.int32), np.array([b for _, b in found], np.int32)


def _age(grid: Grid, screened: DayArray) -> Numbers:
    """Completed years at screening, from the first to the last the birth date allows."""
    first, last = _dates(grid, "birth_on")
    known = first != NO_DAY
    low = np.where(known, _years(np.minimum(last, np.maximum(first, screened)), screened), np.nan)
    high = np.where(known, _years(first, screened), np.nan)
    n = len(grid.lines)
    none = np.full(n, np.nan)
    wrong = known & ((low < 0) | (high > variables()["age"].high))
    reason = np.where(wrong, Reason.IMPLAUSIBLE_VALUE, 0).astype(np.uint8)
    return Numbers(
        low, high, "years", np.full(n, NO_DAY, np.int32), none, none, none, grid.places, None, reason
    )


def _years(born: DayArray, on: DayArray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Birthdays passed, plus the part of the running year; 29 February counts as 28 in other years."""
    found = []
    for b, o in zip(born.tolist(), on.tolist(), strict=True):
        if b == int(NO_DAY):
            found.append(math.nan)
            continue
        birth, day = date.fromordinal(b + EPOCH.toordinal()), date.fromordinal(o + EPOCH.toordinal())
        found.append(_age_on(birth, day))
    return np.array(found, np.float64)


def _age_on(birth: date, day: date) -> float:
    years = day.year - birth.year
    # Born on 29 February, one is a year older on 28 February of a year without it.
    leap_day = (birth.month, birth.day) == (2, 29) and not calendar.isleap(day.year)
    years -= (day.month, day.day) < (birth.month, 28 if leap_day else birth.day)
    months = (day.month - birth.month - (day.day < birth.day)) % 12
    return years + months / 12


def _documented(grid: Grid) -> dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    return {
        domain: np.array(grid.each(f"{domain}_documented", yes_no), np.uint8) == TRUE
        for domain in _DOCUMENTED
        if f"{domain}_documented" in grid.columns
    }


def _notes(columns: Mapping[str, Column]) -> tuple[str, ...]:
    notes = []
    for name, column in columns.items():
        if column.reason is None:
            continue
        for reason in (Reason.NO_UNIT, Reason.IMPLAUSIBLE_VALUE):
            rows = np.flatnonzero(column.reason == reason)
            if len(rows):
                places = (
                    ", ".join(column.source[i] for i in rows[:_MOST_PATIENTS_NAMED]) if column.source else ""
                )
                notes.append(f"{name}: {len(rows)} unknown ({reason.name}): {places}")
    return tuple(notes)
