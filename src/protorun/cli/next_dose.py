"""protorun next-dose"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protorun.cli._designs import Asked, Named
from protorun.cli._sheets import short
from protorun.cli.output import Format, emit, say

_LIKE_OUTCOMES = re.compile(r"(\d+[A-Za-z]*\s*)+")
"""Levels and letters, whether or not they can be read."""

if TYPE_CHECKING:
    from protorun.patients.dose_outcomes import DosePatient
    from protorun.study.study import Study
    from protorun.trial.outcomes import Outcomes


def next_dose(
    study: Path | None = None,
    outcomes: str = "",
    *,
    design: list[str] | None = None,
    levels: str = "",
    target: float | None = None,
    patients: Path | None = None,
    window: float | None = None,
    on: str = "",
    paths: int = 0,
    reading: str | None = None,
    allow_deviation: bool = False,
    format: Format = "table",
) -> int:
    """Say what a dose rule decides for the outcomes so far, and why; every reading or design side by side.

    Parameters
    ----------
    study
        A study file (.yaml) or a record; not needed when designs and levels are named.
    outcomes
        Cohorts in time order: a level number, then one letter for each patient: N no DLT, T DLT, P pending, X not
        evaluable (not counted). "1NNN 2NT". Number 1 is the level the trial starts with. Nothing = before the first
        patient.
    design
        A design with its settings, such as "boin target=.25"; several are asked side by side. `record` is the study's
        own rule, in each reading. Without a design it is that rule alone.
    levels
        How many dose levels, or their names, lowest dose first. Without it the study's.
    target
        The DLT rate aimed at, for designs whose own text does not say.
    patients
        A table (CSV) of patients instead of the outcomes: patient, level, enrolled_on, outcome, dlt_on, follow_up_days.
        They are counted as they stand.
    window
        Days of the DLT window, where the study does not say; for pending patients of the table.
    on
        The day of the decision (YYYY-MM-DD): until then patients of the table without follow_up_days were followed.
    paths
        Also show what can happen in so many next cohorts.
    reading
        Only this reading of the study's rule.
    allow_deviation
        Count cohorts that the rule would not have given, instead of refusing them.
    format
        How to print the decisions.
    """
    from protorun.cli._designs import designs_of, say_levels, study_of

    study, outcomes = _or_outcomes(study, outcomes)
    known = study_of(study)
    named = designs_of(known, Asked(design or (), levels, target, reading))
    table = _table(patients, outcomes, _day(on))
    given = Given(outcomes, table, _window(known, window), allow_deviation)
    key = "design" if design else "reading"
    rows, refused = _rows(named, given, key)
    say_levels(named)
    ahead = [row for d in named for row in _ahead(d, given, paths, key)] if paths else []
    if format == "table":
        emit(short(rows, without=()), format)
        for name in dict.fromkeys(row[key] for row in ahead):
            ways = [{k: v for k, v in row.items() if k != key} for row in ahead if row[key] == name]
            emit(short(ways, without=("reason", "number", "given")), title=f"What can happen next: {name}")
    else:
        emit([*rows, *ahead], format)
    _remarks(known, rows, window_known=given.window_days is not None)
    return 2 if refused == len(named) else 0


@dataclass(frozen=True)
class Given:
    """What was seen: an outcome string, or the patients of a table with the DLT window."""

    outcomes: str
    patients: list[DosePatient] | None
    window_days: float | None
    allow_deviation: bool


def _or_outcomes(study: Path | None, outcomes: str) -> tuple[Path | None, str]:
    """The first word is the study, or the outcomes when there is no such file and they can be read as such."""
    from protorun.errors import NotationError
    from protorun.escalation.notation import parse

    if study is not None and study == Path() and not outcomes:  # an empty word
        return None, ""
    if study is None or outcomes or study.exists():
        return study, outcomes
    try:
        parse(str(study))
    except NotationError:
        if _LIKE_OUTCOMES.fullmatch(str(study)):
            raise
        return study, outcomes
    return None, str(study)


def _window(study: Study | None, asked: float | None) -> float | None:
    """The DLT window: as typed, or the study's."""
    from protorun.errors import UsageError

    if asked is not None:
        if not 0 < asked <= 3660:
            raise UsageError(f"a DLT window of {asked:g} days cannot be")
        return asked
    held = study.dose_rule.window_days if study is not None and study.dose_rule else None
    return float(held.value) if held is not None and held.known and held.value else None


