"""Example trials told patient by patient, in the words of the design's own reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.escalation._design import Design
from protorun.escalation._for_study import Executable, as_design
from protorun.escalation.engine.characteristics import checked_rates
from protorun.escalation.engine.monte_carlo import Trials, patients, thresholds
from protorun.escalation.engine.states import Rows, begin
from protorun.escalation.engine.walk import completes, keeps_last
from protorun.trial.decision import Action

Row = dict[str, Any]
_DRAWN_AT_ONCE = 64


def narrate(
    design: Executable, rates: Sequence[float], *, trials: int = 3, seed: int = 1, first: int = 0
) -> list[Row]:
    """The first simulated trials, one row for each cohort: who was treated where, what was seen, what was decided and why.

    They are the trials that `compare` and `monte_carlo` count under the same seed: trial `first` + 1 and so on. Raises
    UsageError for rates that do not fit the design."""
    known = as_design(design, levels=len(rates))
    truth = checked_rates(rates, known.levels)[0]
    return [row for k in range(trials) for row in _told(known, truth, Trials(1, seed, first + k))]


def _told(design: Design, rates: NDArray[np.float64], asked: Trials) -> list[Row]:
    rows = begin(design.start()[0], design.levels, keep_last=keeps_last(design, "cohort"))
    drawn = patients(asked, _DRAWN_AT_ONCE)[:, 0]
    found: list[Row] = []
    treated = 0
    while True:
        decision = design.decide(rows.outcomes())
        if found:
            found[-1] |= {"decision": Action(decision.action[0]).name.lower(), "why": decision.why()}
        if decision.action[0] != Action.ENROLL:
            return found
        level, size = int(decision.level[0]), int(decision.size[0])
        if treated + size > len(drawn):
            drawn = patients(asked, 2 * (treated + size))[:, 0]
        below = drawn[treated : treated + size] < thresholds(rates)[level]
        toxic = below | (rates[level] >= 1)
        rows = _treated(rows, level, toxic, bool(completes(design, decision)[0]))
        found.append(_row(asked.first + 1, (treated + 1, treated + size), design.labels[level], toxic))
        treated += size


def _treated(rows: Rows, level: int, toxic: NDArray[np.bool_], goes_on: bool) -> Rows:
    n, dlt = rows.n.copy(), rows.dlt.copy()
    n[0, level] += len(toxic)
    dlt[0, level] += toxic.sum()
    last = None
    if rows.last is not None:
        seen = np.array([[len(toxic), toxic.sum()]], np.int16)
        last = rows.last + seen if goes_on else seen
    return replace(rows, level=np.array([level], np.int16), n=n, dlt=dlt, last=last)


def _row(trial: int, who: tuple[int, int], label: str, toxic: NDArray[np.bool_]) -> Row:
    first, last = who
    return {
        "trial": trial,
        "patients": f"{first}" if first == last else f"{first}-{last}",
        "level": label,
        "outcomes": "".join("T" if hit else "N" for hit in toxic),
    }


def sentences(rows: Sequence[Row]) -> list[str]:
    """The rows as lines of text."""
    found = []
    for row in rows:
        if row["patients"].split("-")[0] == "1":
            found.append(f"Trial {row['trial']}")
        who = "patient" if len(row["outcomes"]) == 1 else "patients"
        seen = ", ".join("DLT" if letter == "T" else "no DLT" for letter in row["outcomes"])
        found.append(f"  {who} {row['patients'].replace('-', ' to ')} at {row['level']}: {seen}")
        found.append(f"    {row['why']}")
    return found
