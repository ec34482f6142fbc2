"""Decision tables as text: long or wide CSV, read into one move for each number of patients and DLTs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO

from protorun.errors import UsageError
from protorun.escalation._local import DE_ESCALATE, ESCALATE, STAY

ELIMINATE = -2
MISSING = 99  # the table says nothing

Cells = tuple[tuple[int, ...], ...]
"""cells[n][dlt] is a move; the row of an n that the table does not know is empty."""

_MOVES = {
    "e": ESCALATE,
    "escalate": ESCALATE,
    "s": STAY,
    "stay": STAY,
    "r": STAY,
    "d": DE_ESCALATE,
    "de-escalate": DE_ESCALATE,
    "deescalate": DE_ESCALATE,
    "du": ELIMINATE,
    "eliminate": ELIMINATE,
}
_LONG = ("n", "dlt", "decision")
_WIDE = ("n", "escalate_if_le", "deescalate_if_ge", "eliminate_if_ge")


def cells_of(text: str) -> Cells:
    """The moves of a decision table. Raises UsageError, with the line, for what cannot be read or stands there twice."""
    reader = csv.DictReader(StringIO(text.lstrip("\ufeff")), skipinitialspace=True)
    names = tuple(name.strip().lower() for name in reader.fieldnames or ())
    reader.fieldnames = names
    found: dict[int, dict[int, int]] = {}
    if not set(_LONG) <= set(names) and not {"n", "escalate_if_le", "deescalate_if_ge"} <= set(names):
        raise UsageError(f"a decision table has the columns {', '.join(_LONG)}, or {', '.join(_WIDE)}")
    for row in reader:
        read = _long if "decision" in names else _wide
        for (n, dlt), move in read(row, reader.line_num).items():
            if dlt in found.setdefault(n, {}):
                raise UsageError(f"line {reader.line_num}: {dlt} of {n} stands in the decision table twice")
            found[n][dlt] = move
    if not found:
        raise UsageError("the decision table has no rows")
    return tuple(
        tuple(found[n].get(dlt, MISSING) for dlt in range(n + 1)) if n in found else ()
        for n in range(max(found) + 1)
    )


def _long(row: Mapping[str, str], line: int) -> dict[tuple[int, int], int]:
    n, dlt = _number(row, "n", line), _number(row, "dlt", line)
    word = (row["decision"] or "").strip().lower()
    if n is None or dlt is None or not 0 <= dlt <= n or n < 1:
        raise UsageError(f"line {line}: n and dlt are wanted, with dlt between 0 and n")
    if word not in _MOVES:
        raise UsageError(f"line {line}: {row['decision']!r} is no decision; there are: E, S, D, DU")
    return {(n, dlt): _MOVES[word]}


def _wide(row: Mapping[str, str], line: int) -> dict[tuple[int, int], int]:
    n = _number(row, "n", line)
    if n is None or n < 1:
        raise UsageError(f"line {line}: a number of patients is wanted in the column n")
    up, down, out = (_number(row, name, line) for name in _WIDE[1:])
    low = -1 if up is None else up
    high, most = (n + 1 if bound is None else bound for bound in (down, out))
    if low >= min(high, most):
        raise UsageError(f"line {line}: {low} DLTs of {n} escalate and de-escalate")
    moves = {
        dlt: ELIMINATE if dlt >= most else DE_ESCALATE if dlt >= high else ESCALATE if dlt <= low else STAY
        for dlt in range(n + 1)
    }
    return {(n, dlt): move for dlt, move in moves.items()}


def _number(row: Mapping[str, str], name: str, line: int) -> int | None:
    """A whole number; None for a blank or NA."""
    word = (row.get(name) or "").strip()
    if not word or word.upper() == "NA":
        return None
    try:
        return int(word)
    except ValueError:
        raise UsageError(f"line {line}: {name} wants a whole number, not {word!r}") from None
