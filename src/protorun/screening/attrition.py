"""Counts out of masks: what each criterion costs, in any order, alone, and what would follow from relaxing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.screening.masks import WORD, Masks, Words
from protorun.study.criterion import Criterion


def attrition(masks: Masks, criteria: Sequence[Criterion], order: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Who remains after each criterion, applied in this order (ids; the rest follow in protocol order).

    `strict` counts out who fails or is unknown, `lenient` only who fails. Raises UsageError for an unknown id.
    """
    out_strict, out_lenient = np.zeros(len(masks), bool), np.zeros(len(masks), bool)
    rows = []
    for i in ordered(criteria, order):
        out_lenient |= masks.failed(i)
        out_strict |= masks.failed(i) | masks.open(i)
        rows.append(
            {
                "criterion": criteria[i].id,
                "failed": int(masks.failed(i).sum()),
                "unknown": int(masks.open(i).sum()),
                "remain_strict": int((~out_strict).sum()),
                "remain_lenient": int((~out_lenient).sum()),
                "text": criteria[i].text,
            }
        )
    return rows


def ordered(criteria: Sequence[Criterion], order: Sequence[str]) -> list[int]:
    """Places of the criteria in the order asked for."""
    places = {c.id: i for i, c in enumerate(criteria)}
    unknown = [id for id in order if id not in places]
    if unknown:
        raise UsageError(f"there is no criterion {unknown[0]!r}; there are: {', '.join(places)}")
    first = list(dict.fromkeys(places[id] for id in order))
    return [*first, *(i for i in range(len(criteria)) if i not in first)]


def first_failure(masks: Masks) -> NDArray[np.int64]:
    """The first criterion each patient fails, in protocol order; -1 for none."""
    found = np.full(len(masks), -1, np.int64)
    for word in range(len(masks.fail) - 1, -1, -1):
        bits = masks.fail[word]
        lowest = bits & -bits
        place = np.log2(np.maximum(lowest, 1).astype(np.float64)).astype(np.int64)
        found = np.where(bits != 0, place + word * WORD, found)
    return found


def sole_reason(masks: Masks) -> NDArray[np.int64]:
    """The one criterion a patient fails; -1 for none or several."""
    words = masks.fail
    one = (words & (words - 1) == 0).all(axis=0) & ((words != 0).sum(axis=0) == 1)
    return np.where(one, first_failure(masks), -1)


def relaxed(masks: Masks, criteria: Sequence[Criterion], ids: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What follows if one criterion were dropped: who would no longer fail any, and who would then meet all.

    With `ids` these are dropped together, in one row. Raises UsageError for an unknown id.
    """
    groups = [ordered(criteria, ids)[: len(set(ids))]] if ids else [[i] for i in range(len(criteria))]
    now_open, now_met = _left(masks.fail, masks.unknown)
    rows = []
    for group in groups:
        keep = _all_but(group, len(masks.fail))
        no_fail, all_met = _left(masks.fail & keep, masks.unknown & keep)
        rows.append(
            {
                "relaxed": ", ".join(criteria[i].id for i in group),
                "no_longer_ineligible": int((no_fail & ~now_open).sum()),
                "meet_all_the_rest": int((all_met & ~now_met).sum()),
                "not_ineligible_then": int(no_fail.sum()),
                "text": "; ".join(criteria[i].text for i in group),
            }
        )
    return rows


def _left(fail: Words, unknown: Words) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    no_fail = (fail == 0).all(axis=0)
    return no_fail, no_fail & (unknown == 0).all(axis=0)


def _all_but(group: list[int], words: int) -> Words:
    keep = np.full((words, 1), -1, np.int64)
    for i in group:
        keep[i // WORD] &= ~(np.int64(1) << np.int64(i % WORD))
    return keep
