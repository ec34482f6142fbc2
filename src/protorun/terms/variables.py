"""Numeric variables of patients: canonical unit, plausible range, exact unit factors and printed names."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Variable:
    """A numeric variable. `low` and `high` bound what is plausible in `unit`; `bare` tells that a number without a
    unit is understood to be in it (scores, ages, percentages)."""

    name: str
    label: str
    kind: str
    unit: str
    low: float
    high: float
    bare: bool
    aliases: tuple[str, ...]


def table(name: str) -> list[dict[str, str]]:
    """The rows of a packaged CSV table of this folder."""
    text = files("protorun.terms").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def variables() -> dict[str, Variable]:
    """Every variable of `variables.csv` by name."""
    return {
        row["name"]: Variable(
            row["name"],
            row["label"],
            row["kind"],
            row["unit"],
            float(row["low"]),
            float(row["high"]),
            row["bare"] == "1",
            tuple(a for a in row["aliases"].split("|") if a),
        )
        for row in table("variables.csv")
    }


@cache
def factors(variable: str) -> dict[str, float]:
    """Unit -> exact factor to the canonical unit of the variable. A unit that is not listed is refused, never converted
    by its dimension alone: serum creatinine in mg/dL and umol/L need the molar mass, mL/min and mL/min/1.73m2 differ."""
    found = {
        row["unit"]: float(row["factor"])
        for row in table("conversions.csv")
        if variable in row["variables"].split("|")
    }
    known = variables().get(variable)
    return found or ({known.unit: 1.0} if known else {})


def factor(variable: str, unit: str) -> float | None:
    """The factor from `unit` to the canonical unit; None when the unit is missing or not in the table.

    A variable that is in no table keeps the unit it is written in.
    """
    known = variables().get(variable)
    if known is None:
        return 1.0
    if not unit:
        return 1.0 if known.bare else None
    return factors(variable).get(unit)


def canonical_unit(variable: str, written: str = "") -> str:
    """The unit in which facts of this variable are kept."""
    known = variables().get(variable)
    return known.unit if known else written


@cache
def unit_patterns() -> dict[str, str]:
    """Canonical spelling of a unit -> pattern of its printed forms, in the order they are tried."""
    with files("protorun.terms").joinpath("units.toml").open("rb") as file:
        patterns: dict[str, str] = tomllib.load(file)["patterns"]
    return {unit: _expand(pattern) for unit, pattern in patterns.items()}


def _expand(pattern: str) -> str:
    return re.sub(r" \??", "[ ]?", pattern.replace("{per}", "(?:/|per)"))
