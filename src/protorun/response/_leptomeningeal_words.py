"""The reason of every time point of RANO-LM: each different reason is written once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.response._leptomeningeal_bounds import Bounds
from protorun.response._rule_table import RuleTable
from protorun.trial.leptomeninges import Input
from protorun.trial.response import Response

Items = Mapping[Input, tuple[NDArray[np.int16], tuple[str, ...]]]
_WHAT = {Input.EXAM: "neurological exam", Input.CSF: "CSF cytology", Input.MRI: "MRI"}
_KIND = {"exam": Input.EXAM, "csf": Input.CSF, "mri": Input.MRI}


@dataclass(frozen=True)
class Said:
    """One entry per time point: the deciding row, and what the MRI, its items and its reader say."""

    row: NDArray[np.int16]
    called: NDArray[np.int8]
    card: NDArray[np.int8]
    reader: NDArray[np.int8]
    parenchymal: NDArray[np.int8]


def words(
    table: RuleTable, said: Said, items: Items, limits: tuple[Bounds, NDArray[np.int8], NDArray[np.int8]]
) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """The number of its reason for every time point, and the reasons."""
    bounds, best, worst = limits
    kinds = np.array([_kind(table, row) for row in range(len(table.reasons))], np.int8)[said.row]
    named = np.array(["{item}" in reason for reason in table.reasons], np.bool_)[said.row]
    item = np.select([kinds == kind for kind in items], [found for found, _ in items.values()], -1)
    bound = np.array(["{bound}" in reason for reason in table.reasons], np.bool_)[said.row]
    columns = [
        said.row,
        kinds,
        np.where(named, item, -1),
        said.called,
        said.card,
        said.reader,
        said.parenchymal,
    ]
    columns += [np.where(bound, best, 0), np.where(bound, worst, 0)]
    keys = np.stack([np.asarray(column, np.int64) for column in columns], axis=1)
    known, at = np.unique(keys, axis=0, return_inverse=True)
    reasons = [_one(table, items, bounds, key) for key in known.tolist()]
    merged = tuple(dict.fromkeys(reasons)) or ("",)
    place = np.array([merged.index(reason) for reason in reasons], np.int16)
    return place[at.ravel()] if len(place) else np.zeros(0, np.int16), merged


def _kind(table: RuleTable, row: int) -> int:
    return _KIND.get(table.decides[row], Input.MRI)


def _one(table: RuleTable, items: Items, bounds: Bounds, key: list[int]) -> str:
    row, kind, item, called, card, reader, parenchymal, best, worst = key
    missing = table.overall[row] == Response.NE
    names = items[Input(kind)][1]
    says = table.reasons[row].replace(
        "{item}", _item(Input(kind), names[item] if item >= 0 else "", bool(missing))
    )
    says = says.replace("{bound}", bounds.words(best, worst))
    if reader and reader != card:
        counts = "" if called == reader else ", which counts"
        says += (
            f"; the reader calls the MRI {Response(reader).text}, its items say {Response(card).text}{counts}"
        )
    if parenchymal:
        says += f"; metastases inside brain or cord, reported apart: {Response(parenchymal).text}"
    return says


def _item(kind: Input, name: str, missing: bool) -> str:
    if not name:
        return f"there is no {_WHAT[kind]}, now or at baseline"
    return f"{_WHAT[kind]} of the item {name!r} is missing, now or at baseline" if missing else name
