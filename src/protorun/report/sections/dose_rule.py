"""The dose rule: drawn, as a decision table, and with exact operating characteristics, reading by reading."""

from __future__ import annotations

from typing import Any

from protorun.errors import ProtorunError
from protorun.escalation import boundaries, design_for, exact, readings_of
from protorun.report.figures.state_diagram import state_diagram
from protorun.report.parts import Parts
from protorun.study.dose_rule import DoseRule

ORDER, TITLE = 60, "Dose rule"
_WORDS = {"number": None, "given": None, "reason": None}


def build(parts: Parts) -> dict[str, Any] | None:
    """Readings with diagram, decision table and exact characteristics; None for a study without a dose rule."""
    rule = parts.study.dose_rule
    if rule is None:
        return None
    readings: list[dict[str, Any]] = []
    problem = ""
    try:
        readings = [_reading(parts, rule, name) for name in readings_of(parts.study)]
    except ProtorunError as error:
        problem = str(error)
    return {
        "rule": rule,
        "readings": readings,
        "problem": problem,
        "numbers": parts.numbers,
        "rates": parts.dlt_rates,
    }


def _reading(parts: Parts, rule: DoseRule, name: str) -> dict[str, Any]:
    design = design_for(parts.study, reading=name)
    stated = next((r for r in rule.readings if r.name == name), None)
    table = [{k: v for k, v in row.items() if k not in _WORDS} for row in boundaries(design)]
    found: dict[str, Any] = {"name": name, "table": table, "diagram": None, "says": "", "exact": []}
    if stated:
        diagram = state_diagram(rule, stated, name=f"rule{rule.readings.index(stated)}")
        found |= {"diagram": diagram, "says": stated.says}
    if len(parts.dlt_rates) == design.levels:
        found["exact"] = [
            {k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()}
            for row in exact(design, parts.dlt_rates, firing="immediate").table()
        ]
    return found
