"""Adverse events -> dose-limiting toxicities, by the study's own definition and window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import NotStated
from protorun.study.study import Study
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.toxicity.definition import PATH, Clause, clauses
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.tables import AdverseEvents


@dataclass(frozen=True)
class Judged:
    """One verdict per adverse event: Kleene truth of being a DLT, and the clause (or the missing item) that decided."""

    dlt: TruthArray
    reason: NDArray[np.int16]
    reasons: tuple[str, ...]

    def why(self, row: int) -> str:
        """The deciding clause of a row in words."""
        return self.reasons[int(self.reason[row])]


def judge(study: Study, events: AdverseEvents, *, window_start: DayArray) -> Judged:
    """Is each adverse event a DLT. `window_start` is the first day of the patient's window, one per row.

    An ungraded event, or one whose day or window is not known, is unknown; an event judged not related is none. Raises
    NotStated when the study has no DLT definition or window, or words of the definition are not understood.
    """
    rule = study.dose_rule
    if rule is None or rule.dlt_definition.value is None:
        raise NotStated("what counts as a dose-limiting toxicity", path=PATH)
    if rule.window_days.value is None:
        raise NotStated("the DLT window in days", path="dose_rule.window_days")
    parts = clauses(rule.dlt_definition.value)
    met, unsure, which = _matches(events, parts)
    inside = (events.day >= window_start) & (
        events.day < window_start.astype(np.int64) + rule.window_days.value
    )
    dated = (events.day != NO_DAY) & (window_start != NO_DAY)
    cases = [
        (events.related == FALSE, FALSE, "judged not related to treatment"),
        (dated & ~inside, FALSE, f"outside the DLT window of {rule.window_days.value} days"),
        (~met & ~unsure, FALSE, "no clause of the definition fits"),
        (~dated, UNKNOWN, "the day of the event or the start of the window is not known"),
        (unsure & ~met, UNKNOWN, "the event is not graded"),
        (events.related == UNKNOWN, UNKNOWN, "nobody judged the relation to treatment"),
    ]
    conditions = [rows for rows, _, _ in cases]
    verdict = np.select(conditions, [value for _, value, _ in cases], TRUE)
    reason = np.select(conditions, list(range(len(cases))), len(cases) + which)
    says = (*(text for _, _, text in cases), *(part.says for part in parts))
    return Judged(verdict.astype(np.uint8), reason.astype(np.int16), says)


def _matches(
    events: AdverseEvents, parts: tuple[Clause, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int16]]:
    """Which rows fit some clause, which would fit with a grade, and the first clause that fits."""
    terms = [t.lower() for t in events.terms]
    met, unsure = np.zeros(len(events), np.bool_), np.zeros(len(events), np.bool_)
    which = np.zeros(len(events), np.int16)
    for number, part in enumerate(parts):
        of_group = np.array([not part.terms or t in part.terms for t in terms], np.bool_)[events.term]
        hit = of_group & (events.grade >= part.low) & (events.grade <= part.high)
        which = np.where(hit & ~met, number, which).astype(np.int16)
        met |= hit
        unsure |= of_group & (events.grade <= 0)
    return met, unsure, which
