"""The schedule of activities: one row per treatment or assessment, one column per treatment day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from protorun.errors import UsageError
from protorun.schedule.blocks import MOST_DOSES
from protorun.schedule.lay_out import lay_out
from protorun.schedule.words import dose, starts, when
from protorun.study.study import Study
from protorun.trial.planned import Planned

_ANY_MONDAY = date(2001, 1, 1)
GIVEN = "X"
OF_THE_PATIENT = ("weight", "height", "weight and height")
"""Missing from a grid because it is nobody's; the protocol does not owe it."""


def schedule_of_activities(study: Study, arm_id: str, *, days: int = 42) -> tuple[dict[str, Any], ...]:
    """Rows of the grid of an arm over its first `days` days, with dose, route, timing, end and what is open.

    A column `D5` holds `X` where something is given on day 5, `(X)` where a condition has to hold first.
    """
    if not 0 < days <= MOST_DOSES:
        raise UsageError(f"a grid of {days} days cannot be laid out; ask for 1 to {MOST_DOSES}")
    until = _ANY_MONDAY + timedelta(days=days - 1)
    lines = lay_out(study, arm_id, start=_ANY_MONDAY, until=until)
    columns = sorted({line.day for line in lines if line.day is not None})
    found: dict[str, list[Planned]] = {id: [] for id in study.arm(arm_id).blocks}
    for activity in study.activities:
        if not activity.arms or arm_id in activity.arms:
            found[activity.name.value or activity.id] = []
    for line in lines:
        found.setdefault(_row_of(line), []).append(line)
    return tuple(_row(study, name, own, columns) for name, own in found.items())


def _row_of(line: Planned) -> str:
    return line.block or line.what


def _row(study: Study, name: str, lines: list[Planned], columns: list[int]) -> dict[str, Any]:
    block = next((b for b in study.blocks if b.id == name), None)
    row: dict[str, Any] = {"activity": lines[0].what if lines else name, "phase": "", "dose": "", "route": ""}
    row |= {"given": "", "starts": "", "until": "", "condition": ""}
    if block is not None:
        row |= {
            "activity": block.agent.value,
            "phase": block.phase,
            "dose": dose(block),
            "given": when(block),
        }
        row |= {"route": " or ".join(block.routes.value or ()), "starts": starts(block.start.value)}
        row |= {"until": ", ".join(block.until.value or ()), "condition": block.condition.value or ""}
    row["open"] = _open(lines[0]) if lines else ""
    mark = f"({GIVEN})" if row["condition"] else GIVEN
    on = {line.day for line in lines}
    return row | {f"D{day}": mark if day in on else "" for day in columns}


def _open(line: Planned) -> str:
    if line.blocked_by:
        return f"blocked by {line.blocked_by}"
    return "" if line.missing in OF_THE_PATIENT else line.missing
