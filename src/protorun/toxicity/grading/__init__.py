"""Laboratory grades: CTCAE v4, v5, v6 and DAIDS as data, evaluated for whole tables."""

from protorun.toxicity.grading.evaluate import Asked, Graded, evaluate
from protorun.toxicity.grading.labs import grade_labs, overall
from protorun.toxicity.grading.rules import CLINICAL, VERSIONS, Clause, Rule, rules

__all__ = [
    "CLINICAL",
    "VERSIONS",
    "Asked",
    "Clause",
    "Graded",
    "Rule",
    "evaluate",
    "grade_labs",
    "overall",
    "rules",
]
