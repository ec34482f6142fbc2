"""`score`: answers in, one row per questionnaire and scale out, each missing score with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from protorun.quality_of_life.answers import Answers, from_frame
from protorun.quality_of_life.questionnaire import Questionnaire, questionnaire
from protorun.quality_of_life.scoring import Scores, score_answers, why_missing
from protorun.trial.facts import NO_DAY

if TYPE_CHECKING:
    import polars as pl


def score(questionnaire_key: str, answers: Any) -> pl.DataFrame:
    """Every scale of a questionnaire for every row of a table of answers (polars, pandas or pyarrow).

    Returns polars: `row` (of the input, from 1), patient, day, the other columns, `scale`, `score` (null = missing),
    `answered`, `items`, `reason`. Raises PluginNotFound for an unknown questionnaire, PatientDataError for a missing
    column or an answer the item does not allow. Source: the scoring manual named in the questionnaire's file.
    """
    import polars as pl

    asked = questionnaire(questionnaire_key)
    given = answers if isinstance(answers, Answers) else from_frame(questionnaire_key, answers)
    return pl.DataFrame(long_rows(asked, given, score_answers(asked, given.item)))


def long_rows(asked: Questionnaire, answers: Answers, scores: Scores) -> dict[str, list[Any]]:
    """Columns of one row per questionnaire and score, in the order of the input."""
    made = asked.scores
    row = np.repeat(np.arange(len(answers)), len(made))
    which = np.tile(np.arange(len(made)), len(answers))
    value = scores.value[row, which]
    pairs = list(zip(row.tolist(), which.tolist(), strict=True))
    return {
        "row": (row + 1).tolist(),
        "patient": [answers.patients[p] for p in answers.patient[row].tolist()],
        "day": [None if d == NO_DAY else d for d in answers.day[row].tolist()],
        **{name: [column[r] for r in row.tolist()] for name, column in answers.others.items()},
        "scale": [made[w].name for w in which.tolist()],
        "score": [None if np.isnan(v) else v for v in value.tolist()],
        "answered": scores.answered[row, which].tolist(),
        "items": scores.of[which].tolist(),
        "reason": [
            why_missing(asked, scores, r, w) if np.isnan(v) else ""
            for (r, w), v in zip(pairs, value.tolist(), strict=True)
        ],
    }
