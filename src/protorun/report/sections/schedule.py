"""The schedule of activities of each arm as a grid, and one example patient's first doses with dates and amounts."""

from __future__ import annotations

from typing import Any

from protorun.errors import ProtorunError
from protorun.report.parts import Parts
from protorun.schedule import lay_out, schedule_of_activities

ORDER, TITLE = 50, "Schedule"
_DAY_COLUMNS = 14
"""So many day columns still fit on a printed page in landscape; the calendar has the rest."""


def build(parts: Parts) -> dict[str, Any] | None:
    """Grids by arm (arms with equal grids share one), what is open, and the example calendar."""
    if not parts.study.arms:
        return None
    grids: dict[str, dict[str, Any]] = {}
    for arm in parts.study.arms:
        rows, problem = _rows(parts, arm.id)
        grid = grids.setdefault(repr(rows) + problem, {"arms": [], "rows": rows, "problem": problem})
        grid["arms"].append(arm.label.value or arm.id)
    for grid in grids.values():
        grid["days"] = [name for name in (grid["rows"] or [{}])[0] if name.startswith("D")][:_DAY_COLUMNS]
    example, why_not = _example(parts)
    return {
        "grids": list(grids.values()),
        "example": example,
        "why_not": why_not,
        "patient": parts.example,
    }


def _rows(parts: Parts, arm: str) -> tuple[list[dict[str, Any]], str]:
    try:
        return list(schedule_of_activities(parts.study, arm, days=43)), ""
    except ProtorunError as error:
        return [], str(error)


def _example(parts: Parts) -> tuple[list[dict[str, Any]], str]:
    """The lines of the example patient, or why there are none."""
    example = parts.example
    if example is None:
        return [], ""
    try:
        lines = lay_out(
            parts.study, example.arm, start=example.start, weight_kg=example.weight_kg, until=example.until
        )
    except ProtorunError as error:
        return [], str(error)
    return [
        {
            "date": line.on.isoformat() if line.on else "",
            "study day": line.day if line.day is not None else "",
            "what": line.what,
            "which": line.label,
            "give": f"{line.amount:g} {line.unit}"
            if line.amount is not None
            else (line.missing or line.blocked_by),
            "as stated": line.as_stated,
            "route": line.route,
            "note": "; ".join(filter(None, (line.condition and f"if {line.condition}", line.note))),
        }
        for line in lines
    ], ""
