"""protorun conduct"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    from protorun.study.study import Study

CHAPTERS = ("escalation", "conduct", "allocation")
"""Whose open questions a running trial needs answered."""


def conduct(
    study: Path,
    *,
    data: Path,
    cutoff: Annotated[str, Parameter(name=["--cutoff", "--cut-off"])] = "",
    reading: str | None = None,
    assume_defaults: bool = False,
    format: Format = "table",
) -> int:
    """Replay a recorded trial up to a cut-off day: each patient, the counts, what the rule says next, and deviations.

    Exit code 0 when all is in order, 3 when there are deviations or the trial is blocked.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    data
        A folder of CSV tables: patients.csv, and events.csv, doses.csv, lesions.csv, assessments.csv where kept.
    cutoff
        The day up to which information counts, YYYY-MM-DD; without it everything recorded counts.
    reading
        Which reading of the dose rule holds.
    assume_defaults
        Take the first proposal for what the record leaves open; each one is printed.
    format
        How to print: tables for people, or rows with a `section` column.
    """
    from protorun.conduct import conduct as run
    from protorun.conduct import plan
    from protorun.conduct.status import status
    from protorun.conduct.terms import Terms
    from protorun.patients.recorded import load_recorded
    from protorun.read import load

    on = _date(cutoff)
    known = load(study)
    if assume_defaults:
        known = taken(known, needed_for=CHAPTERS)
    planned = plan(known, reading=reading)
    labels = planned.design.labels if planned.design else ()
    patients = load_recorded(data, levels=labels, arms=[a.id for a in known.arms])
    terms = Terms(cut_off=patients.day(on) if on else None, explain=True)
    trial = run(known, patients, reading=reading, terms=terms)
    stands = status(trial, planned)
    _print({k: list(v) if isinstance(v, tuple) else [v] for k, v in vars(stands).items()}, format)
    for note in trial.notes:
        say(f"note: {note}")
    for column in patients.unused:
        say(f"not used: {column}")
    return 3 if stands.deviations or planned.missing else 0


def taken(study: Study, *, needed_for: tuple[str, ...] = ("",), quiet: bool = False) -> Study:
    """The study with the first proposal of each open question (or of those some chapters need), every one said aloud."""
    from protorun.study.assume import take_defaults

    answered = study
    for chapter in needed_for:
        answered = take_defaults(answered, needed_for=chapter)
    for answer in () if quiet else answered.assumptions[len(study.assumptions) :]:
        say(f"assumed: {answer.path} = {answer.value!r} ({answer.reason})")
    return answered


def _date(text: str) -> date | None:
    from protorun.errors import UsageError

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--cutoff {text!r} is no date; write YYYY-MM-DD") from None


def _print(sections: dict[str, list[dict[str, Any]]], format: Format) -> None:
    if format == "table":
        for name, rows in sections.items():
            if rows:
                emit(rows, format, title=name)
        return
    emit([{"section": name, **row} for name, rows in sections.items() for row in rows], format)
