"""One patient's planned doses under dose-modification rules: held, delayed, reduced or stopped, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from protorun.errors import NotStated, UsageError
from protorun.schedule.clock import study_day
from protorun.schedule.doses.published_rules import published
from protorun.study.dose_modification import DoseModification, ModificationRule
from protorun.study.study import Study
from protorun.study.treatment import Dose
from protorun.terms.drugs import canonical
from protorun.trial.planned import Planned

_CYCLE_DAY = re.compile(r"C\d+D(\d+)")
_DEATH = 5


@dataclass(frozen=True)
class Toxicity:
    """An adverse event with its course: the grade from each date on, the first entry being its start; grade 0 = over."""

    term: str
    course: tuple[tuple[date, int], ...]

    def worst(self, until: date) -> int:
        """The worst grade up to a day."""
        return max((grade for on, grade in self.course if on <= until), default=0)

    def back_to(self, grade: int, *, asked_on: date) -> date | None:
        """The day since which, or from which on, the grade is at most `grade`, asked on a day; None = not yet."""
        since: date | None = None
        for on, now in self.course:
            if now > grade:
                since = None if on <= asked_on else since
            elif since is None:
                since = on
        return since

    def lasted(self, grade: int) -> int | None:
        """Days of the first stretch at this grade or worse, from its first day to the day it was better; None = not over."""
        since = next((on for on, g in self.course if g >= grade), None)
        over = next((on for on, g in self.course if since and on > since and g < grade), None)
        return None if since is None or over is None else (over - since).days


@dataclass(frozen=True)
class LabValue:
    """A laboratory value in the unit of the rule that asks for it."""

    variable: str
    on: date
    value: float
    unit: str


@dataclass(frozen=True)
class Modified:
    """A dose as it is to be given: the line with its new date and amount, its level of the ladder (0 = full), and what
    was done (`as planned`, `delayed`, `reduced`, `held`, `stopped`) with the rule that asked for it."""

    line: Planned
    level: int
    action: str
    reason: str


@dataclass
class _State:
    late_days: int = 0
    level: int = 0
    stopped: str = ""
    held: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    seen: set[tuple[int, int]] = field(default_factory=set)
    now: set[str] = field(default_factory=set)  # what was counted before the dose due
    reduced_by: str = ""


def modified(
    planned: Sequence[Planned],
    rules: DoseModification,
    *,
    toxicities: Sequence[Toxicity] = (),
    labs: Sequence[LabValue] = (),
) -> tuple[Modified, ...]:
    """The doses of one agent after what happened to the patient, in order of date.

    Each event counts once per rule, when the first dose after it is due; events before one dose that share a count are one
    occurrence of it (ours), and grade 5 ends the treatment. A delay moves all later doses by the same days,
    a reduction lowers all later doses and is never taken back, and a dose whose event has not recovered is held without a
    date. A laboratory rule asks the last value on or before the day of the dose, and waits for the first value at the
    limit. Lines without date or amount pass unchanged. Raises UsageError for a value in another unit than the rule's.
    """
    doses = sorted((line for line in planned if line.on is not None), key=lambda line: (line.on, line.uid))
    state = _State()
    found = [_dose(line, doses[0], rules, state, (toxicities, labs)) for line in doses]
    return (*found, *(Modified(line, state.level, "as planned", "") for line in planned if line.on is None))


def after_toxicity(
    study: Study,
    planned: Sequence[Planned],
    *,
    toxicities: Sequence[Toxicity] = (),
    labs: Sequence[LabValue] = (),
) -> tuple[Modified, ...]:
    """A patient's calendar (of `lay_out`) under the dose modifications of the study: the doses of each agent that has
    rules obey them, everything else passes as planned; in order of date, lines without a date last.

    Agents of `published_modifications` without rules of their own obey the published ones. Rules reach the doses in the
    unit of their ladder: those of an infusion in mg/kg leave an intrathecal dose alone. Raises NotStated when something
    happened and the study says of no agent what follows.
    """
    found: list[Modified] = []
    taken: set[str] = set()
    every = rules_of(study)
    if not every and (toxicities or labs):
        raise NotStated("what toxicity does to the doses", path="published_modifications")
    for rules in every:
        name, unit = canonical(rules.agent), rules.ladder[0].unit
        doses = [
            line
            for line in planned
            if line.kind == "dose" and canonical(line.what) == name and unit in (line.as_stated or unit)
        ]
        taken |= {line.uid for line in doses}
        found += modified(doses, rules, toxicities=toxicities, labs=labs)
    found += [Modified(line, 0, "as planned", "") for line in planned if line.uid not in taken]
    return tuple(sorted(found, key=lambda m: (m.line.on is None, m.line.on or date.min)))


def rules_of(study: Study) -> tuple[DoseModification, ...]:
    """The rules of the study, then the published ones it takes over for agents without any."""
    own = {canonical(rules.agent) for rules in study.dose_modifications}
    taken = [name for name in study.published_modifications.value or () if canonical(name) not in own]
    return (*study.dose_modifications, *(published(name) for name in taken))


def _dose(
    line: Planned,
    first: Planned,
    rules: DoseModification,
    state: _State,
    seen: tuple[Sequence[Toxicity], Sequence[LabValue]],
) -> Modified:
    before_level = state.level
    state.now.clear()
    reasons = _until_settled(line, rules, state, seen)
    if state.stopped or state.held:
        note = state.stopped or state.held
        word = "stopped" if state.stopped else "held"
        return Modified(replace(line, on=None, day=None, amount=None, note=note), state.level, word, note)
    if state.level > before_level:
        state.reduced_by = "; ".join(reasons)
    return _given(line, first, rules, state, reasons)


def _until_settled(
    line: Planned,
    rules: DoseModification,
    state: _State,
    seen: tuple[Sequence[Toxicity], Sequence[LabValue]],
) -> list[str]:
    """What happened up to the dose, in words; a dose that was put off asks again what happened until its new day. While a
    treatment is held, what would stop it for good still counts."""
    reasons: list[str] = []
    asked: date | None = None
    while not state.stopped and (due := _due(line, state)) != asked:
        asked = due
        for number, toxicity in enumerate(seen[0]):
            reasons += _event(toxicity, number, rules, due=_due(line, state), state=state)
        if not state.stopped and not state.held:
            reasons += _labs(line, rules, due=_due(line, state), labs=seen[1], state=state)
    return reasons


def _given(
    line: Planned, first: Planned, rules: DoseModification, state: _State, reasons: list[str]
) -> Modified:
    on = _due(line, state)
    share = rules.ladder[state.level].amount / rules.ladder[0].amount
    amount = None if line.amount is None else line.amount * share
    action = "reduced" if state.level else "delayed" if on != line.on else "as planned"
    reason = "; ".join(reasons) or (state.reduced_by if state.level else "")
    start = first.on or on
    shown = replace(
        line,
        on=on,
        day=study_day(start, on) if line.day is not None else None,
        amount=amount,
        as_stated=_printed(rules.ladder[state.level]) if state.level else line.as_stated,
        note=reason or line.note,
    )
    return Modified(shown, state.level, action, reason)


def _event(
    toxicity: Toxicity, number: int, rules: DoseModification, *, due: date, state: _State
) -> list[str]:
    """What an event does to the dose due; an event counts once at each of its grades."""
    grade = toxicity.worst(due)
    if not grade or (number, grade) in state.seen or state.stopped:
        return []
    if grade == _DEATH:
        state.stopped = f"{toxicity.term} grade {grade}: death"
        return []
    rule = next((r for r in rules.rules if _fits(r, toxicity, grade, due=due, state=state)), None)
    if rule is None:
        return []
    state.seen |= {(number, g) for g in range(1, grade + 1)}
    key = rule.counts or rule.id
    again = bool(rule.counts) and key in state.now
    state.counts[key] = state.counts.get(key, 0) + (not again)
    state.now.add(key)
    says = f"{toxicity.term} grade {grade}: {rule.basis.value or rule.id}"
    then = "same" if again and rule.then == "reduce" else rule.then
    if then != "stop" and rule.hold_until is not None:
        back = toxicity.back_to(rule.hold_until, asked_on=due)
        if back is None:
            state.held = state.held or f"{says}; not yet back to grade {rule.hold_until}"
            return []
        if rule.within_days is not None and (back - toxicity.course[0][0]).days > rule.within_days:
            then = rule.late or then
        state.late_days += max((back - due).days, 0)
    return _act(then, rule, rules, says, state)


def _act(then: str, rule: ModificationRule, rules: DoseModification, says: str, state: _State) -> list[str]:
    if then == "reduce":
        state.level += rule.levels
    if then == "stop" or state.level >= len(rules.ladder):
        state.level = min(state.level, len(rules.ladder) - 1)
        state.stopped = says if then == "stop" else f"{says}; there is no lower dose"
    return [says]


def _fits(rule: ModificationRule, toxicity: Toxicity, grade: int, *, due: date, state: _State) -> bool:
    when = rule.when
    if toxicity.term.strip().lower() not in when.terms or not when.grade_from <= grade <= when.grade_to:
        return False
    if when.lasting_days is not None:
        # A grade that is not over by now has lasted at least until the day of the dose.
        began = next(on for on, g in toxicity.course if g >= when.grade_from)
        length = toxicity.lasted(when.grade_from)
        if ((due - began).days if length is None else length) < when.lasting_days:
            return False
    if when.delays_days is not None:
        back = toxicity.back_to(1 if rule.hold_until is None else rule.hold_until, asked_on=due)
        if back is None or (back - due).days < when.delays_days:
            return False
    key = rule.counts or rule.id
    happened = state.counts.get(key, 0) + (not (rule.counts and key in state.now))
    return rule.occurrence_from <= happened <= (rule.occurrence_to or happened)


def _labs(
    line: Planned, rules: DoseModification, *, due: date, labs: Sequence[LabValue], state: _State
) -> list[str]:
    reasons: list[str] = []
    for rule in rules.rules:
        when = rule.when
        if not when.variable or when.below is None or not _on_day(line, when.on_days):
            continue
        values = sorted((v for v in labs if v.variable == when.variable), key=lambda v: v.on)
        if wrong := next((v for v in values if v.unit != when.unit), None):
            raise UsageError(
                f"{when.variable} of {wrong.on} is in {wrong.unit!r}; the rule is in {when.unit}"
            )
        last = next((v for v in reversed(values) if v.on <= due), None)
        if last is None or last.value >= when.below:
            continue
        says = f"{when.variable} {last.value:g} {when.unit} on {last.on}: {rule.basis.value or rule.id}"
        enough = next((v.on for v in values if v.on > due and v.value >= when.below), None)
        if enough is None:
            state.held = f"{says}; no later value at the limit"
            return reasons
        state.late_days += (enough - due).days
        due = enough
        reasons += _act(rule.then, rule, rules, says, state)
    return reasons


def _on_day(line: Planned, days: tuple[int, ...]) -> bool:
    match = _CYCLE_DAY.search(line.label)
    return not days or (match is not None and int(match[1]) in days)


def _due(line: Planned, state: _State) -> date:
    return (line.on or date.min) + timedelta(days=state.late_days)


def _printed(dose: Dose) -> str:
    return f"{dose.amount:g} {dose.unit}"
