"""Conditions, findings and diagnoses a patient may have: names, printed forms, families, and to whom they apply."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from protorun.terms.variables import table


@dataclass(frozen=True)
class Concept:
    """`domain` is condition, finding, diagnosis or stage; `applies` is `female` where only women can have it."""

    name: str
    label: str
    domain: str
    family: str
    applies: str
    aliases: tuple[str, ...]


@cache
def concepts() -> dict[str, Concept]:
    """Every concept of `concepts.csv` by name. A name with `+` stands for any one of its parts."""
    return {
        row["name"]: Concept(
            row["name"],
            row["label"],
            row["domain"],
            row["family"],
            row["applies"],
            tuple(row["aliases"].split("|")),
        )
        for row in table("concepts.csv")
    }


def label(name: str) -> str:
    """The words for people; an unlisted name is printed as it is."""
    return concepts()[name].label if name in concepts() else name.replace("_", " ")


@cache
def named(domain: str) -> dict[str, str]:
    """Printed name -> concept, for all concepts of a domain."""
    return {alias: c.name for c in concepts().values() if c.domain == domain for alias in c.aliases}
