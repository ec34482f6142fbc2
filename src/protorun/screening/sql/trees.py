"""Criterion trees as SQL conditions: AND, OR and NOT of SQL are Kleene's, the rest is spelled out."""

from __future__ import annotations

from protorun.screening.evaluate import Policy, View
from protorun.screening.screening import cannot_exclude
from protorun.screening.sql.conditions import attested_sql, flag_sql, judged_sql
from protorun.screening.sql.courses import treated_sql, washout_sql
from protorun.screening.sql.her2 import VARIABLE, her2_sql
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.results import code_sql, number_sql
from protorun.screening.sql.words import NULL, case, every, kleene, some
from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Attestation,
    Code,
    Criterion,
    Expr,
    Flag,
    If,
    Judgment,
    Not,
    Number,
    Treated,
    Unless,
    Washout,
)
from protorun.terms.truth import FALSE, TRUE


def satisfied_sql(criterion: Criterion, needs: Needs) -> str:
    """TRUE where the criterion is met, NULL instead of FALSE for one that `cannot_exclude`."""
    includes = criterion.polarity == "inclusion"
    policy: Policy = "documented_absence" if needs.documented else "strict"
    tree = tree_sql(criterion.expr, needs, View(policy, TRUE if includes else FALSE))
    met = tree if includes else f"(NOT {tree})"
    return case((met, "(1 = 1)")) if cannot_exclude(criterion) else met


def tree_sql(expr: Expr, needs: Needs, view: View) -> str:
    """A tree, node by node as in `evaluate`."""
    match expr:
        case All(parts=parts):
            return every(tree_sql(p, needs, view) for p in parts)
        case Any(parts=parts):
            return some(tree_sql(p, needs, view) for p in parts)
        case Not(part=part):
            return f"(NOT {tree_sql(part, needs, view.turned())})"
        case AtLeast(n=n, parts=parts):
            return _at_least(n, [tree_sql(p, needs, view) for p in parts])
        case If():
            return _if(expr, needs, view)
        case Unless(part=part, exception=exception):
            return f"({tree_sql(part, needs, view)} AND NOT {tree_sql(exception, needs, view.turned())})"
        case _:
            return _atom(expr, needs, view)


def _at_least(n: int, parts: list[str]) -> str:
    sure = " + ".join(case((p, "1"), otherwise="0") for p in parts)
    possible = " + ".join(case((f"NOT {p}", "0"), otherwise="1") for p in parts)
    return kleene(f"{sure} >= {n}", f"{possible} < {n}")


def _if(expr: If, needs: Needs, view: View) -> str:
    """The third term keeps a result both branches agree on."""
    condition, then = tree_sql(expr.condition, needs, view), tree_sql(expr.then, needs, view)
    if expr.otherwise is None:
        return f"(({condition} AND {then}) OR (NOT {condition}) OR {then})"
    other = tree_sql(expr.otherwise, needs, view)
    return f"(({condition} AND {then}) OR (NOT {condition} AND {other}) OR ({then} AND {other}))"


def _atom(expr: Expr, needs: Needs, view: View) -> str:
    match expr:
        case Number():
            return number_sql(expr, needs)
        case Code():
            return her2_sql(expr, needs) if expr.variable == VARIABLE else code_sql(expr, needs)
        case Flag():
            return flag_sql(expr, needs)
        case Treated():
            return treated_sql(expr, needs)
        case Washout():
            return washout_sql(expr, needs)
        case Attestation():
            return attested_sql(expr, needs, view)
        case Judgment():
            return judged_sql(expr, needs)
        case _:
            return NULL
