"""Truth with its reason, row by row: the Kleene laws of `terms.truth`, and which reason an unknown whole inherits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray

ReasonArray = NDArray[np.uint8]


@dataclass(frozen=True)
class Answer:
    """One row per patient: truth, and why it is unknown (or taken as it is)."""

    truth: TruthArray
    reason: ReasonArray

    def __len__(self) -> int:
        return len(self.truth)


def known(truth: TruthArray) -> Answer:
    """An answer without any reason."""
    return Answer(truth, np.zeros(len(truth), np.uint8))


def everywhere(n: int, truth: np.uint8, reason: Reason = Reason.KNOWN) -> Answer:
    """The same answer for n patients."""
    return Answer(np.full(n, truth, np.uint8), np.full(n, reason, np.uint8))


def all_of(parts: Sequence[Answer]) -> Answer:
    """Conjunction: the least of the parts."""
    return _folded(parts, np.minimum)


def any_of(parts: Sequence[Answer]) -> Answer:
    """Disjunction: the greatest of the parts."""
    return _folded(parts, np.maximum)


def _folded(parts: Sequence[Answer], fold: np.ufunc) -> Answer:
    """The whole has the reason of the first part that is as the whole is."""
    truth, reason = parts[0].truth, parts[0].reason
    for part in parts[1:]:
        combined = fold(truth, part.truth)
        reason = np.where(truth == combined, reason, part.reason)
        truth = combined
    return Answer(truth, reason)


def not_(part: Answer) -> Answer:
    """Negation: unknown stays unknown, with its reason."""
    return Answer((TRUE - part.truth).astype(np.uint8), part.reason)


def at_least(n: int, parts: Sequence[Answer]) -> Answer:
    """TRUE when n parts are, FALSE when even the unknown ones could not make n."""
    stack = np.stack([p.truth for p in parts])
    sure = (stack == TRUE).sum(axis=0)
    possible = (stack != FALSE).sum(axis=0)
    truth = np.where(sure >= n, TRUE, np.where(possible < n, FALSE, UNKNOWN)).astype(np.uint8)
    reasons = any_of(
        [Answer(np.where(p.truth == UNKNOWN, TRUE, FALSE).astype(np.uint8), p.reason) for p in parts]
    )
    return Answer(truth, np.where(truth == UNKNOWN, reasons.reason, 0).astype(np.uint8))


def choose(condition: Answer, then: Answer, otherwise: Answer) -> Answer:
    """`then` where the condition holds, else `otherwise`; a result both agree on stands where it is unknown."""
    return any_of(
        [all_of([condition, then]), all_of([not_(condition), otherwise]), all_of([then, otherwise])]
    )
