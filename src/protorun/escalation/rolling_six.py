"""Rolling six: three to six patients at a level without waiting for the outcomes of the first three.

Skolnik et al. 2008, doi:10.1200/JCO.2007.12.7712; the rows of its table as given by Frankel et al. 2020,
doi:10.1001/jamanetworkopen.2020.4787 (the first paper was not at hand [unverified])."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated, UsageError
from protorun.escalation._design import labels_of, templates
from protorun.escalation._slots import Closed, Needs, upward
from protorun.study.dose_rule import DoseRule
from protorun.trial.decision import Action, Decision
from protorun.trial.outcomes import Outcomes

FEWEST, FULL = 3, 6  # patients at a level
TOO_MANY = 2  # DLTs that exclude a level

# Reason, action, and where it leads: here, one up, the highest level not excluded, or nowhere.
_RULES = (
    ("start", Action.ENROLL, "here"),
    ("stop_lowest_toxic", Action.STOP, "none"),
    ("de_escalate", Action.ENROLL, "open"),
    ("wait_below", Action.WAIT, "open"),
    ("mtd_below", Action.FINISH, "open"),
    ("mtd_rule", Action.FINISH, "here"),
    ("mtd_top", Action.FINISH, "here"),
    ("confirm_below", Action.ENROLL, "here"),
    ("escalate", Action.ENROLL, "up"),
    ("roll", Action.ENROLL, "here"),
    ("wait_pending", Action.WAIT, "here"),
)
REASONS = tuple(code for code, _, _ in _RULES)
_ACTIONS = np.array([action for _, action, _ in _RULES], np.uint8)
_LEADS = np.array([("here", "up", "open", "none").index(lead) for _, _, lead in _RULES])
_AT_MOST = np.array([code in ("mtd_rule", "mtd_top") for code in REASONS])

Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class RollingSix:
    """Rolling six over `labels`, lowest dose first: at every arrival one patient more here, one level up or down, or nobody.

    A level with two DLTs is excluded, with all above it; the highest one left is filled to six. With at most one DLT
    among six it is the MTD, or, where nothing above it is excluded, the highest planned level (`mtd_top`). `strict`: with
    six patients at a level all six outcomes must be known before going up; otherwise five without a DLT are enough.
    Inevaluable patients are replaced by the next one.
    """

    labels: tuple[str, ...]
    strict: bool = False
    first: int = 0
    numbered: tuple[int, ...] = ()
    name: str = "rolling_six"
    monotone: bool = True
    local: bool = False
    needs: Needs = Needs.PENDING
    fills_cohorts: bool = False
    reasons: tuple[str, ...] = REASONS

    def __post_init__(self) -> None:
        if not 0 <= self.first < len(self.labels):
            raise UsageError(f"start level {self.first + 1} is none of the {len(self.labels)} levels")

    @property
    def variant(self) -> str:
        return "strict" if self.strict else "rolling_six"

    @property
    def levels(self) -> int:
        return len(self.labels)

    @property
    def order(self) -> tuple[int, ...]:
        return self.numbered or tuple(range(self.levels))

    def start(self) -> tuple[int, int]:
        """One patient at the first level."""
        return self.first, 1

    def closed(self, seen: Outcomes) -> Closed:
        """Levels with two DLTs, and all above them."""
        return upward(seen.dlt >= TOO_MANY)

    def decide(self, outcomes: Outcomes) -> Decision:
        """What the next patient gets. Raises UsageError for counts outside the design."""
        self._check(outcomes)
        row, at = np.arange(len(outcomes)), outcomes.level.astype(np.int64)
        closed = self.closed(outcomes)
        # The highest level left that is not above the current one; -1 = none.
        left = np.where(~closed & (np.arange(self.levels) <= at[:, None]), np.arange(self.levels), -1).max(
            axis=1
        )
        cases = self._cases(outcomes, closed, left)
        reason = np.select(
            list(cases.values()), [REASONS.index(c) for c in cases], REASONS.index("wait_pending")
        )
        action = _ACTIONS[reason]
        up = np.minimum(at + 1, self.levels - 1)
        return Decision(
            action=action,
            level=np.choose(_LEADS[reason], [at, up, left, np.full_like(at, -1)]).astype(np.int16),
            size=(action == Action.ENROLL).astype(np.int16),
            reason=reason.astype(np.int16),
            reasons=REASONS,
            templates=templates(REASONS),
            numbers={
                "at": outcomes.level,
                "n": outcomes.n[row, at],
                "dlt": outcomes.dlt[row, at],
                "pending": outcomes.pending[row, at],
                "limit": np.where(_AT_MOST[reason], TOO_MANY - 1, TOO_MANY),
            },
            labels=self.labels,
        )

    def _check(self, seen: Outcomes) -> None:
        if seen.n.shape[1:] != (self.levels,) or (
            len(seen) and (seen.level.min() < 0 or seen.level.max() >= self.levels)
        ):
            raise UsageError(f"the design has the levels: {', '.join(self.labels)}")
        if (seen.dlt > seen.n).any():
            row = int(np.argmax((seen.dlt > seen.n).any(axis=1)))
            raise UsageError(f"row {row}: more DLTs than evaluable patients")

    def _cases(self, seen: Outcomes, closed: Closed, left: NDArray[np.int64]) -> dict[str, Rows]:
        """The rows of the table, the first that holds decides; with the current level excluded, those of the level left."""
        row, at = np.arange(len(seen)), seen.level.astype(np.int64)
        known, enrolled = seen.n[row, at], (seen.n + seen.pending)[row, at]
        dlt, top = seen.dlt[row, at], at == self.levels - 1
        out, under = closed[row, at], closed[row, np.minimum(at + 1, self.levels - 1)] & ~top
        below_known, below_enrolled = seen.n[row, left], (seen.n + seen.pending)[row, left]
        resolved = (known >= FULL) & (known == enrolled)
        return {
            "stop_lowest_toxic": left < 0,
            "de_escalate": out & (below_enrolled < FULL),
            "wait_below": out & (below_known < below_enrolled),
            "mtd_below": out,
            "start": seen.n.sum(axis=1) + seen.pending.sum(axis=1) == 0,
            "mtd_rule": under & resolved,
            "mtd_top": top & resolved,
            "confirm_below": under & (enrolled < FULL),
            "escalate": ~under & ~top & self._clear(known, enrolled, dlt),
            "roll": enrolled < FULL,
        }

    def _clear(self, known: NDArray[np.int16], enrolled: NDArray[np.int16], dlt: NDArray[np.int16]) -> Rows:
        """Whether the level allows a higher one."""
        all_known = known == enrolled
        found: Rows = (dlt == 0) & all_known & (enrolled >= FEWEST)
        if not self.strict:
            found |= (dlt == 0) & (enrolled >= FULL) & (known >= FULL - 1)
        found |= (dlt == 1) & all_known & (enrolled >= FULL)
        return found


def readings(rule: DoseRule) -> tuple[str, ...]:
    """With five of six known, or strictly with all six."""
    return ("rolling_six", "strict")


def for_rule(rule: DoseRule, reading: str) -> RollingSix:
    """Rolling six over the levels of the rule. Raises NotStated without levels, UsageError for an unknown variant."""
    if not rule.levels:
        raise NotStated("the dose levels", path="dose_rule.levels")
    if reading not in readings(rule):
        raise UsageError(
            f"no variant of rolling six called {reading!r}; there are: {', '.join(readings(rule))}"
        )
    return RollingSix(labels_of(rule), reading == "strict", rule.start_level.value or 0)


def make(labels: tuple[str, ...], *, strict: bool = False, startdose: int = 1) -> RollingSix:
    """Rolling six over levels named from the lowest dose up."""
    return RollingSix(labels, strict, startdose - 1)
