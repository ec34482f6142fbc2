"""Operating characteristics of the whole trial, simulated, each with its Monte Carlo error."""

from __future__ import annotations

from typing import Any

from protorun.report.parts import Parts
from protorun.simulate.operating import operating_characteristics, rounded

ORDER, TITLE = 80, "Operating characteristics by simulation"


def build(parts: Parts) -> dict[str, Any] | None:
    """One table per scenario with what it rests on; None when nothing was simulated."""
    if not parts.simulations:
        return None
    return {
        "runs": [
            {"run": s, "table": [_short(r) for r in rounded(operating_characteristics(s))]}
            for s in parts.simulations
        ]
    }


def _short(row: dict[str, Any]) -> dict[str, Any]:
    low, high = row["from_5"], row["to_95"]
    return {
        "quantity": row["quantity"],
        "estimate": row["estimate"],
        "Monte Carlo SE": row["se"],
        "5 % to 95 %": "" if low is None else f"{low:g} to {high:g}",
        "note": row["note"],
    }
