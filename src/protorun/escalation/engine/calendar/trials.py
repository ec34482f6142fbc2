"""Calendar trials of any design: at each arrival what is known is counted, the rule decides, the candidate is treated.

No patient data and no schedule are needed; all trials of a batch go on together, each by its own clock. A trial's numbers
depend on (seed, trial, candidate) alone, so the result is the same for any batch."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protorun.errors import NotStated, UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._for_study import Executable, as_design
from protorun.escalation._slots import Needs
from protorun.escalation.engine.calendar.decided import Decided
from protorun.escalation.engine.calendar.draws import Draws
from protorun.escalation.engine.calendar.summary import Ended, characteristics, joined
from protorun.escalation.engine.calendar.timing import FloatArray, Timing
from protorun.escalation.engine.calendar.ward import Bools, Ints, Ward, open_ward
from protorun.escalation.engine.characteristics import OperatingCharacteristics, checked_rates
from protorun.trial.decision import Action
from protorun.trial.outcomes import Outcomes

BATCH = 4096  # trials that go on together


def by_calendar(
    what: Executable,
    dlt_rates: ArrayLike,
    *,
    timing: Timing,
    trials: int = 10_000,
    seed: int = 1,
    reading: str | None = None,
    batch: int = BATCH,
) -> OperatingCharacteristics:
    """Operating characteristics of a design on a calendar, from `trials` simulated trials for each scenario.

    `dlt_rates` is (scenario, level), lowest dose first: the probability of a DLT within the window. `calendar` of the
    result tells durations in days and who was replaced. Raises UsageError for rates that do not fit or no trials,
    NotStated where the rule waits for what cannot come."""
    if trials < 1 or batch < 1:
        raise UsageError(f"at least one trial is needed, not {min(trials, batch)}")
    truths = np.atleast_2d(np.asarray(dlt_rates, np.float64))
    design = as_design(what, reading, truths.shape[-1])
    rates = checked_rates(truths, design.levels)
    scenarios = [play(design, truth, timing, np.arange(trials), seed=seed, batch=batch) for truth in rates]
    return characteristics(design, rates, scenarios, seed=seed)


def play(
    design: Design, rates: FloatArray, timing: Timing, trials: Ints, *, seed: int, batch: int = BATCH
) -> Ended:
    """These trials (by number) under one scenario, to their end, in the order of their numbers."""
    draws, decided = Draws(seed, timing), Decided(design)
    parts: list[tuple[Ints, Ended]] = []
    for at in range(0, len(trials), batch):
        trial = trials[at : at + batch]
        first = draws.gap(trial, np.zeros_like(trial)) if timing.accrual.first_gap else np.zeros(len(trial))
        ward = open_ward(trial, design.start()[0], design.levels, first)
        while len(ward):
            ward, ended = _step(decided, rates, draws, ward)
            parts += ended
    return joined(parts)


def _step(
    decided: Decided, rates: FloatArray, draws: Draws, ward: Ward
) -> tuple[Ward, list[tuple[Ints, Ended]]]:
    """One decision in each trial, and what follows it; the trials that go on, and those that have ended."""
    design = decided.design
    ward.learn()
    seen = ward.seen(
        design.needs, draws.timing.window_days, last=design.fills_cohorts or design.needs >= Needs.LAST
    )
    action, level, reason = decided.moves(seen).T
    _remember_closed(design, ward, seen)
    over = (action == Action.FINISH) | (action == Action.STOP)
    ended = [_ended(ward, np.where(action == Action.FINISH, level, -1), reason, draws.timing, over)]
    if over.any():
        ward, action, level, reason = ward.where(~over), action[~over], level[~over], reason[~over]
    goes = action == Action.ENROLL
    _account(ward, goes)
    if goes.any():
        row = np.flatnonzero(goes)
        course = draws.course(ward.trial[row], ward.candidate[row], rates[level[row]])
        filled = reason[row] == _code(design, "fill_cohort")
        ward.admit(row, level[row], course, same_cohort=filled)
    until = ward.clock.copy()
    row = np.flatnonzero(~goes)
    if len(row):
        until[row] = _waits_for(design, ward, row, reason[row], draws.timing.while_suspended)
    _next(ward, draws, goes, until)
    return ward, ended


def _code(design: Design, reason: str) -> int:
    return design.reasons.index(reason) if reason in design.reasons else -1


def _remember_closed(design: Design, ward: Ward, seen: Outcomes) -> None:
    """A level once closed stays closed; a lowest level that is too toxic for now is left to the rule."""
    if design.needs >= Needs.PENDING and isinstance(design, Composed):
        found = design.closed(seen)
        ward.closed |= found & ~found[:, :1]


def _account(ward: Ward, goes: Bools) -> None:
    """Suspended days: from the decision to wait to the outcome after which patients were treated again."""
    begins = ~goes & np.isnan(ward.since)
    ward.since[begins] = ward.clock[begins]
    closes = goes & ~np.isnan(ward.since)
    ward.suspended[closes] += np.maximum(ward.learned - ward.since, 0)[closes]
    ward.since[closes] = np.nan


def _ended(
    ward: Ward, mtd: NDArray[np.int16], reason: NDArray[np.int16], timing: Timing, over: Bools
) -> tuple[Ints, Ended]:
    done = ward.where(over)
    days = done.learned
    if timing.ends == "last_arrival_and_window":
        days = done.start.max(axis=1) + timing.window_days
    return done.trial, Ended(
        mtd[over].astype(np.int16),
        reason[over],
        done.n,
        done.dlt,
        done.treated,
        done.left,
        days,
        done.suspended,
    )


def _waits_for(design: Design, ward: Ward, row: Ints, reason: NDArray[np.int16], waiting: str) -> FloatArray:
    """Until when nothing can change: the next outcome (with all treated, the next that matters), or the next arrival where
    it is follow-up that lacks. Raises NotStated where nobody is under observation."""
    full = reason == _code(design, "wait_full")
    if isinstance(design, Composed) and design.most is not None:
        full &= (ward.n[row].sum(axis=1) + ward.pending[row].sum(axis=1)) >= design.most
    found = ward.next_outcome(row, full=full)
    if np.isinf(found).any():
        raise NotStated("what follows where the rule waits and nobody is pending", path="dose_rule.readings")
    # Follow-up alone can end these waits: whoever comes next is asked about again.
    lacks = (reason == _code(design, "wait_follow_up")) | ((design.needs >= Needs.PATIENTS) & ~full)
    return np.where(lacks & (waiting == "lost"), ward.clock[row], found)


def _next(ward: Ward, draws: Draws, goes: Bools, until: FloatArray) -> None:
    """The clock goes to the next decision: the first arrival from `until` on, or the candidate who has waited until then."""
    comes = np.ones(len(ward), np.bool_)
    if draws.timing.while_suspended == "waits":
        stays = ~goes & (until > ward.clock)
        ward.clock[stays] = until[stays]
        comes = ~stays
    row = np.flatnonzero(comes)
    while len(row):  # those who come before `until` are lost
        ward.candidate[row] += 1
        ward.arrival[row] += draws.gap(ward.trial[row], ward.candidate[row])
        ward.clock[row] = ward.arrival[row]
        row = row[ward.arrival[row] < until[row]]
