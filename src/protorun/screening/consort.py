"""Counts for the CONSORT diagram and lines for the screening log."""

from __future__ import annotations

from typing import Any

import numpy as np

from protorun.screening.screening import Screening, Verdict
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, UNKNOWN


def consort(screening: Screening) -> list[dict[str, Any]]:
    """One row per criterion in protocol order, rows with n = 0 kept, between the patients assessed and what remains.

    `excluded` counts patients whose first failed criterion it is (so that they sum up), `failed` all who fail it,
    `sole_reason` those who fail nothing else, `unknown` those it is unknown for.
    """
    failed = screening.satisfied == FALSE
    unknown = screening.satisfied == UNKNOWN
    first = np.where(failed.any(axis=0), failed.argmax(axis=0), -1)
    total = failed.sum(axis=0)
    rows: list[dict[str, Any]] = [_row("assessed for eligibility", "", len(screening))]
    for i, criterion in enumerate(screening.criteria):
        rows.append(
            {
                "step": "excluded",
                "criterion": criterion.id,
                "n": int((first == i).sum()),
                "failed": int(failed[i].sum()),
                "sole_reason": int((failed[i] & (total == 1)).sum()),
                "unknown": int(unknown[i].sum()),
                "text": criterion.text,
            }
        )
    counts = screening.counts()
    rows.append(_row("excluded in all", "", counts[Verdict.INELIGIBLE.words]))
    rows += [_row(v.words, "", counts[v.words]) for v in Verdict if v is not Verdict.INELIGIBLE]
    return rows


def _row(step: str, criterion: str, n: int) -> dict[str, Any]:
    return {
        "step": step,
        "criterion": criterion,
        "n": n,
        "failed": "",
        "sole_reason": "",
        "unknown": "",
        "text": "",
    }


def log(screening: Screening, beside: Screening | None = None) -> list[dict[str, Any]]:
    """The screening log: one line per patient with the verdict, what failed and what is unknown, by criterion; with the
    verdict of another view `beside`, under the name of its policy."""
    ids = [c.id for c in screening.criteria]
    lines = []
    for at, patient in enumerate(screening.facts.patients):
        failed = [ids[i] for i in np.flatnonzero(screening.satisfied[:, at] == FALSE)]
        unknown = [
            f"{ids[i]} ({Reason(int(screening.reason[i, at])).name})"
            for i in np.flatnonzero(screening.satisfied[:, at] == UNKNOWN)
        ]
        lines.append(
            {
                "patient": patient,
                "verdict": Verdict(int(screening.verdict[at])).words,
                **({str(beside.policy): Verdict(int(beside.verdict[at])).words} if beside else {}),
                "not_met": ", ".join(failed),
                "unknown": ", ".join(unknown),
            }
        )
    return lines
