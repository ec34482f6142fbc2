"""The parameters that follow from a best response, each as (code or yes/no, day, row), and why a patient got his."""

from __future__ import annotations

from typing import Any

import numpy as np

from protorun.endpoints.best.order import NO_ROW, Index
from protorun.endpoints.best.policy import Policy
from protorun.endpoints.best.rows import Best
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Response
from protorun.trial.tables import CodeArray

PARAMETERS = {
    "response": "a response (CR or PR), no confirmation required",
    "clinical_benefit": "a response, or stable disease that lasted",
    "best_response": "best overall response, no confirmation required",
    "best_is_response": "best overall response is CR or PR, no confirmation required",
    "confirmed_response": "a confirmed response",
    "confirmed_clinical_benefit": "a confirmed response, or CR, PR or stable disease that lasted",
    "confirmed_best_response": "confirmed best overall response",
    "confirmed_best_is_response": "confirmed best overall response is CR or PR",
    "progression": "progressive disease",
    "last_assessment": "the last assessment",
}
"""What each parameter of a `Best` says."""
_YES = {
    "response": "response",
    "clinical_benefit": "benefit",
    "confirmed_response": "confirmed",
    "confirmed_clinical_benefit": "confirmed_benefit",
    "progression": "progression",
}
_RESPONSES = (Response.CR, Response.PR)


def parameter(best: Best, name: str) -> tuple[CodeArray, DayArray, Index]:
    """One of `PARAMETERS` for every patient: a code of `Response`, or 1 = yes and 0 = no; its day; the chosen row.
    `last_assessment` has the code -1: its response is that of the chosen row."""
    if name in _YES:
        row: Index = getattr(best, f"{_YES[name]}_row")
        return (row != NO_ROW).astype(np.int8), getattr(best, f"{_YES[name]}_on"), row
    if name == "last_assessment":
        return np.full(len(best), NO_ROW, np.int8), best.last_on, best.last_row
    kind = "cbor" if name.startswith("confirmed") else "bor"
    code, on, row = (getattr(best, kind + end) for end in ("", "_on", "_row"))
    if name.endswith("is_response"):
        yes = np.isin(code, _RESPONSES)
        return yes.astype(np.int8), np.where(yes, on, NO_DAY).astype(np.int32), np.where(yes, row, NO_ROW)
    return code, on, row


def explain_best(best: Best, settings: Policy, at: int) -> dict[str, Any]:
    """The best response of one patient and, in words, why the confirmed one is what it is. Days are those of the table."""
    bor, cbor = Response(int(best.bor[at])), Response(int(best.cbor[at]))
    return {
        "best_response": bor.text,
        "best_response_on": _day(best.bor_on[at]),
        "best_response_row": _row(best.bor_row[at]),
        "confirmed": cbor.text,
        "confirmed_on": _day(best.cbor_on[at]),
        "confirmed_row": _row(best.cbor_row[at]),
        "confirming_row": _row(best.confirming_row[at]) if cbor in _RESPONSES else None,
        "policy": settings.name,
        "why": _why(best, settings, at),
    }


def _why(best: Best, settings: Policy, at: int) -> str:
    bor, cbor = Response(int(best.bor[at])), Response(int(best.cbor[at]))
    lasts = f"at least {settings.min_sd_days} days after the reference day"
    if cbor in _RESPONSES:
        days = f"at least {settings.confirm_days} days later"
        return f"{cbor.text} that another response confirms {days}"
    if bor in _RESPONSES:
        lost = f"the {bor.text} was not confirmed after {settings.confirm_days} days"
        return f"{lost}; {_instead(cbor, lasts)}"
    return _instead(cbor, lasts)


def _instead(cbor: Response, lasts: str) -> str:
    return {
        Response.SD: f"disease was at least stable {lasts}",
        Response.MR: f"a minor response {lasts}",
        Response.NON_CR_NON_PD: f"non-target disease remained without progression {lasts}",
        Response.PD: f"progression, and nothing better {lasts}",
        Response.NE: f"nothing could be evaluated, or nothing lasted until {lasts}",
        Response.NED: "no disease at baseline, and none came",
        Response.ND: "every assessment was not done",
        Response.MISSING: "there is no assessment that counts",
    }.get(cbor, cbor.text)


def _day(day: int) -> int | None:
    return None if day == NO_DAY else int(day)


def _row(row: int) -> int | None:
    return None if row == NO_ROW else int(row)
