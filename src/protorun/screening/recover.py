"""Failures that can pass: a laboratory value can be repeated, a wash-out or a window ends on a day, an age is reached."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from protorun.screening.answers import Answer, everywhere
from protorun.screening.atoms.ages import by_birth, reached
from protorun.screening.dates import AHEAD, DAYS, DAYS_A_MONTH, EPOCH
from protorun.screening.evaluate import Policy, View, atom, evaluate
from protorun.screening.leaves import atoms_of, column_of
from protorun.screening.screening import judged_satisfied, satisfaction
from protorun.study.criterion import Criterion, Expr, Number, Treated, Washout, Window
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.terms.variables import variables
from protorun.trial.facts import NO_DAY, Facts, Treatments

REPEATABLE = ("lab", "vital")
_FARTHEST_DAYS = 3653  # ten years
_NEAR = range(-4, 5)  # months differ by at most three days from their mean


@dataclass(frozen=True)
class Recovery:
    """How a criterion that is not met may still be: `repeat` names results that can be taken again; from the day `on` it
    is met with the facts as they are, or (`then` = `unknown`) at least no longer failed; `must_end` tells that a
    treatment is still going on."""

    repeat: tuple[str, ...] = ()
    on: date | None = None
    then: str = ""
    must_end: bool = False

    def __bool__(self) -> bool:
        return bool(self.repeat or self.on or self.must_end)

    @property
    def words(self) -> str:
        """For a person to read."""
        parts = [f"{', '.join(self.repeat).replace('_', ' ')} can be repeated"] if self.repeat else []
        parts += [f"{self.then} from {self.on}"] if self.on else []
        parts += ["possible after the treatment has ended"] if self.must_end and not self.on else []
        return "; ".join(parts)


def recovery(criterion: Criterion, facts: Facts, policy: Policy) -> Recovery:
    """How one patient (a table of one row) who fails the criterion may come to meet it."""
    leaves = [leaf for leaf, _ in atoms_of(criterion.expr)]
    repeat = tuple(name for name in _results(leaves) if _is_open_without(name, criterion, facts, policy))
    on, truth = _earliest(criterion, leaves, facts, policy)
    if truth == UNKNOWN and _results(leaves):
        on = None  # a result that only grows stale is no way to meet a limit
    going = (
        facts.treatments is not None
        and facts.treatments.ongoing is not None
        and facts.treatments.ongoing.any()
    )
    courses = any(isinstance(leaf, (Treated, Washout)) for leaf in leaves)
    then = "" if on is None else "met" if truth == TRUE else "unknown, no longer failed,"
    return Recovery(repeat, on, then, bool(going and courses))


def _results(leaves: list[Expr]) -> tuple[str, ...]:
    known = variables()
    names = (
        column_of(leaf)
        for leaf in leaves
        if isinstance(leaf, Number) and leaf.variable in known and known[leaf.variable].kind in REPEATABLE
    )
    return tuple(dict.fromkeys(names))


def _is_open_without(name: str, criterion: Criterion, facts: Facts, policy: Policy) -> bool:
    """Whether the criterion would not be failed if this result were not known."""

    def told(leaf: Expr, facts: Facts, view: View) -> Answer:
        return everywhere(1, UNKNOWN) if column_of(leaf) == name else atom(leaf, facts, view)

    view = View(policy, TRUE if criterion.polarity == "inclusion" else FALSE)
    answer = judged_satisfied(criterion, evaluate(criterion.expr, facts, view, told))
    return bool(answer.truth[0] != FALSE)


def _earliest(
    criterion: Criterion, leaves: list[Expr], facts: Facts, policy: Policy
) -> tuple[date | None, np.uint8]:
    """The first day on which the criterion is met; where there is none, the first on which it is not failed."""
    days = _days(leaves, facts)
    if not len(days):
        return None, UNKNOWN
    truth = satisfaction(criterion, _on_each(facts, days), policy).truth
    for wanted in (TRUE, UNKNOWN):
        at = np.flatnonzero(truth == wanted)
        if len(at):
            return EPOCH + timedelta(days=int(days[at[0]])), wanted
    return None, FALSE


def _days(leaves: list[Expr], facts: Facts) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """The days on which an answer may change: every known date, a window (or an age, or some half-lives) later."""
    today = int(facts.screened_on[0])
    spans = {round(s) for leaf in leaves for s in _spans(leaf, facts)}
    found = {day + span + near for day in _dates(facts) for span in spans for near in _NEAR}
    return np.array(sorted(d for d in found if today < d <= today + _FARTHEST_DAYS), np.int32)


def _spans(leaf: Expr, facts: Facts) -> list[float]:
    window = getattr(leaf, "window", None)
    spans = [_length(window)] if window is not None else []
    if isinstance(leaf, Number) and by_birth(leaf) and (age := reached(leaf)) is not None:
        spans.append(_length(age))
    if isinstance(leaf, Washout) and leaf.half_lives is not None and facts.treatments is not None:
        known = facts.treatments.half_life_days[~np.isnan(facts.treatments.half_life_days)]
        spans += [math.ceil(leaf.half_lives * days) for days in known.tolist()]
    return spans


def _length(window: Window) -> float:
    by = DAYS.get(window.unit) or DAYS_A_MONTH * (12 if window.unit == "years" else 1)
    return window.amount * by


def _dates(facts: Facts) -> set[int]:
    rows = facts.treatments
    arrays = [a for c in facts.columns.values() for a in (c.day, c.day_last) if a is not None]
    arrays += [rows.start_low, rows.start_high, rows.end_low, rows.end_high] if rows is not None else []
    arrays += list(facts.born or ())
    return {int(d) for a in arrays for d in a if d != NO_DAY}


def _on_each(facts: Facts, days: np.ndarray[tuple[int], np.dtype[np.int32]]) -> Facts:
    """One patient screened on each of these days, with what is known today; planned dates move along."""
    n = len(days)
    again = facts.take(np.zeros(n, np.intp)) if facts.treatments is None else None
    again = again or replace(
        replace(facts, treatments=None).take(np.zeros(n, np.intp)), treatments=_each(facts, n)
    )
    anchors = {
        name: np.where((given != NO_DAY) & (name in AHEAD), np.maximum(given, days), given).astype(np.int32)
        for name, given in again.anchors.items()
    }
    return replace(again, screened_on=days, anchors=anchors)


def _each(facts: Facts, n: int) -> Treatments | None:
    rows = facts.treatments
    if rows is None:
        return None
    again = rows.only(np.tile(np.arange(len(rows.patient)), n))
    return replace(again, patient=np.repeat(np.arange(n, dtype=np.int32), len(rows.patient)))
