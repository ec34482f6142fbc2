"""Names of laboratory tests -> terms of the criteria, and exact conversions between their units."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from protorun.terms.normalize import normalize
from protorun.terms.offsets import identity
from protorun.terms.variables import factors, unit_patterns, variables
from protorun.toxicity.grading.rules import Rule


@dataclass(frozen=True)
class Analyte:
    """A laboratory test: its variable ('' = in no table), and the terms that may grade low and high values of it."""

    variable: str
    ctcae_low: tuple[str, ...]
    ctcae_high: tuple[str, ...]
    daids_low: tuple[str, ...]
    daids_high: tuple[str, ...]

    def terms(self, version: str, direction: str) -> tuple[str, ...]:
        """The terms of a version in one direction; a later edition may have renamed one."""
        found: tuple[str, ...] = getattr(self, f"{version.split('_')[0]}_{direction}")
        return found


@cache
def analytes() -> dict[str, Analyte]:
    """Every analyte under its names in lower case: test codes, and the names its variable has everywhere."""
    text = files("protorun.toxicity.grading").joinpath("analytes.csv").read_text(encoding="utf-8")
    found: dict[str, Analyte] = {}
    weaker: dict[str, Analyte] = {}
    for row in csv.DictReader(text.splitlines()):
        terms = [tuple(filter(None, row[name].split("|"))) for name in list(row)[2:]]
        one = Analyte(row["variable"], *terms)
        found |= dict.fromkeys(row["names"].casefold().split("|"), one)
        if known := variables().get(one.variable):
            weaker |= dict.fromkeys((known.name, known.label.casefold(), *known.aliases), one)
    return weaker | found


def analyte(test: str) -> Analyte | None:
    """The analyte of a printed test name, or None when it is in no table."""
    return analytes().get(" ".join(test.casefold().split()))


@cache
def of_term(term: str) -> Analyte | None:
    """The analyte that a term grades."""
    for one in analytes().values():
        if term.casefold() in {
            t.casefold() for t in one.ctcae_low + one.ctcae_high + one.daids_low + one.daids_high
        }:
            return one
    return None


@cache
def spelled(unit: str) -> str:
    """The spelling of a unit in the table of conversions, '' when it has none."""
    text = re.sub(r"10[*](?=\d)", "10^", normalize(identity(unit)).text.strip().lower())
    text = re.sub(r"^1/", "/", text)
    return next((known for known, p in unit_patterns().items() if re.fullmatch(p, text)), "")


def to_unit_of(rules: Sequence[Rule], variable: str, unit: str) -> tuple[str, float] | None:
    """A unit that some of the rules want and the exact factor to it, or None when the table has no way there."""
    known = factors(variable) if variable else {}
    by = known.get(spelled(unit)) if unit else None
    wanted = dict.fromkeys(rule.unit for rule in rules if rule.unit)
    if by is None or any(unit.casefold() == want.casefold() for want in wanted):
        return None
    for want in wanted:
        if to := known.get(spelled(want)):
            return want, by / to
    return None
