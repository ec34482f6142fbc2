"""protorun screen"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    from protorun.screening import Explanation, Screening
    from protorun.screening.masks import Masks
    from protorun.study.criterion import Criterion
    from protorun.study.study import Study
    from protorun.trial.facts import Facts


def screen(
    study: Path,
    *,
    patients: Path | None = None,
    treatments: Path | None = None,
    tables: Path | None = None,
    ref_range: Path | None = None,
    policy: Literal["strict", "documented_absence", "both"] = "strict",
    as_of: date | datetime | None = None,
    explain: str | None = None,
    consort: bool = False,
    order: str | None = None,
    relax: str | None = None,
    next_: Annotated[bool, Parameter(name="--next")] = False,
    sql: bool = False,
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
    tables
        Instead of CSV: a folder of long fact tables (person.parquet ...), screened by one SQL statement.
    ref_range
        A CSV table of the site's reference ranges (variable, low, high, unit, sex), for results reported without one;
        without it a limit in x ULN is unknown for them.
    policy
        strict: silence is unknown. documented_absence: what is not on a list declared complete is absent. both: the
        strict view, with the other beside it.
    as_of
        The screening date, where the table has no screened_on.
    explain
        Print everything about one patient; with --tables the person_id.
    consort
        Print the CONSORT counts only.
    order
        Print who remains after each criterion, these ids first (E2,I3), the rest in protocol order.
    relax
        Print what would follow from dropping a criterion: its id, several ids dropped together (I3,E2), or all (one by
        one).
    next_
        Print which unknown facts to obtain next, the most deciding first.
    sql
        Print the criteria as one SQL statement over the long fact tables, without patients.
    template
        Print the columns of the patient table this study needs, with units.
    format
        How to print.
    """
    from protorun.read import load

    loaded = load(study)
    if template:
        return _template(loaded, format)
    asked = _Asked(policy, order, relax, explain, ref_range)
    if sql:
        return _sql(loaded, _day(as_of), policy)
    if tables is not None:
        return _tables(loaded, tables, _day(as_of), asked, format)
    facts = _facts(loaded, patients, treatments, ref_range, _day(as_of))
    screening, beside = _screening(loaded, facts, policy)
    if explain is not None:
        return _explain(screening, beside, explain, format)
    if next_ or consort:
        title = "To obtain" if next_ and format == "table" else ""
        emit(_next(screening) if next_ else _counts(screening), format, title=title)
        return _code(screening)
    return _shown(screening, beside, asked, format)


def _shown(screening: Screening, beside: Screening | None, asked: _Asked, format: Format) -> int:
    """The log, or the counts in an order or after relaxing."""
    from protorun.screening import masks

    if asked.order is not None or asked.relax is not None:
        _counted(masks(screening), screening.criteria, asked, format)
    else:
        _log(screening, beside, format)
    return _code(screening)


def _code(screening: Screening) -> int:
    return 3 if any(v == "potentially eligible" and n for v, n in screening.counts().items()) else 0


@dataclass(frozen=True)
class _Asked:
    policy: Literal["strict", "documented_absence", "both"]
    order: str | None
    relax: str | None
    explain: str | None = None
    ref_range: Path | None = None

    @property
    def view(self) -> Literal["strict", "documented_absence"]:
        return "strict" if self.policy == "both" else self.policy


def _sql(study: Study, day: date | None, policy: Any) -> int:
    from protorun.errors import UsageError
    from protorun.screening.sql import statement

    if policy == "both":
        raise UsageError("--sql prints one statement; choose --policy strict or documented_absence")
    asked = statement(study, as_of=day, policy=policy)
    print(asked.text)
    if day is None:
        say(
            "without --as-of the statement reads each person's dates from a table `screening`:"
            f" index_on{''.join(f', on_{a}' for a in asked.anchors)}, and as a number from 1970-01-01 each with _day behind"
        )
        for i, edge in enumerate(asked.edges):
            say(
                f"edge_{i}: {'the last day of birth of age' if edge.birth else ''} {edge.window}".replace(
                    "  ", " "
                )
            )
    return 0


def _tables(study: Study, folder: Path, day: date | None, asked: _Asked, format: Format) -> int:
    """Everybody in the tables by SQL: who remains after each criterion, and the verdicts on stderr."""
    from protorun.errors import UsageError
    from protorun.patients.warehouse import died, open_tables, screen_tables
    from protorun.screening import registry_criteria

    if asked.ref_range is not None:
        raise UsageError(
            "the tables hold their ranges as ref_low and ref_high; --ref-range is for --patients"
        )
    connection = open_tables(folder)
    if asked.explain is not None:
        return _explain_person(connection, study, day, asked, format)
    found = screen_tables(connection, study, as_of=day, policy=asked.view)
    _apart([str(p) for p in died(connection, as_of=day)])
    _counted(found, (*study.eligibility, *registry_criteria(study)), asked, format)
    failed, open_ = (found.fail != 0).any(axis=0), (found.unknown != 0).any(axis=0)
    n_open = int((open_ & ~failed).sum())
    say(
        f"{len(found)} persons: {int(failed.sum())} ineligible, {n_open} not decided, {int((~failed & ~open_).sum())} fail nothing and lack nothing"
    )
    return 3 if n_open else 0


