"""What `assess` reads and prints: the tables the criteria read, a row for each time point, the switches in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from protorun.cli._recorded import named_as_given
from protorun.cli.output import say

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Read:
    """The tables that were given; `table` is the one the criteria read."""

    lesions: Any = None
    visits: Any = None
    exams: Any = None

    @property
    def table(self) -> Any:
        return self.exams if self.lesions is None else self.lesions


def read_tables(
    reads: str, lesions: Path | None, assessments: Path | None, exams: Path | None
) -> tuple[Read, tuple[str, ...]]:
    """The tables the criteria read, and the patients in them. Raises UsageError for one that was not given."""
    from protorun.errors import UsageError
    from protorun.patients._exams import load_exams
    from protorun.patients.tables import load_lesions

    _tell_unused({"lesions": lesions, "assessments": assessments, "exams": exams})
    with named_as_given({"lesions.csv": lesions, "assessments.csv": assessments, "exams.csv": exams}):
        if reads == "exams" and exams is not None:
            table, people = load_exams(exams)
            return Read(exams=table), people
        if reads == "lesions" and lesions is not None:
            found, visits, names = load_lesions(lesions, assessments)
            return Read(found, visits), names
    raise UsageError(f"these criteria read {reads}, and no such table was given; use --{reads} {reads}.csv")


def _tell_unused(paths: dict[str, Path | None]) -> None:
    """Columns nobody reads: a misspelled one would else be lost without a word."""
    from protorun.patients._consistent import unused

    for table, path in paths.items():
        if path is None or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        for column in unused({table: text}):
            say(f"not used: {path}: {column.partition(': ')[2]}")


def switch_values(texts: Sequence[str]) -> dict[str, str]:
    """`sticky_response=false` as a mapping. Raises UsageError."""
    from protorun.errors import UsageError

    found = [text.partition("=") for text in texts]
    if not all(name and value for name, _, value in found):
        raise UsageError("write --switch name=value, such as sticky_response=false")
    return {name.strip(): value.strip() for name, _, value in found}


def policy_rows(criteria: str) -> list[dict[str, Any]]:
    """Every switch of every policy of a criterion."""
    from protorun.response import policies, switches

    return [
        {
            "policy": name,
            "switch": switch.name,
            "value": str(switch.value).lower(),
            "recalled": "yes" if switch.recalled else "",
            "meaning": switch.says,
        }
        for name, settings in policies(criteria).items()
        for switch in switches(criteria, settings)
    ]


def tell_switches(criteria: str, settings: Any, *, assumed: bool, all_of_them: bool) -> None:
    """The policy in force and the switches the caller set; with `all_of_them` every switch and where it is from."""
    from protorun.response import switches

    how = "assumed" if assumed else "policy"
    say(
        f"{how}: policy {settings.name} ({settings.says})"
        if assumed
        else f"policy {settings.name} ({settings.says})"
    )
    for switch in switches(criteria, settings, assumed=assumed):
        if all_of_them or switch.name in settings.overridden:
            say(f"switch: {switch.words}")


def time_point_rows(
    points: Any, names: tuple[str, ...], explain: str, table: Any, *, unit: str = "mm"
) -> list[dict[str, Any]]:
    """One row per time point; with `explain` only that patient's, and the lines of the files each was read from."""
    from protorun.response import source_lines
    from protorun.trial.response import Response

    return [
        {
            "patient": names[points.patient[i]],
            "visit": int(points.visit[i]),
            "date": as_date(points.day[i]),
            f"sum_{unit}": _mm(points.sum[i]),
            f"baseline_{unit}": _mm(points.baseline[i]),
            f"nadir_{unit}": _mm(points.nadir[i]),
            "target": Response(int(points.target[i])).text,
            "non_target": Response(int(points.non_target[i])).text,
            "new": "yes" if points.new[i] else "no",
            "response": Response(int(points.overall[i])).text,
            **_bounds(points, i),
            "why": points.why(i),
            **({"lines": ", ".join(map(str, source_lines(table, points, i)))} if explain else {}),
        }
        for i in range(len(points))
        if not explain or names[points.patient[i]] == explain
    ]


def _bounds(points: Any, at: int) -> dict[str, str]:
    """Between which responses the truth lies, where the criteria tell."""
    from protorun.trial.response import Response

    if points.at_best is None or points.at_worst is None:
        return {}
    best, worst = Response(int(points.at_best[at])), Response(int(points.at_worst[at]))
    return {
        "at_best": "" if best is Response.NONE else best.text,
        "at_worst": "" if worst is Response.NONE else worst.text,
    }


def as_date(day: int) -> str:
    """A day as a date, blank where there is none."""
    from protorun.trial.facts import NO_DAY

    return "" if day == NO_DAY else (_EPOCH + timedelta(days=int(day))).isoformat()


def _mm(hundredths: int) -> float | None:
    return None if hundredths < 0 else float(hundredths) / 100
