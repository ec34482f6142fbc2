"""protorun screen"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    from protorun.screening import Explanation, Screening
    from protorun.study.study import Study


def screen(
    study: Path,
    *,
    patients: Path | None = None,
    treatments: Path | None = None,
    policy: Literal["strict", "documented_absence"] = "strict",
    as_of: date | datetime | None = None,
    explain: str | None = None,
    consort: bool = False,
    template: bool = False,
    format: Format = "table",
) -> int:
    """Screen patients against the eligibility criteria: verdicts, reasons, CONSORT counts.

    Without any choice the screening log is printed, and the CONSORT counts below it. A patient with anything unknown is
    never called eligible. Ends with exit code 3 when some patient could not be decided.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    patients
        A CSV table with one row per patient; --template prints the columns the study needs.
    treatments
        A CSV table with one row per treatment course.
    policy
        strict: silence is unknown. documented_absence: what is not on a list declared complete is absent.
    as_of
        The screening date, where the table has no screened_on.
    explain
        Print everything about one patient.
    consort
        Print the CONSORT counts only.
    template
        Print the columns of the patient table this study needs, with units.
    format
        How to print.
    """
    from protorun.errors import UsageError
    from protorun.read import load

    loaded = load(study)
    if template:
        return _template(loaded, format)
    if patients is None:
        raise UsageError(
            "there are no patients; give --patients FILE.csv, or --template for the columns it needs"
        )
    screening = _screening(loaded, patients, treatments, _day(as_of), policy)
    if explain is not None:
        return _explain(screening, explain, format)
    if consort:
        emit(_counts(screening), format)
    else:
        _log(screening, format)
    return 3 if any(v == "potentially eligible" and n for v, n in screening.counts().items()) else 0


def _day(given: date | datetime | None) -> date | None:
    return given.date() if isinstance(given, datetime) else given


def _screening(
    study: Study, patients: Path, treatments: Path | None, as_of: date | None, policy: Any
) -> Screening:
    from protorun.patients.csv import read_patients
    from protorun.screening import screen as screened
    from protorun.screening import template

    kinds = {row["column"]: row["kind"] for row in template(study)}
    table = read_patients(patients, as_of=as_of, treatments=treatments, kinds=kinds)
    for note in table.notes:
        say(note)
    for what, n in table.unmapped.items():
        say(f"not used: {what} ({n} filled)")
    return screened(study, table.facts, policy=policy)


def _template(study: Study, format: Format) -> int:
    from protorun.screening import template

    rows = template(study)
    if format == "csv":
        print(",".join(row["column"] for row in rows))
    else:
        emit(rows, format, title=f"Facts for {study.key}")
    return 0


def _log(screening: Screening, format: Format) -> None:
    from protorun.screening import log

    emit(log(screening), format, title="Screening log" if format == "table" else "")
    if format == "table":
        emit(_counts(screening), format, title="CONSORT")
        if not screening.complete:
            say(
                "the record lacks a list of criteria: nobody can be called eligible, only `meets the criteria listed`"
            )


def _counts(screening: Screening) -> list[dict[str, Any]]:
    from protorun.screening import consort

    return [{k: _short(v) for k, v in row.items()} for row in consort(screening)]


def _short(value: Any) -> Any:
    return f"{value[:77]}..." if isinstance(value, str) and len(value) > 80 else value


def _explain(screening: Screening, patient: str, format: Format) -> int:
    from protorun.screening import explain

    found = explain(screening, patient)
    rows = [_line(found, i) for i in range(len(found.criteria))]
    emit(rows, format, title=f"{patient}: {found.verdict}" if format == "table" else "")
    if format == "table":
        if found.obtain:
            say(f"obtain: {', '.join(found.obtain)}")
        for one in found.assumed:
            say(f"assumed: {one}")
    return 3 if found.verdict == "potentially eligible" else 0


def _line(found: Explanation, at: int) -> dict[str, Any]:
    one = found.criteria[at]
    return {
        "criterion": one.id,
        "answer": one.answer,
        "reason": one.code,
        "asked_and_found": [_found(f) for f in one.findings],
        "doubts": [*one.doubts, *one.other_readings],
        "text": one.text,
    }


def _found(finding: Any) -> str:
    place = " ".join(x for x in (finding.on, finding.source) if x)
    value = f" [{finding.value}{'; ' + place if place else ''}]" if finding.value else ""
    why = f" ({finding.reason})" if finding.reason else ""
    return f"{finding.asks}: {finding.truth}{value}{why}"
