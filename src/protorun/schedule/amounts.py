"""How much is given: the dose at the patient's level, by weight or surface, in exact decimal arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import sqrt
from types import MappingProxyType

from protorun.errors import UsageError
from protorun.study.dose_rule import DoseRule
from protorun.study.study import Study
from protorun.study.treatment import Block, Dose
from protorun.terms.variables import variables

REWEIGH = 0.10  # a change of at least 10 % makes a new dosing weight: custom of sites, not in any record


@dataclass(frozen=True)
class Body:
    """The patient's measures that doses depend on. `weights` are later weights by the date they were taken."""

    weight_kg: float | None = None
    height_cm: float | None = None
    weights: Mapping[date, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        _plausible("weight", (self.weight_kg, *self.weights.values()), "kg")
        _plausible("height", (self.height_cm,), "cm")


@dataclass(frozen=True)
class Amount:
    """One administration: `value` in `unit`, or None with what is `missing`; `note` says how it was computed."""

    value: float | None
    unit: str
    missing: str = ""
    note: str = ""


def _plausible(measure: str, values: Iterable[float | None], unit: str) -> None:
    """Raises UsageError for a value outside the plausible range of the measure: a slip of the comma is a tenfold dose."""
    known = variables()[measure]
    for value in values:
        if value is not None and not known.low <= value <= known.high:
            raise UsageError(
                f"{value:g} {unit} is no plausible {measure}; it lies between {known.low:g} and {known.high:g} {unit}"
            )


def amount_of(dose: Dose, body: Body, on: date | None) -> Amount:
    """Amount to give on a date. mg/kg uses the dosing weight of that date, mg/m2 the surface by Mosteller."""
    unit, _, per = dose.unit.partition("/")
    per = per.removesuffix("/day")
    if unit == "AUC":
        return Amount(None, "mg", missing="creatinine clearance (dose by AUC)")
    if per == "kg":
        return _per_kg(dose.amount, unit, body, on)
    if per == "m2":
        return _per_m2(dose.amount, unit, body, on)
    return Amount(dose.amount, unit if per in ("", "day") else dose.unit)


def dosing_weight(body: Body, on: date | None) -> tuple[float | None, str]:
    """The weight that counts on a date, and why: the first one, until a later one differs by 10 % or more."""
    weight, why = body.weight_kg, "weight at C1D1"
    for taken, later in sorted(body.weights.items()):
        if on is None or taken > on:
            break
        if weight is None or abs(later - weight) >= REWEIGH * weight:
            weight, why = later, f"weight of {taken}"
    return weight, why


def surface_m2(height_cm: float, weight_kg: float) -> float:
    """Body surface in m2. Mosteller 1987, N Engl J Med 317:1098."""
    return sqrt(height_cm * weight_kg / 3600)


def _per_kg(amount: float, unit: str, body: Body, on: date | None) -> Amount:
    weight, why = dosing_weight(body, on)
    if weight is None:
        return Amount(None, unit, missing="weight")
    return Amount(_times(amount, weight), unit, note=f"{weight:g} kg, {why}")


def _per_m2(amount: float, unit: str, body: Body, on: date | None) -> Amount:
    weight, why = dosing_weight(body, on)
    if weight is None or body.height_cm is None:
        lacks = [n for n, v in (("weight", weight), ("height", body.height_cm)) if v is None]
        return Amount(None, unit, missing=" and ".join(lacks))
    area = Decimal(str(surface_m2(body.height_cm, weight))).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    return Amount(_times(amount, float(area)), unit, note=f"{area} m2 (Mosteller), {why}")


def _times(amount: float, measure: float) -> float:
    return float(Decimal(str(amount)) * Decimal(str(measure)))


def dose_at_level(study: Study, block: Block, level: str | None) -> Dose | None:
    """The block's dose; for a block under the dose rule that of the level asked for, else of the starting level.

    Raises UsageError for a level the rule does not have.
    """
    rule = study.dose_rule
    if level is not None and (rule is None or level not in {item.label for item in rule.levels}):
        there = ", ".join(item.label for item in rule.levels) if rule else ""
        raise UsageError(f"no dose level {level!r}; there are: {there or 'none'}")
    if rule is None or not block.dose_by_rule:
        return block.dose.value
    if (index := _index(rule, level)) is None:
        return block.dose.value
    return rule.levels[index].dose.value


def _index(rule: DoseRule, level: str | None) -> int | None:
    if level is not None:
        return next(i for i, item in enumerate(rule.levels) if item.label == level)
    start = rule.start_level.value
    return start if start is not None and start < len(rule.levels) else None
