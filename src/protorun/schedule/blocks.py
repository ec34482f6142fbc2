"""Each block of an arm on the calendar: its clock, anchored on the treatment start or on another block."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from types import MappingProxyType

from protorun.errors import NotStated, UsageError
from protorun.schedule.clock import Clock, slipped
from protorun.schedule.timing import LATER_PHASES, Slot, bounded, planned_count, slots
from protorun.schedule.workdays import workdays
from protorun.study.study import Study
from protorun.study.treatment import Block, Start

CYCLE = re.compile(r"C(\d+)")
_WEEKDAYS = 5
MOST_DOSES = 20_000
"""More than fifty years of daily doses; beyond that a number is a mistake."""


@dataclass(frozen=True)
class Setting:
    """What is known of one patient's treatment: start, what really happened when, and closed days."""

    study: Study
    start: date
    actual: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))
    closed: Collection[date] = frozenset()
    most: int = 400
    """How many doses of a block without an end are of interest."""


@dataclass(frozen=True)
class Laid:
    """A block with the date of each slot; `bounded` is False when the block has no end of its own."""

    block: Block
    clock: Clock
    slots: tuple[Slot, ...]
    dates: tuple[date, ...]
    bounded: bool
    note: str = ""

    @property
    def first(self) -> date:
        return self.dates[0]


def lay_block(block: Block, setting: Setting, above: tuple[str, ...] = ()) -> Laid:
    """The block on the calendar. Raises NotStated with the path of what is missing, UsageError for a circle of anchors
    or for an actual date that comes before an earlier dose."""
    if block.id in above:
        raise UsageError(f"blocks {' -> '.join((*above, block.id))} wait for each other")
    start, note = _start(block, setting, (*above, block.id))
    laid = _fractions(block, start, setting) if block.kind == "radiotherapy" else None
    laid = laid or _doses(block, start, setting)
    for before, after, slot in zip(laid.dates, laid.dates[1:], laid.slots[1:], strict=False):
        if after <= before:
            raise UsageError(f"{block.id}: {slot.label} on {after} would not come after the dose on {before}")
    return Laid(block, laid.clock, laid.slots, laid.dates, laid.bounded, note)


def _start(block: Block, setting: Setting, above: tuple[str, ...]) -> tuple[date, str]:
    if (given := setting.actual.get(block.id)) is not None:
        return given, ""
    start = block.start.value
    if start is None:
        if block.phase in LATER_PHASES or block.start.basis == "unread":
            raise NotStated(
                f"when {f'{block.phase} {block.agent.value}'.strip()} starts",
                path=f"blocks[{block.id}].start",
            )
        return setting.start, "start not stated: laid out from day 1"
    if start.anchor == "treatment start":
        return setting.start + timedelta(days=start.offset_days), ""
    return _anchored(start, block, setting, above), ""


def _anchored(start: Start, block: Block, setting: Setting, above: tuple[str, ...]) -> date:
    where, _, id = start.anchor.rpartition("block:")
    if where not in ("", "end of ") or all(b.id != id for b in setting.study.blocks):
        raise UsageError(f"{block.id}: there is no anchor {start.anchor!r}")
    other = lay_block(setting.study.block(id), setting, above)
    if where == "":
        return other.clock.on(other.slots[0].offset + start.offset_days)
    if not other.bounded:
        raise NotStated(f"an end of {id}, which {block.id} waits for", path=f"blocks[{block.id}].start")
    return other.dates[-1] + timedelta(days=start.offset_days)


def _doses(block: Block, start: date, setting: Setting) -> Laid:
    planned = tuple(islice(slots(block), MOST_DOSES + 1 if bounded(block) else min(setting.most, MOST_DOSES)))
    if len(planned) > MOST_DOSES:
        raise UsageError(f"{block.id} has more than {MOST_DOSES} doses; no calendar holds them")
    clock = Clock(start)
    for slot in planned if setting.actual else ():
        if (actual := _actual(block, slot, setting.actual)) is not None:
            clock = slipped(clock, slot.offset, actual)
    dates = tuple(clock.on(slot.offset) for slot in planned)
    return Laid(block, clock, planned, dates, bounded(block))


def _actual(block: Block, slot: Slot, actual: Mapping[str, date]) -> date | None:
    """The real date of a slot: `block/key` for one dose, `block/C2` or `C2` for the first dose of a cycle."""
    given = actual.get(f"{block.id}/{slot.key}")
    if given is None and slot.cycle is not None and _opens(block, slot):
        given = actual.get(f"{block.id}/C{slot.cycle}", actual.get(f"C{slot.cycle}"))
        if given is not None:  # the cycle opens on its day 1, also when this block's first day is later
            given += timedelta(days=min(block.days.value or (1,)) - 1)
    return given


def _opens(block: Block, slot: Slot) -> bool:
    return slot.key == f"c{slot.cycle}d{min(block.days.value or (1,))}"


def _fractions(block: Block, start: date, setting: Setting) -> Laid | None:
    """Radiotherapy on working days; a day that is closed or missed is made up at the end."""
    total = planned_count(block)
    if total is None or total > MOST_DOSES or (block.per_week.known and block.per_week.value != _WEEKDAYS):
        return None
    closed = set(setting.closed)
    days: list[date] = []
    source = workdays(start, closed)
    for number in range(1, total + 1):
        if (actual := setting.actual.get(f"{block.id}/{number}")) is not None:
            source = workdays(actual, closed - {actual})
        days.append(next(source))
    planned = tuple(
        Slot((on - start).days, f"fraction {n}/{total}", str(n)) for n, on in enumerate(days, start=1)
    )
    return Laid(block, Clock(start), planned, tuple(days), bounded=True)
