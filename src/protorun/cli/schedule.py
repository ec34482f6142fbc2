"""protorun schedule"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from protorun.cli.output import Format, emit, say


def schedule(
    study: Path,
    *,
    arm: str | None = None,
    days: int = 42,
    assume_defaults: bool = False,
    format: Format = "table",
) -> int:
    """Print the schedule of activities: what is given or done, how much, how, and on which days.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    arm
        Only this arm; every arm when it is left out.
    days
        How many days of treatment the columns cover.
    assume_defaults
        Answer open questions with the first default that is offered; each one is printed.
    format
        How to print the grid.
    """
    from protorun.cli._assumed import with_defaults
    from protorun.read import load
    from protorun.schedule import schedule_of_activities

    known = with_defaults(load(study), assume_defaults)
    arms = [arm] if arm else [a.id for a in known.arms]
    if not arms:
        say("the record describes no arm; nothing to schedule")
        return 3
    rows = [{"arm": id, **row} for id in arms for row in schedule_of_activities(known, id, days=days)]
    if format != "table":
        emit(rows, format)
        return 0
    for id in arms:
        own = [{k: v for k, v in row.items() if k != "arm"} for row in rows if row["arm"] == id]
        emit([_words(row) for row in own], format, title=f"{known.title}: {known.arm(id).label.value or id}")
        if any(_is_day(name) for name in own[0]):
            emit([_marks(row) for row in own], format)
    return 0


def _is_day(name: str) -> bool:
    return name[0] == "D" and name[1:].isdigit()


def _words(row: dict[str, Any]) -> dict[str, Any]:
    """What the row says in words; columns of days left out."""
    return {name: value for name, value in row.items() if not _is_day(name)}


def _marks(row: dict[str, Any]) -> dict[str, Any]:
    """The row's marks by day."""
    what = " ".join(part for part in (row["phase"], row["activity"], row["dose"]) if part)
    return {"activity": what} | {name[1:]: value for name, value in row.items() if _is_day(name)}
