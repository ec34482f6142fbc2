"""What to obtain next: which unknown facts decide the most, for one patient or for a population."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.screening.answers import Answer
from protorun.screening.evaluate import View, atom, evaluate
from protorun.screening.leaves import atoms_of, column_of
from protorun.screening.screening import Screening, Verdict, judged_satisfied
from protorun.study.criterion import Criterion, Expr
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.facts import Facts


@dataclass
class _Wanted:
    """Per fact and patient: whether it is asked for, and what the two answers (yes, no) to all its questions would do."""

    asked: NDArray[np.bool_]
    decides: NDArray[np.int64]
    fails: NDArray[np.bool_]
    closed: NDArray[np.int64]
    by: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Tree:
    """How a criterion is looked at, and what its atoms answer."""

    view: View
    leaves: list[tuple[Expr, Answer]]


def to_obtain(screening: Screening) -> list[dict[str, Any]]:
    """The facts that are unknown, the most deciding first.

    Of the patients not yet decided: `patients` lack the fact where it matters, `criteria_decided` counts their criteria
    that it decides whatever the answer, `patients_decided` those it decides altogether whatever the answer, and
    `patients_maybe` those one of the answers decides.
    """
    open_ = np.flatnonzero(screening.verdict == Verdict.POTENTIALLY_ELIGIBLE)
    if not len(open_):
        return []
    everybody = len(open_) == len(screening)
    facts, leaf = (screening.facts, screening.leaf) if everybody else (screening.facts.take(open_), atom)
    satisfied = screening.satisfied[:, open_]
    wanted: dict[str, _Wanted] = {}
    for criterion, base in zip(screening.criteria, satisfied, strict=True):
        if (base == UNKNOWN).any():
            view = View(screening.policy, TRUE if criterion.polarity == "inclusion" else FALSE)
            answers = [
                (at, leaf(at, facts, view.turned() if t else view)) for at, t in atoms_of(criterion.expr)
            ]
            _ask(criterion, base, facts, _Tree(view, answers), wanted)
    unknown = (satisfied == UNKNOWN).sum(axis=0)
    rows = [_row(name, found, unknown) for name, found in wanted.items() if found.asked.any()]
    return sorted(
        rows,
        key=lambda r: (
            -r["patients_decided"],
            -r["criteria_decided"],
            -r["patients_maybe"],
            -r["patients"],
            r["obtain"],
        ),
    )


def _ask(
    criterion: Criterion, base: TruthArray, facts: Facts, tree: _Tree, wanted: dict[str, _Wanted]
) -> None:
    """Every fact of a criterion answered yes and no, all at once: rows are (fact, answer), columns patients."""
    leaves = tree.leaves
    names = list(dict.fromkeys(n for leaf, _ in leaves if (n := column_of(leaf))))
    if not names:
        return
    answers = {id(leaf): _answered(leaf, answer.truth, names) for leaf, answer in leaves}

    def told(leaf: Expr, facts: Facts, view: View) -> Answer:
        truth = answers[id(leaf)]
        return Answer(truth, np.zeros(len(truth), np.uint8))

    whole = evaluate(criterion.expr, facts, tree.view, told)
    after = judged_satisfied(criterion, whole).truth.reshape(len(names), 2, len(base))
    open_ = base == UNKNOWN
    for place, name in enumerate(names):
        lacks = open_ & _lacking(name, leaves)
        if lacks.any():
            _count(wanted.setdefault(name, _nothing(len(base))), after[place], lacks, criterion.id)


def _answered(leaf: Expr, truth: TruthArray, names: list[str]) -> TruthArray:
    rows = np.tile(truth, (len(names), 2, 1))
    if (name := column_of(leaf)) in names:
        place = names.index(name)
        for i, answer in enumerate((TRUE, FALSE)):
            rows[place, i] = np.where(truth == UNKNOWN, answer, truth)
    return rows.reshape(-1)


def _lacking(name: str, leaves: list[tuple[Expr, Answer]]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.logical_or.reduce(
        [answer.truth == UNKNOWN for leaf, answer in leaves if column_of(leaf) == name]
    )
    return found


def _nothing(n: int) -> _Wanted:
    return _Wanted(
        np.zeros(n, bool), np.zeros(n, np.int64), np.zeros((2, n), bool), np.zeros((2, n), np.int64)
    )


def _count(found: _Wanted, after: TruthArray, lacks: NDArray[np.bool_], criterion: str) -> None:
    found.asked |= lacks
    found.decides += lacks & (after != UNKNOWN).all(axis=0)
    found.fails |= lacks & (after == FALSE)
    found.closed += lacks & (after == TRUE)
    found.by.append(criterion)


def _row(name: str, found: _Wanted, unknown: NDArray[np.int64]) -> dict[str, Any]:
    decided = found.asked & (found.fails | (found.closed == unknown))
    return {
        "obtain": name,
        "patients": int(found.asked.sum()),
        "criteria_decided": int(found.decides.sum()),
        "patients_decided": int(decided.all(axis=0).sum()),
        "patients_maybe": int(decided.any(axis=0).sum()),
        "asked_by": ", ".join(found.by),
    }
