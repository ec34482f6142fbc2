"""Ages from the date of birth: completed years, months, weeks or days, as dates on which one is that old."""

from __future__ import annotations

import math

import numpy as np

from protorun.screening.answers import Answer
from protorun.screening.dates import birth_edge
from protorun.study.criterion import Number, Window
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.terms.variables import variables
from protorun.trial.facts import NO_DAY, DayArray, Facts

UNITS = frozenset({"years", "months", "weeks", "days", "hours"})
_NEAR = 1e-9


def by_birth(atom: Number) -> bool:
    """True for an age that a date of birth can answer."""
    of_itself = not any(b.times for b in (atom.low, atom.high) if b)
    return atom.variable == "age" and atom.window is None and of_itself and (atom.unit or "years") in UNITS


def oldest() -> Window:
    """An age nobody reaches: a birth before it is implausible."""
    return Window(amount=variables()["age"].high + 1, unit="years")


def reached(atom: Number) -> Window | None:
    """The age one must have completed, or None without a lower bound."""
    if atom.low is None:
        return None
    value, unit = _whole(atom.low.value, atom.unit)
    return _age(math.ceil(value - _NEAR) if atom.low.inclusive else math.floor(value + _NEAR) + 1, unit)


def not_reached(atom: Number) -> Window | None:
    """The age one must not have completed yet: for at most 75 years, 76. None without an upper bound."""
    if atom.high is None:
        return None
    value, unit = _whole(atom.high.value, atom.unit)
    return _age(math.floor(value + _NEAR) + 1 if atom.high.inclusive else math.ceil(value - _NEAR), unit)


def _whole(value: float, unit: str) -> tuple[float, str]:
    """Half a year is six months."""
    months = value * 12
    if (unit or "years") == "years" and value != int(value) and abs(months - round(months)) < _NEAR:
        return round(months), "months"
    return value, unit or "years"


def _age(amount: float, unit: str) -> Window:
    return Window.model_validate({"amount": amount, "unit": unit})


def age(atom: Number, facts: Facts, otherwise: Answer) -> Answer:
    """Answers by the date of birth; `otherwise` where that is not known."""
    if facts.born is None:
        return otherwise
    first, last, on = *facts.born, facts.screened_on
    until = np.minimum(np.where(last == NO_DAY, on, last), on)
    truth = np.full(len(facts), TRUE, np.uint8)
    if (low := reached(atom)) is not None:
        truth = np.minimum(truth, _old_enough(first, until, birth_edge(low, on)))
    if (high := not_reached(atom)) is not None:
        truth = np.minimum(truth, TRUE - _old_enough(first, until, birth_edge(high, on)))
    wrong = ((first > on) & (first != NO_DAY)) | (until <= birth_edge(oldest(), on))
    unknown = np.where(wrong, Reason.IMPLAUSIBLE_VALUE, Reason.PARTIAL_DATE)
    truth = np.where(wrong, UNKNOWN, truth)
    known = (first != NO_DAY) | (last != NO_DAY)
    return Answer(
        np.where(known, truth, otherwise.truth).astype(np.uint8),
        np.where(known, np.where(truth == UNKNOWN, unknown, 0), otherwise.reason).astype(np.uint8),
    )


def _old_enough(first: DayArray, until: DayArray, born_by: DayArray) -> TruthArray:
    """`NO_DAY` is the smallest day, so an open first day is never after `born_by`."""
    found = np.where(until <= born_by, TRUE, np.where(first > born_by, FALSE, UNKNOWN))
    return found.astype(np.uint8)
