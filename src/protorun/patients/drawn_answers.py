"""Questionnaires for virtual patients: answers to the two items of global health that score to what was drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from protorun.quality_of_life import questionnaire, score_answers
from protorun.trial.events import Events
from protorun.trial.facts import NO_DAY
from protorun.trial.tables import Scores, Tables

KEY = "qlq_c30"
NOTE = (
    "virtual patients: the record names no instrument; of the EORTC QLQ-C30 the two items of global health are answered so "
    "that their score is the drawn one to the nearest twelfth of the scale, and no other item (ours)"
)
_ITEMS = ("q29", "q30")
_LOW, _HIGH = 1, 7


def with_answers(tables: Tables, told: Events) -> Tables:
    """The tables of a virtual trial with the scores of the questionnaires its patients answered.

    `told` are the trial's events of the kind QUALITY_OF_LIFE, drawn scores from 0 to 100; without any, or beside scores
    that are there, the tables stay as they are.
    """
    if tables.scores is not None or not len(told):
        return tables
    asked = questionnaire(KEY)
    items = np.full((len(told), len(asked.items)), np.nan)
    both = np.round(2 * (_LOW + (_HIGH - _LOW) * told.value / 100))
    own = [asked.items.index(name) for name in _ITEMS]
    items[:, own[0]], items[:, own[1]] = np.floor(both / 2), np.ceil(both / 2)
    scored = score_answers(asked, items)
    some = np.flatnonzero(~np.isnan(scored.value).all(axis=0))
    rows, scales = np.repeat(np.arange(len(told)), len(some)), np.tile(np.arange(len(some)), len(told))
    day = told.day[rows].astype(np.int32)
    found = Scores(
        copy=told.copy[rows],
        patient=told.patient[rows],
        day=np.where(day < 0, NO_DAY, day).astype(np.int32),
        scale=scales.astype(np.int16),
        score=scored.value[rows, some[scales]],
        scales=tuple(asked.scores[s].says for s in some),
        questionnaire=KEY,
    )
    return replace(tables, scores=found)
