"""protorun assess"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli.output import Format, emit, say

_EPOCH = date(1970, 1, 1)


def assess(
    *,
    criteria: str,
    lesions: Path | None = None,
    assessments: Path | None = None,
    exams: Path | None = None,
    policy: str = "",
    best: str = "recist_table3",
    min_sd_days: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    compartment: str = "",
    explain: str = "",
    format: Format = "table",
) -> int:
    """Assess response at each time point and the best response from tables of lesions or of leptomeningeal exams.

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
    from protorun.response import assess as run
    from protorun.response import check, in_compartment, settings_for
    from protorun.terms.plugins import load

    rule = load("response", criteria)
    settings = settings_for(criteria, policy)
    read, names = _read(rule.READS, lesions, assessments, exams)
    if explain and explain not in names:
        raise UsageError(f"no patient {explain!r} in the tables; there are: {', '.join(names[:10])}")
    points = run(
        criteria, read.lesions, read.visits, exams=read.exams, compartment=compartment, settings=settings
    )
    if not policy:
        say(f"assumed: policy {settings.name} ({settings.says})")
    shown = _rows(points, names, explain, read)
    summary = _best(read.table, points, names, named(best).stated(min_sd_days=min_sd_days))
    summary = [row for row in summary if not explain or row["patient"] == explain]
    _print(shown, summary, format)
    if read.lesions is None:
        return 0
    doubts = check(in_compartment(read.lesions, compartment or rule.COMPARTMENTS[0]), settings)
    for doubt in doubts:
        lesion = f", lesion {doubt.lesion}" if doubt.lesion else ""
        say(f"check: patient {names[doubt.patient]}{lesion}: {doubt.says}")
    return 3 if doubts else 0


@dataclass(frozen=True)
class _Read:
    """The tables that were given; `table` is the one the criteria read."""

    lesions: Any = None
    visits: Any = None
    exams: Any = None

    @property
    def table(self) -> Any:
        return self.exams if self.lesions is None else self.lesions


def _read(
    reads: str, lesions: Path | None, assessments: Path | None, exams: Path | None
) -> tuple[_Read, tuple[str, ...]]:
    """The tables the criteria read, and the patients in them. Raises UsageError for one that was not given."""
    from protorun.errors import UsageError
    from protorun.patients._exams import load_exams
    from protorun.patients.tables import load_lesions

    if reads == "exams" and exams is not None:
        table, people = load_exams(exams)
        return _Read(exams=table), people
    if reads == "lesions" and lesions is not None:
        found, visits, names = load_lesions(lesions, assessments)
        return _Read(found, visits), names
    raise UsageError(f"these criteria read {reads}, and no such table was given; use --{reads} {reads}.csv")


def _rows(points: Any, names: tuple[str, ...], explain: str, read: _Read) -> list[dict[str, Any]]:
    """One row per time point; with `explain` only that patient's, and the lines of the files each was read from."""
    from protorun.response import source_lines
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
            **({"lines": _lines(source_lines(read.table, points, i))} if explain else {}),
        }
        for i in range(len(points))
        if not explain or names[points.patient[i]] == explain
    ]


def _best(table: Any, points: Any, names: tuple[str, ...], chosen: Any) -> list[dict[str, Any]]:
    """Best responses of all patients, with why; none, with a word, when the minimum SD time is open."""
    import numpy as np

    from protorun.endpoints import best_immune_rows, best_of_rows, explain_best
    from protorun.endpoints.best.policy import MUST_BE_STATED
    from protorun.trial.facts import NO_DAY
    from protorun.trial.response import Response

    if chosen.min_sd_days == MUST_BE_STATED:
        say("no best response: how long stable disease must last is not given; use --min-sd-days")
        return []
    start = np.full(len(names), NO_DAY)
    first = table.where(table.visit == 0)
    np.maximum.at(start, first.patient, first.day)
    said = f"policy {chosen.name} ({chosen.says}); SD counts from day {chosen.min_sd_days} after baseline"
    say(f"best response: {said}")
    rows = (points.patient, points.day, points.overall)
    if np.any(points.overall >= Response.ICR):
        immune = best_immune_rows(*rows, reference_on=start, settings=chosen)
        return [
            {
                "patient": name,
                "best_response": Response(int(immune.ibor[i])).text,
                "on": _date(immune.ibor_on[i]),
                "confirmed": Response(int(immune.icbor[i])).text,
                "confirmed_on": _date(immune.icbor_on[i]),
            }
            for i, name in enumerate(names)
        ]
    found = best_of_rows(*rows, reference_on=start, settings=chosen)
    return [
        {
            "patient": name,
            "best_response": Response(int(found.bor[i])).text,
            "on": _date(found.bor_on[i]),
            "confirmed": Response(int(found.cbor[i])).text,
            "confirmed_on": _date(found.cbor_on[i]),
            "why": explain_best(found, chosen, i)["why"],
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


def _lines(lines: tuple[int, ...]) -> str:
    return ", ".join(map(str, lines))


def _mm(hundredths: int) -> float | None:
    return None if hundredths < 0 else float(hundredths) / 100
