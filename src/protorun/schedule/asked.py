"""Whether what was asked of a calendar fits the study: a word nobody knows is refused, never passed over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import islice

from protorun.errors import NotStated, UsageError
from protorun.schedule.blocks import CYCLE, MOST_DOSES
from protorun.schedule.timing import slots
from protorun.study.study import Study
from protorun.study.treatment import Block

ENDS = ("progression", "relapse", "toxicity", "death", "withdrawal", "investigator")
"""Ends that can happen in any trial; a block ends by those its record names, and by death and withdrawal."""
END_EVERYTHING = ("death", "withdrawal")
_COUNTS = ("cycle_days", "per_week", "weeks", "every_days", "count", "per_day")


def check_asked(
    study: Study,
    blocks: tuple[Block, ...],
    *,
    ended: Mapping[str, date],
    conditions: Mapping[str, bool],
    results: Collection[str],
) -> None:
    """Raises UsageError for an end, a condition or a result that nothing in the study waits for."""
    named = {code for block in study.blocks for code in block.until.value or ()}
    named |= {code for activity in study.activities for code in activity.until.value or ()}
    _known(ended, dict.fromkeys((*ENDS, *sorted(named))), "end of treatment")
    waited = {b.condition.value for b in study.blocks if b.condition.value}
    _known(conditions, waited, "condition")
    _known(results, {gate.result for gate in study.gates}, "result")
    for block in blocks:
        _check_counts(block)


def check_dates(
    start: date, *, until: date | None, ended: Mapping[str, date], weighed: Iterable[date]
) -> None:
    """Raises UsageError for what would lie before day 1."""
    for what, day in (("the last day", until), *ended.items(), *(("a later weight", day) for day in weighed)):
        if day is not None and day < start:
            raise UsageError(f"{what} on {day} lies before day 1, {start}")


def check_actual(study: Study, arm_blocks: tuple[Block, ...], actual: Mapping[str, date]) -> None:
    """Raises UsageError for a delay that names no cycle, block or dose of the arm."""
    for key in actual:
        id, _, slot = key.partition("/")
        if CYCLE.fullmatch(key):
            fits = any(_has(block, key) for block in arm_blocks)
        else:
            fits = any(b.id == id and (not slot or _has(b, slot)) for b in arm_blocks)
        if not fits:
            there = ", ".join(("C2 (a cycle)", *(b.id for b in arm_blocks), "BLOCK/3 (its third dose)"))
            raise UsageError(f"no cycle, block or dose {key!r}; there are: {there}")


def _has(block: Block, slot: str) -> bool:
    """Whether the block has a dose or a cycle of that name; nobody can tell while its days are not stated."""
    try:
        return any(slot in (s.key, f"C{s.cycle}") for s in islice(slots(block), MOST_DOSES))
    except NotStated:
        return not CYCLE.fullmatch(slot) or block.cycle_days.known


def _check_counts(block: Block) -> None:
    for name in _COUNTS:
        value = getattr(block, name).value
        if value is not None and value < 1:
            raise UsageError(f"blocks[{block.id}].{name} is {value}; it counts from 1")


def _known(asked: Collection[str], there_are: Collection[str], what: str) -> None:
    for word in asked:
        if word not in there_are:
            raise UsageError(f"no {what} {word!r}; there are: {', '.join(sorted(there_are)) or 'none'}")
