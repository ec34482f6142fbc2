"""protorun assess"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli._assessed_best import best_rows, first_days, rate_rows
from protorun.cli._assessing import (
    Read,
    policy_rows,
    read_tables,
    switch_values,
    tell_switches,
    time_point_rows,
)
from protorun.cli._recorded import named_as_given, one_patient
from protorun.cli.output import Format, emit, say

_Days = Annotated[int | None, Parameter(validator=Number(gte=0))]


def assess(
    *,
    criteria: str,
    lesions: Path | None = None,
    assessments: Path | None = None,
    exams: Path | None = None,
    policy: str = "",
    assume: str = "",
    switch: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    best: str = "recist_table3",
    min_sd_days: _Days = None,
    benefit_days: _Days = None,
    compartment: str = "",
    outside: str = "",
    explain: str = "",
    policies: Annotated[bool, Parameter(negative="")] = False,
    format: Format = "table",
) -> int:
    """Assess response at each time point, the best response and the response rates from tables of lesions or exams.

    Exit code 3 when a target lesion does not fit the criteria; the response is printed all the same.

    Parameters
    ----------
    criteria
        recist_1_1, irecist, rano_bm or rano_lm.
    lesions
        lesions.csv: patient, date, lesion, role, compartment, diameter_mm, finding ... (see `protorun.patients.tables`).
    assessments
        assessments.csv with corticosteroids and clinical status, which RANO-BM needs.
    exams
        exams.csv: neurological exam, CSF cytology and MRI items, which RANO-LM reads instead of lesions.
    policy
        A named policy of the criteria: a complete set of switches. recist_1_1 needs one, or an assumed one.
    assume
        A policy for want of a choice; printed as assumed.
    switch
        Another value for one switch, such as sticky_response=false.
    best
        A named policy of the best overall response.
    min_sd_days
        How long stable disease must last to count; without it no best response is given where the policy leaves it open.
    benefit_days
        How long stable disease must last to count as clinical benefit.
    compartment
        whole_body, cns, extracranial, or both: the CNS, the rest of the body, and both merged.
    outside
        With --compartment both and rano_bm: the policy of RECIST 1.1 for the disease outside the CNS.
    explain
        One patient: every time point with the rule that decided, and every switch with where it is from.
    policies
        Print the policies of the criteria with all their switches, and assess nothing.
    format
        How to print.
    """
    from protorun.response import chosen_settings
    from protorun.terms.plugins import load

    rule = load("response", criteria)
    if policies:
        emit(policy_rows(criteria), format, title=rule.SAYS)
        return 0
    settings = chosen_settings(criteria, policy, assume=assume, given=switch_values(switch))
    read, names = read_tables(rule.READS, lesions, assessments, exams)
    one_patient(explain, names, "the tables")
    tell_switches(criteria, settings, assumed=not policy, all_of_them=bool(explain))
    with named_as_given({"lesions.csv": lesions}):
        sides = _sides(criteria, settings, read, (compartment, outside))
    start, chosen = first_days(read.table, len(names)), _named(best, min_sd_days)
    for where, points in sides.items():
        area = read.lesions is None or settings.measure == "area"
        unit = "mm2" if area and where != "extracranial" else "mm"
        shown = time_point_rows(points, names, explain, read.table, unit=unit)
        summary = best_rows(start, points, names, chosen)
        rates = rate_rows(start, points, chosen, benefit_days=benefit_days, compartment=where)
        mine = [row for row in summary if not explain or row["patient"] == explain]
        _print((shown, mine, [] if explain else rates), where if len(sides) > 1 else "", format)
    return _checked(read, settings, names, compartment or rule.COMPARTMENTS[0])


def _named(best: str, min_sd_days: int | None) -> Any:
    from protorun.endpoints import policy as named

    return named(best).stated(min_sd_days=min_sd_days)


def _sides(criteria: str, settings: Any, read: Read, sides: tuple[str, str]) -> dict[str, Any]:
    """Time points by compartment: one, or the CNS, the rest of the body and both merged."""
    from protorun.errors import UsageError
    from protorun.response import assess as run
    from protorun.response import chosen_settings, merged
    from protorun.terms.plugins import load

    compartment, outside = sides
    first = compartment or load("response", criteria).COMPARTMENTS[0]
    if compartment != "both":
        points = run(
            criteria, read.lesions, read.visits, exams=read.exams, compartment=first, settings=settings
        )
        return {first: points}
    if read.lesions is None:
        raise UsageError("both compartments are read from lesions; --exams holds none")
    cns = run(criteria, read.lesions, read.visits, compartment="cns", settings=settings)
    rest, by = criteria, settings
    if "extracranial" not in load("response", criteria).COMPARTMENTS:
        rest, by = "recist_1_1", chosen_settings("recist_1_1", outside)
        tell_switches(rest, by, assumed=False, all_of_them=False)
    body = run(rest, read.lesions, read.visits, compartment="extracranial", settings=by)
    return {"cns": cns, "extracranial": body, "overall": merged(cns, body)}


def _checked(read: Read, settings: Any, names: tuple[str, ...], compartment: str) -> int:
    """Say what does not fit the criteria; 3 when anything does not."""
    from protorun.response import check, check_exams, in_compartment

    if read.lesions is None:
        doubts = check_exams(read.exams, settings)
    else:
        where = "whole_body" if compartment == "both" else compartment
        doubts = check(in_compartment(read.lesions, where), settings)
    for doubt in doubts:
        what = "lesion" if read.exams is None else "item"
        lesion = f", {what} {doubt.lesion}" if doubt.lesion else ""
        say(f"check: patient {names[doubt.patient]}{lesion}: {doubt.says}")
    return 3 if doubts else 0


def _print(parts: tuple[list[dict[str, Any]], ...], where: str, format: Format) -> None:
    """Time points, best responses and rates of one compartment."""
    titles = ("time points", "best overall response", "response rates")
    of = f", {where.replace('_', ' ')}" if where else ""
    if format == "table":
        for title, rows in zip(titles, parts, strict=True):
            if rows or title == titles[0]:
                emit(rows, format, title=title + of)
        return
    named = {"compartment": where} if where else {}
    sections = ("time point", "best", "rate")
    rows = [{"section": s, **named, **row} for s, part in zip(sections, parts, strict=True) for row in part]
    emit(rows, format)
