"""A dose rule that leaves a reachable count without an answer is no rule: every reading is walked through."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from protorun.study.dose_rule import DoseRule, RuleReading, State, Transition
from protorun.study.study import Study
from protorun.study_file.checks.finding import Finding


def dose_rule_findings(study: Study) -> Iterator[Finding]:
    """Levels and states that do not exist; counts without transition; states and transitions no trial can reach."""
    rule = study.dose_rule
    if rule is None:
        return
    yield from _levels(rule)
    yield from _names(rule)
    for reading in rule.readings:
        yield from _walk(rule, reading)


def _levels(rule: DoseRule) -> Iterator[Finding]:
    start = rule.start_level.value
    if start is not None and rule.levels and not 0 <= start < len(rule.levels):
        yield _error("dose_rule.start_level", f"level {start} of {len(rule.levels)}; levels count from 0")
    doses = [level.dose.value for level in rule.levels if level.dose.value]
    for low, high in pairwise(doses):
        if low.unit == high.unit and low.amount >= high.amount:
            yield _error("dose_rule.levels", f"{high.amount:g} {high.unit} stands above {low.amount:g}")
    for state in rule.states:
        if state.level >= len(rule.levels):
            yield _error(_state(state), f"treats at level {state.level} of {len(rule.levels)}")
        if state.minimum > state.maximum:
            yield _error(_state(state), f"at least {state.minimum} and at most {state.maximum} patients")


def _names(rule: DoseRule) -> Iterator[Finding]:
    names = [s.name for s in rule.states]
    if rule.states and rule.start_state not in names:
        yield _error("dose_rule.start_state", f"there is no state {rule.start_state!r}")
    for reading in rule.readings:
        for t in reading.transitions:
            wrong = [n for n in (t.state, t.to if t.action == "go" else t.state) if n not in names]
            if wrong:
                yield _error(_reading(reading), f"there is no state {wrong[0]!r}")
    chosen = rule.reading.value
    if chosen and chosen not in [r.name for r in rule.readings] and rule.readings:
        yield _error("dose_rule.reading", f"there is no reading {chosen!r}")


def _walk(rule: DoseRule, reading: RuleReading) -> Iterator[Finding]:
    """Visit every count a trial can come to, from the start on; the first transition that matches is taken."""
    states = {s.name: s for s in rule.states}
    waiting, seen = [(rule.start_state, 0, 0)], set()
    fired: set[int] = set()
    while waiting:
        here = waiting.pop()
        name, n, dlt = here
        if here in seen or name not in states:
            continue
        seen.add(here)
        at = next((i for i, t in enumerate(reading.transitions) if _fits(t, name, n, dlt)), None)
        if at is None or (reading.transitions[at].action == "enroll" and n >= states[name].maximum):
            yield _error(_reading(reading), f"nothing says what follows {dlt} of {n} with DLT in {name}")
            continue
        fired.add(at)
        waiting += _next(reading.transitions[at], here)
    yield from _unreached(rule, reading, {name for name, _, _ in seen}, fired)


def _fits(t: Transition, state: str, n: int, dlt: int) -> bool:
    most_n, most_dlt = (n if t.n_to is None else t.n_to), (dlt if t.dlt_to is None else t.dlt_to)
    return t.state == state and t.n_from <= n <= most_n and t.dlt_from <= dlt <= most_dlt


def _next(t: Transition, here: tuple[str, int, int]) -> list[tuple[str, int, int]]:
    name, n, dlt = here
    if t.action == "enroll":
        return [(name, n + 1, dlt), (name, n + 1, dlt + 1)]
    return [(t.to, 0, 0)] if t.action == "go" else []


def _unreached(rule: DoseRule, reading: RuleReading, seen: set[str], fired: set[int]) -> Iterator[Finding]:
    for state in rule.states:
        if state.name not in seen:
            says = f"in the reading {reading.name!r} no trial comes here"
            yield Finding("error", "UNREACHABLE", _state(state), says)
    for at, t in enumerate(reading.transitions):
        if at not in fired and t.state in seen:
            says = f"transition {at + 1} ({t.state}: {t.action} {t.to}".rstrip() + ") can never fire"
            yield Finding("review", "UNREACHABLE", _reading(reading), says)


def _state(state: State) -> str:
    return f"dose_rule.states[{state.name}]"


def _reading(reading: RuleReading) -> str:
    return f"dose_rule.readings[{reading.name}]"


def _error(path: str, says: str) -> Finding:
    return Finding("error", "DOSE_RULE", path, says)
