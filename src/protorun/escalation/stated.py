"""The record's own rule: a state machine of guards in order, compiled to tables so that deciding is one gather."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated, UsageError
from protorun.escalation._design import labels_of, templates
from protorun.escalation._slots import Needs
from protorun.escalation.engine.cells import ENROLL, SILENT, WAIT, complete, look_up
from protorun.study.dose_rule import DoseRule, RuleReading, State, Transition
from protorun.trial.decision import Action, Decision
from protorun.trial.outcomes import Outcomes

REASONS = (
    "start",
    "fill_cohort",
    "wait_pending",
    "escalate",
    "de_escalate",
    "mtd_rule",
    "stop_stated_rule",
    "rule_silent",
)
_CODE = {code: i for i, code in enumerate(REASONS)}
_FIELDS = ("action", "level", "size", "reason", "limit", "rule")


@dataclass(frozen=True)
class Stated:
    """A stated rule in one reading. `table` maps (state, n, dlt, pending) to what is decided there.

    Each state treats its own level, so the level now treated says which state holds. Guards are tried in the order of
    the text. With pending patients only what no outcome can change is decided.
    """

    variant: str
    labels: tuple[str, ...]
    states: tuple[State, ...]
    reading: RuleReading
    first: int
    order: tuple[int, ...]
    monotone: bool
    state_of_level: NDArray[np.int16]
    shape: tuple[int, ...]
    table: dict[str, NDArray[np.int16]]
    name: str = "stated"
    local: bool = False
    needs: Needs = Needs.COUNTS
    fills_cohorts: bool = False
    reasons: tuple[str, ...] = REASONS

    @property
    def levels(self) -> int:
        return len(self.labels)

    def start(self) -> tuple[int, int]:
        """The level of the first state and the patients it takes before its first decision."""
        cell = int(np.ravel_multi_index((self.first, 0, 0, 0), self.shape))
        return self.states[self.first].level, int(self.table["size"][cell])

    def words(self, rule: int) -> str:
        """What the record says for the guard of that number, or the convention that fills its silence."""
        if rule < 0:
            return ""
        basis = self.reading.transitions[rule].basis
        quotes = " ... ".join(source.quote for source in basis.sources)
        return quotes or basis.note or str(basis.value or "")

    def decide(self, outcomes: Outcomes) -> Decision:
        """What the text says for these counts. Raises UsageError for counts or levels outside the rule."""
        row = np.arange(len(outcomes))
        at = outcomes.level
        if len(at) and (at.min() < 0 or at.max() >= self.levels or self.state_of_level[at].min() < 0):
            raise UsageError(f"the rule treats only: {', '.join(self.labels[s.level] for s in self.states)}")
        n, dlt, pending = (counts[row, at] for counts in (outcomes.n, outcomes.dlt, outcomes.pending))
        if (dlt > n).any():
            raise UsageError(f"row {int(np.argmax(dlt > n))}: more DLTs than evaluable patients")
        cell = look_up(self.shape, self.state_of_level[at], n, dlt, pending)
        found = {name: self.table[name][cell] for name in _FIELDS}
        return Decision(
            action=found["action"].astype(np.uint8),
            level=found["level"],
            size=found["size"],
            reason=found["reason"],
            reasons=REASONS,
            templates=templates(REASONS),
            numbers={
                "at": at,
                "n": n,
                "dlt": dlt,
                "pending": pending,
                "limit": found["limit"],
                "rule": found["rule"],
            },
            labels=self.labels,
        )


def readings(rule: DoseRule) -> tuple[str, ...]:
    """The readings the text allows, by name."""
    return tuple(reading.name for reading in rule.readings)


def for_rule(rule: DoseRule, reading: str) -> Stated:
    """The rule in that reading, compiled.

    Raises NotStated when a count the trial can reach has no guard, and UsageError for a rule that returns to a state or
    treats one level in two states: counts by level cannot tell such states apart.
    """
    chosen = next((r for r in rule.readings if r.name == reading), None)
    if chosen is None:
        raise UsageError(f"no reading called {reading!r}; there are: {', '.join(readings(rule))}")
    if not rule.states:
        raise NotStated("the states of the dose rule", path="dose_rule.states")
    names = [state.name for state in rule.states]
    first = names.index(rule.start_state) if rule.start_state in names else 0
    _check_levels(rule)
    visited = _visits(rule.states, chosen, names[first])
    most = 2 * max(state.maximum for state in rule.states)
    known = [_verdicts(state, chosen, most) for state in rule.states]
    for state, verdicts in zip(rule.states, known, strict=True):
        _check_reachable(state, verdicts)
    shape = (len(rule.states), most + 1, most + 1, most + 1)
    state_of_level = np.full(len(rule.levels), -1, np.int16)
    state_of_level[[state.level for state in rule.states]] = np.arange(len(rule.states))
    table = _compile(rule, chosen, known)
    return Stated(
        variant=reading,
        labels=labels_of(rule),
        states=rule.states,
        reading=chosen,
        first=first,
        order=tuple(rule.states[names.index(name)].level for name in visited),
        monotone=_monotone(table["level"].reshape(shape), table["action"].reshape(shape)),
        state_of_level=state_of_level,
        shape=shape,
        table=table,
    )


def _check_levels(rule: DoseRule) -> None:
    treated = [state.level for state in rule.states]
    if len(set(treated)) < len(treated):
        raise UsageError(
            "two states of the dose rule treat the same level; counts by level cannot tell them apart"
        )
    if max(treated) >= len(rule.levels):
        raise NotStated(f"dose level {max(treated) + 1} of the dose rule", path="dose_rule.levels")


def _visits(states: tuple[State, ...], reading: RuleReading, start: str) -> tuple[str, ...]:
    """States in the order the rule can open them. Raises UsageError when one opens twice on a path."""
    names = {state.name for state in states}
    nexts = {
        name: tuple(dict.fromkeys(t.to for t in reading.transitions if t.state == name and t.action == "go"))
        for name in names
    }
    unknown = {to for tos in nexts.values() for to in tos} - names
    if unknown:
        raise UsageError(f"the dose rule goes to {', '.join(sorted(unknown))}, which is none of its states")
    order: list[str] = []
    queue: list[tuple[str, ...]] = [(start,)]
    while queue:
        path = queue.pop(0)
        if path[-1] in path[:-1]:
            raise UsageError(f"the dose rule returns to {path[-1]}; its counts cannot start again from zero")
        if path[-1] not in order:
            order.append(path[-1])
        queue += [(*path, to) for to in nexts[path[-1]]]
    return tuple(order)


def _verdicts(state: State, reading: RuleReading, most: int) -> NDArray[np.int16]:
    """`known[n, dlt]`: ENROLL, SILENT, or 1 + the index of the guard that fires."""
    known = np.full((most + 1, most + 1), SILENT, np.int16)
    for n in range(most + 1):
        for dlt in range(n + 1):
            fired = _first(reading, state, n, dlt)
            if fired >= 0:
                known[n, dlt] = ENROLL if reading.transitions[fired].action == "enroll" else 1 + fired
    return known


def _first(reading: RuleReading, state: State, n: int, dlt: int) -> int:
    """Index of the first guard that holds, -1 when none does."""
    return next((i for i, t in enumerate(reading.transitions) if _holds(t, state, n, dlt)), -1)


def _holds(guard: Transition, state: State, n: int, dlt: int) -> bool:
    return (
        guard.state == state.name
        and guard.n_from <= n <= (n if guard.n_to is None else guard.n_to)
        and guard.dlt_from <= dlt <= (dlt if guard.dlt_to is None else guard.dlt_to)
    )


def _ends(known: NDArray[np.int16]) -> tuple[int, ...]:
    """Cohort ends: numbers of patients at which a decision falls because of the number, not because of a DLT."""
    return tuple(
        n
        for n in range(1, len(known))
        if any(known[n - 1, dlt] == ENROLL and known[n, dlt] > ENROLL for dlt in range(n))
    )


def _check_reachable(state: State, known: NDArray[np.int16]) -> None:
    reached = {(0, 0)}
    for n in range(len(known)):
        for dlt in [d for m, d in sorted(reached) if m == n]:
            beyond = n >= state.maximum and known[n, dlt] == ENROLL
            if known[n, dlt] == SILENT or beyond:
                raise NotStated(
                    f"what follows {dlt} of {n} with DLT in {state.name}", path="dose_rule.readings"
                )
            if known[n, dlt] == ENROLL:
                reached |= {(n + 1, dlt), (n + 1, dlt + 1)}


def _compile(
    rule: DoseRule, reading: RuleReading, known: list[NDArray[np.int16]]
) -> dict[str, NDArray[np.int16]]:
    cells = [complete(verdicts, _ends(verdicts)) for verdicts in known]
    rooms = {s.name: (s.level, int(c.size[0, 0, 0])) for s, c in zip(rule.states, cells, strict=True)}
    shape = (len(cells), *cells[0].verdict.shape)
    table = {name: np.zeros(shape, np.int16) for name in _FIELDS}
    for s, (state, cell) in enumerate(zip(rule.states, cells, strict=True)):
        for index in np.ndindex(*cell.verdict.shape):
            verdict, size = int(cell.verdict[index]), int(cell.size[index])
            empty = index[0] == index[2] == 0
            guard = _first(reading, state, index[0], index[1]) if index[1] <= index[0] else -1
            found = _shared(state, verdict, size, empty, guard) or _fired(state, reading, verdict - 1, rooms)
            for name, value in zip(_FIELDS, found, strict=True):
                table[name][(s, *index)] = value
    return {name: values.ravel() for name, values in table.items()}


def _shared(state: State, verdict: int, size: int, empty: bool, guard: int) -> tuple[int, ...] | None:
    if verdict == ENROLL:
        return Action.ENROLL, state.level, size, _CODE["start" if empty else "fill_cohort"], -1, guard
    if verdict == WAIT:
        return Action.WAIT, state.level, 0, _CODE["wait_pending"], -1, guard
    return (Action.WAIT, state.level, 0, _CODE["rule_silent"], -1, -1) if verdict == SILENT else None


def _fired(
    state: State, reading: RuleReading, rule: int, rooms: dict[str, tuple[int, int]]
) -> tuple[int, ...]:
    guard = reading.transitions[rule]
    if guard.action == "stop":
        return Action.STOP, -1, 0, _CODE["stop_stated_rule"], guard.dlt_from, rule
    if guard.action == "finish":
        limit = -1 if guard.dlt_to is None else guard.dlt_to
        return Action.FINISH, state.level, 0, _CODE["mtd_rule"], limit, rule
    level, room = rooms[guard.to]
    up = level > state.level
    limit = (-1 if guard.dlt_to is None else guard.dlt_to + 1) if up else guard.dlt_from
    return Action.ENROLL, level, room, _CODE["escalate" if up else "de_escalate"], limit, rule


def _monotone(level: NDArray[np.int16], action: NDArray[np.int16]) -> bool:
    """Whether one more DLT among the same known patients never raises the level, over all cells that can occur."""
    n = np.arange(level.shape[1])[None, :, None, None]
    dlt = np.arange(level.shape[2] - 1)[None, None, :, None]
    possible = (dlt + 1 <= n) & (action[:, :, :-1] != Action.WAIT) & (action[:, :, 1:] != Action.WAIT)
    return not bool((possible & (level[:, :, 1:] > level[:, :, :-1])).any())
