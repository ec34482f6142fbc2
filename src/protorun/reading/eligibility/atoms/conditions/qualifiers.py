"""What narrows a condition behind its name, and trees of conditions changed atom by atom."""

from __future__ import annotations

from typing import Any as Anything

from protorun.study.criterion import All, Any, Code, Flag, Number

BEHIND = frozenset(
    {
        "requiring_iv_antimicrobials",
        "requiring_systemic_therapy",
        "requiring_treatment",
        "requiring_antibiotics",
        "requiring_steroids",
        "requiring_hospitalization",
        "may_recur",
        "requiring_immunosuppression",
        "progressing_or_requiring_treatment",
    }
)


def is_condition(expr: Anything) -> bool:
    """One condition or test, or any one of several conditions."""
    return isinstance(expr, (Flag, Code)) or (
        isinstance(expr, Any) and all(isinstance(p, Flag) for p in expr.parts)
    )


def map_atoms(expr: Anything, change: Anything) -> Anything:
    """The tree with each of its conditions and limits changed."""
    if isinstance(expr, (Flag, Code, Number)):
        return change(expr)
    if isinstance(expr, (Any, All)):
        return expr.model_copy(update={"parts": tuple(map_atoms(p, change) for p in expr.parts)})
    return expr
