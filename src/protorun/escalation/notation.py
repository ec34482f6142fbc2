"""Outcome strings such as "1NNN 2NTN": cohorts in time order, a level number, then one letter per patient."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from protorun.errors import NotationError
from protorun.escalation._design import Design
from protorun.escalation.modifiers.cohorts import MOST_TOGETHER
from protorun.trial.decision import Action
from protorun.trial.outcomes import Outcomes

LETTERS = {"N": "no DLT", "T": "DLT", "P": "pending", "X": "not evaluable"}
_COHORT = re.compile(r"(\d+)(.*)", re.DOTALL)


@dataclass(frozen=True)
class TreatedCohort:
    """Patients treated together: `number` is the level number as written, `at` its column in the string, from 1."""

    number: int
    letters: str
    at: int


def parse(text: str) -> tuple[TreatedCohort, ...]:
    """The cohorts of an outcome string. Raises NotationError, which names the column, for anything else."""
    return tuple(_cohort(text, match) for match in re.finditer(r"\S+", text))


def _cohort(text: str, word: re.Match[str]) -> TreatedCohort:
    match = _COHORT.fullmatch(word[0])
    if match is None or not match[1].isascii():
        raise NotationError(
            "a cohort begins with the number of its level, as in 1NNN", text, word.start() + 1
        )
    if int(match[1][:9]) == 0:
        raise NotationError("levels are numbered from 1", text, word.start() + 1)
    for i, letter in enumerate(match[2]):
        if letter not in LETTERS:
            known = ", ".join(f"{key} {meaning}" for key, meaning in LETTERS.items())
            raise NotationError(
                f"{letter!r} is no outcome; there are: {known}", text, word.start() + match.start(2) + i + 1
            )
    if not match[2]:
        raise NotationError("the cohort has no patient", text, word.end())
    return TreatedCohort(int(match[1][:9]), match[2], word.start() + 1)


def numbering(design: Design) -> str:
    """Which level each number means, in words: "1 = 15 mg, 2 = 10 mg".

    Numbers follow the levels from the lowest dose up. A stated rule numbers them in the order in which its states can
    open, so that 1 is always where the trial starts.
    """
    return ", ".join(f"{i} = {design.labels[level]}" for i, level in enumerate(design.order, start=1))


def outcomes_of(text: str, design: Design, *, allow_deviation: bool = False) -> Outcomes:
    """The counts an outcome string leaves, as one row.

    Raises NotationError, with the column, for a cohort the design would not have given at that point: another level, more
    patients than it takes, or patients after its end. With `allow_deviation` such cohorts are counted as they stand.
    """
    n, dlt, pending = np.zeros((3, 1, design.levels), np.int16)
    last_n, last_dlt = np.zeros((2, 1), np.int16)
    level = np.array([design.start()[0]], np.int16)
    for cohort in parse(text):
        if len(cohort.letters) > MOST_TOGETHER:
            raise NotationError(f"a cohort of more than {MOST_TOGETHER} patients", text, cohort.at)
        if cohort.number > len(design.order):
            raise NotationError(f"there is no level {cohort.number}; {numbering(design)}", text, cohort.at)
        at = design.order[cohort.number - 1]
        so_far = Outcomes(level, n, dlt, pending, last_n, last_dlt)
        if not allow_deviation:
            _check(cohort, at, design, so_far, text)
        if not cohort.letters.strip("X"):  # replaced, as if never treated
            continue
        if not _goes_on(design, so_far, at):
            last_n, last_dlt = np.zeros((2, 1), np.int16)
        level = np.array([at], np.int16)
        n[0, at] += cohort.letters.count("N") + cohort.letters.count("T")
        dlt[0, at] += cohort.letters.count("T")
        pending[0, at] += cohort.letters.count("P")
        last_n = last_n + np.int16(cohort.letters.count("N") + cohort.letters.count("T"))
        last_dlt = last_dlt + np.int16(cohort.letters.count("T"))
    return Outcomes(level, n, dlt, pending, last_n, last_dlt)


def _goes_on(design: Design, so_far: Outcomes, at: int) -> bool:
    """Whether patients at this level now complete the cohort before them."""
    return int(so_far.level[0]) == at and design.decide(so_far).code() == "fill_cohort"


def _check(cohort: TreatedCohort, at: int, design: Design, so_far: Outcomes, text: str) -> None:
    decided = design.decide(so_far)
    action, level, room = Action(decided.action[0]), int(decided.level[0]), int(decided.size[0])
    if action is not Action.ENROLL:
        told = {Action.WAIT: "the rule waits here", Action.FINISH: "the rule has ended here"}
        raise NotationError(
            f"{told.get(action, 'the rule has stopped here')} ({decided.why()})", text, cohort.at
        )
    if level != at:
        number = design.order.index(level) + 1
        raise NotationError(
            f"the rule treats level {number} ({design.labels[level]}) here ({decided.why()})", text, cohort.at
        )
    counted = [i for i, letter in enumerate(cohort.letters) if letter != "X"]
    if len(counted) > room:
        column = cohort.at + len(str(cohort.number)) + counted[room]
        raise NotationError(f"the rule takes at most {room} here ({decided.why()})", text, column)
