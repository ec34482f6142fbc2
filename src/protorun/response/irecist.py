"""iRECIST: a progression waits for its confirmation, and a response may follow it. Seymour 2017, PMC5648544.

A reader tells further growth lesion by lesion: `worse` is growth since the last visit, `present` no further growth,
`improved` smaller than when it progressed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from protorun.response._grid import Bools, Grid, lay_out
from protorun.response._marker import marker_at_visits
from protorun.response._rule_table import RESPONSES, rule_table
from protorun.response._settings import Settings
from protorun.response._walk import CLEAR, PD_ABSOLUTE, Seen, new_lesions_lost, walk
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Finding, Response
from protorun.trial.tables import Lesions, TimePoints, Visits

SAYS = "iRECIST (Seymour 2017)"
COMPARTMENTS = ("whole_body", "cns", "extracranial")
READS = "lesions"
STATES = ("none", "first", "stays", "early", "late", "confirmed", "unclear")
_WORDS = (("state", STATES), ("target", RESPONSES), ("non_target", RESPONSES), ("new", ("no", "yes")))


@dataclass
class _Block:
    """The unconfirmed progression of every patient: what it was made of, and the sizes that more growth is measured from
    (increments add up, so they stay those of the first iUPD); lives only during one walk."""

    open: Bools
    done: Bools
    since: NDArray[np.int64]
    last: NDArray[np.int64]  # the last assessment that showed it
    by_target: Bools
    by_other: Bools
    by_new: Bools
    total: NDArray[np.int64]
    worse: Bools  # (patient, slot) non-targets that had progressed
    new_seen: Bools  # (patient, slot) new lesions seen up to then
    new_sum: NDArray[np.int64]


def assess(lesions: Lesions, visits: Visits | None, settings: Settings) -> TimePoints:
    """Response at every time point after baseline, iUPD and iCPD among them. A confirmed progression is dated to the
    first iUPD of its stretch; an unconfirmed one has no day of progression, unless the policy counts one that nothing but
    iUPD and NE follow: its iUPD then carry the day it would count from."""
    table = rule_table("irecist", _WORDS)
    grid = lay_out(lesions, visits)
    block = _begin(grid)
    since = np.full(grid.seen.shape, NO_DAY, np.int64)

    def decide(seen: Seen) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
        state = _step(grid, block, seen, settings)
        since[:, seen.visit] = block.since
        row = table.decide(state, seen.target, seen.non_target, seen.new.astype(np.int8))
        return row, table.overall[row]

    reasons = tuple(
        reason.replace("{how}", "grown further, or worse in another way") for reason in table.reasons
    )
    points = walk(grid, settings, decide, reasons, marker=marker_at_visits(grid, visits))
    first = since[:, 1:][grid.seen[:, 1:]]
    dated = [Response.ICPD, Response.IUPD] if settings.pending_is_event else [Response.ICPD]
    on = np.where(np.isin(points.overall, dated), first, NO_DAY)
    return replace(points, progression_on=on.astype(np.int32))


def _begin(grid: Grid) -> _Block:
    count = len(grid.patient)
    no, zero = np.zeros(count, np.bool_), np.zeros(count, np.int64)
    slots = [np.zeros((count, s.lesion.shape[1]), np.bool_) for s in (grid.non_target, grid.new)]
    day = np.full(count, NO_DAY, np.int64)
    return _Block(
        no, no.copy(), day, day.copy(), no.copy(), no.copy(), no.copy(), zero, slots[0], slots[1], zero.copy()
    )


def _step(grid: Grid, block: _Block, seen: Seen, settings: Settings) -> NDArray[np.int8]:
    """The state of every patient at a visit; moves the block on."""
    here, day = grid.seen[:, seen.visit], grid.first_day[:, seen.visit].astype(np.int64)
    new_sum, more_new, new_worse = _new_lesions(grid, block, seen.visit)
    by_target, by_other = (seen.target == Response.PD) | seen.reappeared, seen.non_target == Response.PD
    worse = by_target | by_other | seen.new
    further = (
        (np.where(block.by_target, (seen.total >= 0) & (seen.total - block.total >= PD_ABSOLUTE), by_target))
        | by_other
        | np.where(block.by_new, more_new | new_worse | (new_sum - block.new_sum >= PD_ABSOLUTE), seen.new)
    )
    lasting = (
        (block.by_target & by_target) | _still_worse(grid, block, seen.visit) | (block.by_new & seen.new)
    )
    known = (day != NO_DAY) & (block.last != NO_DAY)
    late = known & bool(settings.confirm_within_days) & (day - block.last > settings.confirm_within_days)
    soon = (day != NO_DAY) & (block.since != NO_DAY) & (day - block.since < settings.confirm_days)
    unclear = (seen.target == Response.NE) | (block.by_other & (seen.non_target == Response.NE))
    unclear |= block.by_new & new_lesions_lost(grid, seen.visit).any(axis=1)
    cases = [
        block.done & (worse | lasting), block.open & further & late, block.open & further & ~soon, block.open & further, block.open & lasting,
        block.open & unclear, ~block.open & ~block.done & worse,
    ]  # fmt: skip
    words = ("confirmed", "late", "confirmed", "early", "stays", "unclear", "first")
    state = np.select(cases, [STATES.index(word) for word in words], 0).astype(np.int8)
    block.done |= here & (state == STATES.index("confirmed"))
    block.open &= ~(here & np.isin(state, (STATES.index("confirmed"), STATES.index("none"))))
    begins = here & np.isin(state, (STATES.index("first"), STATES.index("late")))
    _open(grid, block, seen, begins, (by_target, by_other, new_sum))
    shown = here & np.isin(state, [STATES.index(word) for word in ("first", "stays", "early", "late")])
    block.last = np.where(shown, day, block.last)
    return state


def _open(
    grid: Grid, block: _Block, seen: Seen, begins: Bools, found: tuple[Bools, Bools, NDArray[np.int64]]
) -> None:
    """A first iUPD: what it is made of and what more growth is measured from."""
    by_target, by_other, new_sum = found
    at = seen.visit
    grown_alone = by_target & ~by_other & ~seen.new
    day = np.where(grown_alone, grid.last_day[:, at], grid.first_day[:, at])
    block.open |= begins
    for name, value in (
        ("since", day.astype(np.int64)), ("by_target", by_target), ("by_other", by_other), ("by_new", seen.new),
        ("total", np.maximum(seen.total, 0)), ("new_sum", new_sum),
    ):  # fmt: skip
        setattr(block, name, np.where(begins, value, getattr(block, name)))
    worse = grid.non_target.finding[:, at] == Finding.WORSE
    clear = np.isin(grid.new.finding[:, at], CLEAR)
    block.worse = np.where(begins[:, None], worse, block.worse)
    block.new_seen = np.where(begins[:, None], clear, block.new_seen)


def _new_lesions(grid: Grid, block: _Block, visit: int) -> tuple[NDArray[np.int64], Bools, Bools]:
    """Sum of the measured new lesions, whether there are more of them, and whether one that is not measured grew."""
    finding, size = grid.new.finding[:, visit], grid.new.size[:, visit].astype(np.int64)
    clear = np.isin(finding, CLEAR)
    more = np.any(clear & ~block.new_seen, axis=1)
    grown = np.any((finding == Finding.WORSE) & (size < 0), axis=1)
    return np.where(clear & (size > 0), size, 0).sum(axis=1), np.asarray(more), np.asarray(grown)


def _still_worse(grid: Grid, block: _Block, visit: int) -> Bools:
    """Non-target lesions that had progressed and are there without having become smaller."""
    finding = grid.non_target.finding[:, visit]
    return np.asarray((block.worse & np.isin(finding, (Finding.PRESENT, Finding.WORSE))).any(axis=1))
