"""protorun assess"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli.output import Format, emit, say

_EPOCH = date(1970, 1, 1)


def assess(
    *,
    lesions: Path,
    criteria: str,
    assessments: Path | None = None,
    policy: str = "",
    best: str = "recist_table3",
    min_sd_days: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    compartment: str = "",
    explain: str = "",
    format: Format = "table",
) -> int:
    """Assess response at each time point and the best response from lesion tables.

    Exit code 3 when a target lesion does not fit the criteria; the response is printed all the same.

    Parameters
    ----------
    lesions
        lesions.csv: patient, date, lesion, role, compartment, diameter_mm, finding ... (see `protorun.patients.tables`).
    criteria
        recist_1_1 or rano_bm.
    assessments
        assessments.csv with corticosteroids and clinical status, which RANO-BM needs.
    policy
        A named policy of the criteria; without it the usual one, which is printed.
    best
        A named policy of the best overall response.
    min_sd_days
        How long stable disease must last to count; without it no best response is given where the policy leaves it open.
    compartment
        whole_body, cns or extracranial, where the criteria allow a choice.
    explain
        One patient: every time point with the rule that decided.
    format
        How to print.
    """
    from protorun.endpoints import policy as named
    from protorun.errors import UsageError
    from protorun.patients.tables import load_lesions
    from protorun.response import assess as run
    from protorun.response import check, in_compartment, settings_for
    from protorun.terms.plugins import load

    rule = load("response", criteria)
    settings = settings_for(criteria, policy)
    table, visits, names = load_lesions(lesions, assessments)
    if explain and explain not in names:
        raise UsageError(f"no patient {explain!r} in {lesions}; there are: {', '.join(names[:10])}")
    points = run(criteria, table, visits, compartment=compartment, settings=settings)
    if not policy:
        say(f"assumed: policy {settings.name} ({settings.says})")
    shown = _rows(points, names, explain)
    chosen = named(best).stated(min_sd_days=min_sd_days)
    summary = _best(table, points, names, chosen)
    summary = [row for row in summary if not explain or row["patient"] == explain]
    _print(shown, summary, format)
    doubts = check(in_compartment(table, compartment or rule.COMPARTMENTS[0]), settings)
    for doubt in doubts:
        lesion = f", lesion {doubt.lesion}" if doubt.lesion else ""
        say(f"check: patient {names[doubt.patient]}{lesion}: {doubt.says}")
    return 3 if doubts else 0


def _rows(points: Any, names: tuple[str, ...], explain: str) -> list[dict[str, Any]]:
    """One row per time point; with `explain` only that patient's."""
    from protorun.trial.response import Response

    return [
        {
            "patient": names[points.patient[i]],
            "visit": int(points.visit[i]),
            "date": _date(points.day[i]),
            "sum_mm": _mm(points.sum[i]),
            "baseline_mm": _mm(points.baseline[i]),
            "nadir_mm": _mm(points.nadir[i]),
            "target": Response(int(points.target[i])).text,
            "non_target": Response(int(points.non_target[i])).text,
            "new": "yes" if points.new[i] else "no",
            "response": Response(int(points.overall[i])).text,
            "why": points.why(i),
        }
        for i in range(len(points))
        if not explain or names[points.patient[i]] == explain
    ]


def _best(lesions: Any, points: Any, names: tuple[str, ...], chosen: Any) -> list[dict[str, Any]]:
    """Best responses of all patients; none, with a word, when the minimum SD time is open."""
    import numpy as np

    from protorun.endpoints import best_response, course_of
    from protorun.endpoints.policy import MUST_BE_STATED
    from protorun.trial.facts import NO_DAY
    from protorun.trial.response import Response
    from protorun.trial.tables import patients

    if chosen.min_sd_days == MUST_BE_STATED:
        say("no best response: how long stable disease must last is not given; use --min-sd-days")
        return []
    start = np.full(len(names), NO_DAY)
    first = lesions.where(lesions.visit == 0)
    np.maximum.at(start, first.patient, first.day)
    people = patients(np.zeros(len(names), int), np.arange(len(names)), enrolled_on=start)
    found = best_response(course_of(people, points), start, chosen)
    say(
        f"best response: policy {chosen.name} ({chosen.says}); SD counts from day {chosen.min_sd_days} after baseline"
    )
    return [
        {
            "patient": name,
            "best_response": Response(int(found.bor[i])).text,
            "on": _date(found.bor_on[i]),
            "confirmed": Response(int(found.cbor[i])).text,
            "confirmed_on": _date(found.cbor_on[i]),
        }
        for i, name in enumerate(names)
    ]


def _print(points: list[dict[str, Any]], best: list[dict[str, Any]], format: Format) -> None:
    if format == "table":
        emit(points, format, title="time points")
        if best:
            emit(best, format, title="best overall response")
        return
    emit(
        [{"section": "time point", **row} for row in points] + [{"section": "best", **row} for row in best],
        format,
    )


def _date(day: int) -> str:
    from protorun.trial.facts import NO_DAY

    return "" if day == NO_DAY else (_EPOCH + timedelta(days=int(day))).isoformat()


def _mm(hundredths: int) -> float | None:
    return None if hundredths < 0 else float(hundredths) / 100
