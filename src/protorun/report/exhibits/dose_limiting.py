"""Dose-limiting toxicities per dose level as a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from protorun.analyze import Results
from protorun.analyze.dlt_verdicts import DltVerdicts, dlt_verdicts
from protorun.errors import NothingRecorded, NotStated, PatientDataError
from protorun.report.exhibits.exhibit import Exhibit
from protorun.report.exhibits.words import share
from protorun.statistics import clopper_pearson
from protorun.study.study import Study
from protorun.terms.truth import TRUE
from protorun.trial.facts import NO_DAY
from protorun.trial.tables import Tables


def dose_limiting_exhibits(study: Study, results: Results, below: str) -> list[Exhibit]:
    """One line for each dose level and one for all; nothing without a dose rule, a window, or patients under the rule."""
    if study.dose_rule is None:
        return []
    try:
        found = dlt_verdicts(study, results.tables, cutoff_day=results.cutoff_day, calendar=results.calendar)
    except (NotStated, NothingRecorded, PatientDataError):
        return []
    if not found.treated.any():
        return []
    people = results.tables.patients
    labels = people.levels or tuple(level.label for level in study.dose_rule.levels)
    level = people.level if people.level is not None else np.full(len(people), -1)
    groups = [(name, found.treated & (level == at)) for at, name in enumerate(labels)]
    groups = [group for group in groups if group[1].any()]
    rows = [_row(name, mine, found, results.tables) for name, mine in (*groups, ("all", found.treated))]
    shown = [
        {
            "Dose level": row["level"],
            "Treated": str(row["treated"]),
            "DLT-evaluable": str(row["evaluable"]),
            "With a DLT": share(row["dlt"], row["evaluable"]),
            "95 % limits": f"{100 * row['lower']:.1f} to {100 * row['upper']:.1f} %"
            if row["evaluable"]
            else "—",
            "Events": row["events"] or "—",
        }
        for row in rows
    ]
    notes = (
        f"{found.basis}. Evaluable: completed the window or had a DLT. Exact limits (Clopper-Pearson).",
        *found.doubts,
        below,
    )
    about = f"Patients treated under the dose rule: N = {int(found.treated.sum())}"
    return [Exhibit("dose_limiting_toxicities", "Dose-limiting toxicities", about, notes, rows, shown=shown)]


def why_no_dlts(study: Study, results: Results) -> str:
    """What is missing for a table of dose-limiting toxicities; empty when there is one, or no dose rule."""
    if study.dose_rule is None:
        return ""
    try:
        dlt_verdicts(study, results.tables, cutoff_day=results.cutoff_day, calendar=results.calendar)
    except (NotStated, NothingRecorded) as lack:
        return str(lack)
    return ""


def _row(name: str, mine: np.ndarray, found: DltVerdicts, tables: Tables) -> dict[str, Any]:
    hit = mine & (found.dlt == TRUE)
    count, of = int(hit.sum()), int((mine & found.evaluable).sum())
    low, high = clopper_pearson(count, of) if of else (np.nan, np.nan)
    return {
        "level": name,
        "treated": int(mine.sum()),
        "evaluable": of,
        "dlt": count,
        "lower": float(low),
        "upper": float(high),
        "events": "; ".join(_event(int(row), found, tables) for row in np.flatnonzero(hit)),
    }


def _event(row: int, found: DltVerdicts, tables: Tables) -> str:
    """The patient with the event, its grade and the day of treatment."""
    day = (
        f"day {int(found.on[row]) - int(found.start[row]) + 1}" if found.on[row] != NO_DAY else "day unknown"
    )
    events, people = tables.adverse_events, tables.patients
    at = int(found.event[row])
    if at < 0 and events is not None:
        same = (events.patient == people.patient[row]) & (events.copy == people.copy[row])
        same &= events.day == found.on[row]
        called = events.features.get("dlt")
        same = same & (called == TRUE) if called is not None else same
        at = int(np.flatnonzero(same)[0]) if same.any() else -1
    says = "" if at < 0 or events is None else f", {events.terms[events.term[at]]} grade {events.grade[at]}"
    return f"patient {people.name(row)}{says}, {day}"
