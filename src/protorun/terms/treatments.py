"""Treatment classes and drugs: which class a drug belongs to, its half-life, its prednisone equivalent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from protorun.terms.variables import table


@dataclass(frozen=True)
class TreatmentClass:
    """A class of treatment; `within` names the wider class, `half_life` is False where none exists (surgery)."""

    name: str
    label: str
    half_life: bool
    within: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Drug:
    """A drug. `half_life_days` is None where the table has none; `prednisone_mg` is the dose equal to 5 mg prednisone."""

    name: str
    classes: tuple[str, ...]
    half_life_days: float | None
    prednisone_mg: float | None
    aliases: tuple[str, ...]
    source: str


@cache
def classes() -> dict[str, TreatmentClass]:
    """Every treatment class of `therapies.csv` by name."""
    return {
        row["class"]: TreatmentClass(
            row["class"],
            row["label"],
            row["half_life"] == "yes",
            row["within"],
            tuple(row["aliases"].split("|")),
        )
        for row in table("therapies.csv")
    }


@cache
def drugs() -> dict[str, Drug]:
    """Every drug of `drugs.csv` by name."""
    return {
        row["drug"]: Drug(
            row["drug"],
            tuple(row["classes"].split("|")),
            float(row["half_life_hours"]) / 24 if row["half_life_hours"] else None,
            float(row["prednisone_mg"]) if row["prednisone_mg"] else None,
            tuple(a for a in row["aliases"].split("|") if a),
            row["source"],
        )
        for row in table("drugs.csv")
    }


@cache
def _by_name() -> dict[str, str]:
    names = {alias: drug.name for drug in drugs().values() for alias in (drug.name, *drug.aliases)}
    names |= {alias: kind.name for kind in classes().values() for alias in (kind.name, *kind.aliases)}
    return {_plain(name): known for name, known in names.items()}


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("-", " ").replace("_", " ").split())


def recognize(name: str) -> str | None:
    """The drug or class a printed name stands for, or None."""
    return _by_name().get(_plain(name))


@cache
def wider(name: str) -> frozenset[str]:
    """The name itself, its classes, and all classes these lie within; `any` holds every treatment."""
    found = {"any"}
    rest = [name]
    while rest:
        this = rest.pop()
        if this in found or not this:
            continue
        found.add(this)
        rest += drugs()[this].classes if this in drugs() else ()
        rest += [w for w in classes()[this].within.split("|") if w] if this in classes() else ()
    return frozenset(found)


def has_half_life(name: str) -> bool:
    """False for treatments that have none, such as radiotherapy and surgery."""
    return not any(kind in classes() and not classes()[kind].half_life for kind in wider(name))


def listed(name: str) -> bool:
    """True for drugs and classes of the tables; another name may be a drug of any class, or a class of any drugs."""
    return name in drugs() or name in classes() or name == "any"
