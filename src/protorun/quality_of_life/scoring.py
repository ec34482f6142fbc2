"""Answers -> scores, for all questionnaires at once.

EORTC: the mean of the answered items, when at least half are answered, spread over 0 to 100 (scoring manual, 3rd
edition). FACIT: the mean of the answered items times the length of the scale, when more than half are answered, rounded
to 3 decimals before totals are added, as the published scoring does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.errors import PatientDataError
from protorun.quality_of_life.questionnaire import Questionnaire, Scale, Total

FloatArray = NDArray[np.float64]
_FACIT_DECIMALS = 3


@dataclass(frozen=True)
class Scores:
    """Scores as (questionnaire, score), in the order of `Questionnaire.scores`; NaN = missing.

    `answered` counts the answered items behind each score, `of` how many there are.
    """

    value: FloatArray
    answered: NDArray[np.int16]
    of: NDArray[np.int16]


def score_answers(asked: Questionnaire, answers: FloatArray) -> Scores:
    """Every scale and total of every row.

    `answers` is (row, item) in the order of `asked.items`, NaN where there is none. Raises PatientDataError for an
    answer that the item does not allow, naming row (from 1) and item.
    """
    _allowed(asked, answers)
    place = {item: number for number, item in enumerate(asked.items)}
    columns = {s.name: [place[item] for item in s.items] for s in asked.scales}
    value = {s.name: _scale(asked, s, answers[:, columns[s.name]]) for s in asked.scales}
    for total in asked.totals:
        columns[total.name] = [c for name in (*total.of, *total.turned) for c in columns[name]]
        value[total.name] = _total(total, value, answers[:, columns[total.name]])
    names = [score.name for score in asked.scores]
    answered = np.stack([_count(answers[:, columns[name]]) for name in names], axis=1)
    of = np.array([len(columns[name]) for name in names], np.int16)
    return Scores(np.stack([value[name] for name in names], axis=1), answered.astype(np.int16), of)


def why_missing(asked: Questionnaire, scores: Scores, row: int, score: int) -> str:
    """Why a score is missing, in words; empty where there is one."""
    if not np.isnan(scores.value[row, score]):
        return ""
    made, answered, of = asked.scores[score], int(scores.answered[row, score]), int(scores.of[score])
    if isinstance(made, Scale):
        needed = "at least half are" if asked.rule == "eortc" else "more than half are"
        return f"{answered} of {of} items answered; {needed} needed"
    names = [s.name for s in asked.scores]
    lost = [n for n in (*made.of, *made.turned) if np.isnan(scores.value[row, names.index(n)])]
    if lost:
        return f"no score of {', '.join(lost)}"
    return f"{answered} of {of} items answered; more than {made.share_of_items:.0%} are needed"


def _allowed(asked: Questionnaire, answers: FloatArray) -> None:
    low = np.array([low for low, _ in asked.ranges.values()])
    high = np.array([high for _, high in asked.ranges.values()])
    with np.errstate(invalid="ignore"):
        bad = ~np.isnan(answers) & ~((answers >= low) & (answers <= high) & (answers == np.floor(answers)))
    if bad.any():
        row, item = (int(i) for i in np.argwhere(bad)[0])
        name = asked.items[item]
        says = f"{answers[row, item]:g} is no answer to {name}, which takes {low[item]} to {high[item]}"
        raise PatientDataError(says, where=f"row {row + 1}", hint="leave a missing answer blank")


def _count(answers: FloatArray) -> NDArray[np.int64]:
    count: NDArray[np.int64] = (~np.isnan(answers)).sum(axis=1)
    return count


def _scale(asked: Questionnaire, scale: Scale, answers: FloatArray) -> FloatArray:
    count = _count(answers)
    if asked.rule == "facit":
        return _facit(asked, scale, answers, count)
    low, high = asked.ranges[scale.items[0]]
    raw = np.nansum(answers, axis=1) / np.maximum(count, 1)
    share = (raw - low) / (high - low)
    found = (1 - share if scale.kind == "functioning" else share) * 100
    return np.where(2 * count >= len(scale.items), found, np.nan)


def _facit(asked: Questionnaire, scale: Scale, answers: FloatArray, count: NDArray[np.int64]) -> FloatArray:
    _, high = asked.ranges[scale.items[0]]
    turned = np.isin(scale.items, scale.reverse)
    total = np.nansum(np.where(turned, high - answers, answers), axis=1)
    found = np.round(total / np.maximum(count, 1) * len(scale.items), _FACIT_DECIMALS)
    return np.where(2 * count > len(scale.items), found, np.nan)


def _total(total: Total, value: dict[str, FloatArray], answers: FloatArray) -> FloatArray:
    parts = np.stack([*(value[n] for n in total.of), *(100 - value[n] for n in total.turned)], axis=1)
    found = parts.mean(axis=1) if total.rule == "mean" else parts.sum(axis=1)
    enough = _count(answers) > total.share_of_items * answers.shape[1]
    return np.where(enough, found, np.nan)
