"""protorun next-dose"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from protorun.cli.output import Format, emit, say


def next_dose(
    study: Path,
    outcomes: str = "",
    *,
    reading: str | None = None,
    allow_deviation: bool = False,
    format: Format = "table",
) -> int:
    """Say what the dose rule decides for the outcomes so far, and why; every reading of the rule side by side.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    outcomes
        Cohorts in time order: a level number, then one letter for each patient: N no DLT, T DLT, P pending, X not
        evaluable (not counted). "1NNN 2NT". Number 1 is the level the trial starts with. Nothing = before the first
        patient.
    reading
        Only this reading of the rule.
    allow_deviation
        Count cohorts that the rule would not have given, instead of refusing them.
    format
        How to print the decisions.
    """
    from protorun.escalation import design_for, readings_of
    from protorun.escalation.notation import numbering
    from protorun.read import load

    known = load(study)
    names = (reading,) if reading else readings_of(known)
    designs = [design_for(known, reading=name) for name in names]
    rows, refused = _rows(designs, outcomes, allow_deviation)
    say(f"levels: {'; '.join(dict.fromkeys(numbering(design) for design in designs))}")
    emit(rows, format)
    _remarks(known, rows)
    return 2 if refused == len(designs) else 0


def _rows(designs: list[Any], outcomes: str, allow_deviation: bool) -> tuple[list[dict[str, Any]], int]:
    """One row for each reading; a history that a reading could not have given is said in its row."""
    from protorun.errors import NotationError
    from protorun.escalation import next_dose as decide

    rows, refused = [], 0
    for design in designs:
        try:
            decision = decide(design, outcomes, allow_deviation=allow_deviation)
        except NotationError as error:
            refused += 1
            rows.append({**_row(design.variant, "not possible"), "why": str(error)})
            continue
        rows.append(_told(design, decision))
    return rows, refused


def _row(reading: str, decision: str) -> dict[str, Any]:
    names = ("level", "patients", "reason", "why", "record_says")
    return {"reading": reading, "decision": decision, **dict.fromkeys(names)}


def _told(design: Any, decision: Any) -> dict[str, Any]:
    from protorun.escalation.engine.boundaries import WORDS
    from protorun.trial.decision import Action

    words = getattr(design, "words", None)
    return _row(design.variant, WORDS[Action(decision.action[0])]) | {
        "level": decision.label() or None,
        "patients": int(decision.size[0]) or None,
        "reason": decision.code(),
        "why": decision.why(),
        "record_says": (words(decision.number("rule")) if words else "") or None,
    }


def _remarks(study: Any, rows: list[dict[str, Any]]) -> None:
    rule = study.dose_rule
    told = {(row["decision"], row["level"], row["patients"]) for row in rows}
    if len(told) > 1:
        held = rule.reading.value
        say(
            "the readings disagree"
            + (f"; in force: {held} ({rule.reading.basis})" if held else "; choose one")
        )
    if not rule.dlt_definition.known:
        say("the record does not say what counts as a DLT; the outcomes are taken as given")
    if not (rule.window_days.known or rule.window_cycles.known):
        say(
            "the record does not say how long a patient is observed for DLTs; pending (P) is for you to judge"
        )
