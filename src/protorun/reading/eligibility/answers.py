"""The names under which answers of the investigator are recorded, and what a criterion asks about."""

from __future__ import annotations

import re

from protorun.reading.eligibility.parents import is_lab
from protorun.reading.eligibility.trees.walks import leaves, mapped
from protorun.study.criterion import Criterion, Expr, Judgment, Number

_NO_LIMITS = re.compile(r"\b(?:adequate|sufficient|acceptable|normal|good)\b.{0,60}\bfunction", re.IGNORECASE)


def answerable(criterion: Criterion, id: str) -> Criterion:
    """The criterion under its id, with a name for each judgment under which the investigator's answer is recorded.

    "Adequate organ function" without limits gets none: it stays unknown until someone states the limits."""

    def named(expr: Expr) -> Expr:
        if not isinstance(expr, Judgment) or expr.variable or _NO_LIMITS.search(expr.text):
            return expr
        names.setdefault(expr.text, f"judgment_{id}{'' if not names else '_' + str(len(names) + 1)}".lower())
        return expr.model_copy(update={"variable": names[expr.text]})

    names: dict[str, str] = {}
    return criterion.model_copy(
        update={
            "id": id,
            "expr": mapped(criterion.expr, named),
            "alternatives": tuple(
                a.model_copy(update={"expr": mapped(a.expr, named)}) for a in criterion.alternatives
            ),
        }
    )


def is_laboratory(criterion: Criterion) -> bool:
    """True when the criterion is a limit on a laboratory value."""
    return any(isinstance(leaf, Number) and is_lab(leaf) for leaf in leaves(criterion.expr))
