"""Adverse events -> dose-limiting toxicities, by the study's own definition and window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated
from protorun.study.dose_rule import DoseRule
from protorun.study.study import Study
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.toxicity.definition import PATH, Clause, clauses
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.tables import AdverseEvents

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """One verdict per adverse event: Kleene truth of being a DLT, and the clause (or the missing item) that decided."""

    dlt: TruthArray
    reason: NDArray[np.int16]
    reasons: tuple[str, ...]

    def why(self, row: int) -> str:
        """The deciding clause of a row in words."""
        return self.reasons[int(self.reason[row])]


@dataclass(frozen=True)
class JudgedPatients:
    """One verdict per patient: DLT, evaluable (completed the window or had a DLT), both Kleene truth; `row` is the event
    that decided (-1: none), `reasons` say why."""

    dlt: TruthArray
    evaluable: TruthArray
    row: NDArray[np.int32]
    reasons: tuple[str, ...]


def judge(study: Study, events: AdverseEvents, *, window_start: DayArray) -> Judged:
    """Is each adverse event a DLT. `window_start` is the first day of the patient's window, one per row.

    An event of which something is not known that a clause asks (its grade, its end, a feature), or whose day or window is
    not known, is unknown; an event judged not related is none. Durations count the first and the last day. Raises
    NotStated when the study has no DLT definition or window, or words of the definition are not understood.
    """
    rule, parts = _definition(study)
    window = dlt_window(study)
    age = events.day.astype(np.int64) - window_start
    dated = (events.day != NO_DAY) & (window_start != NO_DAY)
    found = np.array([_meets(events, part, age=age, days=_days(rule, part)) for part in parts], np.uint8)
    best, which = found.max(axis=0), found.argmax(axis=0)
    inside = (age >= 0) & (age < window)
    n = len(parts)
    cases = [
        (events.related == FALSE, FALSE, "judged not related to treatment"),
        (dated & ~inside, FALSE, f"outside the DLT window of {window} days"),
        (best == FALSE, FALSE, "no clause of the definition fits"),
        (~dated, UNKNOWN, "the day of the event or the start of the window is not known"),
        ((best == UNKNOWN) & (events.grade <= 0), UNKNOWN, "the event is not graded"),
        (events.related == UNKNOWN, UNKNOWN, "nobody judged the relation to treatment"),
    ]
    conditions = [rows for rows, _, _ in cases]
    verdict = np.select(conditions, [value for _, value, _ in cases], best)
    behind = len(cases) + which + np.where(best == UNKNOWN, n, 0)
    reason = np.select(conditions, list(range(len(cases))), behind)
    unknown = (f"not everything is known that the clause asks: {part.says}" for part in parts)
    says = (*(text for _, _, text in cases), *(part.says for part in parts), *unknown)
    return Judged(verdict.astype(np.uint8), reason.astype(np.int16), says)


def judge_patients(
    study: Study,
    events: AdverseEvents,
    *,
    window_start: DayArray,
    completed: TruthArray,
    missed_percent: NDArray[np.float64] | None = None,
) -> JudgedPatients:
    """Has each patient a DLT, and is each evaluable for it. Patients are counted from 0; a batch is one copy.

    `window_start` and `completed` (was the window completed without a DLT, Kleene truth) have one entry per patient;
    `missed_percent` is the share of planned doses that was missed for toxicity inside the window, which a clause may
    name (NaN = not known). A patient with an unknown event is unknown, unless another event decides.
    """
    _, parts = _definition(study)
    judged = judge(study, events, window_start=window_start[events.patient])
    n = len(completed)
    best, row = np.zeros(n, np.uint8), np.full(n, -1, np.int32)
    for at in np.lexsort((events.day, -judged.dlt.astype(np.int16)))[::-1]:
        if judged.dlt[at]:
            who = events.patient[at]
            best[who], row[who] = judged.dlt[at], at
    missed = _missed(parts, missed_percent, n)
    dlt = np.maximum(best, missed)
    row = np.where(missed > best, -1, row).astype(np.int32)
    says = tuple(_why(judged, int(row[i]), int(missed[i])) for i in range(n))
    # A DLT makes evaluable; where it is not known, so is everybody who did not complete the window.
    evaluable = np.maximum(completed, dlt)
    return JudgedPatients(dlt.astype(np.uint8), evaluable.astype(np.uint8), row, says)


def dlt_window(study: Study) -> int:
    """Days of the DLT window, the first one included: as stated, or the stated cycles times their length. Raises
    NotStated without either."""
    rule = study.dose_rule
    if rule is not None and rule.window_days.value is not None:
        return rule.window_days.value
    if rule is None or rule.window_cycles.value is None:
        raise NotStated("the DLT window in days", path="dose_rule.window_days")
    own = [b for b in study.blocks if b.id in rule.blocks or not rule.blocks]
    days = next((b.cycle_days.value for b in own if b.cycle_days.value), None)
    if days is None:
        block = own[0].id if own else ""
        raise NotStated("the length of a cycle of the DLT window", path=f"blocks[{block}].cycle_days")
    return rule.window_cycles.value * days


def _definition(study: Study) -> tuple[DoseRule, tuple[Clause, ...]]:
    rule = study.dose_rule
    if rule is None or rule.dlt_definition.value is None:
        raise NotStated("what counts as a dose-limiting toxicity", path=PATH)
    return rule, clauses(rule.dlt_definition.value)


def _days(rule: DoseRule, part: Clause) -> int | None:
    """The days from the start of the window that a clause allows, None = the window itself."""
    cycles, asked = rule.window_cycles.value, part.asks.within_cycles
    if asked is None or asked == cycles:
        return part.asks.within_days
    if cycles is None or rule.window_days.value is None:
        raise NotStated(f"how many days {asked} cycles are", path="dose_rule.window_cycles")
    return rule.window_days.value * asked // cycles


def _meets(events: AdverseEvents, part: Clause, *, age: NDArray[np.int64], days: int | None) -> TruthArray:
    """Kleene truth of an event meeting a clause, exceptions included."""
    if part.missed_percent is not None:
        return np.zeros(len(events), np.uint8)
    of_group = np.array([(t.lower() in part.terms) != part.others for t in events.terms] or [False], np.bool_)
    found = _truth(of_group[events.term] if part.terms else np.ones(len(events), np.bool_))
    graded = _truth((events.grade >= part.low) & (events.grade <= part.high))
    if (part.low, part.high) != (1, 5):
        graded = np.where(events.grade <= 0, UNKNOWN, graded).astype(np.uint8)
    else:
        graded = np.full(len(events), TRUE, np.uint8)
    for truth in (graded, *_asked(events, part)):
        found = np.minimum(found, truth)
    if days is not None:
        found = np.where((events.day != NO_DAY) & (age >= days), FALSE, found).astype(np.uint8)
    for one in part.excepts:
        found = np.minimum(found, TRUE - _meets(events, one, age=age, days=None))
    return found


def _asked(events: AdverseEvents, part: Clause) -> list[TruthArray]:
    asks, n = part.asks, len(events)
    found = [
        _wanted(events.features.get(name, np.full(n, UNKNOWN, np.uint8)), wanted)
        for name, wanted in asks.features
    ]
    none = np.full(n, NO_DAY, np.int32)
    end = none if events.end is None else events.end
    if asks.lasting_days is not None:
        length = end.astype(np.int64) - events.day + 1
        long = length > asks.lasting_days if asks.lasting_more else length >= asks.lasting_days
        found.append(_where_known(long, (end != NO_DAY) & (events.day != NO_DAY)))
    if asks.recover_days is not None:
        back = (
            end
            if events.recovered_on is None
            else np.where(events.recovered_on == NO_DAY, end, events.recovered_on)
        )
        late = back.astype(np.int64) - events.day > asks.recover_days
        found.append(_where_known(late, (back != NO_DAY) & (events.day != NO_DAY)))
    return found


def _missed(parts: tuple[Clause, ...], share: NDArray[np.float64] | None, n: int) -> TruthArray:
    asked = [part for part in parts if part.missed_percent is not None]
    if not asked:
        return np.zeros(n, np.uint8)
    if share is None:
        return np.full(n, UNKNOWN, np.uint8)
    found = np.zeros(n, np.uint8)
    for part in asked:
        limit = part.missed_percent or 0.0
        with np.errstate(invalid="ignore"):
            over = share >= limit if part.missed_reached else share > limit
        found = np.maximum(found, _where_known(over, ~np.isnan(share)))
    return found


def _why(judged: Judged, row: int, missed: int) -> str:
    if row >= 0:
        return judged.why(row)
    if missed:
        return (
            "doses missed for toxicity"
            if missed == TRUE
            else "how many doses were missed for toxicity is not known"
        )
    return "no event is a DLT"


def _wanted(truth: TruthArray, wanted: bool) -> TruthArray:
    return truth if wanted else (TRUE - truth).astype(np.uint8)


def _where_known(truth: Bools, known: Bools) -> TruthArray:
    return np.where(known, _truth(truth), UNKNOWN).astype(np.uint8)


def _truth(rows: Bools) -> TruthArray:
    return np.where(rows, TRUE, FALSE).astype(np.uint8)
