"""A recipe bound to dose levels: the one `decide` of every design that is put together from parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.escalation._design import templates
from protorun.escalation._slots import Closed, Needs, Proposal, Recipe, Rule, upward
from protorun.escalation.modifiers.cohorts import Cohorts, Start
from protorun.escalation.modifiers.limits import Limit
from protorun.escalation.modifiers.mtd import Mtd, RuleMtd
from protorun.escalation.modifiers.safety import Safety
from protorun.escalation.modifiers.stops import Stop, StopAt
from protorun.escalation.modifiers.titration import Titration
from protorun.trial.decision import Action, Decision
from protorun.trial.outcomes import CountArray, Outcomes

_SHARED = (
    "start",
    "fill_cohort",
    "wait_pending",
    "stop_lowest_closed",
    "stop_all_overdose",
    "titrate",
    "fill_titration",
    "no_mtd",
)
_LOWEST, _NONE = np.int16(0), np.int16(-1)


@dataclass(frozen=True)
class Composed:
    """A rule with its modifiers over named levels, lowest dose first. `decide` goes through the same steps for every rule:
    the lowest level too toxic; a cohort that is not complete; titration; the rule's proposal under the limits; the stops.

    `numbered` lists the levels in the order in which outcome strings number them, where a record has an order of its own.
    """

    recipe: Recipe
    labels: tuple[str, ...]
    fills_cohorts: bool = True
    numbered: tuple[int, ...] = ()
    reasons: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.labels:
            raise UsageError("a design needs at least one dose level")
        self.rule.check(len(self.labels))
        if self.start()[0] >= len(self.labels):
            raise UsageError(f"the trial cannot start at level {self.start()[0] + 1} of {len(self.labels)}")
        if self.numbered and sorted(self.numbered) != list(range(len(self.labels))):
            raise UsageError("every level has one number in the order of the levels")
        if self.needs >= Needs.PENDING and self._titration is not None:
            raise UsageError(f"{self.name} decides with patients under observation; titration wants to wait")
        codes = (
            *_SHARED,
            *(("wait_full",) if self.needs >= Needs.PENDING else ()),
            *self.rule.reasons,
            *(s.code for s in self._limits),
            *(s.code for s in self._stops),
        )
        object.__setattr__(self, "reasons", tuple(dict.fromkeys(codes)))

    @property
    def rule(self) -> Rule:
        return self.recipe.rule

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def variant(self) -> str:
        return self.rule.variant

    @property
    def levels(self) -> int:
        return len(self.labels)

    @property
    def order(self) -> tuple[int, ...]:
        return self.numbered or tuple(range(self.levels))

    @property
    def monotone(self) -> bool:
        return self.rule.monotone

    @property
    def local(self) -> bool:
        """Whether a table of (patients, DLTs) at one level says everything."""
        return self.rule.local and not self._limits and self._titration is None

    @cached_property
    def needs(self) -> Needs:
        """What the rule and its limits have to see."""
        return max([self.rule.needs, *(limit.needs for limit in self._limits)])

    @cached_property
    def size(self) -> int:
        """Patients in a cohort."""
        return int(self.recipe.one(Cohorts, Cohorts()).size)

    @cached_property
    def most(self) -> int | None:
        """The most patients the trial may have; None where nothing limits it."""
        return min((s.n for s in self._stops if isinstance(s, StopAt)), default=None)

    @cached_property
    def _limits(self) -> tuple[Limit, ...]:
        return self.recipe.all(Limit)

    @cached_property
    def _stops(self) -> tuple[Stop, ...]:
        return self.recipe.all(Stop)

    @cached_property
    def _titration(self) -> Titration | None:
        return self.recipe.one(Titration, None)  # type: ignore[arg-type, no-any-return]

    def start(self) -> tuple[int, int]:
        """The first cohort; a single patient under titration."""
        level = self.recipe.one(Start, Start()).number - 1
        size = 1 if self._titration and level < self._titration.top(self.levels) else self.size
        return level, size if self.most is None else min(size, self.most)

    def closed(self, seen: Outcomes) -> Closed:
        """Levels that may not be given: by the rule, by the safety modifiers, or since earlier."""
        found = self.rule.closed(seen)
        for safety in self.recipe.all(Safety):
            found = found | safety.closes(seen)
        if seen.closed is not None:
            found = found | seen.closed
        return upward(found)

    def decide(self, outcomes: Outcomes) -> Decision:
        """What comes next, one row per trial. Raises UsageError for counts that cannot be."""
        self._check(outcomes)
        return _Deciding(self, outcomes).decision()

    def _check(self, seen: Outcomes) -> None:
        if seen.n.shape[1:] != (self.levels,):
            raise UsageError(f"the design has the levels: {', '.join(self.labels)}")
        if len(seen) and (seen.level.min() < 0 or seen.level.max() >= self.levels):
            raise UsageError(f"the design has the levels: {', '.join(self.labels)}")
        if (seen.dlt > seen.n).any():
            row = int(np.argmax((seen.dlt > seen.n).any(axis=1)))
            raise UsageError(f"row {row}: more DLTs than evaluable patients")

    def mtd(self, seen: Outcomes, closed: Closed | None = None) -> CountArray:
        """The level handed on if the trial ended here; -1 = none."""
        known = self.closed(seen) if closed is None else closed
        chosen: CountArray = self.recipe.one(Mtd, RuleMtd()).choose(self.rule, seen, known)
        return np.where(known[:, 0], _NONE, chosen).astype(np.int16)


class _Deciding:
    """One call of `decide`: arrays that are filled step by step; a row that a step has decided is left alone after it."""

    def __init__(self, design: Composed, seen: Outcomes) -> None:
        self.design, self.seen = design, seen
        rows = len(seen)
        self.row, self.at = np.arange(rows), seen.level
        self.n, self.dlt = seen.n[self.row, self.at], seen.dlt[self.row, self.at]
        self.pending = seen.pending[self.row, self.at]
        self.action = np.full(rows, Action.ENROLL, np.uint8)
        self.level, self.size = self.at.astype(np.int16), np.zeros(rows, np.int16)
        self.reason = np.zeros(rows, np.int16)
        self.open = np.ones(rows, np.bool_)
        self.numbers: dict[str, NDArray[Any]] = {}

    def decision(self) -> Decision:
        closed = self.design.closed(self.seen)
        self._begin()
        self._lowest_closed(closed)
        if self.design.needs < Needs.PENDING:
            self._incomplete(closed)
        else:
            self._staggered(closed)
        self._titrate(closed)
        if self.open.any():
            self._propose(closed)
        return Decision(
            action=self.action,
            level=self.level,
            size=self.size,
            reason=self.reason,
            reasons=self.design.reasons,
            templates=templates(self.design.reasons),
            numbers={"at": self.at, "n": self.n, "dlt": self.dlt, "pending": self.pending, **self._limits()},
            labels=self.design.labels,
        )

    def _limits(self) -> Mapping[str, NDArray[Any]]:
        return {"limit": np.full(len(self.row), -1, np.int16), **self.numbers}

    def _code(self, code: str) -> int:
        return self.design.reasons.index(code)

    def _set(self, rows: NDArray[np.bool_], action: Action, level: Any, size: Any, reason: Any) -> None:
        rows = rows & self.open
        self.action[rows] = action
        for array, value in ((self.level, level), (self.size, size), (self.reason, reason)):
            array[rows] = value[rows] if isinstance(value, np.ndarray) else value
        self.open &= ~rows

    def _room(self, size: Any) -> NDArray[np.int16]:
        """So many patients, cut where the trial would become too large."""
        wanted = np.broadcast_to(np.asarray(size, np.int64), self.row.shape)
        if self.design.most is None:
            return wanted.astype(np.int16)
        left = self.design.most - self.seen.n.sum(axis=1, dtype=np.int64) - self.seen.pending.sum(axis=1)
        return np.clip(wanted, 0, left).astype(np.int16)

    def _begin(self) -> None:
        nobody = (self.seen.n.sum(axis=1) + self.seen.pending.sum(axis=1)) == 0
        self._set(nobody, Action.ENROLL, self.at, self._room(self.design.start()[1]), self._code("start"))

    def _lowest_closed(self, closed: Closed) -> None:
        """The lowest level is too toxic, whatever the pending patients will show."""
        certain = closed[:, 0].copy()
        if certain.any() and self.seen.pending.any():
            seen = self.seen.where(certain)
            without = replace(seen, n=seen.n + seen.pending, pending=0 * seen.pending, patients=None)
            certain[certain] = self.design.closed(without)[:, 0]
        self._set(certain, Action.STOP, _NONE, 0, self._code("stop_lowest_closed"))

    def _incomplete(self, closed: Closed) -> None:
        """A cohort is filled before anything is decided, one without an evaluable patient too, unless its level has become
        too toxic; nothing is decided while an outcome is pending."""
        treated = self.pending + (self.n if self.seen.last_n is None else self.seen.last_n)
        size = np.where(self._single_cohort(), 1, self.design.size)
        counted = (treated == 0) | (self.seen.last_n is not None)
        room = np.where(counted, self._room(size - treated), np.int16(0))
        short = (treated < size) & (room > 0) & ~closed[self.row, self.at]
        self._set(short, Action.ENROLL, self.at, room, self._code("fill_cohort"))
        pending = self.seen.pending.sum(axis=1) > 0
        self._set(pending, Action.WAIT, self.at, 0, self._code("wait_pending"))

    def _staggered(self, closed: Closed) -> None:
        """Designs that decide with patients under observation: a cohort goes on while its level is open, and when all
        patients are treated their outcomes are waited for."""
        pending = self.seen.pending.sum(axis=1, dtype=np.int64)
        treated = self.seen.n.sum(axis=1, dtype=np.int64) + pending
        self._set(closed[:, 0] & (pending > 0), Action.WAIT, self.at, 0, self._code("wait_pending"))
        if self.design.most is not None:
            full = (pending > 0) & (treated >= self.design.most)
            self._set(full, Action.WAIT, self.at, 0, self._code("wait_full"))
        room = self._room(-treated % self.design.size)
        short = (room > 0) & ~closed[self.row, self.at]
        self._set(short, Action.ENROLL, self.at, room, self._code("fill_cohort"))

    def _single_cohort(self) -> NDArray[np.bool_]:
        """Rows whose last cohort was one patient of the titration."""
        titration = self.design._titration
        if titration is None:
            return np.zeros(len(self.row), np.bool_)
        return titration.single(self.seen) & (self.at <= titration.top(self.design.levels))

    def _titrate(self, closed: Closed) -> None:
        titration = self.design._titration
        if titration is None:
            return
        top = titration.top(self.design.levels)
        alone = self._single_cohort() & (self.n == 1)
        fill = self._room(self.design.size - 1)
        up = alone & (self.dlt == 0) & (self.at < top)
        above = np.minimum(self.at + 1, self.design.levels - 1)
        up &= ~closed[self.row, above]
        self._set(up, Action.ENROLL, above, self._room(1), self._code("titrate"))
        fills = alone & (fill > 0) & ~closed[self.row, self.at]
        self._set(fills, Action.ENROLL, self.at, fill, self._code("fill_titration"))

    def _propose(self, closed: Closed) -> None:
        proposal = self.design.rule.propose(self.seen, closed)
        self.numbers.update(proposal.numbers)
        reason = self._named(proposal)
        level = proposal.level
        if proposal.waits is not None:
            self._set(proposal.waits, Action.WAIT, self.at, 0, reason)
        for limit in self.design._limits:
            highest = limit.highest(self.seen)
            lowered = highest < level
            level = np.where(lowered, highest, level)
            reason = np.where(lowered, self._code(limit.code), reason)
        self._set(level < 0, Action.STOP, _NONE, 0, self._code("stop_all_overdose"))
        for stop in self.design._stops:
            self._end(stop.holds(self.seen, level.astype(np.int16)), self._code(stop.code), closed)
        self._set(self.open.copy(), Action.ENROLL, level, self._room(self.design.size), reason)

    def _named(self, proposal: Proposal) -> NDArray[np.int64]:
        """The reasons of the rule as reasons of the design."""
        codes = np.array([self._code(code) for code in self.design.rule.reasons])
        return codes[proposal.reason]

    def _end(self, ends: NDArray[np.bool_], code: int, closed: Closed) -> None:
        ends = ends & self.open
        if not ends.any():
            return
        if self.design.needs >= Needs.PENDING:  # the MTD is chosen when every outcome is known
            late = ends & self.seen.pending.any(axis=1)
            self._set(late, Action.WAIT, self.at, 0, self._code("wait_full"))
            ends = ends & self.open
        mtd = np.full(len(self.row), -1, np.int16)
        mtd[ends] = self.design.mtd(self.seen.where(ends), closed[ends])
        self._set(ends & (mtd < 0), Action.STOP, _NONE, 0, self._code("no_mtd"))
        self._set(ends, Action.FINISH, mtd, 0, code)
