"""Conditions and coded results over columns, with what follows from narrower or wider columns and from sex."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from protorun.screening.answers import Answer, everywhere
from protorun.screening.atoms.numbers import timely
from protorun.screening.dates import anchor_days, inside
from protorun.study.criterion import Code, Flag, Window
from protorun.terms.concepts import concepts
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.trial.facts import NO_DAY, Codes, Facts, Flags


def flag(atom: Flag, facts: Facts) -> Answer:
    """Whether the condition is there. A condition that is absent in a wider sense is absent in any narrower one, and
    present in the narrow sense only is a CONFLICT."""
    answer = fact(atom.column, facts, atom.window)
    wider = [fact(name, facts) for name in wider_columns(atom)]
    if wider:
        answer = _narrowed(answer, wider)
    return _by_sex(answer, atom, facts)


def wider_columns(atom: Flag) -> tuple[str, ...]:
    """The facts that hold whenever the flag does: fewer qualifiers."""
    kept = (c for size in range(len(atom.qualifiers)) for c in combinations(atom.qualifiers, size))
    return tuple("_".join((atom.variable, *some)) for some in kept)


def fact(name: str, facts: Facts, window: Window | None = None) -> Answer:
    """A yes-or-no fact, in the window when there is one; unknown with the reason otherwise."""
    column = facts.columns.get(name)
    if not isinstance(column, Flags):
        return everywhere(len(facts), UNKNOWN, Reason.NO_RECORD)
    answer = column_truth(column, facts)
    return answer if window is None else _in_window(answer, column, window, facts)


def column_truth(column: Flags, facts: Facts) -> Answer:
    """What a yes-or-no column says, as far as it was known at screening."""
    unknown = np.where(column.truth == UNKNOWN, Reason.NO_RECORD, Reason.KNOWN)
    if column.reason is not None:
        unknown = np.where(column.reason > 0, column.reason, unknown)
    unknown = np.where(column.day > facts.screened_on, Reason.NO_RECORD, unknown)
    truth = np.where(unknown > 0, UNKNOWN, column.truth).astype(np.uint8)
    return Answer(truth, unknown.astype(np.uint8))


def _in_window(answer: Answer, column: Flags, window: Window, facts: Facts) -> Answer:
    """Present, but before the window: not present in it. Present at an unknown time: unknown."""
    when = inside(column.day, column.day if column.day_last is None else column.day_last, window, facts)
    present = answer.truth == TRUE
    why = np.where(anchor_days(facts, window.anchor) == NO_DAY, Reason.NO_ANCHOR, Reason.PARTIAL_DATE)
    return Answer(
        np.where(present, when, answer.truth).astype(np.uint8),
        np.where(present & (when == UNKNOWN), why, answer.reason).astype(np.uint8),
    )


def _narrowed(answer: Answer, wider: list[Answer]) -> Answer:
    denied = np.minimum.reduce([w.truth for w in wider]) == FALSE
    broad = np.maximum.reduce([w.truth for w in wider]) == TRUE
    conflict, absent = denied & (answer.truth == TRUE), denied & (answer.truth != TRUE)
    # Recorded in the wide sense only: whether it is the narrow one is open, and no silence.
    open_ = broad & (answer.truth == UNKNOWN) & (answer.reason == Reason.NO_RECORD)
    reason = np.select(
        [conflict, absent, open_], [Reason.CONFLICT, Reason.KNOWN, Reason.UNCERTAIN_CODE], answer.reason
    )
    truth = np.where(conflict, UNKNOWN, np.where(absent, FALSE, answer.truth))
    return Answer(truth.astype(np.uint8), reason.astype(np.uint8))


def for_women_only(atom: Flag) -> bool:
    """True for what is not asked of a man, such as pregnancy."""
    known = concepts().get(atom.variable)
    return known is not None and known.applies == "female"


def _by_sex(answer: Answer, atom: Flag, facts: Facts) -> Answer:
    """Pregnancy is not asked of a man: not applicable, whatever is missing; a record of it is a CONFLICT."""
    sex = facts.columns.get("sex")
    if not for_women_only(atom) or not isinstance(sex, Codes) or "male" not in sex.values:
        return answer
    male = sex.codes == sex.values.index("male")
    wrong = male & (answer.truth == TRUE)
    return Answer(
        np.where(wrong, UNKNOWN, np.where(male, FALSE, answer.truth)).astype(np.uint8),
        np.where(wrong, Reason.CONFLICT, np.where(male, Reason.NOT_APPLICABLE, answer.reason)).astype(
            np.uint8
        ),
    )


def code(atom: Code, facts: Facts) -> Answer:
    """Whether the value (or each of them, for `every`) is among those asked for."""
    column = facts.columns.get(atom.variable)
    if not isinstance(column, Codes):
        return everywhere(len(facts), UNKNOWN, Reason.NO_RECORD)
    truths = np.array([*(matches(value, atom) for value in column.values), UNKNOWN], np.uint8)
    truth = truths[column.codes]
    absent = column.codes < 0
    reason = np.where(absent, Reason.NO_RECORD, np.where(truth == UNKNOWN, Reason.UNCERTAIN_CODE, 0))
    if column.reason is not None:
        truth = np.where(column.reason > 0, UNKNOWN, truth)
        reason = np.where(column.reason > 0, column.reason, reason)
    answer = Answer(truth.astype(np.uint8), reason.astype(np.uint8))
    return answer if atom.variable == "sex" else timely(answer, column, atom.window, facts)


def matches(value: str, atom: Code) -> np.uint8:
    """`a|b` is one of them, `a;b` is both; `x` does not tell whether it is `x:cured` or `early_x`."""
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
    if part == plain and any(
        v.partition(":")[0] == plain or v.partition(":")[0].endswith(f"_{plain}") for v in values
    ):
        return UNKNOWN
    return FALSE
