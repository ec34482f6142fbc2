"""A block's timing in the words of a protocol."""

from __future__ import annotations

from protorun.schedule.timing import planned_count
from protorun.study.treatment import Block, Start


def when(block: Block) -> str:
    """When the block is given, e.g. `days 1, 8 of each 21-day cycle`; `not stated` when nothing is known."""
    words = [_timing(block), in_cycles(block)]
    if (total := planned_count(block)) is not None:
        words.append(f"{total} {'fractions' if block.kind == 'radiotherapy' else 'doses'}")
    return ", ".join(w for w in words if w) or "not stated"


def starts(start: Start | None) -> str:
    """Where the block begins, e.g. `day 1` or `14 days after the start of it_induction`."""
    if start is None:
        return "not stated"
    if start.anchor == "treatment start":
        return f"day {start.offset_days + 1}"
    where = start.anchor.replace("end of block:", "the last dose of ").replace("block:", "the first dose of ")
    return f"{start.offset_days} days after {where}"


def dose(block: Block) -> str:
    """The dose as stated, e.g. `10 mg/kg`."""
    value = block.dose.value
    return f"{value.amount:g} {value.unit}" if value else "not stated"


def _timing(block: Block) -> str:
    if block.days.value is not None:
        days = ", ".join(map(str, block.days.value))
        length = f" of each {block.cycle_days.value}-day cycle" if block.cycle_days.known else ""
        return f"day{'s' if len(block.days.value) > 1 else ''} {days}{length}"
    if block.per_week.value is not None:
        weeks = f" for {block.weeks.value} weeks" if block.weeks.known else ""
        return f"{block.per_week.value} per week{weeks}"
    if block.every_days.value is not None:
        return "daily" if block.every_days.value == 1 else f"every {block.every_days.value} days"
    if block.every_months.value is not None:
        return "every month" if block.every_months.value == 1 else f"every {block.every_months.value} months"
    return f"{block.cycle_days.value}-day cycles, days not stated" if block.cycle_days.known else ""


def in_cycles(block: Block) -> str:
    """`cycle 1`, `from cycle 2`; empty for a block that is given in every cycle."""
    if block.from_cycle == 1 and block.to_cycle is None:
        return ""
    if block.to_cycle is None:
        return f"from cycle {block.from_cycle}"
    same = block.to_cycle == block.from_cycle
    return f"cycle {block.from_cycle}" if same else f"cycles {block.from_cycle} to {block.to_cycle}"
