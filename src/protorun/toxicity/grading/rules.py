"""Laboratory grading rules: versioned data files of ordered clauses, read once.

A rule is a list `grade: condition; grade: condition ...`; the first condition that holds gives the grade, `?` stands for
"cannot be graded", and a value that meets no condition is grade 0. A row without a value is never graded.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from protorun.errors import UsageError
from protorun.toxicity.grading.condition import Condition, Missing, columns_of, condition

Clinical = Literal["worst_case", "lab_only"]
VERSIONS = ("ctcae_v4", "ctcae_v5", "ctcae_v6", "daids")
CLINICAL = ("worst_case", "lab_only")
NOT_GRADED = -1
PRINTED = {
    "lln": "the lower limit of normal",
    "uln": "the upper limit of normal",
    "baseline": "the baseline value",
    "change": "the change from baseline",
    "age_days": "the date of birth or of the sample",
    "sex": "the sex",
}


@dataclass(frozen=True)
class Clause:
    """A grade (`NOT_GRADED` = missing) and when it is given; `says` is the condition, or the item that is missing."""

    grade: int
    when: Condition
    says: str


@dataclass(frozen=True)
class Rule:
    """How one term is graded in one direction, for values in `unit` ('' = any unit); `when` restricts age and sex, and
    `assumes` names what the grade takes for granted beside the value."""

    term: str
    direction: str
    units: str
    unit: str
    when: Condition | None
    clauses: tuple[Clause, ...]
    assumes: str
    columns: frozenset[str]
    text: str


@cache
def rules(version: str, clinical: str) -> tuple[Rule, ...]:
    """All rules of a version (`ctcae_v4`, `ctcae_v5`, `ctcae_v6`, `daids`), in the order they are tried.

    `worst_case` takes signs, symptoms and treatment for granted where a grade depends on them; `lab_only` grades by the
    value alone. Raises UsageError on another version or choice.
    """
    if version not in VERSIONS:
        raise UsageError(f"no laboratory criteria {version!r}; there are: {', '.join(VERSIONS)}")
    if clinical not in CLINICAL:
        raise UsageError(f"clinical is one of {', '.join(CLINICAL)}, not {clinical!r}")
    alone = _lab_only(version) if clinical == "lab_only" else {}
    return tuple(_rule(row, alone) for row in _table(f"{version}.csv"))


def _rule(row: dict[str, str], alone: dict[tuple[str, str], str]) -> Rule:
    replaced = alone.get((row["term"], row["unit"])) if row["assumes"] else None
    text = row["rule"] if replaced is None else replaced
    parts = tuple(_clause(part) for part in text.split(";") if part.strip())
    when = condition(row["when"]) if row["when"] else None
    asked = [part.when for part in parts] + ([when] if when else [])
    return Rule(
        term=row["term"],
        direction=row["direction"],
        units=row["units"],
        unit=row["unit"],
        when=when,
        clauses=parts,
        assumes=row["assumes"] if replaced is None else "",
        columns=frozenset({"value"}).union(*(columns_of(part) for part in asked)),
        text=text,
    )


def _clause(text: str) -> Clause:
    grade, _, words = text.strip().partition(":")
    when = condition(words)
    says = words.strip()
    if grade == "?" and isinstance(when, Missing):
        says = f"{PRINTED[when.column]} is missing"
    elif grade == "?":
        says = "no grade is defined" if says == "always" else f"no grade is defined for {says}"
    return Clause(NOT_GRADED if grade == "?" else int(grade), when, says)


def _lab_only(version: str) -> dict[tuple[str, str], str]:
    rows = _table("lab_only.csv")
    return {(row["term"], row["unit"]): row["rule"] for row in rows if row["version"] == version}


def _table(name: str) -> list[dict[str, str]]:
    text = files("protorun.toxicity.grading").joinpath("criteria").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
