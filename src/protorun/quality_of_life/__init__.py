"""Questionnaires -> scales: EORTC and FACIT scoring with their rules for missing items, change and deterioration."""

from protorun.quality_of_life.answers import Answers, from_frame
from protorun.quality_of_life.course import Course, Deterioration, baseline_rows, change, deterioration
from protorun.quality_of_life.questionnaire import Questionnaire, Scale, Total, questionnaire, questionnaires
from protorun.quality_of_life.scored import score
from protorun.quality_of_life.scoring import Scores, score_answers, why_missing

__all__ = [
    "Answers",
    "Course",
    "Deterioration",
    "Questionnaire",
    "Scale",
    "Scores",
    "Total",
    "baseline_rows",
    "change",
    "deterioration",
    "from_frame",
    "questionnaire",
    "questionnaires",
    "score",
    "score_answers",
    "why_missing",
]
