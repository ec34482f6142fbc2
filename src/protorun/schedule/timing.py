"""From a block to its administrations in planned days, before any date is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from protorun.errors import NotStated
from protorun.study.treatment import NO_LENGTH, Block

LATER_PHASES = ("consolidation", "concomitant", "maintenance")
"""Phases that follow something; without a stated start nobody knows their first day."""


@dataclass(frozen=True)
class Slot:
    """One planned administration: days after the block's clock starts, its label, and a key that never changes."""

    offset: int
    label: str
    key: str
    cycle: int | None = None


def planned_count(block: Block) -> int | None:
    """Number of administrations when the block has an end of its own, else None."""
    if block.count.value is not None:
        return block.count.value
    if block.per_week.value is not None and block.weeks.value is not None:
        return block.per_week.value * block.weeks.value
    if block.days.value is not None and block.cycle_days.known and block.to_cycle is not None:
        return len(block.days.value) * (block.to_cycle - block.from_cycle + 1)
    if block.every_days.value is not None and block.weeks.value is not None:
        return -(-7 * block.weeks.value // block.every_days.value)
    return None


def bounded(block: Block) -> bool:
    """True when the block has an end of its own; otherwise it runs until something ends it."""
    timings = (block.cycle_days, block.per_week, block.every_days)
    once = block.days.known and not _comes_again(block) and not any(f.known for f in timings)
    return planned_count(block) is not None or once


def _comes_again(block: Block) -> bool:
    """True when the days repeat after a time that was not understood or is not stated."""
    return "unread" in (block.cycle_days.basis, block.every_days.basis) or block.cycle_days.note == NO_LENGTH


def slots(block: Block) -> Iterator[Slot]:
    """The block's administrations in order; endless when the block is. Raises NotStated with the path that is missing.

    A stated number of doses wins over what the days would give.
    """
    return islice(_endless(block), planned_count(block))


def _endless(block: Block) -> Iterator[Slot]:
    if block.days.value is not None and block.cycle_days.value is not None:
        return _in_cycles(block, block.days.value, block.cycle_days.value)
    if block.per_week.value is not None:
        return _in_weeks(block, _week_days(block, block.per_week.value))
    if block.every_days.value is not None:
        return _every(block, block.every_days.value)
    if block.days.value is not None and _comes_again(block):
        raise NotStated(
            f"how often the days of {block.agent.value} come again", path=f"blocks[{block.id}].cycle_days"
        )
    if block.days.value is not None:
        return _once(block, block.days.value)
    raise NotStated(f"{_what_is_missing(block)} of {block.agent.value}", path=_missing_path(block))


def _in_cycles(block: Block, days: tuple[int, ...], length: int) -> Iterator[Slot]:
    for cycle in count(block.from_cycle):
        if block.to_cycle is not None and cycle > block.to_cycle:
            return
        for day in sorted(days):
            yield Slot((cycle - 1) * length + day - 1, f"C{cycle}D{day}", f"c{cycle}d{day}", cycle)


def _in_weeks(block: Block, week_days: tuple[int, ...]) -> Iterator[Slot]:
    number = count(1)
    for week in count(0):
        for day in week_days:
            yield _numbered(block, next(number), 7 * week + day - 1)


def _week_days(block: Block, per_week: int) -> tuple[int, ...]:
    if block.week_days.value is not None:
        return tuple(sorted(block.week_days.value))
    if per_week == 1:
        return (1,)
    if per_week == 7:
        return tuple(range(1, 8))
    raise NotStated(
        f"the days of the week of {block.agent.value} ({per_week} per week)",
        path=f"blocks[{block.id}].week_days",
    )


def _every(block: Block, days: int) -> Iterator[Slot]:
    return (_numbered(block, n + 1, n * days) for n in count())


def _once(block: Block, days: tuple[int, ...]) -> Iterator[Slot]:
    """Days of a course that the record does not repeat."""
    return (Slot(day - 1 if day > 0 else day, f"D{day}", f"d{day}") for day in sorted(days))


def _numbered(block: Block, number: int, offset: int) -> Slot:
    total = planned_count(block)
    name = block.phase if block.phase not in ("", "cycles") else "dose"
    return Slot(offset, f"{name} {number}/{total}" if total else f"{name} {number}", str(number))


def _what_is_missing(block: Block) -> str:
    if block.every_months.known:
        return "the length of a month in days for the treatment"
    return "the days of the cycle" if block.cycle_days.known else "the days of treatment"


def _missing_path(block: Block) -> str:
    return f"blocks[{block.id}].{'every_days' if block.every_months.known else 'days'}"
