"""The decision table of a design that looks at the current level alone: E, S, D or DU for any number of patients there.

The design's own `decide` is asked, at the middle of three levels of which nothing else is known and with no stop for the
size of the trial, so that every move is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from protorun.errors import UsageError
from protorun.escalation._composed import Composed
from protorun.escalation._design import Design
from protorun.escalation._slots import Recipe
from protorun.escalation.modifiers.cohorts import Start
from protorun.escalation.modifiers.stops import Stop
from protorun.trial.decision import Action, Decision
from protorun.trial.outcomes import Outcomes

Row = dict[str, Any]
LETTERS = {
    "E": "escalate to the next level",
    "S": "stay at this level",
    "D": "de-escalate to the level below",
    "DU": "de-escalate; this level and all above are unacceptably toxic and never given again",
}
MOST_PATIENTS = 1000
_MIDDLE = ("the level below", "this level", "the level above")


@dataclass(frozen=True)
class _Asked:
    """Every (n, dlt) up to `most` patients, with the letters and sentences of the middle level, and whether the lowest
    level would end the trial."""

    n: list[int]
    dlt: list[int]
    letters: list[str]
    decision: Decision
    ends_at_lowest: list[bool]


def local_table(design: Design, n: int) -> list[Row]:
    """One row for each number of patients at a level, from 1 to `n`: escalate with `escalate_if_le` DLTs or fewer, `stay`
    with so many, de-escalate with `deescalate_if_ge` or more, close the level with `eliminate_if_ge` or more; None where
    no count does so. `stop_at_lowest_if_ge` ends the trial at the lowest level. `letters` are E, S, D, DU for 0 .. n DLTs,
    "" where an uploaded table says nothing; a number of patients about which it says nothing at all has no row.

    Raises UsageError for a design whose decisions depend on more than the current level, or for no patients.
    """
    asked = _ask(design, n)
    rows = []
    for size in range(1, n + 1):
        at = [i for i, patients in enumerate(asked.n) if patients == size]
        letters = [asked.letters[i] for i in at]
        if not any(letters):
            continue
        stays = [i for i, letter in enumerate(letters) if letter == "S"]
        rows.append(
            {
                "n": size,
                "escalate_if_le": _until(letters, ("E",)),
                "stay": _range(stays),
                "deescalate_if_ge": _from(letters, ("D", "DU")),
                "eliminate_if_ge": _from(letters, ("DU",)),
                "stop_at_lowest_if_ge": _from([str(asked.ends_at_lowest[i]) for i in at], ("True",)),
                "letters": tuple(letters),
            }
        )
    return rows


def letters(design: Design, n: int) -> list[Row]:
    """One row for each (n, dlt) up to `n` patients at a level: its letter, with the reason in words.

    Raises UsageError for a design whose decisions depend on more than the current level."""
    asked = _ask(design, n)
    return [
        {
            "n": asked.n[i],
            "dlt": asked.dlt[i],
            "letter": asked.letters[i],
            "reason": asked.decision.code(i),
            "why": asked.decision.why(i),
        }
        for i in range(len(asked.n))
    ]


def _ask(design: Design, most: int) -> _Asked:
    if not design.local or not isinstance(design, Composed):
        raise UsageError(
            f"{design.name}: what follows depends on more than the current level; ask for its table without n"
        )
    if not 1 <= most <= MOST_PATIENTS:
        raise UsageError(f"a table for 1 to {MOST_PATIENTS} patients at a level can be made, not for {most}")
    free = _without_stops(design)
    n, dlt = (index.astype(np.int16) for index in np.tril_indices(most + 1))
    n, dlt = n[n > 0], dlt[n > 0]
    middle, lowest = (free.decide(_at(level, n, dlt)) for level in (1, 0))
    moved = np.where(middle.action == Action.ENROLL, middle.level.astype(int) - 1, -1)
    closed = free.closed(_at(1, n, dlt))[:, 1]
    silent = middle.action == Action.WAIT  # a table that says nothing there
    letter = np.select([silent, closed, moved > 0, moved == 0], ["", "DU", "E", "S"], "D")
    return _Asked(n.tolist(), dlt.tolist(), letter.tolist(), middle, (lowest.action == Action.STOP).tolist())


def _without_stops(design: Composed) -> Composed:
    """The design over three levels, without a limit to its size."""
    kept = tuple(slot for slot in design.recipe.added if not isinstance(slot, (Stop, Start)))
    return replace(design, recipe=Recipe(design.rule, kept), labels=_MIDDLE, numbered=())


def _at(level: int, n: Any, dlt: Any) -> Outcomes:
    """These counts at one of the three levels, nobody elsewhere."""
    counts = np.zeros((2, len(n), 3), np.int16)
    counts[0, :, level], counts[1, :, level] = n, dlt
    return Outcomes(np.full(len(n), level, np.int16), counts[0], counts[1], np.zeros_like(counts[0]))


def _until(letters: Sequence[str], wanted: tuple[str, ...]) -> int | None:
    """The last count of the run of wanted letters that begins at 0."""
    run = next((i for i, letter in enumerate(letters) if letter not in wanted), len(letters))
    return run - 1 if run else None


def _from(letters: Sequence[str], wanted: tuple[str, ...]) -> int | None:
    """The first count of the run of wanted letters that reaches the end."""
    other = [i for i, letter in enumerate(letters) if letter not in wanted]
    first = other[-1] + 1 if other else 0
    return first if first < len(letters) else None


def _range(counts: Sequence[int]) -> str:
    """Counts in words: "2", "2-3", or "1, 3" where a table has gaps."""
    if not counts:
        return ""
    if counts[-1] - counts[0] + 1 == len(counts):
        return str(counts[0]) if len(counts) == 1 else f"{counts[0]}-{counts[-1]}"
    return ", ".join(str(count) for count in counts)
