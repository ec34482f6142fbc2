"""protorun score"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from protorun.cli._recorded import named_as_given, one_patient
from protorun.cli.output import Format, emit, say

if TYPE_CHECKING:
    from protorun.quality_of_life import Answers, Questionnaire
    from protorun.trial.facts import DayArray

Show = Literal["scores", "change", "deterioration"]
_EPOCH = date(1970, 1, 1)
_STARTS = {"enrollment": "enrolled_on", "randomization": "randomized_on", "first_dose": "first_dose_on"}


def score(
    answers: Path,
    *,
    questionnaire: str,
    show: Show = "scores",
    patients: Path | None = None,
    start: Literal["", "enrollment", "randomization", "first_dose"] = "",
    points: float | None = None,
    definitive: Annotated[bool | None, Parameter(negative="--first")] = None,
    death: Literal["", "event", "censor", "ignore"] = "",
    cutoff: str = "",
    explain: str = "",
    format: Format = "table",
) -> int:
    """Score quality-of-life questionnaires: scales, change from baseline, time to deterioration.

    Exit code 0; a score that is missing is printed blank, and `--explain` says why.

    Parameters
    ----------
    answers
        A CSV table: patient, date, and one column per item (q1 to q30, GP1 ...); a blank cell is a missing answer.
    questionnaire
        qlq_c30, qlq_bn20, qlq_br23, qlq_lc13, fact_g, fact_b or fact_br.
    show
        scores, change (from baseline) or deterioration (time to it).
    patients
        patients.csv with the days of enrollment, randomization, first dose and death; change and deterioration need it.
    start
        The day baseline and time count from. It has no default.
    points
        How many points against baseline are a deterioration (10 is usual for the QLQ-C30). It has no default.
    definitive
        Only a deterioration counts from which no later score recovers (--definitive), or the first one does (--first).
    death
        What death before a deterioration is: event, censor or ignore. It has no default.
    cutoff
        The day up to which information counts, YYYY-MM-DD.
    explain
        One patient: every score with its items, baseline, change, and why one is missing.
    format
        How to print.
    """
    from protorun.patients.answers import read_answers
    from protorun.quality_of_life import questionnaire as named
    from protorun.quality_of_life import score_answers

    deteriorates = {"points": points, "definitive": definitive, "death": death, "cutoff": cutoff}
    _needed(show, explain, {"patients": patients, "start": start}, deteriorates)
    asked = named(questionnaire)
    given = read_answers(answers, questionnaire)
    one_patient(explain, given.patients, answers)
    values = score_answers(asked, given.item)
    say(f"{asked.title}: {asked.source}")
    if explain:
        rows = _explained(
            asked, given, values, _people(patients, start, given)[0] if start or patients else None, explain
        )
    elif show == "scores":
        rows = _wide(asked, given, values.value)
    else:
        begin, died = _people(patients, start, given)
        if show == "change":
            rows = _wide(asked, given, _changes(given, values.value, begin))
        else:
            chosen = _chosen(points, definitive, death, cutoff)
            rows = _times(asked, given, values.value, start_on=begin, died_on=died, **chosen)
    emit(rows, format, title=f"{asked.title}: {explain or show}")
    return 0


def _needed(show: Show, explain: str, people: dict[str, Any], deteriorates: dict[str, Any]) -> None:
    """Raises UsageError for an option that would change nothing of what is shown."""
    from protorun.errors import UsageError

    idle = {} if show == "deterioration" and not explain else dict(deteriorates)
    idle |= people if show == "scores" and not explain else {}
    if lost := [f"--{name}" for name, value in idle.items() if value not in (None, "")]:
        shown = "--explain" if explain else f"--show {show}"
        raise UsageError(f"{', '.join(lost)} would change nothing of {shown}; it belongs to another --show")


def _people(path: Path | None, start: str, given: Answers) -> tuple[DayArray, DayArray]:
    """Day of the start and day of death of each patient who has answers. Raises UsageError when no start is given."""
    import numpy as np

    from protorun.errors import PatientDataError, UsageError
    from protorun.patients._csv_rows import read_text
    from protorun.patients.tables import parse_patients

    if path is None or not start:
        raise UsageError(
            "baseline needs --patients patients.csv and --start enrollment|randomization|first_dose"
        )
    with named_as_given({"patients.csv": path}):
        found = parse_patients(read_text(path))
    place = {name: row for row, name in enumerate(found.names)}
    lost = [name for name in given.patients if name not in place]
    if lost:
        hint = "every patient with answers needs a row"
        raise PatientDataError(
            f"patient {lost[0]!r} has answers and is not listed", where=path.name, hint=hint
        )
    left = len(found) - len(given.patients)
    if left:
        say(
            f"{left} of the {len(found)} patients of {path.name} have no questionnaire at all and are not shown"
        )
    rows = np.array([place[name] for name in given.patients], np.intp)
    _doubted(given, found.death_on[rows])
    return getattr(found, _STARTS[start])[rows], found.death_on[rows]


def _doubted(given: Answers, died: DayArray) -> None:
    """Say which questionnaires count for nothing: those without a date, and those dated after the death."""
    from protorun.trial.facts import NO_DAY

    if undated := int((given.day == NO_DAY).sum()):
        say(f"check: {undated} of {len(given)} questionnaires have no date: neither baseline nor after it")
    death = died[given.patient]
    if late := given.patient[(death != NO_DAY) & (given.day > death)].tolist():
        say(
            f"check: {len(late)} questionnaires are dated after the death, the first of {given.patients[late[0]]!r}"
        )


def _chosen(points: float | None, definitive: bool | None, death: str, cutoff: str) -> dict[str, Any]:
    """The switches of a deterioration. Raises UsageError naming those that nobody gave."""
    from protorun.errors import UsageError

    open_ = {"--points": points, "--definitive or --first": definitive, "--death": death or None}
    lost = [name for name, value in open_.items() if value is None]
    if lost:
        raise UsageError(f"a time to deterioration has no defaults; give {', '.join(lost)}")
    try:
        until = (date.fromisoformat(cutoff) - _EPOCH).days if cutoff else None
    except ValueError:
        raise UsageError(f"--cutoff {cutoff!r} is no date; write YYYY-MM-DD") from None
    return {"points": points, "definitive": definitive, "death": death, "cutoff": until}


def _wide(asked: Questionnaire, given: Answers, value: Any) -> list[dict[str, Any]]:
    """One row per questionnaire, one column per score."""
    return [
        {
            "patient": given.patients[int(given.patient[row])],
            "date": _date(int(given.day[row])),
            **{name: column[row] for name, column in given.others.items()},
            **{made.name: _number(value[row, i]) for i, made in enumerate(asked.scores)},
        }
        for row in range(len(given))
    ]


def _changes(given: Answers, value: Any, begin: Any) -> Any:
    import numpy as np

    from protorun.quality_of_life import Course, baseline_rows, change

    found = []
    for column in value.T:
        course = Course(given.patient, given.day.astype(np.int64), column)
        found.append(change(course, baseline_rows(course, begin)))
    return np.stack(found, axis=1)


def _explained(
    asked: Questionnaire, given: Answers, scores: Any, begin: Any, who: str
) -> list[dict[str, Any]]:
    """Every score of one patient with what it is made of."""
    from protorun.quality_of_life import why_missing

    changes = None if begin is None else _changes(given, scores.value, begin)
    return [
        {
            "patient": who,
            "date": _date(int(given.day[row])),
            "scale": made.name,
            "says": made.says,
            "score": _number(scores.value[row, i]),
            "answered": f"{scores.answered[row, i]} of {scores.of[i]}",
            **({} if changes is None else {"change": _number(changes[row, i])}),
            "why": why_missing(asked, scores, row, i),
        }
        for row in range(len(given))
        if given.patients[int(given.patient[row])] == who
        for i, made in enumerate(asked.scores)
    ]


def _times(asked: Questionnaire, given: Answers, value: Any, **chosen: Any) -> list[dict[str, Any]]:
    """One row per patient and scale."""
    import numpy as np

    from protorun.quality_of_life import Course, deterioration
    from protorun.trial.response import Status

    found = []
    for number, made in enumerate(asked.scores):
        course = Course(given.patient, given.day.astype(np.int64), value[:, number])
        time = deterioration(course, better=made.better, **chosen)
        for row, name in enumerate(given.patients):
            decided = int(time.row[row])
            found.append(
                {
                    "patient": name,
                    "scale": made.name,
                    "days": int(time.days[row]) or None,
                    "status": Status(int(time.status[row])).name.lower(),
                    "why": time.why(row),
                    "decided_by": _date(int(given.day[decided])) if decided >= 0 else "",
                }
            )
    return found


def _number(value: float) -> float | None:
    return None if value != value else round(float(value), 6)


def _date(day: int) -> str:
    from protorun.trial.facts import NO_DAY

    return "" if day == NO_DAY else (_EPOCH + timedelta(days=day)).isoformat()
