"""Screening: the CONSORT flow counted from the patients, and the screening log."""

from __future__ import annotations

from typing import Any

from protorun.report.figures.consort import Step, consort_figure
from protorun.report.parts import Parts
from protorun.screening import Screening, Verdict, consort, log

ORDER, TITLE = 35, "Patients screened"
_MOST_ROWS = 60
_SHORT = 46


def build(parts: Parts) -> dict[str, Any] | None:
    """Figure, counts and log of the screening at hand; None when nobody was screened."""
    screening = parts.screening
    if screening is None:
        return None
    rows = consort(screening)
    return {
        "about": parts.screening_of,
        "figure": _figure(screening, rows),
        "log": log(screening)[:_MOST_ROWS],
        "patients": len(screening),
        "unknown": [_unknown(row) for row in rows if row["unknown"]],
        "complete": screening.complete,
        "policy": screening.policy.replace("_", " "),
    }


def _figure(screening: Screening, rows: list[dict[str, Any]]) -> Any:
    left = tuple((f"{r['criterion']}: {_words(r['text'])}", r["n"]) for r in rows if r["step"] == "excluded")
    counts = screening.counts()
    kept = [v for v in Verdict if v is not Verdict.INELIGIBLE]
    remaining = sum(counts[v.words] for v in kept)
    steps = [
        Step("Assessed for eligibility", len(screening), left, "First criterion not met"),
        Step("Not excluded", remaining),
    ]
    return consort_figure(steps, [Step(v.words.capitalize(), counts[v.words]) for v in kept])


def _unknown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "criterion": row["criterion"],
        "unknown for": row["unknown"],
        "not met by": row["failed"],
        "text": row["text"],
    }


def _words(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1].rstrip() + "…"
