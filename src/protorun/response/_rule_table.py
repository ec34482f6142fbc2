"""A rule table read from CSV: the first row whose cells fit decides. `*` fits everything, `A|B` fits either."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from protorun.errors import UsageError
from protorun.trial.response import Response

RESPONSES = tuple(r.text for r in Response if r < Response.ICR)
CODES = {r.text: r.value for r in Response}
"""What a table may answer; `RESPONSES` is what its columns may hold."""


@dataclass(frozen=True)
class RuleTable:
    """`row[codes...]` is the deciding row of the table, `overall[row]` its response, `reasons[row]` its words."""

    columns: tuple[str, ...]
    row: NDArray[np.int16]
    overall: NDArray[np.int8]
    reasons: tuple[str, ...]
    decides: tuple[str, ...] = ()
    """What decides each row, where the table says so."""

    def decide(self, *codes: NDArray[np.integer]) -> NDArray[np.int16]:
        """The deciding row for arrays of codes, one array per column."""
        found: NDArray[np.int16] = self.row[tuple(codes)]
        return found


@cache
def rule_table(name: str, words: tuple[tuple[str, tuple[str, ...]], ...]) -> RuleTable:
    """The table of that file; `words` gives the columns in order with what their codes 0, 1, 2 ... mean."""
    text = files("protorun.response").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    lines = list(csv.DictReader(text.splitlines()))
    columns = dict(words)
    row = np.full([len(w) for w in columns.values()], -1, np.int16)
    for number, line in reversed(list(enumerate(lines))):
        row[np.ix_(*(_fitting(line[column], known) for column, known in columns.items()))] = number
    _refuse_gaps(row, columns)
    overall = np.array([CODES[line["overall"]] for line in lines], np.int8)
    reasons, decides = (tuple(line.get(name, "") for line in lines) for name in ("reason", "decides"))
    return RuleTable(tuple(columns), row, overall, reasons, decides)


def _fitting(cell: str, known: Sequence[str]) -> list[int]:
    """Codes that a cell of the table fits."""
    wanted = known if cell == "*" else cell.split("|")
    return [code for code, word in enumerate(known) if word in wanted]


def _refuse_gaps(row: NDArray[np.int16], columns: Mapping[str, Sequence[str]]) -> None:
    """Raises UsageError for a combination that can occur and that no row fits."""
    for codes in np.argwhere(row < 0):
        seen = {column: known[code] for (column, known), code in zip(columns.items(), codes, strict=True)}
        if not any(value in _NEVER.get(column, ()) for column, value in seen.items()):
            raise UsageError(f"no row of the rule table fits {seen}")


_NEVER = {
    "target": {"NON-CR/NON-PD", "MISSING", "ND", "NED"},
    "non_target": {"PR", "MR", "SD", "MISSING", "ND", "NED"},
}
"""Codes these columns never hold; a table need not answer for them."""
