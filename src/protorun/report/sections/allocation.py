"""Which arm each screened patient belongs to, where arms are given by population; overlaps resolved and named."""

from __future__ import annotations

from typing import Any

import numpy as np

from protorun.allocation import Placement, Status, place
from protorun.report.parts import Parts
from protorun.screening import Screening, Verdict
from protorun.study.arm import Arm

ORDER, TITLE = 45, "Arms of the screened patients"
_MOST_ROWS = 60
_WORDS = {
    Status.PLACED: "placed",
    Status.UNKNOWN: "open: a fact that decides is unknown",
    Status.NO_ARM: "no arm takes the patient",
    Status.OVERLAP: "several arms fit",
}


def build(parts: Parts) -> dict[str, Any] | None:
    """One table per part whose arms have populations; None when no patients were screened."""
    if parts.screening is None:
        return None
    parts_of_trial = dict.fromkeys(arm.part for arm in parts.study.arms)
    tables = [_part(parts.screening, part, _arms(parts, part)) for part in parts_of_trial]
    found = [table for table in tables if table]
    return {"parts": found} if found else None


def _arms(parts: Parts, part: str) -> list[Arm]:
    return [a for a in parts.study.arms if a.part == part and (a.population.require or a.population.any_of)]


def _part(screening: Screening, part: str, arms: list[Arm]) -> dict[str, Any] | None:
    if len(arms) < 2:
        return None
    placement = place(arms, screening.facts)
    kept = [i for i in range(len(screening)) if screening.verdict[i] != Verdict.INELIGIBLE]
    return {
        "name": part.replace("_", " ") or "the trial",
        "counts": _counts(arms, placement, kept),
        "rows": [_row(screening, placement, i) for i in kept[:_MOST_ROWS]],
    }


def _counts(arms: list[Arm], placement: Placement, kept: list[int]) -> list[dict[str, Any]]:
    chosen, status = placement.arm[kept], placement.status[kept]
    rows = [{"arm": a.label.value or a.id, "patients": int(np.sum(chosen == i))} for i, a in enumerate(arms)]
    rest = [s for s in Status if s is not Status.PLACED]
    return rows + [{"arm": _WORDS[s], "patients": int(np.sum(status == s))} for s in rest]


def _row(screening: Screening, placement: Placement, at: int) -> dict[str, Any]:
    arm = int(placement.arm[at])
    return {
        "patient": screening.facts.patients[at],
        "arm": placement.arms[arm] if arm >= 0 else "—",
        "why": placement.why(at),
    }
