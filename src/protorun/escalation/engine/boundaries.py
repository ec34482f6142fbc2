"""The rule as a decision table: the same `decide`, asked about every row it can reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protorun.errors import UsageError
from protorun.escalation._design import Design
from protorun.escalation._for_study import Executable, Levels, as_design
from protorun.escalation.engine.local_table import local_table
from protorun.escalation.engine.walk import Firing, walk
from protorun.trial.decision import Action, Decision

Row = dict[str, Any]
MOST_ROWS = 60_000
WORDS = {Action.ENROLL: "enroll", Action.WAIT: "wait", Action.FINISH: "finish", Action.STOP: "stop"}


def boundaries(
    study_or_design: Executable,
    *,
    reading: str | None = None,
    levels: Levels | None = None,
    firing: Firing = "immediate",
    n: int | None = None,
) -> list[Row]:
    """The decision table: one row for every (level, n, dlt) the trial can reach, with the decision and its reason.

    Where other levels matter too, `given` says what holds there, with the fewest conditions that tell the rows apart.
    With `n`, a design that looks at the current level alone (`design.local`) is tabulated for 1 to `n` patients at a
    level instead, as `engine.local_table` says; `n` does not change the table of the others. Raises UsageError for more
    than `MOST_ROWS` states.
    """
    design = as_design(study_or_design, reading, levels)
    if n is not None and design.local:
        return local_table(design, n)
    found: dict[tuple[int, int, int], dict[tuple[int, ...], Row]] = {}
    told = 0
    for step in walk(design, firing=firing):
        rows, decision = step.rows, step.decision
        told += len(rows)
        if told > MOST_ROWS:
            raise UsageError(
                f"the decision table of {design.name} has more than {MOST_ROWS:,} rows; ask for fewer patients, "
                "or for its pathways"
            )
        for i in range(len(rows)):
            at = int(rows.level[i])
            key = (design.order.index(at), int(rows.n[i, at]), int(rows.dlt[i, at]))
            counts = (at, *(int(x) for x in rows.n[i]), *(int(x) for x in rows.dlt[i]))
            found.setdefault(key, {})[counts] = describe(design, decision, i)
    return [row for key in sorted(found) for row in _told_apart(design, found[key])]


def describe(design: Design, decision: Decision, row: int) -> Row:
    """One decision as a row of plain values."""
    at = decision.number("at", row)
    action = Action(decision.action[row])
    return {
        "number": design.order.index(at) + 1,
        "level": design.labels[at],
        "n": decision.number("n", row),
        "dlt": decision.number("dlt", row),
        "given": "",
        "decision": WORDS[action],
        "next_level": decision.label(row),
        "patients": int(decision.size[row]) or None,
        "reason": decision.code(row),
        "why": decision.why(row),
    }


def _told_apart(design: Design, rows: dict[tuple[int, ...], Row]) -> list[Row]:
    for conditions in _CONDITIONS:
        groups: dict[str, list[Row]] = {}
        for counts, row in rows.items():
            groups.setdefault(conditions(design, counts), []).append(row)
        if all(row == group[0] for group in groups.values() for row in group):
            return [{**group[0], "given": given} for given, group in sorted(groups.items())]
    return list(rows.values())


def _nothing(design: Design, counts: tuple[int, ...]) -> str:
    return ""


def _below(design: Design, counts: tuple[int, ...]) -> str:
    at = counts[0]
    return f"{counts[at]} treated at {design.labels[at - 1]}" if at > 0 else ""


def _above(design: Design, counts: tuple[int, ...]) -> str:
    at = counts[0]
    if at + 1 >= design.levels:
        return ""
    return f"{design.labels[at + 1]} was {'tried' if counts[at + 2] else 'not tried'}"


def _around(design: Design, counts: tuple[int, ...]) -> str:
    return ", ".join(filter(None, (_below(design, counts), _above(design, counts))))


def _all(design: Design, counts: tuple[int, ...]) -> str:
    n, dlt = counts[1 : 1 + design.levels], counts[1 + design.levels :]
    return ", ".join(
        f"{dlt[i]}/{n[i]} at {design.labels[i]}" for i in range(design.levels) if i != counts[0] and n[i]
    )


_CONDITIONS: tuple[Callable[[Design, tuple[int, ...]], str], ...] = (_nothing, _above, _below, _around, _all)
