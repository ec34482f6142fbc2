"""One tree over columns: each node is a verb on arrays, so a table of one row and of a million go the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from protorun.screening.answers import Answer, all_of, any_of, at_least, choose, everywhere, known, not_
from protorun.screening.atoms.flags import code, fact, flag
from protorun.screening.atoms.numbers import number
from protorun.screening.atoms.silence import complete
from protorun.screening.atoms.treatments import treated, washout
from protorun.study.criterion import (
    ALLOWANCE,
    All,
    Any,
    AtLeast,
    Attestation,
    Code,
    Expr,
    Flag,
    If,
    Judgment,
    Not,
    Number,
    Treated,
    Unless,
    Unparsed,
    Washout,
)
from protorun.terms.concepts import concepts
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.trial.facts import Facts

Policy = Literal["strict", "documented_absence"]


@dataclass(frozen=True)
class View:
    """How silence is read. `favorable` is the truth that keeps a patient in, at this place of the tree; it turns round
    under a negation."""

    policy: Policy
    favorable: np.uint8

    @property
    def documented(self) -> bool:
        return self.policy == "documented_absence"

    def turned(self) -> View:
        return replace(self, favorable=np.uint8(TRUE - self.favorable))


Leaf = Callable[[Expr, Facts, View], Answer]


def evaluate(expr: Expr, facts: Facts, view: View, leaf: Leaf | None = None) -> Answer:
    """The truth of a tree for every patient, with the reason where it is unknown. `leaf` answers the atoms (`atom` where
    none is given)."""
    match expr:
        case All(parts=parts):
            return all_of([evaluate(p, facts, view, leaf) for p in parts])
        case Any(parts=parts):
            return any_of([evaluate(p, facts, view, leaf) for p in parts])
        case Not(part=part):
            return not_(evaluate(part, facts, view.turned(), leaf))
        case AtLeast(n=n, parts=parts):
            return at_least(n, [evaluate(p, facts, view, leaf) for p in parts])
        case If():
            return _if(expr, facts, view, leaf)
        case Unless(part=part, exception=exception):
            return all_of(
                [evaluate(part, facts, view, leaf), not_(evaluate(exception, facts, view.turned(), leaf))]
            )
        case _:
            return (leaf or atom)(expr, facts, view)


def _if(expr: If, facts: Facts, view: View, leaf: Leaf | None) -> Answer:
    condition = evaluate(expr.condition, facts, view, leaf)
    then = evaluate(expr.then, facts, view, leaf)
    if expr.otherwise is not None:
        return choose(condition, then, evaluate(expr.otherwise, facts, view, leaf))
    satisfied = choose(condition, then, everywhere(len(condition), TRUE, Reason.NOT_APPLICABLE))
    reason = np.where((condition.truth == FALSE), Reason.NOT_APPLICABLE, satisfied.reason)
    return Answer(satisfied.truth, reason.astype(np.uint8))


def remembering() -> Leaf:
    """`atom`, asked once for each atom and view of the same facts."""
    known: dict[tuple[int, View], Answer] = {}

    def asked(expr: Expr, facts: Facts, view: View) -> Answer:
        key = id(expr), view
        if key not in known:
            known[key] = atom(expr, facts, view)
        return known[key]

    return asked


def atom(expr: Expr, facts: Facts, view: View) -> Answer:
    """The truth of one atom."""
    match expr:
        case Number():
            return number(expr, facts)
        case Code():
            return code(expr, facts)
        case Flag():
            return _absent_where_documented(expr, flag(expr, facts), facts, view)
        case Treated():
            return treated(expr, facts, documented=view.documented)
        case Washout():
            return washout(expr, facts, documented=view.documented)
        case Attestation():
            return _stated(expr, facts, view)
        case Judgment():
            return _judged(expr, facts)
        case _:
            return everywhere(
                len(facts), UNKNOWN, Reason.NOT_PARSED if isinstance(expr, Unparsed) else Reason.NO_RECORD
            )


def _absent_where_documented(expr: Flag, answer: Answer, facts: Facts, view: View) -> Answer:
    """Under the documented-absence policy a condition that is not on a complete list is absent; findings stay open."""
    if not view.documented or not listed_when_present(expr):
        return answer
    silent = (answer.truth == UNKNOWN) & (answer.reason == Reason.NO_RECORD)
    absent = complete(facts, "conditions", expr.window) & silent
    return Answer(
        np.where(absent, FALSE, answer.truth).astype(np.uint8),
        np.where(absent, Reason.ASSUMED, answer.reason).astype(np.uint8),
    )


def listed_when_present(expr: Flag) -> bool:
    """True for coded conditions, which a complete problem list holds. Findings and diagnoses have to be looked for, and
    a condition named by the words of its criterion is on no list under that name."""
    known = concepts().get(expr.variable)
    return known is not None and known.domain == "condition"


def _stated(expr: Attestation, facts: Facts, view: View) -> Answer:
    """Consent and willingness: stated by a person in the facts, else assumed by the policy and named as assumed."""
    if expr.variable == ALLOWANCE:
        return everywhere(len(facts), view.favorable, Reason.NOT_APPLICABLE)
    truth = fact(expr.variable, facts).truth
    if not view.documented:
        return Answer(truth, np.where(truth == UNKNOWN, Reason.NEEDS_STATEMENT, 0).astype(np.uint8))
    assumed = truth == UNKNOWN
    return Answer(
        np.where(assumed, view.favorable, truth).astype(np.uint8),
        np.where(assumed, Reason.ASSUMED, 0).astype(np.uint8),
    )


def _judged(expr: Judgment, facts: Facts) -> Answer:
    truth = fact(expr.variable, facts).truth
    return Answer(truth, np.where(truth == UNKNOWN, Reason.NEEDS_JUDGMENT, 0).astype(np.uint8))


__all__ = ["Policy", "View", "atom", "evaluate", "known"]