def _explain_person(connection: Any, study: Study, day: date | None, asked: _Asked, format: Format) -> int:
    """One person of the tables, by the rows that decided."""
    from protorun.errors import UsageError
    from protorun.patients.warehouse import read_person
    from protorun.screening import screen as screened

    person = str(asked.explain)
    if not person.isdecimal():
        raise UsageError(f"{person!r} is no person_id; the tables number their persons")
    facts = read_person(connection, study, int(person), as_of=day)
    beside = screened(study, facts, policy="documented_absence") if asked.policy == "both" else None
    return _explain(screened(study, facts, policy=asked.view), beside, facts.patients[0], format)


def _apart(died: Sequence[str]) -> None:
    """Who died before screening is named, and never screened without a word."""
    if died:
        named = ", ".join(died[:20]) + (", ..." if len(died) > 20 else "")
        say(f"not screened, died on or before the day of screening: {len(died)} ({named})")


def _counted(found: Masks, criteria: Sequence[Criterion], asked: _Asked, format: Format) -> None:
    """Attrition in the order asked for, or what follows from relaxing."""
    from protorun.screening import attrition, relaxed

    if asked.relax is not None:
        rows = relaxed(found, criteria, () if asked.relax == "all" else _ids(asked.relax))
        title = "Relaxed"
    else:
        rows, title = attrition(found, criteria, _ids(asked.order or "")), "Who remains"
    emit(
        [{k: _short(v) for k, v in row.items()} for row in rows],
        format,
        title=title if format == "table" else "",
    )


def _ids(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _next(screening: Screening) -> list[dict[str, Any]]:
    from protorun.screening import to_obtain

    return [{k: _short(v) for k, v in row.items()} for row in to_obtain(screening)]


def _day(given: date | datetime | None) -> date | None:
    return given.date() if isinstance(given, datetime) else given


def _facts(
    study: Study, patients: Path | None, treatments: Path | None, ref_range: Path | None, as_of: date | None
) -> Facts:
    """The facts of those who live at screening; what was not used, assumed or left out is said."""
    import numpy as np

    from protorun.errors import UsageError
    from protorun.patients.csv import read_patients
    from protorun.patients.ref_ranges import read_ref_ranges, with_ref_ranges
    from protorun.screening import template

    if patients is None:
        raise UsageError(
            "there are no patients; give --patients FILE.csv, or --template for the columns it needs"
        )
    kinds = {row["column"]: row["kind"] for row in template(study)}
    table = read_patients(patients, as_of=as_of, treatments=treatments, kinds=kinds)
    for note in table.notes:
        say(note)
    for what, n in table.unmapped.items():
        say(f"not used: {what} ({n} filled)")
    _apart(table.died)
    alive = [i for i, patient in enumerate(table.facts.patients) if patient not in set(table.died)]
    facts = table.facts.take(np.array(alive, np.intp)) if table.died else table.facts
    facts, assumed = with_ref_ranges(facts, read_ref_ranges(ref_range) if ref_range else ())
    for note in assumed:
        say(note)
    return facts


def _screening(study: Study, facts: Facts, policy: Any) -> tuple[Screening, Screening | None]:
    """The screening, and the documented-absence view beside it when both are asked for."""
    from protorun.screening import screen as screened

    if policy != "both":
        return screened(study, facts, policy=policy), None
    return screened(study, facts), screened(study, facts, policy="documented_absence")


def _template(study: Study, format: Format) -> int:
    from protorun.screening import template

    rows = template(study)
    if format == "csv":
        print(",".join(row["column"] for row in rows))
    else:
        emit(rows, format, title=f"Facts for {study.key}")
    return 0


def _log(screening: Screening, beside: Screening | None, format: Format) -> None:
    from protorun.screening import log

    emit(log(screening, beside), format, title="Screening log" if format == "table" else "")
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


def _explain(screening: Screening, beside: Screening | None, patient: str, format: Format) -> int:
    from protorun.screening import explain

    found = explain(screening, patient)
    other = explain(beside, patient) if beside is not None else None
    emit(_lines(found, other), format, title=f"{patient}: {found.verdict}" if format == "table" else "")
    if other is not None:
        say(f"documented absence: {other.verdict}")
    if found.obtain:
        say(f"obtain: {', '.join(found.obtain)}")
    for one in (other or found).assumed:
        say(f"assumed: {one}")
    for anchor, ids in found.stands_in.items():
        say(f"the screening date stands in for the {anchor.replace('_', ' ')} date in {', '.join(ids)}")
    return 3 if found.verdict == "potentially eligible" else 0


def _lines(found: Explanation, other: Explanation | None) -> list[dict[str, Any]]:
    beside = (
        [{"documented_absence": c.answer} for c in other.criteria] if other else [{}] * len(found.criteria)
    )
    return [
        {
            "criterion": one.id,
            "answer": one.answer,
            **view,
            "reason": one.code,
            "asked_and_found": [_found(f) for f in one.findings],
            "can_pass": one.recovery.words,
            "doubts": [*one.doubts, *one.other_readings],
            "text": one.text,
        }
        for one, view in zip(found.criteria, beside, strict=True)
    ]


def _found(finding: Any) -> str:
    place = " ".join(x for x in (finding.on, finding.source) if x)
    value = f" [{finding.value}{'; ' + place if place else ''}]" if finding.value else ""
    why = f" ({finding.reason})" if finding.reason else ""
    return f"{finding.asks}: {finding.truth}{value}{why}"
