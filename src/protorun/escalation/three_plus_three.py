"""Classical 3+3 as A+B with named choices. Lin & Shih 2001, doi:10.1093/biostatistics/2.2.203."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated, UsageError
from protorun.escalation._design import labels_of, templates
from protorun.escalation._slots import Needs
from protorun.escalation.engine.cells import ENROLL, SILENT, WAIT, Cells, complete, look_up
from protorun.study.dose_rule import DoseRule
from protorun.trial.decision import Action, Decision
from protorun.trial.outcomes import Outcomes

FIRST = 3  # A: patients of the first cohort at a level
MORE = 3  # B: patients added when the first cohort is not clear
PASS_BELOW = 1  # C: the first cohort passes with fewer DLTs than this
FAIL_ABOVE = 1  # D and E: a cohort fails with more DLTs than this, both of three and of six
PASSED, FAILED = 1, 2

REASONS = (
    "start",
    "fill_cohort",
    "expand",
    "wait_pending",
    "rule_silent",
    "confirm_top",
    "mtd_top",
    "confirm_below",
    "mtd_rule",
    "escalate",
    "stop_lowest_toxic",
    "de_escalate",
    "mtd_below",
)
# One row per reason, in the order of REASONS: the action, and where the level moves ("down" = best level below).
_OUTCOME = (
    (Action.ENROLL, "stay"),
    (Action.ENROLL, "stay"),
    (Action.ENROLL, "stay"),
    (Action.WAIT, "stay"),
    (Action.WAIT, "stay"),
    (Action.ENROLL, "stay"),
    (Action.FINISH, "stay"),
    (Action.ENROLL, "stay"),
    (Action.FINISH, "stay"),
    (Action.ENROLL, "up"),
    (Action.STOP, "none"),
    (Action.ENROLL, "down"),
    (Action.FINISH, "down"),
)
_ACTIONS = np.array([action for action, _ in _OUTCOME], np.uint8)
_MOVES = np.array([("stay", "up", "down", "none").index(move) for _, move in _OUTCOME])
_FEWER_THAN = np.array([code in ("expand", "escalate") for code in REASONS])
_AT_MOST = np.array([code in ("mtd_top", "mtd_rule") for code in REASONS])


@dataclass(frozen=True)
class ThreePlusThree:
    """3+3 over `labels`, lowest dose first, in a named variant.

    `deescalate`: after a level fails, a lower level with three patients gets three more and must hold at most one DLT.
    `confirm_top`: the highest level needs six patients before it can be the MTD. See `three_plus_three.toml`.
    """

    labels: tuple[str, ...]
    variant: str
    deescalate: bool
    confirm_top: bool
    first: int = 0
    numbered: tuple[int, ...] = ()
    name: str = "three_plus_three"
    monotone: bool = True
    local: bool = False
    needs: Needs = Needs.COUNTS
    fills_cohorts: bool = False
    reasons: tuple[str, ...] = REASONS

    @property
    def levels(self) -> int:
        return len(self.labels)

    @property
    def order(self) -> tuple[int, ...]:
        return self.numbered or tuple(range(self.levels))

    def start(self) -> tuple[int, int]:
        """Three patients at the first level."""
        return self.first, FIRST

    def decide(self, outcomes: Outcomes) -> Decision:
        """What 3+3 says for these counts. Raises UsageError for counts outside the design."""
        row, at = np.arange(len(outcomes)), outcomes.level
        if len(at) and (at.min() < 0 or at.max() >= self.levels):
            raise UsageError(f"the design has the levels: {', '.join(self.labels)}")
        n, dlt, pending = outcomes.n, outcomes.dlt, outcomes.pending
        if (dlt > n).any():
            raise UsageError(
                f"row {int(np.argmax((dlt > n).any(axis=1)))}: more DLTs than evaluable patients"
            )
        cells = _cells()
        cell = look_up(cells.verdict.shape, n, dlt, pending)
        verdict, size = cells.verdict.ravel()[cell], cells.size.ravel()[cell]
        below, below_room = self._below(at, verdict, n + pending)
        here = verdict[row, at]
        reason = self._reason(here, at, n + pending, n[row, at], (below, below_room))
        down = (_MOVES[reason] == 2) & (_ACTIONS[reason] == Action.ENROLL)
        rooms = np.select(
            [down, _MOVES[reason] == 1, here == PASSED], [below_room, FIRST, MORE], size[row, at]
        )
        enrolls = _ACTIONS[reason] == Action.ENROLL
        return Decision(
            action=_ACTIONS[reason],
            level=np.choose(_MOVES[reason], [at, at + 1, below, -1]).astype(np.int16),
            size=np.where(enrolls, rooms, 0).astype(np.int16),
            reason=reason.astype(np.int16),
            reasons=REASONS,
            templates=templates(REASONS),
            numbers={
                "at": at,
                "n": n[row, at],
                "dlt": dlt[row, at],
                "pending": pending[row, at],
                "limit": _limit(reason, n[row, at]),
            },
            labels=self.labels,
        )

    def _below(
        self, at: NDArray[np.int16], verdict: NDArray[np.int16], enrolled: NDArray[np.int16]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The highest level below that has not failed (-1 = none), and how many patients it still needs."""
        level = np.arange(self.levels)
        open_below = (level < at[:, None]) & (verdict != FAILED)
        below = np.where(open_below, level, -1).max(axis=1)
        treated = enrolled[np.arange(len(at)), np.maximum(below, 0)].astype(np.int64)
        to_six = FIRST + MORE - treated
        room = np.where(treated < FIRST, FIRST - treated, to_six if self.deescalate else 0)
        return below, np.maximum(room, 0)

    def _reason(
        self,
        here: NDArray[np.int16],
        at: NDArray[np.int16],
        enrolled: NDArray[np.int16],
        known: NDArray[np.int16],
        below: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> NDArray[np.int64]:
        row = np.arange(len(at))
        top = at == self.levels - 1
        tried_above = ~top & (enrolled[row, np.minimum(at + 1, self.levels - 1)] > 0)
        first_only = known == FIRST
        passed, failed, enroll = here == PASSED, here == FAILED, here == ENROLL
        untouched = enrolled[row, at] == 0
        cases = {
            "start": enroll & untouched,
            "expand": enroll & first_only,
            "fill_cohort": enroll,
            "wait_pending": here == WAIT,
            "rule_silent": here == SILENT,
            "confirm_top": passed & top & first_only & self.confirm_top,
            "mtd_top": passed & top,
            "confirm_below": passed & tried_above & first_only & self.deescalate,
            "mtd_rule": passed & tried_above,
            "escalate": passed,
            "stop_lowest_toxic": failed & (below[0] < 0),
            "de_escalate": failed & (below[1] > 0),
        }
        return np.select(list(cases.values()), [REASONS.index(c) for c in cases], REASONS.index("mtd_below"))


def _limit(reason: NDArray[np.int64], known: NDArray[np.int16]) -> NDArray[np.int16]:
    """The number of DLTs the reason compares with: what passes at three and at six, or what fails."""
    passes = np.where(known == FIRST, PASS_BELOW - 1, FAIL_ABOVE)
    fewer = np.where(reason == REASONS.index("expand"), FAIL_ABOVE + 1, passes + 1)
    return np.select([_FEWER_THAN[reason], _AT_MOST[reason]], [fewer, passes], FAIL_ABOVE + 1).astype(
        np.int16
    )


@cache
def variants() -> dict[str, dict[str, Any]]:
    """The named variants with what each does."""
    text = (files("protorun.escalation") / "three_plus_three.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _cells() -> Cells:
    """Verdict of one level on its own counts; more than six patients are outside the design."""
    full = FIRST + MORE
    known = np.full((2 * full + 1,) * 2, SILENT, np.int16)
    for n in range(full + 1):
        known[n, : n + 1] = [_verdict(n, dlt) for dlt in range(n + 1)]
    return complete(known, (FIRST, full))


def _verdict(n: int, dlt: int) -> int:
    if dlt > FAIL_ABOVE:
        return FAILED
    if n == FIRST and dlt < PASS_BELOW:
        return PASSED
    return PASSED if n == FIRST + MORE else ENROLL


def readings(rule: DoseRule) -> tuple[str, ...]:
    """The variants by name."""
    return tuple(variants())


def for_rule(rule: DoseRule, reading: str) -> ThreePlusThree:
    """3+3 over the levels of the rule. Raises NotStated without levels, UsageError for an unknown variant."""
    if not rule.levels:
        raise NotStated("the dose levels", path="dose_rule.levels")
    return three_plus_three(labels_of(rule), reading, first=rule.start_level.value or 0)


def make(labels: tuple[str, ...], *, variant: str, startdose: int = 1) -> ThreePlusThree:
    """3+3 in a named variant over levels named from the lowest dose up; `startdose` counts from 1."""
    return three_plus_three(labels, variant, first=startdose - 1)


def three_plus_three(labels: tuple[str, ...], variant: str, *, first: int = 0) -> ThreePlusThree:
    """3+3 in a named variant over levels named from the lowest dose up. Raises UsageError for an unknown variant."""
    if variant not in variants():
        raise UsageError(f"no variant of 3+3 called {variant!r}; there are: {', '.join(variants())}")
    if not 0 <= first < len(labels):
        raise UsageError(f"start level {first + 1} is none of the {len(labels)} levels")
    chosen = variants()[variant]
    return ThreePlusThree(labels, variant, bool(chosen["deescalate"]), bool(chosen["confirm_top"]), first)
