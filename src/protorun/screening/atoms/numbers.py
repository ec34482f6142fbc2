"""Numeric atoms over columns: intervals against bounds, multiples of reference limits, implausible limits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.screening.answers import Answer, everywhere
from protorun.screening.atoms.ages import age, by_birth
from protorun.screening.dates import anchor_days, inside
from protorun.study.criterion import Bound, Number, Window
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.terms.variables import factor
from protorun.trial.facts import NO_DAY, Codes, Facts, Numbers

TOLERANCE = 1e-9
"""Doubles miss an exact limit: 1.8 <= 1.5 x 1.2 is false. A limit is met within this relative distance."""

_FALLS_SHORT = Reason.CENSORED_RESULT


def number_column(atom: Number) -> str:
    """The fact that answers the atom; what it leaves out is part of the name."""
    return atom.variable + ("_except_" + "_".join(atom.excluding) if atom.excluding else "")


def number(atom: Number, facts: Facts) -> Answer:
    """Whether the value lies between the bounds; unknown with the reason otherwise."""
    answer = _recorded(atom, number_column(atom), facts)
    if atom.excluding and atom.low is None:
        answer = _with_exceptions(answer, _recorded(atom, atom.variable, facts))
    return age(atom, facts, answer) if by_birth(atom) else answer


def _recorded(atom: Number, name: str, facts: Facts) -> Answer:
    column = facts.columns.get(name)
    if not isinstance(column, Numbers):
        return everywhere(len(facts), UNKNOWN, Reason.NO_RECORD)
    answer = _in_unit(atom, atom.unit, column)
    if atom.suggested_unit:
        answer = _both_readings(answer, _in_unit(atom, atom.suggested_unit, column), atom)
    return timely(answer, column, atom.window, facts)


def _with_exceptions(answer: Answer, plain: Answer) -> Answer:
    """The highest grade of all stands below the limit: then so does the highest without the exempt ones."""
    conflict = (answer.truth == FALSE) & (plain.truth == TRUE)
    silent = (answer.truth == UNKNOWN) & (answer.reason == Reason.NO_RECORD)
    truth = np.where(answer.truth == UNKNOWN, np.where(plain.truth == TRUE, TRUE, UNKNOWN), answer.truth)
    why = np.where(plain.truth == FALSE, Reason.UNCERTAIN_CODE, plain.reason)
    reason = np.where(truth == UNKNOWN, np.where(silent, why, answer.reason), Reason.KNOWN)
    return Answer(
        np.where(conflict, UNKNOWN, truth).astype(np.uint8),
        np.where(conflict, Reason.CONFLICT, reason).astype(np.uint8),
    )


def _both_readings(written: Answer, suggested: Answer, atom: Number) -> Answer:
    """An implausible limit is read as written and in the suggested unit; where they differ nothing is decided."""
    if atom.suggested_unit == atom.unit:
        return everywhere(len(written), UNKNOWN, Reason.IMPLAUSIBLE_LIMIT)
    agree = written.truth == suggested.truth
    truth = np.where(agree, written.truth, UNKNOWN).astype(np.uint8)
    return Answer(truth, np.where(agree, written.reason, Reason.IMPLAUSIBLE_LIMIT).astype(np.uint8))


def _in_unit(atom: Number, unit: str, column: Numbers) -> Answer:
    times = next((b.times for b in (atom.low, atom.high) if b is not None), "")
    by = 1.0 if times else factor(atom.variable, unit)
    if by is None:
        return everywhere(len(column.low), UNKNOWN, Reason.NO_UNIT)
    low, high = _completed(atom, unit, column, by)
    missing = np.isnan(low) | np.isnan(high) | (np.isinf(low) & np.isinf(high))
    if column.reason is not None:
        missing = missing | (column.reason > 0)
    truth = np.full(len(low), TRUE, np.uint8)
    no_limit = np.zeros(len(low), bool)
    for bound, upper in ((atom.low, False), (atom.high, True)):
        if bound is None:
            continue
        limit, absent = _limit(bound, column, by)
        no_limit |= absent
        truth = np.minimum(truth, _side(low, high, limit, bound.inclusive, upper))
    reason = np.where(truth == UNKNOWN, _FALLS_SHORT, Reason.KNOWN)
    reason = np.where(no_limit & (truth == UNKNOWN), _no_limit(times), reason)
    why = (
        Reason.NO_RECORD
        if column.reason is None
        else np.where(column.reason > 0, column.reason, Reason.NO_RECORD)
    )
    reason = np.where(missing, why, reason)
    return Answer(np.where(missing, UNKNOWN, truth).astype(np.uint8), reason.astype(np.uint8))


def _no_limit(times: str) -> Reason:
    return Reason.NO_BASELINE if times == "baseline" else Reason.NO_REF_RANGE


def _completed(
    atom: Number, unit: str, column: Numbers, by: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ages count in completed units: someone of 75.5 years is 75 years old."""
    if atom.variable != "age":
        return column.low, column.high
    return np.floor(column.low / by + TOLERANCE) * by, np.floor(column.high / by + TOLERANCE) * by


def _limit(bound: Bound, column: Numbers, by: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if not bound.times:
        return np.full(len(column.low), bound.value * by), np.zeros(len(column.low), bool)
    of = {"uln": column.uln, "lln": column.lln, "baseline": column.baseline}[bound.times]
    return bound.value * of, np.isnan(of)


def _side(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    limit: NDArray[np.float64],
    inclusive: bool,
    upper: bool,
) -> TruthArray:
    """One bound over intervals: TRUE when the whole interval meets it, FALSE when none of it does."""
    slack = np.abs(limit) * TOLERANCE
    with np.errstate(invalid="ignore"):
        if upper:
            meets = high <= limit + slack if inclusive else high < limit - slack
            fails = low > limit + slack if inclusive else low >= limit - slack
        else:
            meets = low >= limit - slack if inclusive else low > limit + slack
            fails = high < limit - slack if inclusive else high <= limit + slack
    return np.where(meets, TRUE, np.where(fails, FALSE, UNKNOWN)).astype(np.uint8)


def timely(answer: Answer, column: Numbers | Codes, window: Window | None, facts: Facts) -> Answer:
    """A result counts only inside its window, and never when it lies after the screening date."""
    last = column.day if column.day_last is None else column.day_last
    answer = _unless_known(answer, column.day > facts.screened_on, Reason.NO_RECORD)
    if window is None:
        return answer
    when = inside(column.day, last, window, facts)
    anchor = anchor_days(facts, window.anchor)
    answer = _unless_known(answer, anchor == NO_DAY, Reason.NO_ANCHOR)
    answer = _unless_known(answer, (when == FALSE) | (column.day > anchor), Reason.STALE)
    return _unless_known(answer, when == UNKNOWN, Reason.PARTIAL_DATE)


def _unless_known(answer: Answer, where: NDArray[np.bool_], reason: Reason) -> Answer:
    """Unknown where asked, keeping the reason of answers that were unknown before."""
    if not where.any():
        return answer
    truth = np.where(where, UNKNOWN, answer.truth).astype(np.uint8)
    found = np.where(where & (answer.truth != UNKNOWN), reason, answer.reason)
    return Answer(truth, found.astype(np.uint8))
