"""Time points of all patients, visit by visit: sums, nadir, target and non-target response, new lesions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.response._grid import Bools, Grid, Slots
from protorun.response._marker import with_marker
from protorun.response._rows import BASELINE_LESION, LESION, MARKER_MISSING, NO_BASELINE, write
from protorun.response._settings import Settings
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Finding, Response
from protorun.trial.tables import IntArray, TimePoints

Codes = NDArray[np.int8]
NODE_NORMAL = 1000  # RECIST 1.1, 4.3.1: a node under 10 mm short axis is normal
PD_ABSOLUTE = 500  # RECIST 1.1, 4.3.1: an absolute increase of at least 5 mm
_UNKNOWN = np.int64(2**40)
CLEAR = (Finding.PRESENT, Finding.TOO_SMALL, Finding.WORSE, Finding.IMPROVED)
_LATE = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Seen:
    """What one visit shows of every patient; the rule of a criterion turns it into rows of its table."""

    visit: int
    target: Codes
    non_target: Codes
    new: Bools
    reappeared: Bools
    total: NDArray[np.int64]
    """Sum of the targets, -1 where one was not assessed."""


Decide = Callable[[Seen], tuple[NDArray[np.int16], Codes]]
"""From what a visit shows to (row of the rule table, overall response) of every patient."""


@dataclass
class _Path:
    """What a patient carries from visit to visit; lives only during one walk."""

    nadir: NDArray[np.int64]
    size_at_nadir: NDArray[np.signedinteger]
    had_pr: Bools
    had_cr: Bools


def walk(
    grid: Grid,
    settings: Settings,
    decide: Decide,
    reasons: tuple[str, ...],
    *,
    marker: Codes | None = None,
) -> TimePoints:
    """Response of every patient at every visit after baseline. Nadir includes baseline; incomplete sums never set it.
    `marker` is the state of a tumor marker as (patient, visit), in the codes of `MARKER`."""
    baseline = _baseline_sum(grid)
    count, unit = len(grid.patient), 100 if settings.measure == "area" else 1
    path = _Path(
        baseline.copy(), grid.target.size[:, 0], np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    )
    non_target, (new, new_on) = _non_target(grid), _new(grid)
    by_marker = np.zeros(grid.seen.shape, np.bool_)
    if marker is not None:
        non_target, by_marker = with_marker(grid, non_target, marker)
    found = []
    for visit in range(1, grid.seen.shape[1]):
        target, total, nadir = _target(grid, settings, path, baseline, visit)
        back = path.had_cr & _reappeared(grid, visit)
        seen = Seen(visit, target, non_target[:, visit], new[:, visit], back, total)
        row, overall = decide(seen)
        here = grid.seen[:, visit]
        path.had_cr |= here & ((overall == Response.CR) | (overall == Response.ICR))
        kind, lesion = _item(grid, seen, baseline)
        kind = np.where((kind == 0) & by_marker[:, visit], MARKER_MISSING, kind).astype(np.int8)
        sums = (total // unit, nadir // unit)
        found.append((target, seen.non_target, seen.new, back, overall, row, *sums, kind, lesion))
    return write(grid, found, np.where(baseline == _UNKNOWN, -1, baseline // unit), new_on, reasons)


def _baseline_sum(grid: Grid) -> NDArray[np.int64]:
    """Sum of targets at baseline; unknown when one was not measured or there was no baseline visit."""
    size, used = grid.target.size[:, 0].astype(np.int64), grid.target.used
    total = np.where(used, size, 0).sum(axis=1)
    complete = ~(used & (size < 0)).any(axis=1) & grid.seen[:, 0]
    return np.where(complete, total, _UNKNOWN)


def _target(
    grid: Grid, settings: Settings, path: _Path, baseline: NDArray[np.int64], visit: int
) -> tuple[Codes, NDArray[np.int64], NDArray[np.int64]]:
    """Target response, sum (-1 = incomplete) and the nadir it was compared with; moves the path on."""
    size, used = grid.target.size[:, visit].astype(np.int64), grid.target.used
    missing = (used & (size < 0)).any(axis=1)
    total = np.where(used & (size >= 0), size, 0).sum(axis=1)
    known = baseline != _UNKNOWN
    nadir = path.nadir.copy()
    # Exact integer tests: increases of exactly 20 % and decreases of exactly 30 % are common.
    worse = known & (100 * (total - nadir) >= settings.pd_percent * nadir) & (total > nadir)
    worse &= _grown(path, settings, size, total) & (settings.partial_pd | ~missing)
    gone = ~(used & np.where(grid.target.nodal, size >= NODE_NORMAL, size != 0)).any(axis=1)
    less = 100 * (baseline - total)
    shrunk = less >= settings.pr_percent * baseline
    minor = (less >= settings.mr_percent * baseline) & bool(settings.mr_percent)
    stays = settings.sticky_response & path.had_pr
    none = ~used.any(axis=1) & grid.seen[:, 0]
    found = np.select(
        [none, worse, ~known | missing, gone, shrunk | stays, minor],
        [Response.NONE, Response.PD, Response.NE, Response.CR, Response.PR, Response.MR],
        Response.SD,
    ).astype(np.int8)
    here = grid.seen[:, visit]
    lower = here & known & ~missing & (total < nadir)
    path.nadir = np.where(lower, total, nadir)
    path.size_at_nadir = np.where(lower[:, None], size, path.size_at_nadir)
    responded = np.isin(found, (Response.PR, Response.CR))
    path.had_pr = np.where(here, (path.had_pr | responded) & (found != Response.PD), path.had_pr)
    return found, np.where(missing | none, -1, total), np.where(known & ~none, nadir, -1)


def _grown(path: _Path, settings: Settings, size: NDArray[np.int64], total: NDArray[np.int64]) -> Bools:
    """The absolute growth that progression needs beside the 20 %."""
    reborn = path.nadir == 0  # from nothing, any reappearance is growth
    if settings.pd_abs_mode == "none":
        return np.ones(len(total), np.bool_)
    if settings.pd_abs_mode == "sum":
        return np.asarray(reborn | (total - path.nadir >= PD_ABSOLUTE))
    both = (size >= 0) & (path.size_at_nadir >= 0)
    return np.asarray(reborn | (both & (size - path.size_at_nadir >= PD_ABSOLUTE)).any(axis=1))


def _non_target(grid: Grid) -> Codes:
    """Non-target response of every visit; a small node counts as gone; one lesion not assessed makes NE."""
    slots = grid.non_target
    used = slots.used[:, None, :]
    gone = _gone(slots)
    worse = np.any(used & (slots.finding == Finding.WORSE), axis=2)
    missing = np.any(used & (slots.finding == Finding.NOT_ASSESSED), axis=2)
    none = ~np.any(slots.used, axis=1, keepdims=True) & grid.seen[:, :1]
    found = np.select(
        [
            worse,
            np.broadcast_to(none, worse.shape),
            missing | ~grid.seen[:, :1],
            np.all(gone | ~used, axis=2),
        ],
        [Response.PD, Response.NONE, Response.NE, Response.CR],
        Response.NON_CR_NON_PD,
    )
    return found.astype(np.int8)


def _gone(slots: Slots) -> Bools:
    normal_node = slots.nodal[:, None, :] & (slots.size >= 0) & (slots.size < NODE_NORMAL)
    known = slots.finding != Finding.NOT_ASSESSED
    return np.asarray((slots.finding == Finding.ABSENT) | (known & (normal_node | (slots.size == 0))))


def _reappeared(grid: Grid, visit: int) -> Bools:
    """A lesion outside the nodes is seen again."""
    target = grid.target.used & ~grid.target.nodal & (grid.target.size[:, visit] > 0)
    other = grid.non_target.used & ~grid.non_target.nodal
    finding = grid.non_target.finding[:, visit]
    other &= np.isin(finding, CLEAR) & ~_gone(grid.non_target)[:, visit]
    return np.asarray(target.any(axis=1) | other.any(axis=1))


def _new(grid: Grid) -> tuple[Bools, IntArray]:
    """Is there a new lesion, and since which scan: an equivocal one counts once it is clear, from its first scan on."""
    slots = grid.new
    clear = np.isin(slots.finding, CLEAR)
    shown = clear | (slots.finding == Finding.EQUIVOCAL)
    first = np.where(shown & (slots.day != NO_DAY), slots.day, _LATE).min(axis=1, initial=_LATE)
    since = np.where(clear, first[:, None, :], _LATE).min(axis=2, initial=_LATE)
    return np.asarray(clear.any(axis=2)), np.where(since == _LATE, NO_DAY, since).astype(np.int32)


def _item(grid: Grid, seen: Seen, baseline: NDArray[np.int64]) -> tuple[NDArray[np.int8], IntArray]:
    """What is missing, as (kind, lesion): of the targets when those are not evaluable, else of the non-targets,
    else of the new lesions."""
    target = seen.target == Response.NE
    lost = grid.target.used & (grid.target.size[:, seen.visit] < 0)
    lost_at_start = grid.target.used & (grid.target.size[:, 0] < 0)
    other = grid.non_target.used & (grid.non_target.finding[:, seen.visit] == Finding.NOT_ASSESSED)
    new = new_lesions_lost(grid, seen.visit)
    unknown, others = target & (baseline == _UNKNOWN), other.any(axis=1)
    kind = np.select(
        [~grid.seen[:, 0], unknown, target | others | new.any(axis=1)],
        [NO_BASELINE, BASELINE_LESION, LESION],
        0,
    )
    lesion = np.select(
        [unknown, target, others],
        [_first(grid.target, lost_at_start), _first(grid.target, lost), _first(grid.non_target, other)],
        _first(grid.new, new),
    )
    return kind.astype(np.int8), lesion.astype(np.int32)


def new_lesions_lost(grid: Grid, visit: int) -> Bools:
    """New lesions of earlier visits that nobody looked at in this one, as (patient, slot)."""
    finding = grid.new.finding
    before = np.isin(finding[:, :visit], CLEAR).any(axis=1)
    return np.asarray(before & (finding[:, visit] == Finding.NOT_ASSESSED))


def _first(slots: Slots, which: Bools) -> IntArray:
    if not which.shape[1]:
        return np.full(len(which), -1, np.int32)
    found: IntArray = np.take_along_axis(slots.lesion, which.argmax(axis=1)[:, None], 1)[:, 0]
    return found
