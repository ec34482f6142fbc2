"""Conditions and coded results over columns, with what follows from narrower or wider columns and from sex."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from protorun.screening.answers import Answer, everywhere
from protorun.screening.dates import anchor_days, edge, inside
from protorun.screening.numbers import timely
from protorun.study.criterion import Code, Flag
from protorun.terms.concepts import concepts
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.trial.facts import NO_DAY, Codes, Facts, Flags

DERIVED = ("her2_status",)


def flag(atom: Flag, facts: Facts) -> Answer:
    """Whether the condition is there. A condition that is absent in a wider sense is absent in any narrower one."""
    answer = _column(atom, atom.column, facts)
    for size in range(len(atom.qualifiers)):
        for kept in combinations(atom.qualifiers, size):
            wider = _column(atom, "_".join((atom.variable, *kept)), facts, windowed=False)
            answer = _denied_by(answer, wider)
    return _by_sex(answer, atom, facts)


def _column(atom: Flag, name: str, facts: Facts, *, windowed: bool = True) -> Answer:
    column = facts.columns.get(name)
    if not isinstance(column, Flags):
        return everywhere(len(facts), UNKNOWN, Reason.NO_RECORD)
    unknown = np.where(column.truth == UNKNOWN, Reason.NO_RECORD, Reason.KNOWN)
    if column.reason is not None:
        unknown = np.where(column.reason > 0, column.reason, unknown)
    truth = np.where(unknown > 0, UNKNOWN, column.truth).astype(np.uint8)
    answer = Answer(truth, unknown.astype(np.uint8))
    return _in_window(answer, column, atom, facts) if windowed else answer


def _in_window(answer: Answer, column: Flags, atom: Flag, facts: Facts) -> Answer:
    """Present, but before the window: not present in it. Present at an unknown time: unknown."""
    last = column.day if column.day_last is None else column.day_last
    if atom.window is None:
        future = (column.day > facts.screened_on) & (column.day != NO_DAY) & (answer.truth == TRUE)
        return Answer(
            np.where(future, UNKNOWN, answer.truth).astype(np.uint8),
            np.where(future, Reason.NO_RECORD, answer.reason).astype(np.uint8),
        )
    anchor = anchor_days(facts, atom.window.anchor)
    when = inside(column.day, last, edge(atom.window, anchor), anchor)
    truth = np.where(answer.truth == TRUE, np.minimum(answer.truth, when), answer.truth).astype(np.uint8)
    reason = np.where((answer.truth == TRUE) & (when == UNKNOWN), Reason.PARTIAL_DATE, answer.reason)
    return Answer(truth, reason.astype(np.uint8))


def _denied_by(answer: Answer, wider: Answer) -> Answer:
    denied = (answer.truth == UNKNOWN) & (wider.truth == FALSE)
    return Answer(
        np.where(denied, FALSE, answer.truth).astype(np.uint8),
        np.where(denied, Reason.KNOWN, answer.reason).astype(np.uint8),
    )


def _by_sex(answer: Answer, atom: Flag, facts: Facts) -> Answer:
    """Pregnancy is not asked of a man: not applicable, whatever else is recorded or missing."""
    known = concepts().get(atom.variable)
    sex = facts.columns.get("sex")
    if known is None or known.applies != "female" or not isinstance(sex, Codes) or "male" not in sex.values:
        return answer
    male = sex.codes == sex.values.index("male")
    return Answer(
        np.where(male, FALSE, answer.truth).astype(np.uint8),
        np.where(male, Reason.NOT_APPLICABLE, answer.reason).astype(np.uint8),
    )


def code(atom: Code, facts: Facts) -> Answer:
    """Whether the value (or each of them, for `every`) is among those asked for."""
    column = facts.columns.get(atom.variable)
    if not isinstance(column, Codes):
        return everywhere(len(facts), UNKNOWN, Reason.NO_RECORD)
    truths = np.array([*(_matches(value, atom) for value in column.values), UNKNOWN], np.uint8)
    truth = truths[column.codes]
    absent = column.codes < 0
    reason = np.where(absent, Reason.NO_RECORD, np.where(truth == UNKNOWN, Reason.UNCERTAIN_CODE, 0))
    if column.reason is not None:
        truth = np.where(column.reason > 0, UNKNOWN, truth)
        reason = np.where(column.reason > 0, column.reason, reason)
    return timely(Answer(truth.astype(np.uint8), reason.astype(np.uint8)), column, atom.window, facts)


def _matches(value: str, atom: Code) -> np.uint8:
    """`a|b` is one of them, `a;b` is both; `x` does not tell whether it is `x:cured`."""
    found = {_all(option, atom) for option in value.split("|")}
    return found.pop() if len(found) == 1 else UNKNOWN


def _all(option: str, atom: Code) -> np.uint8:
    each = [_one(part.strip(), atom.values) for part in option.split(";")]
    if atom.every:
        return min(each)
    return max(each)


def _one(part: str, values: tuple[str, ...]) -> np.uint8:
    plain = part.partition(":")[0]
    if part in values or plain in values:
        return TRUE
    if part == plain and any(v.partition(":")[0] == plain for v in values):
        return UNKNOWN
    return FALSE
