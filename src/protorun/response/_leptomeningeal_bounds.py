"""Between which responses the truth lies while an input of RANO-LM is missing: the rule table read for all it could be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protorun.response._rule_table import RuleTable
from protorun.trial.response import Response

Codes = NDArray[np.int8]
_BEST_FIRST = (Response.CR, Response.PR, Response.SD, Response.PD)


@dataclass(frozen=True)
class Bounds:
    """Best and worst case of each time point, (patient, visit) codes of `Response`, NONE = cannot be told."""

    best: Codes
    worst: Codes

    def words(self, best: int, worst: int) -> str:
        """The bounds as part of a reason."""
        if best == Response.NONE:
            return "the answer cannot be narrowed down"
        if worst == Response.PD:
            return f"progression cannot be excluded ({Response(best).text} at best)"
        return f"no progression: {Response(worst).text} at worst, {Response(best).text} at best"


def bounds(table: RuleTable, row: NDArray[np.int16], *could_be: NDArray[np.int16]) -> Bounds:
    """The bounds for every time point: its own response where it has one, else what the table answers for the codes that
    each column could have (one bit for each code, the columns in the order of the table)."""
    overall = table.overall[row]
    best, worst = overall.copy(), overall.copy()
    open_ = overall == Response.NE
    keys = np.stack([column[open_] for column in could_be], axis=1)
    known, at = np.unique(keys, axis=0, return_inverse=True)
    found = [_of(table, key) if _missing(key) else (Response.NONE, Response.NONE) for key in known.tolist()]
    pairs = np.array(found, np.int8).reshape(-1, 2)[at.ravel()]
    best[open_], worst[open_] = pairs[:, 0], pairs[:, 1]
    return Bounds(best, worst)


def _missing(key: list[int]) -> bool:
    return any(bits & (bits - 1) for bits in key)


def _of(table: RuleTable, key: list[int]) -> tuple[int, int]:
    """Best and worst answer of the table over all combinations; those it does not answer are left out."""
    codes = [
        [c for c in range(size) if bits >> c & 1] for bits, size in zip(key, table.row.shape, strict=True)
    ]
    answers = set(table.overall[table.row[np.ix_(*codes)]].ravel().tolist())
    ranked = [int(response) for response in _BEST_FIRST if response in answers]
    return (ranked[0], ranked[-1]) if ranked else (int(Response.NONE), int(Response.NONE))
