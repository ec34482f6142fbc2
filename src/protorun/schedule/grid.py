"""The schedule of activities: one row per treatment or assessment, one column per treatment day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from protorun.schedule.lay_out import lay_out
from protorun.schedule.words import dose, starts, when
from protorun.study.study import Study
from protorun.trial.planned import Planned

_ANY_MONDAY = date(2001, 1, 1)
GIVEN = "X"


def schedule_of_activities(study: Study, arm_id: str, *, days: int = 42) -> tuple[dict[str, Any], ...]:
    """Rows of the grid of an arm over its first `days` days, with dose, route, timing, end and what is open.

    A column `D5` holds `X` where something is given on day 5, `(X)` where a condition has to hold first.
    """
    until = _ANY_MONDAY + timedelta(days=days - 1)
    lines = lay_out(study, arm_id, start=_ANY_MONDAY, until=until)
    columns = sorted({line.day for line in lines if line.day is not None})
    names = list(dict.fromkeys(_row_of(line) for line in lines))
    order = {id: i for i, id in enumerate(study.arm(arm_id).blocks)}
    names.sort(key=lambda name: order.get(name, len(order)))
    return tuple(
        _row(study, name, [line for line in lines if _row_of(line) == name], columns) for name in names
    )


def _row_of(line: Planned) -> str:
    return line.block or line.what


def _row(study: Study, name: str, lines: list[Planned], columns: list[int]) -> dict[str, Any]:
    first = lines[0]
    row: dict[str, Any] = {"activity": first.what, "phase": "", "dose": "", "route": first.route}
    row |= {"given": "", "starts": "", "until": "", "condition": first.condition}
    if first.block:
        block = study.block(first.block)
        row |= {"phase": block.phase, "dose": dose(block), "given": when(block)}
        row |= {"starts": starts(block.start.value), "until": ", ".join(block.until.value or ())}
    row["open"] = _open(first)
    mark = f"({GIVEN})" if first.condition else GIVEN
    on = {line.day for line in lines}
    return row | {f"D{day}": mark if day in on else "" for day in columns}


def _open(line: Planned) -> str:
    if line.blocked_by:
        return f"blocked by {line.blocked_by}"
    return "" if line.day is not None else line.missing