def _day(text: str) -> date | None:
    from protorun.errors import UsageError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--on {text!r} is no date; write YYYY-MM-DD") from None


def _table(patients: Path | None, outcomes: str, on: date | None) -> list[DosePatient] | None:
    """The patients of the table; what of it is not used is said."""
    from protorun.errors import UsageError
    from protorun.patients.dose_outcomes import load_dose_outcomes

    if patients is None:
        return None
    if outcomes:
        raise UsageError("give the outcomes as a string or as a table, not both")
    rows, unread = load_dose_outcomes(patients, on=on)
    if unread:
        say(f"not read: {', '.join(unread)}")
    if any(row.grade2 for row in rows):
        say("grade2 is not used: the designs count DLTs alone")
    return rows


def _seen(named: Named, given: Given) -> Outcomes:
    """What the design sees. Raises NotationError for a history it could not have given, UsageError without a window where
    the design counts follow-up."""
    from protorun.errors import UsageError
    from protorun.escalation._slots import Needs
    from protorun.escalation.follow_up import outcomes_from
    from protorun.escalation.notation import outcomes_of
    from protorun.patients.dose_outcomes import followed

    if given.patients is None:
        return outcomes_of(given.outcomes, named.design, allow_deviation=given.allow_deviation)
    if named.design.needs >= Needs.PENDING and given.window_days is None:
        raise UsageError(f"{named.name} counts follow-up: give the DLT window, --window DAYS")
    patients = followed(given.patients, named.design, window_days=given.window_days)
    return outcomes_from(patients, named.design)


def _rows(named: list[Named], given: Given, key: str) -> tuple[list[dict[str, Any]], int]:
    """One row for each design; a history that it could not have given is said in its row."""
    from protorun.errors import NotationError, UsageError

    rows, refused = [], 0
    for one in named:
        try:
            decision = one.design.decide(_seen(one, given))
        except (NotationError, UsageError) as error:
            if len(named) == 1 and not isinstance(error, NotationError):
                raise
            refused += 1
            rows.append({**_row(key, one.name, "not possible"), "why": str(error)})
            continue
        rows.append(_told(key, one, decision))
    return rows, refused


def _row(key: str, name: str, decision: str) -> dict[str, Any]:
    names = ("level", "patients", "reason", "why", "record_says")
    return {key: name, "decision": decision, **dict.fromkeys(names)}


def _told(key: str, named: Named, decision: Any) -> dict[str, Any]:
    from protorun.escalation.engine.boundaries import WORDS
    from protorun.trial.decision import Action

    words = getattr(named.design, "words", None)
    return _row(key, named.name, WORDS[Action(decision.action[0])]) | {
        "level": decision.label() or None,
        "patients": int(decision.size[0]) or None,
        "reason": decision.code(),
        "why": decision.why(),
        "record_says": (words(decision.number("rule")) if words else "") or None,
    }


def _ahead(named: Named, given: Given, cohorts: int, key: str) -> list[dict[str, Any]]:
    """The ways of the next cohorts; none, with a word why, while an outcome is pending or after a history that the design
    could not have given."""
    from protorun.errors import UsageError
    from protorun.escalation import paths as ways

    try:
        found = ways(named.design, cohorts=cohorts, after=_seen(named, given))
    except UsageError as error:
        say(f"{named.name}: {error}")
        return []
    return [{key: named.name, **row} for row in found if row["path"]]


def _remarks(study: Study | None, rows: list[dict[str, Any]], *, window_known: bool) -> None:
    told = {(row["decision"], row["level"], row["patients"]) for row in rows}
    rule = study.dose_rule if study is not None else None
    if len(told) > 1 and "reading" in rows[0] and rule is not None:
        held = rule.reading.value
        say(
            "the readings disagree"
            + (f"; in force: {held} ({rule.reading.basis})" if held else "; choose one")
        )
    elif len(told) > 1:
        say("the designs disagree")
    if rule is None:
        return
    if not rule.dlt_definition.known:
        say("the record does not say what counts as a DLT; the outcomes are taken as given")
    if not (window_known or rule.window_days.known or rule.window_cycles.known):
        say(
            "the record does not say how long a patient is observed for DLTs; pending (P) is for you to judge"
        )
