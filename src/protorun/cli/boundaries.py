"""protorun boundaries"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from protorun.cli.output import Format, emit, say

_FIRINGS: tuple[tuple[str, Literal["cohort", "immediate"]], ...] = (
    ("each patient", "immediate"),
    ("each cohort", "cohort"),
)


def boundaries(study: Path, *, rates: str = "", reading: str | None = None, format: Format = "table") -> int:
    """Print the dose rule as a decision table, with its exact operating characteristics when DLT rates are given.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    rates
        True DLT rates in the order of the level numbers, the starting level of a stated rule first: .2,.1; or by
        name: "15 mg=.2,10 mg=.1".
    reading
        Only this reading of the rule; without it every reading is printed.
    format
        How to print: tables for people, or rows with a `table` column (`decision`, `characteristics`).
    """
    from protorun.escalation import boundaries as table_of
    from protorun.escalation import design_for, readings_of
    from protorun.escalation.notation import numbering
    from protorun.read import load

    known = load(study)
    names = (reading,) if reading else readings_of(known)
    designs = [design_for(known, reading=name) for name in names]
    decisions = [{"reading": d.variant, **row} for d in designs for row in table_of(d)]
    found = [row for design in designs for row in _characteristics(design, rates)] if rates else []
    say(f"levels: {'; '.join(dict.fromkeys(numbering(design) for design in designs))}")
    if format == "table":
        emit(_for_people(decisions), title="Decision table")
        if found:
            emit(_for_people(found), title="Operating characteristics, exact")
    else:
        emit(_marked("decision", decisions) + _marked("characteristics", found), format)
    return 0


def _for_people(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without codes and empty columns, numbers to six digits; the other formats keep everything."""
    kept = [
        name for name in rows[0] if name != "reason" and any(row.get(name) not in (None, "") for row in rows)
    ]
    return [
        {k: f"{row[k]:.6g}" if isinstance(row.get(k), float) else row.get(k) for k in kept} for row in rows
    ]


def _marked(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"table": table, **row} for row in rows]


def _characteristics(design: Any, rates: str) -> list[dict[str, Any]]:
    """Rows by level when the rule decides after each patient, and when it decides after whole cohorts."""
    from protorun.escalation import exact

    truth = _rates(design, rates)
    return [
        {"reading": design.variant, "decides_after": after, **row}
        for after, firing in _FIRINGS
        for row in exact(design, truth, firing=firing).table()
    ]


def _rates(design: Any, text: str) -> list[float]:
    """One rate for each level, lowest dose first. Raises UsageError for anything that does not fit."""
    from protorun.errors import UsageError
    from protorun.escalation.notation import numbering

    parts = [part.strip() for part in text.split(",")]
    hint = f"write one for each level ({numbering(design)}), such as {','.join(['.2'] * len(design.order))}"
    if len(parts) != len(design.order) or design.levels != len(design.order):
        raise UsageError(f"{len(parts)} DLT rates for {len(design.order)} levels; {hint}")
    found: dict[str, float] = {}
    for part, level in zip(parts, design.order, strict=True):
        name, _, number = part.rpartition("=")
        try:
            found[name.strip() or design.labels[level]] = float(number)
        except ValueError:
            raise UsageError(f"{part!r} is no DLT rate; {hint}") from None
    if set(found) != set(design.labels):
        raise UsageError(
            f"DLT rates are wanted for {', '.join(design.labels)}, not {', '.join(found)}; {hint}"
        )
    return [found[label] for label in design.labels]
