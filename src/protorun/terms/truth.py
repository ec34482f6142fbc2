"""Three-valued (Kleene) truth as small integers, so that whole columns are combined at once."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

TruthArray = NDArray[np.uint8]


class Truth(IntEnum):
    """FALSE 0, UNKNOWN 1, TRUE 2: and = min, or = max, not = 2 - x. Kleene 1952, section 64."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


FALSE, UNKNOWN, TRUE = np.uint8(0), np.uint8(1), np.uint8(2)


def both(*parts: TruthArray) -> TruthArray:
    """Conjunction of arrays of equal shape; with no parts there is nothing to fail, which the caller must handle."""
    found: TruthArray = np.minimum.reduce(parts)
    return found


def either(*parts: TruthArray) -> TruthArray:
    """Disjunction of arrays of equal shape."""
    found: TruthArray = np.maximum.reduce(parts)
    return found


def negate(part: TruthArray) -> TruthArray:
    """Negation: unknown stays unknown."""
    return (TRUE - part).astype(np.uint8)


def at_least(n: int, *parts: TruthArray) -> TruthArray:
    """TRUE when n parts are TRUE, FALSE when even the unknown ones could not make n, else UNKNOWN."""
    stack = np.stack(parts)
    sure = (stack == TRUE).sum(axis=0)
    possible = (stack != FALSE).sum(axis=0)
    return np.where(sure >= n, TRUE, np.where(possible < n, FALSE, UNKNOWN)).astype(np.uint8)


def choose(condition: TruthArray, then: TruthArray, otherwise: TruthArray) -> TruthArray:
    """`then` where the condition holds, `otherwise` where it fails, and a result both agree on where it is unknown."""
    return either(both(condition, then), both(negate(condition), otherwise), both(then, otherwise))
