"""Arms with the patients they take and what they give; what waits for what; randomization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from protorun.report.facts import plain
from protorun.report.parts import Parts
from protorun.study.arm import Arm
from protorun.study.treatment import Block

ORDER, TITLE = 40, "Arms"


def build(parts: Parts) -> dict[str, Any] | None:
    """Arms in words; None when the record describes none."""
    study = parts.study
    if not study.arms and study.randomization is None:
        return None

    def blocks_of(arm: Arm) -> list[str]:
        return [block_words(study.block(b)) for b in arm.blocks]

    return {"blocks_of": blocks_of, "population": population_words, "numbers": parts.numbers}


def population_words(arm: Arm) -> str:
    """Whom an arm takes, in words."""
    population = arm.population
    ways = " or ".join(_conditions(way) for way in population.any_of)
    rules = "; ".join(filter(None, (_conditions(population.require), ways)))
    return rules or population.text.value or "all patients of the trial"


def _conditions(required: Mapping[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {' or '.join(values)}" for name, values in required.items())


def block_words(block: Block) -> str:
    """A block in one line: agent, phase, dose, route, timing."""
    dose = block.dose.value
    amount = f"{dose.amount:g} {dose.unit}" if dose else "dose not stated"
    if block.dose_by_rule:
        amount += " (set by the dose rule)"
    words = [block.phase, block.agent.value or "?", amount, "/".join(block.routes.value or ())]
    return " ".join(w for w in words if w) + f", {timing_words(block)}"


def timing_words(block: Block) -> str:
    """When a block is given, in words."""
    parts: list[str] = []
    if block.days.value:
        parts.append(f"day {plain(block.days.value)} of each cycle")
    if block.cycle_days.value:
        parts.append(f"every {block.cycle_days.value} days")
    if block.per_week.value:
        parts.append(f"{block.per_week.value} x per week")
    if block.weeks.value:
        parts.append(f"for {block.weeks.value} weeks")
    if block.every_days.value:
        parts.append(f"once every {block.every_days.value} days")
    if block.count.value:
        parts.append(f"{block.count.value} in all")
    if block.from_cycle > 1 or block.to_cycle:
        parts.append(
            f"cycle {block.from_cycle}"
            + ("" if block.to_cycle == block.from_cycle else f" to {block.to_cycle or 'the end'}")
        )
    if block.condition.value:
        parts.append(f"if {block.condition.value}")
    if block.until.value:
        parts.append(f"until {' or '.join(block.until.value)}")
    return ", ".join(parts) or "timing not stated"
