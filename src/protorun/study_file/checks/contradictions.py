"""Facts that cannot hold together: dates reversed, totals that do not add up, limits that exclude everyone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

from pydantic import BaseModel

from protorun.study.criterion import Criterion, Number
from protorun.study.study import Age, Study
from protorun.study.treatment import Block
from protorun.study_file.checks.finding import Finding
from protorun.terms.dates import first_day, last_day

_IN_ORDER = ("start", "primary_completion", "completion")
_DAYS = {"years": 365.25, "months": 30.4375, "weeks": 7, "days": 1, "hours": 1 / 24, "minutes": 1 / 1440}


def contradictions(study: Study) -> Iterator[Finding]:
    """Pairs of facts of which at least one is wrong."""
    yield from _dates(study)
    yield from _ages(study)
    yield from _allocation(study)
    for block in study.blocks:
        yield from _block(block)
    for criterion in study.eligibility:
        yield from _criterion(criterion)


def _dates(study: Study) -> Iterator[Finding]:
    for early, late in combinations(_IN_ORDER, 2):
        one, other = getattr(study.dates, early).value, getattr(study.dates, late).value
        if one and other and first_day(one) > last_day(other):
            yield _error(f"dates.{late}", f"{late} {other} lies before {early} {one}")


def _ages(study: Study) -> Iterator[Finding]:
    low, high = study.enrollment.minimum_age.value, study.enrollment.maximum_age.value
    if low and high and _days(low) > _days(high):
        yield _error("enrollment.maximum_age", "the maximum age lies below the minimum age")


def _days(age: Age) -> float:
    return age.amount * _DAYS[age.unit]


def _allocation(study: Study) -> Iterator[Finding]:
    stated, arms = study.design.allocation.value, len(study.arms)
    if stated == "single_arm" and arms > 1:
        yield _error("design.allocation", f"a single-arm study with {arms} arms")
    if stated == "randomized" and arms == 1:
        yield _error("design.allocation", "a randomized study with one arm")
    chance = study.randomization
    if chance and chance.ratio.value and len(chance.ratio.value) != len(chance.arms):
        says = f"{len(chance.ratio.value)} numbers in the ratio for {len(chance.arms)} arms"
        yield _error("randomization.ratio", says)


def _block(block: Block) -> Iterator[Finding]:
    path = f"blocks[{block.id}]"
    dose, total, count = block.dose.value, block.total.value, block.count.value
    if dose and total and count and dose.unit == total.unit and not _close(dose.amount * count, total.amount):
        yield _error(path, f"{count} x {dose.amount:g} {dose.unit} is not {total.amount:g} {total.unit}")
    if block.to_cycle is not None and block.to_cycle < block.from_cycle:
        yield _error(path, f"from cycle {block.from_cycle} to cycle {block.to_cycle}")
    length = block.cycle_days.value
    late = [day for day in block.days.value or () if length and not 1 <= day <= length]
    if late:
        yield _error(f"{path}.days", f"day {late[0]} lies outside a cycle of {length} days")


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-3)


def _criterion(criterion: Criterion) -> Iterator[Finding]:
    path = f"eligibility[{criterion.id}]"
    if criterion.klass == "computable" and criterion.residual:
        yield _error(path, "called computable, but some of its words are not covered")
    for node in nodes(criterion.expr):
        if isinstance(node, Number) and _empty(node):
            yield _error(path, f"no value of {node.variable} lies between its limits")


def nodes(expr: BaseModel) -> Iterator[BaseModel]:
    """A node of a criterion tree and everything below it."""
    yield expr
    for name in type(expr).model_fields:
        inside = getattr(expr, name)
        for part in inside if isinstance(inside, tuple) else (inside,):
            if isinstance(part, BaseModel) and "atom" in type(part).model_fields:
                yield from nodes(part)


def _empty(number: Number) -> bool:
    low, high = number.low, number.high
    if low is None or high is None or low.times != high.times:
        return False
    open_end = not (low.inclusive and high.inclusive)
    return low.value > high.value or (open_end and low.value == high.value)


def _error(path: str, says: str) -> Finding:
    return Finding("error", "CONTRADICTION", path, says)
