"""Endpoints that count dose-limiting toxicities: the share of DLT-evaluable patients with one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from protorun.analyze.dlt_verdicts import DltVerdicts, dlt_verdicts
from protorun.endpoints import Derived, Reason
from protorun.study.endpoint import Endpoint
from protorun.study.study import Study
from protorun.terms.truth import FALSE, TRUE, UNKNOWN
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response, Status
from protorun.trial.tables import Tables

MEASURE = "share of DLT-evaluable patients with a DLT, exact 95 % limits (Clopper-Pearson)"
_DLT = re.compile(r"\bdose[- ]limiting toxicit(?:y|ies)\b|\bDLTs?\b", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:adverse|serious|MTDs?|RP2Ds?|tolerated|recommended|(?:TE|TR)?S?AEs?|time to)\b", re.IGNORECASE
)


def asks_for_dlt(endpoint: Endpoint) -> bool:
    """Whether a safety endpoint counts dose-limiting toxicities and nothing beside them."""
    name = endpoint.name.value or ""
    return endpoint.kind == "safety" and bool(_DLT.search(name)) and not _OTHER.search(name)


def derive_dlt(
    study: Study, endpoint: Endpoint, tables: Tables, *, cutoff_day: int | None = None, calendar: bool = True
) -> tuple[Derived, tuple[str, ...]]:
    """One row per patient under the dose rule: a DLT inside the window, none, or not evaluable (undetermined); and what
    the trial's calls and the definition disagree about. Raises as `dlt_verdicts`."""
    found = dlt_verdicts(study, tables, cutoff_day=cutoff_day, calendar=calendar)
    people = tables.patients
    hit = found.dlt == TRUE
    reasons = _reasons(study, endpoint, found)
    cases = [hit, found.dlt == UNKNOWN, found.completed == FALSE, found.completed == UNKNOWN]
    status = [Status.EVENT, Status.UNDETERMINED, Status.UNDETERMINED, Status.UNDETERMINED]
    known = [4 + found.why, *(np.full(len(people), i) for i in (1, 2, 3))]
    columns: dict[str, Any] = {
        "copy": people.copy,
        "arm": people.arm,
        "start_on": found.start,
        "end_on": np.where(hit, found.on, NO_DAY).astype(np.int32),
        "days": np.where(hit, found.on.astype(np.int64) - found.start + 1, 0).astype(np.int32),
        "status": np.select(cases, status, Status.CENSORED).astype(np.int8),
        "response": np.full(len(people), Response.NONE, np.int8),
        "reason": np.select(cases, known, 0).astype(np.int16),
        "source": np.where(found.event >= 0, 1, 0).astype(np.int16),
        "source_row": found.event.astype(np.int32),
    }
    note = f"{endpoint.id}: {found.basis}; patients without a DLT who did not complete it are left out"
    rows = Derived(
        endpoint.id,
        np.arange(len(people)),
        reasons=reasons,
        assumptions=(note,),
        sources=("", "adverse events"),
        **columns,
    )
    return rows.where(found.treated), found.doubts


def _reasons(study: Study, endpoint: Endpoint, found: DltVerdicts) -> tuple[Reason, ...]:
    """First what is not a DLT, then one reason for each clause (or the trial's call)."""
    fact = study.dose_rule.dlt_definition if study.dose_rule and found.by_definition else endpoint.name
    source = fact.sources[0] if fact.sources else None
    words = source.quote if source else str(fact.value or "")
    return (
        Reason("no DLT", "completed the window without a DLT", words, fact.basis, source),
        Reason("unknown", "whether an adverse event is a DLT is not known"),
        Reason("not evaluable", "left the window early without a DLT"),
        Reason("under observation", "the window is not over, and there is no DLT so far"),
        *(Reason("DLT", says, words, fact.basis, source) for says in found.says),
    )
