"""How a recorded trial stands on its cut-off day: patient by patient, level by level, and what the rule says next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from protorun.conduct.plan import Plan
from protorun.trial.decision import Action
from protorun.trial.events import Events, Kind
from protorun.trial.trial import Trial

Row = dict[str, Any]


@dataclass(frozen=True)
class Status:
    """Rows for people: each patient, counts per dose level, the recommendation of today, and what needs a look: entries
    the rule did not give, and DLTs it does not count."""

    patients: tuple[Row, ...]
    counts: tuple[Row, ...]
    recommendation: Row
    deviations: tuple[Row, ...]


def status(trial: Trial, planned: Plan) -> Status:
    """How one trial stands, from what is known on its cut-off day. `planned` is the plan it was conducted by."""
    patients = tuple(_patient(trial, planned, int(p)) for p in np.unique(trial.events.patient) if p >= 0)
    return Status(
        patients=patients,
        counts=tuple(_counts(planned, patients)),
        recommendation=_recommendation(trial, planned, patients),
        deviations=(*_deviations(trial), *_uncounted(trial, planned)),
    )


def _patient(trial: Trial, planned: Plan, number: int) -> Row:
    events = trial.events.where(trial.events.patient == number)
    entry = events.of(Kind.ENROLLED)
    level = int(entry.level[0]) if len(entry) else -1
    arm = int(entry.value[0]) if len(entry) else -1
    state, until = _state(trial, events, planned, level)
    return {
        "patient": trial.names[number] if trial.names else str(number + 1),
        "enrolled_on": _date(trial, int(entry.day[0])) if len(entry) else None,
        "arm": trial.study.arms[arm].id if arm >= 0 else "",
        "level": _label(planned, level),
        "state": state,
        "until": _date(trial, until) if until is not None else None,
        "last_event": _last(events),
        "last_known_on": _date(trial, int(events.day.max())),
    }


def _state(trial: Trial, events: Events, planned: Plan, level: int) -> tuple[str, int | None]:
    """Where the patient stands with the DLT window, and the day that ends it while it is open."""
    kinds = set(events.kind.tolist())
    entry = events.of(Kind.ENROLLED)
    if not len(entry):
        return "screened, not enrolled", None
    if Kind.DLT_COUNTED in kinds:
        return "DLT", None
    if Kind.INEVALUABLE in kinds:
        return "not evaluable", None
    if Kind.COMPLETED_WINDOW in kinds:
        return "no DLT", None
    if planned.design is None or level < 0:
        return _end(kinds), None
    ended = trial.events.of(Kind.FINISHED, Kind.STOPPED)
    if len(ended) and entry.day[0] >= ended.day.min():
        return f"{_end(kinds)}; not under the dose rule, which had ended", None
    given = events.of(Kind.DOSE_GIVEN)
    if not len(given) and (trial.events.kind == Kind.DOSE_GIVEN).any():
        return "under observation", None  # the window begins with the first dose, which nobody has recorded
    start = given.day.min() if len(given) else entry.day[0]
    return "under observation", int(start) + planned.window_days - 1


def _end(kinds: set[int]) -> str:
    for kind, says in (
        (Kind.DEATH, "died"),
        (Kind.DROPPED_OUT, "withdrawn"),
        (Kind.PROGRESSION, "progressed"),
    ):
        if kind in kinds:
            return says
    return "on study"


def _last(events: Events) -> str:
    """What happened last, by the word of its kind."""
    told = events.where(~np.isin(events.kind, (Kind.DEVIATION, Kind.COMPLETED_WINDOW, Kind.DLT_COUNTED)))
    return Kind(int(told.kind[int(np.argmax(told.day))])).name.lower().replace("_", " ")


def _counts(planned: Plan, patients: tuple[Row, ...]) -> list[Row]:
    labels = planned.design.labels if planned.design else ("",)
    rows = []
    for label in labels:
        mine = [p for p in patients if p["level"] == label and p["state"] != "screened, not enrolled"]
        states = [p["state"] for p in mine]
        rows.append(
            {
                "level": label,
                "enrolled": len(mine),
                "evaluable": states.count("DLT") + states.count("no DLT"),
                "dlt": states.count("DLT"),
                "under_observation": states.count("under observation"),
                "not_evaluable": states.count("not evaluable"),
            }
        )
    return rows


def _recommendation(trial: Trial, planned: Plan, patients: tuple[Row, ...]) -> Row:
    """The last decision, in words; a blocked rule recommends nothing."""
    if planned.missing:
        return {"action": "blocked", "level": "", "why": "; ".join(trial.missing), "pending": []}
    ends = trial.events.of(Kind.FINISHED, Kind.STOPPED)
    last = ends if len(ends) else trial.events.of(Kind.DECISION)
    if planned.design is None or not len(last):
        return {"action": "none", "level": "", "why": "the study has no dose rule", "pending": []}
    kind, level = Kind(int(last.kind[-1])), int(last.level[-1])
    ended = {Kind.FINISHED: Action.FINISH, Kind.STOPPED: Action.STOP}
    action = ended[kind] if kind in ended else Action(int(last.value[-1]))
    moved = _moved(trial.events.of(Kind.DECISION))
    return {
        "action": action.name.lower(),
        "level": _label(planned, level),
        "why": last.text[-1] if last.text else "",
        "known_on": _date(trial, int(last.day[-1])),
        "level_since": _date(trial, int(moved.day[0])) if len(moved) else "",
        "level_because": moved.text[0] if moved.text else "",
        "pending": [p["patient"] for p in patients if p["state"] == "under observation"],
    }


def _moved(decisions: Events) -> Events:
    """The decisions since the level last changed, the one that changed it first."""
    changes = np.flatnonzero(np.diff(decisions.level)) + 1
    since = int(changes[-1]) if len(changes) else 0
    return decisions.take(np.arange(since, len(decisions)))


def _deviations(trial: Trial) -> list[Row]:
    found = trial.events.of(Kind.DEVIATION)
    return [
        {
            "patient": trial.names[int(p)] if trial.names else str(int(p) + 1),
            "on": _date(trial, int(day)),
            "deviation": text,
        }
        for p, day, text in zip(found.patient, found.day, found.text, strict=True)
    ]


def _uncounted(trial: Trial, planned: Plan) -> list[Row]:
    """DLTs the rule does not see, so that nobody takes them for counted."""
    if planned.design is None:
        return []
    counted = set(trial.events.of(Kind.DLT_COUNTED).patient.tolist())
    found = trial.events.of(Kind.DLT)
    return [
        {
            "patient": trial.names[int(p)] if trial.names else str(int(p) + 1),
            "on": _date(trial, int(day)),
            "deviation": "a DLT that is not counted: outside the DLT window, or after the dose rule had ended",
        }
        for p, day in zip(found.patient, found.day, strict=True)
        if int(p) not in counted
    ]


def _label(planned: Plan, level: int) -> str:
    return planned.design.labels[level] if planned.design and level >= 0 else ""


def _date(trial: Trial, day: int) -> str:
    on = trial.on(day)
    return on.isoformat() if on else f"day {day}"
