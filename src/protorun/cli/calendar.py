"""protorun calendar"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from protorun.cli.output import emit, say

if TYPE_CHECKING:
    from protorun.study.study import Study
    from protorun.trial.planned import Planned

CalendarFormat = Literal["table", "json", "csv", "ics"]
Weekends = Literal["keep", "next_weekday", "previous_weekday", "nearest_weekday"]
_CYCLES = 6


def calendar(
    study: Path,
    *,
    start: date | datetime,
    weight: float | None = None,
    height: float | None = None,
    arm: str | None = None,
    level: str | None = None,
    cycles: int | None = None,
    until: date | datetime | None = None,
    delay: Sequence[str] = (),
    progression: date | datetime | None = None,
    ended: Sequence[str] = (),
    without: Sequence[str] = (),
    weekends: Weekends = "keep",
    holidays: Sequence[str] = (),
    missed: Sequence[str] = (),
    weighed: Sequence[str] = (),
    result: Sequence[str] = (),
    toxicities: Path | None = None,
    labs: Path | None = None,
    patient: str = "",
    previous: Path | None = None,
    assume_defaults: bool = False,
    format: CalendarFormat = "table",
) -> int:
    """Lay out every dose and visit of one patient with its date.

    Ends with exit code 3 when something has no date or no amount because the record does not state it.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    start
        Date of day 1, such as 2024-06-17.
    weight
        Weight in kg at the start.
    height
        Height in cm, for doses per m2.
    arm
        The patient's arm; needed when the study has several.
    level
        The dose level of the patient, such as "10 mg".
    cycles
        How many cycles to show of treatment without an end.
    until
        Last date to show.
    delay
        When something really happened: C2=2024-07-11 (a cycle), BLOCK=DATE, or BLOCK/3=DATE (its third dose).
    progression
        Date of progression; ends what the record stops at progression or relapse.
    ended
        Other ends with their date: toxicity=DATE, death=DATE, withdrawal=DATE.
    without
        Conditions that do not hold, such as effective.
    weekends
        Where a drug dose goes that falls on a weekend or holiday; radiotherapy is always on working days.
    holidays
        Closed days: dates, or files with one date per line.
    missed
        Days on which radiotherapy was missed; made up at the end.
    weighed
        Later weights as DATE=KG.
    result
        What another arm has handed over, such as RP2D="50 mg".
    toxicities
        A CSV table of what happened to the patient: date, term and grade from that date on (0 = over). Doses are held,
        delayed, reduced or stopped by the rules of the study, each with its reason.
    labs
        A CSV table of laboratory values that dose rules ask: date, variable, value, unit.
    patient
        The patient's number; part of the uids of an .ics file, and picks the rows of tables with a column `patient`.
    previous
        The .ics file given out before: events that moved get the next sequence number.
    assume_defaults
        Answer open questions with the first default that is offered; each one is printed.
    format
        How to print the calendar.
    """
    from protorun.cli._after_toxicity import after
    from protorun.cli._assumed import with_defaults
    from protorun.read import load
    from protorun.schedule import lay_out

    known = with_defaults(load(study), assume_defaults)
    arm_id = _arm(known, arm)
    cycles = _shown_cycles(cycles, until)
    ends = dict(_dated(ended)) | ({"progression": _day(progression)} if progression else {})
    lines = lay_out(
        known, arm_id, start=_day(start), weight_kg=weight, height_cm=height, level=level, cycles=cycles,
        weights={_date(day): _number(kg) for day, kg in _pairs(weighed)}, until=_day(until) if until else None,
        actual=dict(_dated(delay)), weekends=weekends, holidays=_days(holidays), missed=_days(missed), ended=ends,
        conditions=dict.fromkeys(without, False), results=_results(result),
    )  # fmt: skip
    _conventions(known, arm_id, lines, ends)
    lines = after(known, lines, toxicities, labs, patient)
    _print(known, lines, format, patient, previous)
    return _open_ends(lines)


def _shown_cycles(cycles: int | None, until: date | datetime | None) -> int | None:
    if cycles is None and until is None:
        say(f"treatment without an end is shown for {_CYCLES} cycles; ask for more with --cycles or --until")
        return _CYCLES
    return cycles


def _arm(study: Study, arm: str | None) -> str:
    from protorun.errors import UsageError

    if arm is not None or len(study.arms) == 1:
        return arm or study.arms[0].id
    if not study.arms:
        raise UsageError("the study describes no arm; there is nothing to lay out")
    raise UsageError(f"name the patient's arm with --arm; there are: {', '.join(a.id for a in study.arms)}")


def _print(
    study: Study, lines: Sequence[Planned], format: CalendarFormat, patient: str, previous: Path | None
) -> None:
    if format == "ics":
        _print_ics(study, lines, patient, previous)
        return
    if format != "table":
        emit([vars(line) | {"on": line.on.isoformat() if line.on else None} for line in lines], format)
        return
    emit([_row(line) for line in lines], format, title=study.title)


def _print_ics(study: Study, lines: Sequence[Planned], patient: str, previous: Path | None) -> None:
    import sys
    from datetime import UTC

    from protorun.errors import PatientDataError
    from protorun.schedule import to_ics

    try:
        before = previous.read_bytes() if previous else b""
    except OSError as error:
        raise PatientDataError(f"cannot be opened: {error.strerror}", where=str(previous)) from error
    stamped = datetime.now(UTC).replace(microsecond=0)
    text = to_ics(lines, stamped=stamped, name=study.title, patient=patient, before=before)
    sys.stdout.flush()
    sys.stdout.buffer.write(text)  # RFC 5545: lines end with CR LF on every system
    sys.stdout.buffer.flush()
    left_out = sum(line.on is None for line in lines)
    if left_out:
        say(f"{left_out} lines have no date and are not in the calendar")


def _row(line: Planned) -> dict[str, Any]:
    window = f"-{line.window_before}/+{line.window_after}" if line.window_before or line.window_after else ""
    open_end = f"blocked by {line.blocked_by}" if line.blocked_by else ""
    missing = f"not stated: {line.missing}" if line.missing else ""
    notes = (f"when {line.condition}" if line.condition else "", open_end, missing, line.note)
    return {
        "date": f"{line.on:%a} {line.on}" if line.on else "",
        "day": line.day,
        "label": line.label,
        "what": line.what,
        "amount": f"{line.amount:g} {line.unit}" if line.amount is not None else "",
        "as_stated": line.as_stated,
        "route": line.route,
        "window": window,
        "notes": "; ".join(n for n in notes if n),
    }


def _conventions(study: Study, arm: str, lines: Sequence[Planned], ends: dict[str, date]) -> None:
    """Say the conventions that shaped these lines and that no record states."""
    if any("kg, weight" in line.note for line in lines):
        say(
            "assumed: the weight at the start counts until a later one differs by 10 % or more [custom of sites]"
        )
    if any("Mosteller" in line.note for line in lines):
        say("assumed: body surface by Mosteller, rounded down to 0.01 m2 [(ours)]")
    if any(line.kind == "fraction" for line in lines):
        say("assumed: radiotherapy is given on working days; a missed fraction is added at the end [(ours)]")
    if "progression" in ends:
        blocks = [study.block(id) for id in study.arm(arm).blocks]
        going_on = [b.id for b in blocks if not {"progression", "relapse"} & set(b.until.value or ())]
        if going_on:
            say(f"the record does not say that progression ends {', '.join(going_on)}")


def _open_ends(lines: Sequence[Planned]) -> int:
    """Say what is missing, once each; 3 when there is any."""
    missing = dict.fromkeys(line.missing for line in lines if line.missing)
    for text in missing:
        say(f"not stated: {text}")
    blocked = dict.fromkeys(line.blocked_by for line in lines if line.blocked_by)
    for text in blocked:
        say(f"blocked by: {text}")
    return 3 if missing or blocked else 0


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    from protorun.errors import UsageError

    for text in texts:
        if "=" not in text:
            raise UsageError(f"{text!r}: write it as NAME=VALUE")
    return [(name.strip(), value.strip()) for name, _, value in (text.partition("=") for text in texts)]


def _dated(texts: Sequence[str]) -> list[tuple[str, date]]:
    return [(name, _date(value)) for name, value in _pairs(texts)]


def _date(text: str) -> date:
    from protorun.errors import UsageError

    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is no date; write it like 2024-06-17") from error


def _number(text: str) -> float:
    from protorun.errors import UsageError

    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no weight in kg") from error


def _days(texts: Sequence[str]) -> list[date]:
    """Dates, or files with one date per line; text behind `#` is a remark."""
    found: list[date] = []
    for text in texts:
        file = Path(text)
        lines = _lines(file) if file.is_file() else [text]
        found += [_date(day) for line in lines if (day := line.partition("#")[0].strip())]
    return found


def _lines(file: Path) -> list[str]:
    from protorun.errors import UsageError

    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}, byte {error.start}: this is no text in UTF-8") from error


def _results(texts: Sequence[str]) -> dict[str, Any]:
    from pydantic import ValidationError

    from protorun.errors import UsageError
    from protorun.study.treatment import Dose

    try:
        return {name: Dose.model_validate(value) for name, value in _pairs(texts)}
    except ValidationError as error:
        raise UsageError(f"{texts[0]!r} is no result; write it like RP2D=50 mg") from error
